/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-parking.h"

#include <taube-backend/taube-io.h>

struct _ExchangeParking
{
  gatomicrefcount refs;
  TaubeSession *session; /* is there as long as it waits */
  TaubeParkFunc func;
  gpointer user_data;
  gint64 deadline;
  gint waiting;   /* atomic: whoever takes it away decides how the waiting ends */
  GSource *timer; /* of the I/O thread */
};

ExchangeParking *
exchange_parking_ref (ExchangeParking *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

ExchangeParking *
exchange_parking_new (TaubeSession *session, gint64 deadline, TaubeParkFunc func, gpointer user_data)
{
  ExchangeParking *self = g_new0 (ExchangeParking, 1);

  g_atomic_ref_count_init (&self->refs);
  self->session = session;
  self->deadline = deadline;
  self->func = func;
  self->user_data = user_data;
  self->waiting = TRUE;
  return self;
}

void
exchange_parking_unref (gpointer data)
{
  ExchangeParking *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self);
}

/* On the I/O thread. */
static void
drop_timer (ExchangeParking *self)
{
  GSource *timer = g_steal_pointer (&self->timer);

  if (timer == NULL)
    return;
  g_source_destroy (timer);
  g_source_unref (timer);
}

static void
fire (ExchangeParking *self, TaubeWakeReason reason)
{
  if (!g_atomic_int_compare_and_exchange (&self->waiting, TRUE, FALSE))
    return;
  exchange_parking_ref (self);
  drop_timer (self);
  self->func (self->session, reason, self->user_data);
  exchange_parking_unref (self);
}

static gboolean
on_news (gpointer data)
{
  fire (data, TAUBE_WAKE_READABLE);
  return G_SOURCE_REMOVE;
}

static gboolean
on_deadline (gpointer data)
{
  fire (data, TAUBE_WAKE_DEADLINE);
  return G_SOURCE_REMOVE;
}

static gboolean
start_timer (gpointer data)
{
  ExchangeParking *self = data;
  gint64 left = MAX (self->deadline - g_get_monotonic_time (), 0);

  if (!g_atomic_int_get (&self->waiting))
    return G_SOURCE_REMOVE;
  self->timer = g_timeout_source_new ((guint) MIN (left / 1000 + 1, G_MAXINT));
  g_source_set_callback (self->timer, on_deadline, exchange_parking_ref (self), exchange_parking_unref);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  return G_SOURCE_REMOVE;
}

static gboolean
stop_timer (gpointer data)
{
  drop_timer (data);
  return G_SOURCE_REMOVE;
}

gboolean
exchange_parking_begin (ExchangeParking *self, ExchangeStream *stream)
{
  exchange_parking_ref (self);
  if (stream != NULL && !exchange_stream_set_wake (stream, on_news, self, exchange_parking_unref))
    {
      exchange_parking_unref (self);
      g_atomic_int_set (&self->waiting, FALSE);
      return FALSE;
    }
  if (stream == NULL)
    exchange_parking_unref (self);
  if (self->deadline != 0)
    taube_io_invoke (start_timer, exchange_parking_ref (self), exchange_parking_unref);
  return TRUE;
}

gboolean
exchange_parking_end (ExchangeParking *self)
{
  gboolean mine = g_atomic_int_compare_and_exchange (&self->waiting, TRUE, FALSE);

  if (mine && self->deadline != 0)
    taube_io_invoke (stop_timer, exchange_parking_ref (self), exchange_parking_unref);
  return mine;
}
