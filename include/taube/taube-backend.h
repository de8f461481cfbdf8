/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_BACKEND (taube_backend_get_type ())
#define TAUBE_BACKEND(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_BACKEND, TaubeBackend))
#define TAUBE_IS_BACKEND(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_BACKEND))
TAUBE_API GType taube_backend_get_type (void);

TAUBE_API GPtrArray *taube_backend_list (void);
TAUBE_API TaubeBackend *taube_backend_find (const char *name_or_scheme, GError **error);
TAUBE_API const char *taube_backend_get_name (TaubeBackend *self);
TAUBE_API const char *taube_backend_get_title (TaubeBackend *self);
TAUBE_API const char *const *taube_backend_get_schemes (TaubeBackend *self);
TAUBE_API TaubeCapabilities *taube_backend_get_capabilities (TaubeBackend *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeBackend, g_object_unref)

G_END_DECLS
