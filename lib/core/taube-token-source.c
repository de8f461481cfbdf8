/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-token-source.h>

/**
 * TaubeTokenSource:
 *
 * Where OAuth 2 access tokens come from; implemented by the application, which knows the user, the provider and where
 * refresh tokens are kept. The functions are called in the context in which the account was made, as a
 * [class@Question] is.
 */
G_DEFINE_INTERFACE (TaubeTokenSource, taube_token_source, G_TYPE_OBJECT)

static void
taube_token_source_default_init (TaubeTokenSourceInterface *iface)
{
}

/**
 * taube_token_source_get_token_async:
 * @self: a token source
 * @host: for which server
 * @cancellable: (nullable): ends the search
 * @callback: (scope async) (closure user_data): called when there is a token or an error
 * @user_data: given to @callback
 *
 * Begins to find a token that is valid now. A token must be given only to the server that it is for.
 */
void
taube_token_source_get_token_async (TaubeTokenSource *self, const char *host, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeTokenSourceInterface *iface;

  g_return_if_fail (TAUBE_IS_TOKEN_SOURCE (self));
  g_return_if_fail (host != NULL);

  iface = TAUBE_TOKEN_SOURCE_GET_IFACE (self);
  g_return_if_fail (iface->get_token_async != NULL && iface->get_token_finish != NULL);

  iface->get_token_async (self, host, cancellable, callback, user_data);
}

/**
 * taube_token_source_get_token_finish:
 * @self: a token source
 * @result: what the callback was given
 * @error: return location
 *
 * Gives the token.
 *
 * Returns: (transfer full): an access token without "Bearer"; %NULL with @error set
 */
char *
taube_token_source_get_token_finish (TaubeTokenSource *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (TAUBE_IS_TOKEN_SOURCE (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);

  return TAUBE_TOKEN_SOURCE_GET_IFACE (self)->get_token_finish (self, result, error);
}

/**
 * taube_token_source_invalidate:
 * @self: a token source
 * @token: a token that it gave
 *
 * Tells that the server refused a token, so that the next one is another.
 */
void
taube_token_source_invalidate (TaubeTokenSource *self, const char *token)
{
  TaubeTokenSourceInterface *iface;

  g_return_if_fail (TAUBE_IS_TOKEN_SOURCE (self));
  g_return_if_fail (token != NULL);

  iface = TAUBE_TOKEN_SOURCE_GET_IFACE (self);
  if (iface->invalidate != NULL)
    iface->invalidate (self, token);
}

/**
 * taube_token_source_challenge:
 * @self: a token source
 * @token: a token that it gave
 * @claims: JSON: the parameter `claims` of the request for the next token
 *
 * Tells that the server refused a token because it wants to know more of the user (a claims challenge, as Microsoft's
 * servers make it when somebody's rights have changed), so that the next one is another. Sources that do not know of
 * this just get another token.
 */
void
taube_token_source_challenge (TaubeTokenSource *self, const char *token, const char *claims)
{
  TaubeTokenSourceInterface *iface;

  g_return_if_fail (TAUBE_IS_TOKEN_SOURCE (self));
  g_return_if_fail (token != NULL && claims != NULL);

  iface = TAUBE_TOKEN_SOURCE_GET_IFACE (self);
  if (iface->challenge != NULL)
    iface->challenge (self, token, claims);
  else
    taube_token_source_invalidate (self, token);
}
