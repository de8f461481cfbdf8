/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>
#include <taube/taube-question.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_ACCOUNT (taube_account_get_type ())
#define TAUBE_ACCOUNT(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_ACCOUNT, TaubeAccount))
#define TAUBE_IS_ACCOUNT(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_ACCOUNT))
TAUBE_API GType taube_account_get_type (void);

TAUBE_API TaubeAccount *taube_account_create (const char *uri, TaubeCredentials *credentials, GError **error);
TAUBE_API TaubeAccount *taube_account_create_with_settings (const char *uri, TaubeSettings *settings,
                                                            TaubeCredentials *credentials, GError **error);

TAUBE_API gboolean taube_account_connect (TaubeAccount *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_account_connect_async (TaubeAccount *self, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API gboolean taube_account_connect_finish (TaubeAccount *self, GAsyncResult *result, GError **error);
TAUBE_API gboolean taube_account_disconnect (TaubeAccount *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_account_disconnect_async (TaubeAccount *self, GCancellable *cancellable,
                                               GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API gboolean taube_account_disconnect_finish (TaubeAccount *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeAccountState taube_account_get_state (TaubeAccount *self);
TAUBE_API TaubeUri *taube_account_get_uri (TaubeAccount *self);
TAUBE_API TaubeBackend *taube_account_get_backend (TaubeAccount *self);
TAUBE_API TaubeSettings *taube_account_get_settings (TaubeAccount *self);
TAUBE_API TaubeCapabilities *taube_account_get_capabilities (TaubeAccount *self);
TAUBE_API void taube_account_set_credentials (TaubeAccount *self, TaubeCredentials *credentials);
TAUBE_API char *taube_account_get_server_name (TaubeAccount *self);
TAUBE_API char **taube_account_get_server_extensions (TaubeAccount *self);
TAUBE_API GVariant *taube_account_get_server_facts (TaubeAccount *self);
TAUBE_API TaubeCertificate *taube_account_get_certificate (TaubeAccount *self);
TAUBE_API void taube_account_set_certificate_func (TaubeAccount *self, TaubeQuestionFunc func, gpointer user_data,
                                                   GDestroyNotify notify);

TAUBE_API GPtrArray *taube_account_list_folders (TaubeAccount *self, TaubeContent content, GCancellable *cancellable,
                                                 GError **error);
TAUBE_API void taube_account_list_folders_async (TaubeAccount *self, TaubeContent content, GCancellable *cancellable,
                                                 GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API GPtrArray *taube_account_list_folders_finish (TaubeAccount *self, GAsyncResult *result, GError **error);
TAUBE_API TaubeFolder *taube_account_get_folder (TaubeAccount *self, const char *const *path);
TAUBE_API TaubeFolder *taube_account_get_folder_by_name (TaubeAccount *self, const char *name);
TAUBE_API TaubeFolder *taube_account_get_folder_for_role (TaubeAccount *self, TaubeFolderRole role);

TAUBE_API TaubeFolder *taube_account_create_folder (TaubeAccount *self, const char *const *path, TaubeFolderRole role,
                                                    TaubeContent content, GCancellable *cancellable, GError **error);
TAUBE_API void taube_account_create_folder_async (TaubeAccount *self, const char *const *path, TaubeFolderRole role,
                                                  TaubeContent content, GCancellable *cancellable,
                                                  GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeFolder *taube_account_create_folder_finish (TaubeAccount *self, GAsyncResult *result, GError **error);
TAUBE_API TaubeFolder *taube_account_rename_folder (TaubeAccount *self, TaubeFolder *folder,
                                                    const char *const *new_path, GCancellable *cancellable,
                                                    GError **error);
TAUBE_API void taube_account_rename_folder_async (TaubeAccount *self, TaubeFolder *folder, const char *const *new_path,
                                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                                  gpointer user_data);
TAUBE_API TaubeFolder *taube_account_rename_folder_finish (TaubeAccount *self, GAsyncResult *result, GError **error);
TAUBE_API gboolean taube_account_delete_folder (TaubeAccount *self, TaubeFolder *folder, GCancellable *cancellable,
                                                GError **error);
TAUBE_API void taube_account_delete_folder_async (TaubeAccount *self, TaubeFolder *folder, GCancellable *cancellable,
                                                  GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API gboolean taube_account_delete_folder_finish (TaubeAccount *self, GAsyncResult *result, GError **error);
TAUBE_API gboolean taube_account_set_subscribed (TaubeAccount *self, TaubeFolder *folder, gboolean subscribed,
                                                 GCancellable *cancellable, GError **error);
TAUBE_API void taube_account_set_subscribed_async (TaubeAccount *self, TaubeFolder *folder, gboolean subscribed,
                                                   GCancellable *cancellable, GAsyncReadyCallback callback,
                                                   gpointer user_data);
TAUBE_API gboolean taube_account_set_subscribed_finish (TaubeAccount *self, GAsyncResult *result, GError **error);

TAUBE_API GPtrArray *taube_account_load_metadata (TaubeAccount *self, const char *const *names,
                                                  GCancellable *cancellable, GError **error);
TAUBE_API void taube_account_load_metadata_async (TaubeAccount *self, const char *const *names,
                                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                                  gpointer user_data);
TAUBE_API GPtrArray *taube_account_load_metadata_finish (TaubeAccount *self, GAsyncResult *result, GError **error);
TAUBE_API gboolean taube_account_set_metadata (TaubeAccount *self, const char *name, GBytes *value,
                                               GCancellable *cancellable, GError **error);
TAUBE_API void taube_account_set_metadata_async (TaubeAccount *self, const char *name, GBytes *value,
                                                 GCancellable *cancellable, GAsyncReadyCallback callback,
                                                 gpointer user_data);
TAUBE_API gboolean taube_account_set_metadata_finish (TaubeAccount *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeWatch *taube_account_watch (TaubeAccount *self, GPtrArray *folders, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeAccount, g_object_unref)

G_END_DECLS
