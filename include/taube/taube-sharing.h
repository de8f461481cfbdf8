/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_SHARING (taube_sharing_get_type ())
#define TAUBE_IS_SHARING(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_SHARING))
TAUBE_API GType taube_sharing_get_type (void);

/* What every folder can be asked; one whose backend lacks the interface says TAUBE_ERROR_NOT_SUPPORTED. */
TAUBE_API GPtrArray *taube_folder_list_permissions (TaubeFolder *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_list_permissions_async (TaubeFolder *self, GCancellable *cancellable,
                                                    GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API GPtrArray *taube_folder_list_permissions_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubePermission *taube_folder_load_my_rights (TaubeFolder *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_load_my_rights_async (TaubeFolder *self, GCancellable *cancellable,
                                                  GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubePermission *taube_folder_load_my_rights_finish (TaubeFolder *self, GAsyncResult *result,
                                                               GError **error);

TAUBE_API gboolean taube_folder_set_permission (TaubeFolder *self, TaubePermission *permission, TaubeFlagsMode mode,
                                                GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_set_permission_async (TaubeFolder *self, TaubePermission *permission, TaubeFlagsMode mode,
                                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                                  gpointer user_data);
TAUBE_API gboolean taube_folder_set_permission_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API gboolean taube_folder_remove_permission (TaubeFolder *self, const char *identifier,
                                                   GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_remove_permission_async (TaubeFolder *self, const char *identifier,
                                                     GCancellable *cancellable, GAsyncReadyCallback callback,
                                                     gpointer user_data);
TAUBE_API gboolean taube_folder_remove_permission_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeGrantableRights *taube_folder_load_grantable_rights (TaubeFolder *self, const char *identifier,
                                                                    GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_load_grantable_rights_async (TaubeFolder *self, const char *identifier,
                                                         GCancellable *cancellable, GAsyncReadyCallback callback,
                                                         gpointer user_data);
TAUBE_API TaubeGrantableRights *taube_folder_load_grantable_rights_finish (TaubeFolder *self, GAsyncResult *result,
                                                                           GError **error);

G_END_DECLS
