/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_CHANGES (taube_changes_get_type ())
TAUBE_API GType taube_changes_get_type (void);

TAUBE_API TaubeChanges *taube_changes_ref (TaubeChanges *self);
TAUBE_API void taube_changes_unref (TaubeChanges *self);
TAUBE_API const TaubeIdSet *taube_changes_get_added (TaubeChanges *self);
TAUBE_API const TaubeIdSet *taube_changes_get_changed (TaubeChanges *self);
TAUBE_API const TaubeIdSet *taube_changes_get_removed (TaubeChanges *self);
TAUBE_API GBytes *taube_changes_get_token (TaubeChanges *self);
TAUBE_API gboolean taube_changes_is_reset (TaubeChanges *self);
TAUBE_API gboolean taube_changes_is_empty (TaubeChanges *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeChanges, taube_changes_unref)

G_END_DECLS
