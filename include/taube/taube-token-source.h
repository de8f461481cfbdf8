/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_TOKEN_SOURCE (taube_token_source_get_type ())
#define TAUBE_TOKEN_SOURCE(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_TOKEN_SOURCE, TaubeTokenSource))
#define TAUBE_IS_TOKEN_SOURCE(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_TOKEN_SOURCE))
#define TAUBE_TOKEN_SOURCE_GET_IFACE(obj) \
  (G_TYPE_INSTANCE_GET_INTERFACE ((obj), TAUBE_TYPE_TOKEN_SOURCE, TaubeTokenSourceInterface))

typedef struct _TaubeTokenSourceInterface TaubeTokenSourceInterface;

/**
 * TaubeTokenSourceInterface:
 * @g_iface: the parent
 * @get_token_async: begins to find a token for the host; called in the account's context
 * @get_token_finish: gives the token
 * @invalidate: the server refused this token: the next one must be another
 * @challenge: the server refused this token, and says what the next one must be asked for with; may be left out
 *
 * What an application implements to supply OAuth 2 access tokens.
 */
struct _TaubeTokenSourceInterface
{
  GTypeInterface g_iface;

  void (*get_token_async) (TaubeTokenSource *self, const char *host, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data);
  char *(*get_token_finish) (TaubeTokenSource *self, GAsyncResult *result, GError **error);
  void (*invalidate) (TaubeTokenSource *self, const char *token);
  void (*challenge) (TaubeTokenSource *self, const char *token, const char *claims);
};

TAUBE_API GType taube_token_source_get_type (void);

TAUBE_API void taube_token_source_get_token_async (TaubeTokenSource *self, const char *host, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API char *taube_token_source_get_token_finish (TaubeTokenSource *self, GAsyncResult *result, GError **error);
TAUBE_API void taube_token_source_invalidate (TaubeTokenSource *self, const char *token);
TAUBE_API void taube_token_source_challenge (TaubeTokenSource *self, const char *token, const char *claims);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeTokenSource, g_object_unref)

G_END_DECLS
