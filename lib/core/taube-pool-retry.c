/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-pool-private.h"

#include <taube-backend/taube-trace.h>

#include "base/taube-io-thread.h"
#include "base/taube-retry.h"

/* A server that cannot be reached again and again is left alone for a while, whoever wants it: the call waits in the
 * queue, where it can be cancelled. Watches have pauses of their own and do not wait here, too. */

#define FAILURES_FREE 3
#define PAUSE_FIRST_MILLISECONDS 500
#define PAUSE_CAP_MILLISECONDS 60000

void
taube_pool_note_unreachable_locked (TaubePool *self)
{
  guint pause;

  if (++self->failures <= FAILURES_FREE)
    return;
  pause = taube_retry_pause (self->failures - FAILURES_FREE, PAUSE_FIRST_MILLISECONDS, PAUSE_CAP_MILLISECONDS,
                             g_random_int ());
  self->retry_at = g_get_monotonic_time () + (gint64) pause * 1000;
  TAUBE_TRACE ("job", "%u failures to connect: the next try not before %u ms", self->failures, pause);
}

void
taube_pool_note_reached_locked (TaubePool *self)
{
  self->failures = 0;
  self->retry_at = 0;
}

static gboolean
is_watch_waiting_locked (TaubePool *self)
{
  for (guint p = 0; p < G_N_ELEMENTS (self->waiting); p++)
    for (GList *link = self->waiting[p].head; link != NULL; link = link->next)
      if (((TaubeLease *) link->data)->watching)
        return TRUE;
  return FALSE;
}

static gboolean
on_retry (gpointer data)
{
  TaubePool *self = data;

  g_mutex_lock (&self->lock);
  self->retry_scheduled = FALSE;
  taube_pool_dispatch_locked (self);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

/* Whether nothing may be begun now; the queue is looked at again when that is over. */
gboolean
taube_pool_is_pausing_locked (TaubePool *self)
{
  gint64 left = self->retry_at - g_get_monotonic_time ();
  g_autoptr (GSource) timer = NULL;

  if (self->retry_at == 0 || left <= 0 || is_watch_waiting_locked (self))
    return FALSE;
  if (self->retry_scheduled)
    return TRUE;
  self->retry_scheduled = TRUE;
  timer = taube_io_thread_add_timer ((guint) (left / 1000) + 1, on_retry, taube_pool_ref (self),
                                     (GDestroyNotify) taube_pool_unref);
  return TRUE;
}
