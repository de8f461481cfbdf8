/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-pool-private.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-trace.h>

#include "base/taube-gettext.h"
#include "base/taube-io-thread.h"
#include "base/taube-retry.h"
#include "core/taube-context.h"
#include "core/taube-session-private.h"

/* After the server has refused a further connection, none is tried for so long, growing with each refusal. */
#define REFUSED_FIRST_MILLISECONDS 30000
#define REFUSED_CAP_MILLISECONDS 900000
/* disconnect() ends after this even when a session will not say goodbye. */
#define GOODBYE_MILLISECONDS 6000

static gboolean
cancel_it (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

/* Handlers of a cancellable are other people's code: never with the lock. */
static void
cancel_soon (GCancellable *cancellable)
{
  taube_io_thread_invoke (cancel_it, g_object_ref (cancellable), g_object_unref);
}

static gboolean
do_nothing (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* A pool of at most MAX sessions for ACCOUNT, of which no reference is kept. */
TaubePool *
taube_pool_new (TaubeAccount *account, GMainContext *context, guint max)
{
  TaubePool *self = g_new0 (TaubePool, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_weak_ref_init (&self->account, account);
  self->owner = account;
  self->context = g_main_context_ref (context);
  for (guint i = 0; i < G_N_ELEMENTS (self->waiting); i++)
    g_queue_init (&self->waiting[i]);
  g_queue_init (&self->invocations);
  g_queue_init (&self->goodbyes);
  self->slots = g_ptr_array_new ();
  self->max = MAX (max, 1);
  self->allowed = self->max;
  return self;
}

TaubePool *
taube_pool_ref (TaubePool *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
taube_pool_unref (TaubePool *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_assert (self->slots->len == 0); /* each holds a reference */
  taube_pool_forget_questions (self);
  g_ptr_array_unref (self->slots);
  g_queue_clear_full (&self->goodbyes, (GDestroyNotify) g_source_unref);
  g_weak_ref_clear (&self->account);
  g_main_context_unref (self->context);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
emit_state (gpointer data)
{
  TaubePool *self = data;
  g_autoptr (GObject) account = g_weak_ref_get (&self->account);

  g_mutex_lock (&self->lock);
  self->state_scheduled = FALSE;
  g_mutex_unlock (&self->lock);
  if (account != NULL)
    g_object_notify (account, "state");
  return G_SOURCE_REMOVE;
}

void
taube_pool_set_state_locked (TaubePool *self, TaubeAccountState state)
{
  if (self->state == state)
    return;
  self->state = state;
  if (self->state_scheduled)
    return;
  self->state_scheduled = TRUE;
  taube_context_invoke (self->context, emit_state, taube_pool_ref (self), (GDestroyNotify) taube_pool_unref);
}

TaubeAccountState
taube_pool_get_state (TaubePool *self)
{
  TaubeAccountState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}

/* A watch may have as many sessions for itself as leave two for jobs, so that a click is not behind a long list; one
 * where there are only two in all. */
static guint
dedicated_limit (TaubePool *self)
{
  if (self->allowed >= 3)
    return self->allowed - 2;
  return self->allowed == 2 ? 1 : 0;
}

gboolean
taube_pool_is_asleep (TaubePool *self)
{
  gboolean asleep;

  g_mutex_lock (&self->lock);
  asleep = self->asleep;
  g_mutex_unlock (&self->lock);
  return asleep;
}

/* Somebody wants the account again. */
void
taube_pool_wake_up (TaubePool *self)
{
  g_mutex_lock (&self->lock);
  self->asleep = FALSE;
  taube_pool_dispatch_locked (self);
  g_mutex_unlock (&self->lock);
}

gboolean
taube_pool_is_closed (TaubePool *self)
{
  gboolean closed;

  g_mutex_lock (&self->lock);
  closed = self->closed;
  g_mutex_unlock (&self->lock);
  return closed;
}

static void
settle_locked (TaubePool *self, TaubeLease *lease)
{
  if (lease->settled != NULL)
    lease->settled (lease);
  taube_pool_wake_waiting_locked (self);
}

void
taube_pool_fail_locked (TaubePool *self, TaubeLease *lease, const GError *error)
{
  lease->state = TAUBE_LEASE_FAILED;
  lease->error = g_error_copy (error);
  if (lease->dedicated)
    self->n_dedicated--;
  settle_locked (self, lease);
}

static void
fail_first_waiting_locked (TaubePool *self, const GError *error)
{
  for (guint p = 0; p < G_N_ELEMENTS (self->waiting); p++)
    {
      TaubeLease *lease = g_queue_pop_head (&self->waiting[p]);

      if (lease != NULL)
        {
          taube_pool_fail_locked (self, lease, error);
          return;
        }
    }
}

static void
fail_all_waiting_locked (TaubePool *self, const GError *error)
{
  for (guint p = 0; p < G_N_ELEMENTS (self->waiting); p++)
    {
      TaubeLease *lease;

      while ((lease = g_queue_pop_head (&self->waiting[p])) != NULL)
        taube_pool_fail_locked (self, lease, error);
    }
}

/* Jobs that nobody watches leave the last session to interactive ones, where there is more than one. */
static guint
quiet_limit (TaubePool *self)
{
  guint shared = self->allowed > self->n_dedicated ? self->allowed - self->n_dedicated : 1;

  return shared > 1 ? shared - 1 : 1;
}

static guint
count_quiet_locked (TaubePool *self)
{
  guint n = 0;

  for (guint i = 0; i < self->slots->len; i++)
    {
      TaubeSlot *slot = g_ptr_array_index (self->slots, i);

      if (slot->lease != NULL && !slot->dedicated && slot->lease->priority != TAUBE_PRIORITY_INTERACTIVE)
        n++;
    }
  return n;
}

static gboolean
may_run_locked (TaubePool *self, TaubeLease *lease)
{
  if (lease->watching && self->asleep)
    return FALSE;
  return lease->priority == TAUBE_PRIORITY_INTERACTIVE || lease->dedicated
         || count_quiet_locked (self) < quiet_limit (self);
}

/* The best free session for the lease: the one that is there already, else one that is nowhere, else the one that was
 * used longest ago, else one that is connected and not yet open. */
static TaubeSlot *
find_slot_locked (TaubePool *self, TaubeLease *lease)
{
  TaubeSlot *best = NULL;
  int best_rate = -2;

  for (guint i = 0; i < self->slots->len; i++)
    {
      TaubeSlot *slot = g_ptr_array_index (self->slots, i);
      int rate;

      if (slot->state == TAUBE_SLOT_PREPARED)
        rate = -1;
      else if (slot->state == TAUBE_SLOT_IDLE)
        rate = taube_session_rate_affinity (slot->session, lease->affinity);
      else
        continue;
      if (rate > best_rate || (rate == best_rate && slot->last_used < best->last_used))
        {
          best = slot;
          best_rate = rate;
        }
    }
  return best;
}

static void
grant_locked (TaubePool *self, TaubeLease *lease, TaubeSlot *slot)
{
  slot->state = TAUBE_SLOT_LEASED;
  slot->lease = lease;
  slot->dedicated = lease->dedicated;
  lease->slot = slot;
  lease->state = TAUBE_LEASE_GRANTED;
  settle_locked (self, lease);
}

static guint
grant_waiting_locked (TaubePool *self)
{
  guint wanted = 0, quiet_wanted = 0;

  for (guint p = 0; p < G_N_ELEMENTS (self->waiting); p++)
    for (GList *link = self->waiting[p].head, *next; link != NULL; link = next)
      {
        TaubeLease *lease = link->data;
        TaubeSlot *slot = may_run_locked (self, lease) ? find_slot_locked (self, lease) : NULL;

        next = link->next;
        if (slot != NULL)
          {
            g_queue_delete_link (&self->waiting[p], link);
            grant_locked (self, lease, slot);
          }
        else if (may_run_locked (self, lease) && (lease->priority == TAUBE_PRIORITY_INTERACTIVE || lease->dedicated))
          wanted++;
        else if (may_run_locked (self, lease))
          quiet_wanted++;
      }
  if (quiet_wanted > 0)
    wanted += MIN (quiet_wanted, quiet_limit (self) - MIN (count_quiet_locked (self), quiet_limit (self)));
  return wanted;
}

static guint
count_state_locked (TaubePool *self, TaubeSlotState state)
{
  guint n = 0;

  for (guint i = 0; i < self->slots->len; i++)
    if (((TaubeSlot *) g_ptr_array_index (self->slots, i))->state == state)
      n++;
  return n;
}

/* Begun for somebody who has got another session in the meantime, or has gone. */
static void
drop_surplus_locked (TaubePool *self, guint surplus)
{
  for (guint i = self->slots->len; i > 0 && surplus > 0; i--)
    {
      TaubeSlot *slot = g_ptr_array_index (self->slots, i - 1);

      if (slot->state != TAUBE_SLOT_STARTING && slot->state != TAUBE_SLOT_PREPARED)
        continue;
      cancel_soon (slot->cancellable);
      slot->state = TAUBE_SLOT_CLOSING;
      taube_pool_remove_slot_locked (self, slot);
      surplus--;
    }
}

static void
reclaim_locked (TaubePool *self)
{
  for (guint i = 0; i < self->slots->len; i++)
    {
      TaubeSlot *slot = g_ptr_array_index (self->slots, i);

      if (!slot->dedicated || slot->lease == NULL || slot->lease->reclaimed || slot->lease->reclaim == NULL)
        continue;
      slot->lease->reclaimed = TRUE;
      slot->lease->reclaim (slot->lease);
      return;
    }
}

/* Gives every free session to the next in the queue and begins new ones for those that are left, as far as allowed. */
void
taube_pool_dispatch_locked (TaubePool *self)
{
  guint wanted, coming;

  if (self->closed)
    return;
  if (self->allowed < self->max && g_get_monotonic_time () >= self->refused_until)
    self->allowed = self->max;

  wanted = grant_waiting_locked (self);
  coming = count_state_locked (self, TAUBE_SLOT_STARTING) + count_state_locked (self, TAUBE_SLOT_PREPARED);
  if (coming > wanted)
    drop_surplus_locked (self, coming - wanted);
  /* These will be free in a moment, when nothing is wrong with them. */
  coming += count_state_locked (self, TAUBE_SLOT_PARKING) + count_state_locked (self, TAUBE_SLOT_WAKING);
  for (; coming < wanted && self->slots->len < self->allowed && !taube_pool_is_pausing_locked (self); coming++)
    {
      g_ptr_array_add (self->slots, taube_slot_start_locked (self));
      if (self->state == TAUBE_ACCOUNT_STATE_DISCONNECTED)
        taube_pool_set_state_locked (self, TAUBE_ACCOUNT_STATE_CONNECTING);
    }
  if (coming < wanted && self->n_dedicated > dedicated_limit (self))
    reclaim_locked (self);
  if (self->state == TAUBE_ACCOUNT_STATE_CONNECTING && self->slots->len == 0)
    taube_pool_set_state_locked (self, TAUBE_ACCOUNT_STATE_DISCONNECTED);
}

static int
compare_numbers (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const TaubeLease *left = a, *right = b;

  return left->number < right->number ? -1 : left->number > right->number;
}

void
taube_pool_requeue_locked (TaubePool *self, TaubeLease *lease)
{
  lease->state = TAUBE_LEASE_WAITING;
  g_queue_insert_sorted (&self->waiting[lease->priority], lease, compare_numbers, NULL);
}

/* Why a lease cannot even be queued; NULL: it can. */
static GError *
refuse_locked (TaubePool *self, TaubeLease *lease)
{
  if (g_cancellable_is_cancelled (lease->cancellable))
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("the operation was cancelled"));
  if (self->closed)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("the account was disposed"));
  if (lease->dedicated && self->n_dedicated > dedicated_limit (self))
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, _ ("no session is left for a watch of its own"));
  return NULL;
}

/* Queues the lease; settled() may be called before this returns. */
void
taube_pool_request (TaubePool *self, TaubeLease *lease)
{
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->lock);
  lease->number = self->next_number++;
  if (lease->dedicated)
    self->n_dedicated++;
  error = refuse_locked (self, lease);
  if (error != NULL)
    taube_pool_fail_locked (self, lease, error);
  else
    {
      if (!lease->watching)
        self->asleep = FALSE;
      taube_pool_requeue_locked (self, lease);
      taube_pool_dispatch_locked (self);
    }
  g_mutex_unlock (&self->lock);
}

/* Takes a waiting lease out of the queue; it fails with G_IO_ERROR_CANCELLED. Does nothing to one in another state:
 * its cancellable must be cancelled first. */
void
taube_pool_cancel (TaubePool *self, TaubeLease *lease)
{
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->lock);
  if (lease->state == TAUBE_LEASE_WAITING && g_queue_remove (&self->waiting[lease->priority], lease))
    {
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("the operation was cancelled"));
      taube_pool_fail_locked (self, lease, error);
      taube_pool_dispatch_locked (self);
    }
  g_mutex_unlock (&self->lock);
}

static void
say_goodbyes_locked (TaubePool *self)
{
  GSource *timer;

  while ((timer = g_queue_pop_head (&self->goodbyes)) != NULL)
    {
      g_source_set_ready_time (timer, 0);
      g_source_unref (timer);
    }
}

void
taube_pool_remove_slot_locked (TaubePool *self, TaubeSlot *slot)
{
  if (!g_ptr_array_remove (self->slots, slot))
    return;
  if (slot->dedicated)
    self->n_dedicated--;
  slot->dedicated = FALSE;
  if (slot->doomed && --self->n_doomed == 0)
    say_goodbyes_locked (self);
  taube_pool_wake_waiting_locked (self);
  /* A session is a backend's object: it does not end under the lock. */
  taube_io_thread_invoke (do_nothing, slot, (GDestroyNotify) taube_slot_unref);
}

/* The others that jobs could wait for instead; OPENED_OUT: those that are signed in; OPENING_OUT: those that somebody
 * is signing in. */
static guint
count_others_locked (TaubePool *self, guint *opened_out, guint *opening_out)
{
  guint n = 0, opened = 0, opening = 0;

  for (guint i = 0; i < self->slots->len; i++)
    {
      TaubeSlot *slot = g_ptr_array_index (self->slots, i);

      if (slot->state == TAUBE_SLOT_CLOSING || slot->doomed)
        continue;
      n++;
      opened += slot->opened;
      opening += !slot->opened && slot->lease != NULL;
    }
  *opened_out = opened;
  *opening_out = opening;
  return n;
}

static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION)
         || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_THROTTLED)
         || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
}

gboolean
taube_pool_note_failure_locked (TaubePool *self, TaubeLease *lease, const GError *error)
{
  guint opened, opening, others = count_others_locked (self, &opened, &opening);
  gboolean is_auth = g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);

  /* Some servers call a connection too many a failed sign-in; the password works elsewhere at this moment, or it will
   * soon be known whether it does. */
  if ((is_refusal (error) && others > 0) || (is_auth && opened + opening > 0))
    {
      guint pause = taube_retry_pause (++self->refusals, REFUSED_FIRST_MILLISECONDS, REFUSED_CAP_MILLISECONDS,
                                       g_random_int ());

      TAUBE_TRACE ("job", "no further connection now (%s): going on with %u", error->message, others);
      self->allowed = others;
      self->refused_until = g_get_monotonic_time () + (gint64) pause * 1000;
      return TRUE;
    }
  self->refusals = 0;
  if (opened > 0)
    {
      if (lease == NULL)
        fail_first_waiting_locked (self, error);
      return FALSE;
    }
  /* Nothing works, so nobody is served by trying the same again for each that waits: they share this answer. */
  if (is_refusal (error))
    taube_pool_note_unreachable_locked (self);
  self->allowed = self->max;
  drop_surplus_locked (self, G_MAXUINT);
  fail_all_waiting_locked (self, error);
  taube_pool_set_state_locked (self, TAUBE_ACCOUNT_STATE_DISCONNECTED);
  return FALSE;
}

/* Ends everything that is there; what is begun afterwards is not touched. */
static void
doom_all_locked (TaubePool *self, const char *why)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, why);

  self->asleep = TRUE;
  taube_pool_note_reached_locked (self);
  fail_all_waiting_locked (self, error);
  for (guint i = self->slots->len; i > 0; i--)
    {
      TaubeSlot *slot = g_ptr_array_index (self->slots, i - 1);

      if (slot->doomed)
        continue;
      slot->doomed = TRUE;
      self->n_doomed++;
      /* The owner of a dedicated session may have it parked: it comes and leaves. */
      if (slot->lease != NULL && slot->dedicated && slot->lease->reclaim != NULL)
        slot->lease->reclaim (slot->lease);
      else if (slot->lease != NULL)
        cancel_soon (slot->lease->cancellable);
      if (slot->state == TAUBE_SLOT_IDLE || slot->state == TAUBE_SLOT_PREPARED)
        taube_slot_retire_locked (slot);
      else if (slot->state == TAUBE_SLOT_STARTING || slot->state == TAUBE_SLOT_WAKING)
        cancel_soon (slot->cancellable);
      if (slot->state == TAUBE_SLOT_STARTING)
        {
          slot->state = TAUBE_SLOT_CLOSING;
          taube_pool_remove_slot_locked (self, slot);
        }
    }
  taube_pool_set_state_locked (self, TAUBE_ACCOUNT_STATE_DISCONNECTED);
}

void
taube_pool_disconnect (TaubePool *self, GSourceFunc done, gpointer data)
{
  g_autoptr (GSource) timer = NULL;

  g_mutex_lock (&self->lock);
  doom_all_locked (self, _ ("the account was disconnected"));
  g_mutex_unlock (&self->lock);
  timer = taube_io_thread_add_timer (GOODBYE_MILLISECONDS, done, data, NULL);

  g_mutex_lock (&self->lock);
  if (self->n_doomed == 0)
    g_source_set_ready_time (timer, 0);
  else
    g_queue_push_tail (&self->goodbyes, g_source_ref (timer));
  g_mutex_unlock (&self->lock);
}

void
taube_pool_shut_down (TaubePool *self)
{
  GQueue invocations = G_QUEUE_INIT;

  g_mutex_lock (&self->lock);
  if (!self->closed)
    doom_all_locked (self, _ ("the account was disposed"));
  self->closed = TRUE;
  invocations = self->invocations;
  g_queue_init (&self->invocations);
  g_mutex_unlock (&self->lock);
  /* Their other reference is the context's. */
  g_queue_clear_full (&invocations, taube_pool_invocation_unref);
}
