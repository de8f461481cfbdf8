/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_PERMISSION (taube_permission_get_type ())
TAUBE_API GType taube_permission_get_type (void);

TAUBE_API TaubePermission *taube_permission_new (const char *identifier, TaubeRights rights);
TAUBE_API TaubePermission *taube_permission_new_from_letters (const char *identifier, const char *letters);
TAUBE_API TaubePermission *taube_permission_copy (TaubePermission *self);
TAUBE_API void taube_permission_free (TaubePermission *self);
TAUBE_API const char *taube_permission_get_identifier (TaubePermission *self);
TAUBE_API TaubeRights taube_permission_get_rights (TaubePermission *self);
TAUBE_API const char *taube_permission_get_letters (TaubePermission *self);
TAUBE_API gboolean taube_permission_is_negative (TaubePermission *self);

TAUBE_API char *taube_rights_to_letters (TaubeRights rights);
TAUBE_API TaubeRights taube_rights_from_letters (const char *letters);

#define TAUBE_TYPE_GRANTABLE_RIGHTS (taube_grantable_rights_get_type ())
TAUBE_API GType taube_grantable_rights_get_type (void);

TAUBE_API TaubeGrantableRights *taube_grantable_rights_copy (TaubeGrantableRights *self);
TAUBE_API void taube_grantable_rights_free (TaubeGrantableRights *self);
TAUBE_API TaubeRights taube_grantable_rights_get_always (TaubeGrantableRights *self);
TAUBE_API TaubeRights taube_grantable_rights_get_optional (TaubeGrantableRights *self);
TAUBE_API guint taube_grantable_rights_get_n_groups (TaubeGrantableRights *self);
TAUBE_API const char *taube_grantable_rights_get_group (TaubeGrantableRights *self, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubePermission, taube_permission_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeGrantableRights, taube_grantable_rights_free)

G_END_DECLS
