/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "purse.h"

typedef struct
{
  GObjectClass parent_class;
} PurseClass;

static void purse_source_init (TaubeTokenSourceInterface *iface);

G_DEFINE_TYPE_WITH_CODE (Purse, purse, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TAUBE_TYPE_TOKEN_SOURCE, purse_source_init))

static void
purse_get_async (TaubeTokenSource *source, const char *host, GCancellable *cancellable, GAsyncReadyCallback callback,
                 gpointer user_data)
{
  Purse *self = (Purse *) source;
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);

  g_free (self->host);
  self->host = g_strdup (host);
  g_task_return_pointer (task, g_strdup (self->tokens->pdata[MIN (self->invalidated, self->tokens->len - 1)]), g_free);
}

static char *
purse_get_finish (TaubeTokenSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
purse_invalidate (TaubeTokenSource *source, const char *token)
{
  ((Purse *) source)->invalidated++;
}

static void
purse_source_init (TaubeTokenSourceInterface *iface)
{
  iface->get_token_async = purse_get_async;
  iface->get_token_finish = purse_get_finish;
  iface->invalidate = purse_invalidate;
}

static void
purse_finalize (GObject *object)
{
  Purse *self = (Purse *) object;

  g_ptr_array_unref (self->tokens);
  g_free (self->host);
  G_OBJECT_CLASS (purse_parent_class)->finalize (object);
}

static void
purse_class_init (PurseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = purse_finalize;
}

static void
purse_init (Purse *self)
{
  self->tokens = g_ptr_array_new_with_free_func (g_free);
}

Purse *
purse_new (const char *token)
{
  Purse *self = g_object_new (purse_get_type (), NULL);

  purse_add (self, token);
  return self;
}

void
purse_add (Purse *self, const char *token)
{
  g_ptr_array_add (self->tokens, g_strdup (token));
}
