/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-patience.h"

#include <taube-backend/taube-io.h>

#define PATIENCE_SECONDS 10

static gboolean
cancel (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

/* On the I/O thread. A request that is over by then is not harmed. */
static gboolean
cancel_later (gpointer data)
{
  g_autoptr (GSource) timer = g_timeout_source_new_seconds (PATIENCE_SECONDS);

  g_source_set_callback (timer, cancel, g_object_ref (data), g_object_unref);
  g_source_attach (timer, g_main_context_get_thread_default ());
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *followed, gpointer data)
{
  taube_io_invoke (cancel_later, g_object_ref (data), g_object_unref);
}

void
exchange_patience_init (ExchangePatience *self, GCancellable *followed)
{
  self->cancellable = g_cancellable_new ();
  self->followed = followed != NULL ? g_object_ref (followed) : NULL;
  self->id = followed != NULL ? g_cancellable_connect (followed, G_CALLBACK (on_cancelled),
                                                       g_object_ref (self->cancellable), g_object_unref)
                              : 0;
}

void
exchange_patience_clear (ExchangePatience *self)
{
  if (self->followed != NULL)
    g_cancellable_disconnect (self->followed, self->id);
  g_clear_object (&self->followed);
  g_clear_object (&self->cancellable);
}
