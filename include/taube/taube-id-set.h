/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_ID_SET (taube_id_set_get_type ())
TAUBE_API GType taube_id_set_get_type (void);

TAUBE_API TaubeIdSet *taube_id_set_new (void);
TAUBE_API TaubeIdSet *taube_id_set_new_from_ids (const char *const *ids);
TAUBE_API TaubeIdSet *taube_id_set_copy (const TaubeIdSet *self);
TAUBE_API void taube_id_set_free (TaubeIdSet *self);
TAUBE_API void taube_id_set_add (TaubeIdSet *self, const char *id);
TAUBE_API void taube_id_set_add_set (TaubeIdSet *self, const TaubeIdSet *other);
TAUBE_API void taube_id_set_remove_set (TaubeIdSet *self, const TaubeIdSet *other);
TAUBE_API gboolean taube_id_set_contains (const TaubeIdSet *self, const char *id);
TAUBE_API guint64 taube_id_set_get_size (const TaubeIdSet *self);
TAUBE_API gboolean taube_id_set_equal (const TaubeIdSet *a, const TaubeIdSet *b);
TAUBE_API char **taube_id_set_to_strv (const TaubeIdSet *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeIdSet, taube_id_set_free)

G_END_DECLS
