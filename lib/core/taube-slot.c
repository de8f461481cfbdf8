/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-pool-private.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-trace.h>

#include "base/taube-gettext.h"
#include "base/taube-io-thread.h"
#include "base/taube-worker.h"
#include "core/taube-account-private.h"
#include "core/taube-context.h"
#include "core/taube-session-private.h"

/* The life of one session in the pool: made and prepared on the I/O thread; opened, unparked or woken by whoever got
 * the lease; parked; closed on a worker. */

#define CLOSE_MILLISECONDS 5000
/* A server that speaks all the time while nobody asks it anything is cut off. */
#define WAKES_MAX 1000

TaubeSlot *
taube_slot_ref (TaubeSlot *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
taube_slot_unref (TaubeSlot *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_object (&self->session);
  g_object_unref (self->cancellable);
  taube_pool_unref (self->pool);
  g_free (self);
}

/* Ends a slot that could not be prepared. */
static void
fail_start (TaubeSlot *self, const GError *error)
{
  TaubePool *pool = self->pool;

  TAUBE_TRACE ("job", "a session could not be prepared: %s", error->message);
  g_mutex_lock (&pool->lock);
  if (self->state == TAUBE_SLOT_STARTING)
    {
      taube_pool_remove_slot_locked (pool, self);
      if (!self->doomed && !g_cancellable_is_cancelled (self->cancellable))
        taube_pool_note_failure_locked (pool, NULL, error);
      taube_pool_dispatch_locked (pool);
    }
  g_mutex_unlock (&pool->lock);
}

static void
end_start (TaubeSlot *self)
{
  TaubePool *pool = self->pool;

  g_mutex_lock (&pool->lock);
  if (self->state == TAUBE_SLOT_STARTING)
    {
      self->state = TAUBE_SLOT_PREPARED;
      if (self->doomed)
        taube_slot_retire_locked (self);
      taube_pool_dispatch_locked (pool);
    }
  g_mutex_unlock (&pool->lock);
}

typedef struct
{
  TaubeSlot *slot;
  TaubeAccount *account; /* lives as long as the backend prepares */
} Preparation;

static void
preparation_free (Preparation *preparation)
{
  taube_context_drop (preparation->slot->pool->context, preparation->account);
  taube_slot_unref (preparation->slot);
  g_free (preparation);
}

static void
on_prepared (GObject *source, GAsyncResult *result, gpointer data)
{
  Preparation *preparation = data;
  TaubeSlot *slot = preparation->slot;
  g_autoptr (GError) error = NULL;

  if (TAUBE_SESSION_GET_CLASS (slot->session)->prepare_finish (slot->session, result, &error))
    end_start (slot);
  else
    {
      if (error == NULL)
        g_set_error (&error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("%s could not be prepared and does not say why"),
                     G_OBJECT_TYPE_NAME (slot->session));
      fail_start (slot, error);
    }
  preparation_free (preparation);
}

/* On the I/O thread. */
static gboolean
start (gpointer data)
{
  TaubeSlot *self = data;
  TaubeAccount *account = g_weak_ref_get (&self->pool->account);
  TaubeFrame frame;
  Preparation *preparation;

  if (account == NULL || g_cancellable_is_cancelled (self->cancellable))
    {
      g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("nobody wants it any more"));

      fail_start (self, error);
      if (account != NULL)
        taube_context_drop (self->pool->context, account);
      return G_SOURCE_REMOVE;
    }

  preparation = g_new (Preparation, 1);
  preparation->slot = taube_slot_ref (self);
  preparation->account = account;
  taube_frame_enter (&frame, account, NULL);
  self->session = TAUBE_ACCOUNT_GET_CLASS (account)->create_session (account);
  taube_session_set_account (self->session, account);
  if (TAUBE_SESSION_GET_CLASS (self->session)->prepare_async != NULL)
    TAUBE_SESSION_GET_CLASS (self->session)->prepare_async (self->session, self->cancellable, on_prepared, preparation);
  else
    {
      end_start (self);
      preparation_free (preparation);
    }
  taube_frame_leave (&frame);
  return G_SOURCE_REMOVE;
}

TaubeSlot *
taube_slot_start_locked (TaubePool *pool)
{
  TaubeSlot *self = g_new0 (TaubeSlot, 1);

  g_atomic_ref_count_init (&self->refs);
  self->pool = taube_pool_ref (pool);
  self->cancellable = g_cancellable_new ();
  self->state = TAUBE_SLOT_STARTING;
  taube_io_thread_invoke (start, taube_slot_ref (self), (GDestroyNotify) taube_slot_unref);
  return self;
}

/* Takes a session that may be parked back. When the I/O thread was quicker, its call is waited for: it is on its way
 * and never blocks. FALSE: the session woke up, *REASON_OUT says why. */
static gboolean
unpark (TaubeSlot *self, TaubeWakeReason *reason_out)
{
  TaubePool *pool = self->pool;

  if (TAUBE_SESSION_GET_CLASS (self->session)->unpark (self->session))
    {
      g_mutex_lock (&pool->lock);
      self->parked = FALSE;
      g_mutex_unlock (&pool->lock);
      taube_slot_unref (self); /* the park function's, which will never be called */
      return TRUE;
    }
  g_mutex_lock (&pool->lock);
  while (!self->woken)
    g_cond_wait (&pool->cond, &pool->lock);
  self->parked = FALSE;
  *reason_out = self->reason;
  g_mutex_unlock (&pool->lock);
  return FALSE;
}

static gboolean
cancel_close (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

/* On a worker. */
static void
close_slot (gpointer data)
{
  TaubeSlot *self = data;
  TaubePool *pool = self->pool;
  TaubeSessionClass *klass = TAUBE_SESSION_GET_CLASS (self->session);
  TaubeAccount *account = g_weak_ref_get (&pool->account); /* gone when it is being disposed */
  TaubeWakeReason reason;

  if (self->parked)
    unpark (self, &reason);
  if (klass->close != NULL && !taube_session_is_broken (self->session))
    {
      GSource *timer = taube_io_thread_add_timer (CLOSE_MILLISECONDS, cancel_close, g_object_ref (self->cancellable),
                                                  g_object_unref);

      klass->close (self->session, self->cancellable);
      g_source_destroy (timer);
      g_source_unref (timer);
    }
  if (account != NULL)
    taube_context_drop (pool->context, account);

  g_mutex_lock (&pool->lock);
  taube_pool_remove_slot_locked (pool, self);
  taube_pool_dispatch_locked (pool);
  g_mutex_unlock (&pool->lock);
  taube_slot_unref (self);
}

void
taube_slot_retire_locked (TaubeSlot *self)
{
  if (self->opened && (self->parked || !taube_session_is_broken (self->session)))
    {
      self->state = TAUBE_SLOT_CLOSING;
      taube_worker_push (close_slot, taube_slot_ref (self));
      return;
    }
  taube_pool_remove_slot_locked (self->pool, self);
}

static gboolean
call_wake (TaubeSlot *self, TaubeWakeReason reason, GCancellable *cancellable, GError **error)
{
  TaubeSessionClass *klass = TAUBE_SESSION_GET_CLASS (self->session);

  if (klass->wake != NULL && klass->wake (self->session, reason, cancellable, error)
      && !taube_session_is_broken (self->session))
    return TRUE;
  if (klass->wake != NULL || reason == TAUBE_WAKE_READABLE)
    taube_session_set_broken (self->session);
  return FALSE;
}

/* On a worker. */
static void
wake (gpointer data)
{
  TaubeSlot *self = data;
  TaubePool *pool = self->pool;
  g_autoptr (GError) error = NULL;
  TaubeAccount *account = g_weak_ref_get (&pool->account);
  gboolean alive = FALSE;
  TaubeFrame frame;

  if (account != NULL)
    {
      taube_frame_enter (&frame, account, NULL);
      alive = ++self->wakes <= WAKES_MAX && call_wake (self, self->reason, self->cancellable, &error);
      taube_frame_leave (&frame);
    }

  g_mutex_lock (&pool->lock);
  if (alive && !self->doomed)
    {
      self->state = TAUBE_SLOT_PARKING;
      g_mutex_unlock (&pool->lock);
      taube_slot_rest (self);
    }
  else
    {
      TAUBE_TRACE ("job", "an idle session is dropped: %s", error != NULL ? error->message : "its time has come");
      taube_slot_retire_locked (self);
      taube_pool_dispatch_locked (pool);
      g_mutex_unlock (&pool->lock);
    }
  if (account != NULL)
    taube_context_drop (pool->context, account);
  taube_slot_unref (self);
}

static void
wake_locked (TaubeSlot *self, TaubeWakeReason reason)
{
  self->parked = FALSE;
  self->reason = reason;
  self->state = TAUBE_SLOT_WAKING;
  taube_worker_push (wake, taube_slot_ref (self));
}

static void
on_woken (TaubeSession *session, TaubeWakeReason reason, gpointer data)
{
  TaubeSlot *self = data;
  TaubePool *pool = self->pool;

  g_mutex_lock (&pool->lock);
  self->woken = TRUE;
  self->reason = reason;
  if (self->state == TAUBE_SLOT_IDLE)
    wake_locked (self, reason);
  else
    taube_pool_wake_waiting_locked (pool);
  g_mutex_unlock (&pool->lock);
  taube_slot_unref (self);
}

void
taube_slot_rest (TaubeSlot *self)
{
  TaubePool *pool = self->pool;
  TaubeSessionClass *klass = TAUBE_SESSION_GET_CLASS (self->session);
  gboolean can_park = klass->park != NULL && klass->unpark != NULL;
  gboolean parked = FALSE;

  if (can_park)
    {
      self->woken = FALSE; /* nobody else looks at it before it is parked */
      taube_slot_ref (self);
      parked = klass->park (self->session, taube_session_get_idle_deadline (self->session), on_woken, self);
      if (!parked)
        taube_slot_unref (self);
    }

  g_mutex_lock (&pool->lock);
  self->last_used = g_get_monotonic_time ();
  self->parked = parked;
  if (parked && self->woken)
    wake_locked (self, self->reason);
  else if (can_park && !parked)
    wake_locked (self, TAUBE_WAKE_READABLE);
  else
    self->state = TAUBE_SLOT_IDLE;
  if (self->doomed && self->state == TAUBE_SLOT_IDLE)
    taube_slot_retire_locked (self);
  taube_pool_dispatch_locked (pool);
  g_mutex_unlock (&pool->lock);
}

/* The session of a lease could not be had. AGAIN: it went stale while it was parked, or the server wants no further
 * one now; another will do. */
static TaubeBegin
fail_begin (TaubePool *pool, TaubeLease *lease, gboolean stale, GError *error)
{
  TaubeSlot *slot = lease->slot;
  TaubeBegin outcome = TAUBE_BEGIN_FAILED;
  gboolean again;

  TAUBE_TRACE ("job", "%s: %s", stale ? "a parked session had gone" : "a session could not be opened",
               error->message);
  g_mutex_lock (&pool->lock);
  taube_slot_ref (slot);
  lease->slot = NULL;
  slot->lease = NULL;
  taube_pool_remove_slot_locked (pool, slot);
  if (g_cancellable_is_cancelled (lease->cancellable) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    again = FALSE;
  else if (stale)
    again = TRUE;
  else
    again = taube_pool_note_failure_locked (pool, lease, error);

  /* Refused while others work: a watch can do with less. */
  if (again && !stale && lease->dedicated)
    {
      lease->state = TAUBE_LEASE_FAILED;
      lease->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, error->message);
    }
  else if (again && ++lease->tries < 16)
    {
      outcome = TAUBE_BEGIN_AGAIN;
      pool->n_dedicated += lease->dedicated; /* the slot's share went with it */
      taube_pool_requeue_locked (pool, lease);
    }
  else
    {
      lease->state = TAUBE_LEASE_FAILED;
      lease->error = g_error_copy (error);
    }
  taube_pool_dispatch_locked (pool);
  g_mutex_unlock (&pool->lock);
  taube_slot_unref (slot);
  g_error_free (error);
  return outcome;
}

static void
note_opened (TaubePool *pool, TaubeSlot *slot)
{
  g_mutex_lock (&pool->lock);
  slot->opened = TRUE;
  taube_pool_note_reached_locked (pool);
  if (!pool->closed && !slot->doomed)
    taube_pool_set_state_locked (pool, TAUBE_ACCOUNT_STATE_CONNECTED);
  g_mutex_unlock (&pool->lock);
}

/* Cancelled before anything was done with the session: it is as good as before. */
static TaubeBegin
give_back (TaubePool *pool, TaubeLease *lease)
{
  TaubeSlot *slot = lease->slot;
  gboolean unrested = FALSE;

  g_mutex_lock (&pool->lock);
  taube_slot_ref (slot);
  lease->slot = NULL;
  lease->state = TAUBE_LEASE_FAILED;
  lease->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("the operation was cancelled"));
  slot->lease = NULL;
  if (slot->dedicated)
    pool->n_dedicated--;
  slot->dedicated = FALSE;
  if (slot->parked && slot->woken)
    wake_locked (slot, slot->reason);
  else
    slot->state = !slot->opened ? TAUBE_SLOT_PREPARED : slot->parked ? TAUBE_SLOT_IDLE : TAUBE_SLOT_PARKING;
  unrested = slot->state == TAUBE_SLOT_PARKING;
  if (slot->doomed && (slot->state == TAUBE_SLOT_IDLE || slot->state == TAUBE_SLOT_PREPARED))
    taube_slot_retire_locked (slot);
  taube_pool_dispatch_locked (pool);
  g_mutex_unlock (&pool->lock);
  if (unrested)
    taube_slot_rest (slot);
  taube_slot_unref (slot);
  return TAUBE_BEGIN_FAILED;
}

/* The account may have other credentials by now. FALSE without an error: another session is needed. */
static gboolean
renew (TaubeSession *session, GCancellable *cancellable, GError **error)
{
  TaubeSessionClass *klass = TAUBE_SESSION_GET_CLASS (session);
  gint login = taube_account_get_login (taube_session_get_account (session));

  if (taube_session_get_login (session) == login)
    return TRUE;
  if (klass->renew != NULL && klass->renew (session, cancellable, error))
    {
      taube_session_set_login (session, login);
      return TRUE;
    }
  taube_session_set_broken (session);
  return FALSE;
}

/* Makes the session of a granted lease ready, on the thread that is going to use it. */
TaubeBegin
taube_pool_begin (TaubePool *pool, TaubeLease *lease)
{
  TaubeSlot *slot = lease->slot;
  TaubeSession *session = slot->session;
  TaubeWakeReason reason;
  gboolean alive = TRUE;
  GError *error = NULL;

  if (g_cancellable_is_cancelled (lease->cancellable))
    return give_back (pool, lease);
  if (slot->parked && !unpark (slot, &reason))
    alive = call_wake (slot, reason, lease->cancellable, &error);
  if (!alive || taube_session_is_broken (session))
    {
      if (error == NULL)
        g_set_error_literal (&error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the server closed the connection"));
      return fail_begin (pool, lease, TRUE, error);
    }
  g_clear_error (&error);
  slot->wakes = 0;
  if (slot->opened && renew (session, lease->cancellable, &error))
    return TAUBE_BEGIN_READY;
  if (slot->opened)
    {
      gboolean stale = error == NULL || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);

      if (error == NULL)
        g_set_error_literal (&error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the account has other credentials"));
      return fail_begin (pool, lease, stale, error);
    }

  taube_session_set_login (session, taube_account_get_login (taube_session_get_account (session)));
  if (!TAUBE_SESSION_GET_CLASS (session)->open (session, lease->cancellable, &error))
    {
      if (error == NULL)
        {
          g_critical ("%s.open failed without an error", G_OBJECT_TYPE_NAME (session));
          g_set_error (&error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s could not be opened and does not say why"),
                       G_OBJECT_TYPE_NAME (session));
        }
      taube_session_set_broken (session);
      return fail_begin (pool, lease, FALSE, error);
    }
  if (error != NULL)
    {
      g_critical ("%s.open succeeded with an error: %s", G_OBJECT_TYPE_NAME (session), error->message);
      g_clear_error (&error);
    }
  note_opened (pool, slot);
  return TAUBE_BEGIN_READY;
}

TaubeSession *
taube_pool_get_session (TaubeLease *lease)
{
  return lease->slot->session;
}

/* The job is done with the session; on the thread that worked with it. */
void
taube_pool_release (TaubePool *pool, TaubeLease *lease)
{
  g_autoptr (TaubeSlot) slot = NULL;

  g_mutex_lock (&pool->lock);
  slot = taube_slot_ref (lease->slot);
  lease->slot = NULL;
  lease->state = TAUBE_LEASE_RELEASED;
  slot->lease = NULL;
  if (slot->dedicated)
    {
      slot->dedicated = FALSE;
      pool->n_dedicated--;
    }
  slot->state = TAUBE_SLOT_PARKING;
  if (slot->doomed || taube_session_is_broken (slot->session))
    {
      taube_slot_retire_locked (slot);
      taube_pool_dispatch_locked (pool);
      g_mutex_unlock (&pool->lock);
      return;
    }
  /* Whoever waits gets it as it is; only a session that nobody wants is parked. */
  slot->state = TAUBE_SLOT_IDLE;
  slot->last_used = g_get_monotonic_time ();
  taube_pool_dispatch_locked (pool);
  if (slot->state == TAUBE_SLOT_IDLE)
    slot->state = TAUBE_SLOT_PARKING;
  else
    {
      g_mutex_unlock (&pool->lock);
      return;
    }
  g_mutex_unlock (&pool->lock);
  taube_slot_rest (slot);
}
