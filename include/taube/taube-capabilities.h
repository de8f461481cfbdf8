/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_CAPABILITIES (taube_capabilities_get_type ())
TAUBE_API GType taube_capabilities_get_type (void);

TAUBE_API const char *taube_capability_get_key (TaubeCapability capability);
TAUBE_API const char *taube_capability_get_title (TaubeCapability capability);
TAUBE_API gboolean taube_capability_from_key (const char *key, TaubeCapability *capability_out);
TAUBE_API const char *taube_support_get_key (TaubeSupport support);
TAUBE_API const char *taube_support_get_title (TaubeSupport support);

TAUBE_API TaubeCapabilities *taube_capabilities_ref (TaubeCapabilities *self);
TAUBE_API void taube_capabilities_unref (TaubeCapabilities *self);
TAUBE_API TaubeSupport taube_capabilities_get_support (TaubeCapabilities *self, TaubeCapability capability);
TAUBE_API TaubeCapabilityLevel taube_capabilities_get_level (TaubeCapabilities *self, TaubeCapability capability);
TAUBE_API const char *taube_capabilities_get_reason (TaubeCapabilities *self, TaubeCapability capability);
TAUBE_API const char *taube_capabilities_get_evidence (TaubeCapabilities *self, TaubeCapability capability);
TAUBE_API gboolean taube_capabilities_lookup (TaubeCapabilities *self, TaubeCapability capability,
                                              TaubeCapabilityLevel level, TaubeSupport *support_out,
                                              const char **reason_out, const char **evidence_out);
TAUBE_API gboolean taube_capabilities_require (TaubeCapabilities *self, TaubeCapability capability,
                                               const char *operation, GError **error);
TAUBE_API char *taube_capabilities_to_json (TaubeCapabilities *self);
TAUBE_API GVariant *taube_capabilities_to_variant (TaubeCapabilities *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeCapabilities, taube_capabilities_unref)

G_END_DECLS
