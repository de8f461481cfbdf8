/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>
#include <taube/taube-token-source.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_OAUTH2 (taube_oauth2_get_type ())
TAUBE_API GType taube_oauth2_get_type (void);

/**
 * TaubeOAuth2SaveFunc:
 * @self: what signs in
 * @refresh_token: (nullable): the refresh token from now on; %NULL: there is none any more
 * @user_data: what was given with the function
 *
 * Keeps a refresh token where it outlives the program. It is called on a thread of the library's own, and may block:
 * the access token that came with the refresh token is used only afterwards.
 */
typedef void (*TaubeOAuth2SaveFunc) (TaubeOAuth2 *self, const char *refresh_token, gpointer user_data);

TAUBE_API char **taube_oauth2_get_providers (void);
TAUBE_API TaubeOAuth2 *taube_oauth2_new (const char *provider, const char *client_id, GError **error);
TAUBE_API gboolean taube_oauth2_set_option (TaubeOAuth2 *self, const char *name, const char *value, GError **error);
TAUBE_API char *taube_oauth2_get_option (TaubeOAuth2 *self, const char *name);
TAUBE_API void taube_oauth2_set_refresh_token (TaubeOAuth2 *self, const char *refresh_token);
TAUBE_API void taube_oauth2_set_save_func (TaubeOAuth2 *self, TaubeOAuth2SaveFunc func, gpointer user_data,
                                           GDestroyNotify notify);
TAUBE_API char *taube_oauth2_get_access_token (TaubeOAuth2 *self, guint *seconds_out);
TAUBE_API void taube_oauth2_set_access_token (TaubeOAuth2 *self, const char *access_token, guint seconds);
TAUBE_API gboolean taube_oauth2_needs_consent (TaubeOAuth2 *self);

TAUBE_API gboolean taube_oauth2_sign_in (TaubeOAuth2 *self, TaubeOAuth2Flow flow, GCancellable *cancellable,
                                         GError **error);
TAUBE_API void taube_oauth2_sign_in_async (TaubeOAuth2 *self, TaubeOAuth2Flow flow, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API gboolean taube_oauth2_sign_in_finish (TaubeOAuth2 *self, GAsyncResult *result, GError **error);

TAUBE_API char *taube_oauth2_get_token (TaubeOAuth2 *self, const char *host, GCancellable *cancellable,
                                        GError **error);
TAUBE_API void taube_oauth2_get_token_async (TaubeOAuth2 *self, const char *host, GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API char *taube_oauth2_get_token_finish (TaubeOAuth2 *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeOAuth2, g_object_unref)

G_END_DECLS
