/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-pool-private.h"

#include "core/taube-context.h"
#include "core/taube-inner-context.h"

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
  GSource *source; /* in the account's context */
} Invocation;

void
taube_pool_invocation_unref (gpointer data)
{
  Invocation *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->notify != NULL)
    self->notify (self->data);
  g_source_unref (self->source);
  taube_pool_unref (self->pool);
  g_free (self);
}

/* (transfer full) (nullable) */
static GMainContext *
get_questions_locked (TaubePool *self)
{
  return self->questions != NULL ? g_main_context_ref (self->questions) : NULL;
}

/* On the thread that has the account's context. */
static void
invocation_run (Invocation *self, GMainContext *questions)
{
  if (!g_atomic_int_compare_and_exchange (&self->claimed, FALSE, TRUE))
    return;
  if (questions != NULL)
    g_main_context_push_thread_default (questions);
  self->func (self->data);
  if (questions != NULL)
    g_main_context_pop_thread_default (questions);
}

static gboolean
invocation_dispatch (gpointer data)
{
  Invocation *self = data;
  g_autoptr (GMainContext) questions = NULL;
  gboolean listed;

  g_mutex_lock (&self->pool->lock);
  listed = g_queue_remove (&self->pool->invocations, self);
  questions = get_questions_locked (self->pool);
  g_mutex_unlock (&self->pool->lock);
  invocation_run (self, questions);
  if (listed)
    taube_pool_invocation_unref (self);
  return G_SOURCE_REMOVE;
}

static Invocation *
invocation_new (TaubePool *pool, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  Invocation *self = g_new0 (Invocation, 1);

  g_atomic_ref_count_init (&self->refs);
  self->func = func;
  self->data = data;
  self->notify = notify;
  self->pool = taube_pool_ref (pool);
  self->source = g_idle_source_new ();
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->source, invocation_dispatch, self, taube_pool_invocation_unref);
  return self;
}

static void
invocation_queue (Invocation *self)
{
  TaubePool *pool = self->pool;

  g_mutex_lock (&pool->lock);
  g_atomic_ref_count_inc (&self->refs);
  g_queue_push_tail (&pool->invocations, self);
  taube_pool_wake_waiting_locked (pool);
  /* Under the lock: whoever takes it out of the queue ends the source. */
  g_source_attach (self->source, pool->context);
  g_mutex_unlock (&pool->lock);
}

void
taube_pool_invoke (TaubePool *self, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  invocation_queue (invocation_new (self, func, data, notify));
}

/* On the thread that asked: does it itself as soon as it can have the context, unless somebody has done it. */
static gboolean
invocation_try (gpointer data)
{
  Invocation *self = data;
  TaubePool *pool = self->pool;
  gboolean listed;

  if (g_atomic_int_get (&self->claimed))
    return G_SOURCE_REMOVE;
  if (!g_main_context_acquire (pool->context))
    return G_SOURCE_CONTINUE;
  g_mutex_lock (&pool->lock);
  listed = g_queue_remove (&pool->invocations, self);
  g_mutex_unlock (&pool->lock);
  g_source_destroy (self->source);
  invocation_run (self, NULL);
  g_main_context_release (pool->context);
  taube_context_settle (pool->context);
  if (listed)
    taube_pool_invocation_unref (self);
  return G_SOURCE_REMOVE;
}

void
taube_pool_invoke_patiently (TaubePool *self, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  g_autoptr (GMainContext) here = g_main_context_ref_thread_default ();
  g_autoptr (GSource) timer = g_timeout_source_new (CONTEXT_TAKEN_MICROSECONDS / 1000);
  Invocation *invocation = invocation_new (self, func, data, notify);

  g_atomic_ref_count_inc (&invocation->refs);
  g_source_set_callback (timer, invocation_try, invocation, taube_pool_invocation_unref);
  invocation_queue (invocation);
  g_source_attach (timer, here);
}

void
taube_pool_wake_waiting_locked (TaubePool *self)
{
  g_cond_broadcast (&self->cond);
  if (self->questions != NULL)
    g_main_context_wakeup (self->questions);
}

void
taube_pool_begin_question (TaubePool *self)
{
  g_mutex_lock (&self->lock);
  self->n_questions++;
  if (self->questions == NULL)
    {
      self->questions = g_main_context_new ();
      self->questions_source = taube_inner_context_new_source (self->questions, self->owner);
      g_source_attach (self->questions_source, self->context);
    }
  taube_pool_wake_waiting_locked (self);
  g_mutex_unlock (&self->lock);
}

static gboolean
destroy_source (gpointer source)
{
  g_source_destroy (source);
  return G_SOURCE_REMOVE;
}

/* Nobody asks any more. */
void
taube_pool_forget_questions (TaubePool *self)
{
  g_clear_pointer (&self->questions, g_main_context_unref);
  if (self->questions_source == NULL)
    return;
  if (g_main_context_acquire (self->context))
    {
      g_source_destroy (self->questions_source);
      g_main_context_release (self->context);
      g_clear_pointer (&self->questions_source, g_source_unref);
    }
  else
    taube_context_invoke (self->context, destroy_source, g_steal_pointer (&self->questions_source),
                          (GDestroyNotify) g_source_unref);
}

static gboolean
leave_questions (gpointer data)
{
  TaubePool *self = data;
  g_autoptr (GMainContext) questions = NULL;
  g_autoptr (GSource) source = NULL;

  g_mutex_lock (&self->lock);
  self->questions_leave = FALSE;
  if (self->n_questions == 0)
    {
      questions = g_steal_pointer (&self->questions);
      source = g_steal_pointer (&self->questions_source);
    }
  g_mutex_unlock (&self->lock);
  if (source != NULL)
    g_source_destroy (source);
  return G_SOURCE_REMOVE;
}

/* What was made for them stays as long as the context is not run, for the next question. */
void
taube_pool_end_question (TaubePool *self)
{
  gboolean leave;

  g_mutex_lock (&self->lock);
  leave = --self->n_questions == 0 && !self->questions_leave;
  self->questions_leave |= leave;
  taube_pool_wake_waiting_locked (self);
  g_mutex_unlock (&self->lock);
  if (leave)
    taube_context_invoke (self->context, leave_questions, taube_pool_ref (self), (GDestroyNotify) taube_pool_unref);
}

/* Waits for a change. Meanwhile asks one question, or lets the search for answers go on, in the context that this
 * thread has, or can take because nobody runs it. */
static void
answer_or_wait_locked (TaubePool *self)
{
  g_autoptr (GMainContext) questions = NULL;
  Invocation *invocation;

  if (g_queue_is_empty (&self->invocations) && self->n_questions == 0)
    {
      g_cond_wait (&self->cond, &self->lock);
      return;
    }
  if (!g_main_context_acquire (self->context))
    {
      /* Somebody has the context, maybe only to drop something; nobody tells when it is free. */
      g_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time () + CONTEXT_TAKEN_MICROSECONDS);
      return;
    }
  invocation = g_queue_pop_head (&self->invocations);
  questions = get_questions_locked (self);
  g_mutex_unlock (&self->lock);
  if (invocation != NULL)
    {
      /* Nobody may ever run the context. */
      g_source_destroy (invocation->source);
      invocation_run (invocation, questions);
    }
  else
    taube_inner_context_iterate (questions, self->owner);
  g_main_context_release (self->context);
  taube_context_settle (self->context);
  if (invocation != NULL)
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
  taube_pool_wake_waiting_locked (self);
  g_mutex_unlock (&self->lock);
}
