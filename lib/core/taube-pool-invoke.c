/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-pool-private.h"

#include "core/taube-context.h"

/* What must happen in the account's context: there, or on a thread that is blocked meanwhile and has or can take it. */

/* How often a blocked thread looks whether it can take the context that somebody else has. */
#define CONTEXT_TAKEN_MICROSECONDS 20000

typedef struct
{
  gint claimed; /* atomic: whoever comes first runs it */
  gatomicrefcount refs;
  GSourceFunc func;
  gpointer data;
  GDestroyNotify notify;
  TaubePool *pool;
} Invocation;

void
taube_pool_invocation_unref (gpointer data)
{
  Invocation *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->notify != NULL)
    self->notify (self->data);
  taube_pool_unref (self->pool);
  g_free (self);
}

static void
invocation_run (Invocation *self)
{
  if (g_atomic_int_compare_and_exchange (&self->claimed, FALSE, TRUE))
    self->func (self->data);
}

static gboolean
invocation_dispatch (gpointer data)
{
  Invocation *self = data;
  gboolean listed;

  g_mutex_lock (&self->pool->lock);
  listed = g_queue_remove (&self->pool->invocations, self);
  g_mutex_unlock (&self->pool->lock);
  invocation_run (self);
  if (listed)
    taube_pool_invocation_unref (self);
  return G_SOURCE_REMOVE;
}

void
taube_pool_invoke (TaubePool *self, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  Invocation *invocation = g_new0 (Invocation, 1);

  g_atomic_ref_count_init (&invocation->refs);
  invocation->func = func;
  invocation->data = data;
  invocation->notify = notify;
  invocation->pool = taube_pool_ref (self);

  g_mutex_lock (&self->lock);
  g_atomic_ref_count_inc (&invocation->refs);
  g_queue_push_tail (&self->invocations, invocation);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  taube_context_invoke (self->context, invocation_dispatch, invocation,
                        taube_pool_invocation_unref);
}

/* Answers one question for the context that this thread has, or can take because nobody runs it; waits when there is
 * none. */
static void
answer_or_wait_locked (TaubePool *self)
{
  Invocation *invocation = NULL;

  if (g_queue_is_empty (&self->invocations))
    {
      g_cond_wait (&self->cond, &self->lock);
      return;
    }
  if (g_main_context_acquire (self->context))
    invocation = g_queue_pop_head (&self->invocations); /* there is one: the lock is held */
  if (invocation == NULL)
    {
      /* Somebody has the context, maybe only to drop something; nobody tells when it is free. */
      g_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time () + CONTEXT_TAKEN_MICROSECONDS);
      return;
    }
  g_mutex_unlock (&self->lock);
  invocation_run (invocation);
  g_main_context_release (self->context);
  taube_context_settle (self->context);
  taube_pool_invocation_unref (invocation);
  g_mutex_lock (&self->lock);
}

/* Blocks until the lease is settled. */
void
taube_pool_wait (TaubePool *self, TaubeLease *lease)
{
  g_mutex_lock (&self->lock);
  while (lease->state == TAUBE_LEASE_WAITING)
    answer_or_wait_locked (self);
  g_mutex_unlock (&self->lock);
}

void
taube_pool_wait_for (TaubePool *self, const gint *done)
{
  g_mutex_lock (&self->lock);
  while (!g_atomic_int_get (done))
    answer_or_wait_locked (self);
  g_mutex_unlock (&self->lock);
}

void
taube_pool_nudge (TaubePool *self)
{
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}
