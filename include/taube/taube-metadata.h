/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_METADATA (taube_metadata_get_type ())
TAUBE_API GType taube_metadata_get_type (void);

TAUBE_API TaubeMetadata *taube_metadata_copy (TaubeMetadata *self);
TAUBE_API void taube_metadata_free (TaubeMetadata *self);
TAUBE_API const char *taube_metadata_get_name (TaubeMetadata *self);
TAUBE_API GBytes *taube_metadata_get_value (TaubeMetadata *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeMetadata, taube_metadata_free)

G_END_DECLS
