/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-watch-private.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-changes-impl.h>
#include <taube-backend/taube-trace.h>

#include "base/taube-gettext.h"
#include "base/taube-io-thread.h"
#include "base/taube-retry.h"
#include "base/taube-worker.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"

/* Follows one folder: with a session of its own, which is parked between the steps, or by asking every now and then on
 * a session that is shared with the jobs. The hub follows all of them on one session, where the server tells of all;
 * the lister only looks which there are. No thread waits in between, whatever it waits for: a lease, the server, a
 * pause. */

#define PAUSE_FIRST_MILLISECONDS 1000
#define PAUSE_CAP_MILLISECONDS 300000
/* Steps in a row without a rest in between, after which the server gets the blame. */
#define BUSY_STEPS_MAX 10000

typedef enum
{
  PHASE_RESTING, /* not begun, in a pause, or ended */
  PHASE_WAITING, /* for a lease */
  PHASE_WORKING, /* on a worker */
  PHASE_PARKED,  /* with a session of its own, waiting for the server */
} Phase;

struct _TaubeFollower
{
  TaubeLease lease; /* first: the pool's functions get it */
  gatomicrefcount refs;
  TaubeWatchCore *core;
  TaubeFolder *folder;       /* NULL unless it is of that kind */
  GMutex lock;
  GCancellable *cancellable; /* of the present lease */
  Phase phase;               /* under lock, as what follows */
  gboolean stopping;
  gboolean give_up;          /* leave the session of one's own to the jobs */
  GSource *timer;
  TaubeWatchReason reason;   /* of the step that is due */

  /* of whoever works */
  TaubeFollowerKind kind;
  TaubeHubMemory memory;     /* of a folder: its state alone */
  guint failures;
  guint looked;              /* the last look that was done */
  gboolean late;             /* the first step tells of a reset */
  gboolean lonely;           /* no session of its own is to be had: polls */
};

static void request (TaubeFollower *self);
static void work_with_lease (gpointer data);
static void work_on (gpointer data);

TaubeFollower *
taube_follower_ref (TaubeFollower *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
clear_timer (TaubeFollower *self)
{
  GSource *timer = g_steal_pointer (&self->timer);

  if (timer == NULL)
    return;
  g_source_destroy (timer);
  g_source_unref (timer);
}

static void
forget (TaubeFollower *self)
{
  if (self->memory.state != NULL && self->memory.free_state != NULL)
    self->memory.free_state (self->memory.state);
  self->memory = (TaubeHubMemory){ 0 };
}

void
taube_follower_unref (TaubeFollower *self)
{
  GMainContext *context;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  context = taube_account_get_context (taube_watch_core_get_account (self->core));
  forget (self);
  clear_timer (self);
  g_clear_error (&self->lease.error);
  g_clear_object (&self->cancellable);
  if (self->folder != NULL)
    taube_context_drop (context, self->folder);
  taube_watch_core_unref (self->core);
  g_mutex_clear (&self->lock);
  g_free (self);
}

TaubeFolder *
taube_follower_get_folder (TaubeFollower *self)
{
  return self->folder;
}

/* Nothing more will come of it. */
static void
end (TaubeFollower *self)
{
  g_mutex_lock (&self->lock);
  self->phase = PHASE_RESTING;
  clear_timer (self);
  g_mutex_unlock (&self->lock);
  taube_watch_core_remove (self->core, self);
}

static gboolean
on_timer (gpointer data)
{
  request (data);
  return G_SOURCE_REMOVE;
}

/* Somebody wants a look that was not done yet. */
static gboolean
owes_look (TaubeFollower *self)
{
  return taube_watch_core_get_looks (self->core) != self->looked;
}

static void
rest (TaubeFollower *self, guint milliseconds)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  self->phase = PHASE_RESTING;
  clear_timer (self);
  if (self->failures == 0 && owes_look (self))
    milliseconds = 0;
  stopping = self->stopping;
  if (!stopping)
    self->timer = taube_io_thread_add_timer (milliseconds, on_timer, taube_follower_ref (self),
                                             (GDestroyNotify) taube_follower_unref);
  g_mutex_unlock (&self->lock);
  if (stopping)
    end (self);
}

static gboolean
is_final (const GError *error)
{
  static const TaubeError codes[] = { TAUBE_ERROR_NOT_SUPPORTED, TAUBE_ERROR_INVALID, TAUBE_ERROR_CERTIFICATE,
                                      TAUBE_ERROR_AUTH, TAUBE_ERROR_PERMISSION, TAUBE_ERROR_NOT_FOUND };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, TAUBE_ERROR, (gint) codes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_stopping (TaubeFollower *self)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  g_mutex_unlock (&self->lock);
  return stopping;
}

/* The session is gone, or was never had: tries again later, or not at all. */
static void
note_failure (TaubeFollower *self, const GError *error)
{
  guint pause;

  taube_watch_core_set_online (self->core, self, FALSE, self->looked);
  if (is_stopping (self))
    {
      end (self);
      return;
    }
  if (is_final (error) || taube_pool_is_closed (taube_watch_core_get_pool (self->core)))
    {
      /* A refused sign-in concerns every folder. */
      gboolean everything = self->folder == NULL || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_AUTH)
                            || error->domain != TAUBE_ERROR;

      taube_watch_core_fail (self->core, everything ? NULL : self->folder, error);
      end (self);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      /* Disconnected: the next request waits until the account is used again. */
      rest (self, 0);
      return;
    }
  pause = taube_retry_pause (++self->failures, PAUSE_FIRST_MILLISECONDS, PAUSE_CAP_MILLISECONDS, g_random_int ());
  pause = MAX (pause, MIN (taube_error_get_retry_after (error), G_MAXUINT / 2000) * 1000);
  pause = taube_watch_decide_pause (self->failures, pause);
  TAUBE_TRACE ("job", "watch of %s: %s; next attempt in %u ms",
               self->folder != NULL ? taube_folder_get_name (self->folder) : "all folders", error->message, pause);
  rest (self, pause);
}

/* The hub cannot go on, for want of a session or of a server that tells: each folder is followed by itself, and of all
 * folders the hub remains to list them. */
static void
scatter (TaubeFollower *self)
{
  gboolean all = taube_watch_folders_are_all (taube_watch_core_get_folders (self->core));

  taube_watch_core_set_online (self->core, self, FALSE, self->looked);
  taube_watch_core_scatter (self->core, &self->memory);
  forget (self);
  self->kind = TAUBE_FOLLOWER_LISTER;
  if (all && !is_stopping (self))
    request (self);
  else
    end (self);
}

/* ERROR is taken. */
static void
note_refusal (TaubeFollower *self, GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY) && self->kind == TAUBE_FOLLOWER_HUB)
    scatter (self);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY))
    {
      self->lonely = TRUE;
      request (self);
    }
  else
    note_failure (self, error);
  g_error_free (error);
}

static gboolean
on_lease_failed (gpointer data)
{
  TaubeFollower *self = data;

  note_refusal (self, g_steal_pointer (&self->lease.error));
  return G_SOURCE_REMOVE;
}

static void
settled (TaubeLease *lease)
{
  TaubeFollower *self = (TaubeFollower *) lease;

  if (lease->state == TAUBE_LEASE_GRANTED)
    taube_worker_push (work_with_lease, taube_follower_ref (self));
  else
    taube_io_thread_invoke (on_lease_failed, taube_follower_ref (self), (GDestroyNotify) taube_follower_unref);
}

/* Somebody wants the session, or a look. Under lock. */
static gboolean
is_wanted (TaubeFollower *self)
{
  return self->stopping || self->give_up || owes_look (self);
}

/* Whoever gives its session to the jobs looks once more, since the folder is polled from then on; not so the hub, whose
 * folders are looked at by others, and whoever is stopped. Under lock. */
static TaubeWatchReason
get_wanted_reason (TaubeFollower *self)
{
  if (!self->stopping && !self->give_up)
    return TAUBE_WATCH_LOOK;
  return self->stopping || self->kind == TAUBE_FOLLOWER_HUB ? TAUBE_WATCH_LEAVE : TAUBE_WATCH_POLL;
}

/* Takes the session back from where it is parked, if nobody else has; then a worker leaves it as it was, or looks. */
static gboolean
unpark (gpointer data)
{
  TaubeFollower *self = data;
  TaubeSession *session = NULL;

  g_mutex_lock (&self->lock);
  if (self->phase == PHASE_PARKED && is_wanted (self))
    session = g_object_ref (taube_pool_get_session (&self->lease));
  g_mutex_unlock (&self->lock);
  if (session == NULL)
    return G_SOURCE_REMOVE; /* whoever works sees the flag */

  if (TAUBE_SESSION_GET_CLASS (session)->unpark (session))
    {
      g_mutex_lock (&self->lock);
      self->phase = PHASE_WORKING;
      self->reason = get_wanted_reason (self);
      g_mutex_unlock (&self->lock);
      taube_worker_push (work_on, self); /* with the reference of the park function */
    }
  g_object_unref (session);
  return G_SOURCE_REMOVE;
}

static void
reclaim (TaubeLease *lease)
{
  TaubeFollower *self = (TaubeFollower *) lease;

  g_mutex_lock (&self->lock);
  self->give_up = TRUE;
  g_mutex_unlock (&self->lock);
  taube_io_thread_invoke (unpark, taube_follower_ref (self), (GDestroyNotify) taube_follower_unref);
}

static void
request (TaubeFollower *self)
{
  gboolean stopping;

  g_mutex_lock (&self->lock);
  stopping = self->stopping;
  self->phase = stopping ? PHASE_RESTING : PHASE_WAITING;
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->give_up = FALSE;
  self->lease = (TaubeLease){
    .priority = TAUBE_PRIORITY_BACKGROUND,
    .affinity = self->folder != NULL ? taube_folder_get_name (self->folder) : NULL,
    .cancellable = self->cancellable,
    .watching = TRUE,
    .dedicated = self->kind != TAUBE_FOLLOWER_LISTER && !self->lonely,
    .settled = settled,
    .reclaim = reclaim,
  };
  self->reason = self->lease.dedicated ? TAUBE_WATCH_START : TAUBE_WATCH_POLL;
  clear_timer (self);
  g_mutex_unlock (&self->lock);
  self->lonely = FALSE; /* next time there may be room */
  if (stopping)
    end (self);
  else
    taube_pool_request (taube_watch_core_get_pool (self->core), &self->lease);
}

/* A step that fails may have found something out all the same. */
static gboolean
run_folder_step (TaubeFollower *self, TaubeSession *session, gint64 *wake_at_out, GError **error)
{
  TaubeWatchStep step = { .reason = self->reason };
  gpointer done;

  step.state = self->memory.state;
  step.free_state = self->memory.free_state;
  done = GINT_TO_POINTER (TAUBE_FOLDER_GET_CLASS (self->folder)
                              ->watch_step (self->folder, session, &step, self->cancellable, error));
  self->memory.state = step.state;
  self->memory.free_state = step.free_state;
  *wake_at_out = step.wake_at;
  if (step.changes != NULL)
    taube_watch_core_deliver (self->core, self->folder, g_steal_pointer (&step.changes));
  if (taube_job_check_result (self->folder, "TaubeFolder.watch_step", done, NULL, error) == NULL)
    return FALSE;
  if (self->late)
    taube_watch_core_deliver (self->core, self->folder, taube_changes_new (NULL, NULL, NULL, TRUE));
  self->late = FALSE;
  return TRUE;
}

static gboolean
run_step (TaubeFollower *self, TaubeSession *session, gint64 *wake_at_out, GError **error)
{
  *wake_at_out = 0;
  switch (self->kind)
    {
    case TAUBE_FOLLOWER_HUB:
      return taube_watch_core_run_hub (self->core, session, self->reason, &self->memory, wake_at_out,
                                       self->cancellable, error);
    case TAUBE_FOLLOWER_LISTER:
      return taube_watch_core_list (self->core, session, self->cancellable, error);
    default:
      return run_folder_step (self, session, wake_at_out, error);
    }
}

static void
on_session_woke (TaubeSession *session, TaubeWakeReason reason, gpointer data)
{
  TaubeFollower *self = data;

  g_mutex_lock (&self->lock);
  self->phase = PHASE_WORKING;
  self->reason = reason == TAUBE_WAKE_READABLE ? TAUBE_WATCH_READABLE : TAUBE_WATCH_DEADLINE;
  g_mutex_unlock (&self->lock);
  taube_worker_push (work_on, self); /* with the reference of the park function */
}

/* FALSE: something is there to be read, or somebody wants the session: another step is due. */
static gboolean
park (TaubeFollower *self, TaubeSession *session, gint64 wake_at)
{
  gboolean wanted;

  g_mutex_lock (&self->lock);
  wanted = is_wanted (self);
  if (!wanted)
    self->phase = PHASE_PARKED;
  self->reason = wanted ? get_wanted_reason (self) : TAUBE_WATCH_READABLE;
  g_mutex_unlock (&self->lock);
  if (wanted)
    return FALSE;

  taube_follower_ref (self);
  if (TAUBE_SESSION_GET_CLASS (session)->park (session, taube_watch_decide_deadline (self->core, wake_at),
                                               on_session_woke, self))
    {
      /* Whoever wanted it in the meantime may have looked for it too early. */
      g_mutex_lock (&self->lock);
      wanted = self->phase == PHASE_PARKED && is_wanted (self);
      g_mutex_unlock (&self->lock);
      if (wanted)
        taube_io_thread_invoke (unpark, taube_follower_ref (self), (GDestroyNotify) taube_follower_unref);
      return TRUE;
    }
  g_mutex_lock (&self->lock);
  self->phase = PHASE_WORKING;
  g_mutex_unlock (&self->lock);
  taube_follower_unref (self);
  return FALSE;
}

static gboolean
can_park (TaubeFollower *self, TaubeSession *session)
{
  TaubeSessionClass *klass = TAUBE_SESSION_GET_CLASS (session);

  return self->lease.dedicated && klass->park != NULL && klass->unpark != NULL;
}

typedef enum
{
  OUTCOME_PARKED,
  OUTCOME_LEFT,
  OUTCOME_FAILED,
} StepOutcome;

/* What was there when such a step began is known when it ends. */
static gboolean
is_look (TaubeWatchReason reason)
{
  return reason == TAUBE_WATCH_START || reason == TAUBE_WATCH_POLL || reason == TAUBE_WATCH_LOOK;
}

/* Steps until there is nothing to be done for now. After PARKED the follower belongs to others already. */
static StepOutcome
run_steps (TaubeFollower *self, TaubeSession *session, GError **error)
{
  for (guint i = 0; i < BUSY_STEPS_MAX; i++)
    {
      guint looked = is_look (self->reason) ? taube_watch_core_get_looks (self->core) : self->looked;
      gint64 wake_at;

      if (!run_step (self, session, &wake_at, error))
        return OUTCOME_FAILED;
      self->looked = looked;
      /* One that gets no further than its beginning waits longer each time. */
      if (self->reason != TAUBE_WATCH_START)
        self->failures = 0;
      taube_watch_core_set_online (self->core, self, TRUE, looked);
      if (self->reason == TAUBE_WATCH_POLL || self->reason == TAUBE_WATCH_LEAVE || !can_park (self, session))
        return OUTCOME_LEFT;
      if (park (self, session, wake_at))
        return OUTCOME_PARKED;
    }
  taube_session_set_broken (session);
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the server does not stop talking"));
  return OUTCOME_FAILED;
}

static void
leave (TaubeFollower *self)
{
  guint pause = taube_watch_core_get_poll_interval (self->core) * 1000;

  taube_pool_release (taube_watch_core_get_pool (self->core), &self->lease);
  g_mutex_lock (&self->lock);
  if (!self->stopping)
    pause = taube_watch_decide_pause (0, pause);
  g_mutex_unlock (&self->lock);
  rest (self, pause);
}

/* The hub gave its session back: somebody needs it, or the account was disconnected, and then it goes on with the next
 * one. */
static void
leave_hub (TaubeFollower *self)
{
  TaubePool *pool = taube_watch_core_get_pool (self->core);

  taube_pool_release (pool, &self->lease);
  if (is_stopping (self) || taube_pool_is_asleep (pool))
    rest (self, 0);
  else
    scatter (self);
}

static gboolean
cannot_be_hub (TaubeFollower *self, TaubeSession *session, const GError *error)
{
  return self->kind == TAUBE_FOLLOWER_HUB && g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED)
         && !taube_session_is_broken (session);
}

static void
work_with_session (TaubeFollower *self)
{
  TaubePool *pool = taube_watch_core_get_pool (self->core);
  TaubeSession *session = taube_pool_get_session (&self->lease);
  g_autoptr (GError) error = NULL;
  StepOutcome outcome = run_steps (self, session, &error);

  if (outcome == OUTCOME_PARKED)
    return;
  if (outcome == OUTCOME_LEFT && self->kind == TAUBE_FOLLOWER_HUB)
    leave_hub (self);
  else if (outcome == OUTCOME_LEFT)
    leave (self);
  else if (cannot_be_hub (self, session, error))
    {
      taube_pool_release (pool, &self->lease);
      scatter (self);
    }
  else
    {
      /* What a session would still tell of all folders belongs to nobody. One that only refused is as good as
       * before. */
      if (self->kind == TAUBE_FOLLOWER_HUB)
        taube_session_set_broken (session);
      taube_pool_release (pool, &self->lease);
      note_failure (self, error);
    }
}

/* On a worker, with a reference of its own: the lease was granted. */
static void
work_with_lease (gpointer data)
{
  TaubeFollower *self = data;
  TaubeBegin begin;
  TaubeFrame frame;

  taube_frame_enter (&frame, taube_watch_core_get_account (self->core), NULL);
  begin = taube_pool_begin (taube_watch_core_get_pool (self->core), &self->lease);
  if (begin == TAUBE_BEGIN_READY)
    {
      g_mutex_lock (&self->lock);
      self->phase = PHASE_WORKING;
      if (!can_park (self, taube_pool_get_session (&self->lease)))
        self->reason = TAUBE_WATCH_POLL;
      g_mutex_unlock (&self->lock);
      work_with_session (self);
    }
  else if (begin == TAUBE_BEGIN_FAILED)
    note_refusal (self, g_steal_pointer (&self->lease.error));
  taube_frame_leave (&frame);
  taube_follower_unref (self);
}

/* On a worker, with a reference of its own: the parked session was taken back. */
static void
work_on (gpointer data)
{
  TaubeFollower *self = data;
  TaubeFrame frame;

  taube_frame_enter (&frame, taube_watch_core_get_account (self->core), NULL);
  work_with_session (self);
  taube_frame_leave (&frame);
  taube_follower_unref (self);
}

TaubeFollower *
taube_follower_new (TaubeWatchCore *core, TaubeFollowerKind kind, TaubeFolder *folder)
{
  TaubeFollower *self = g_new0 (TaubeFollower, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->core = taube_watch_core_ref (core);
  self->kind = kind;
  self->folder = folder != NULL ? g_object_ref (folder) : NULL;
  return self;
}

void
taube_follower_set_memory (TaubeFollower *self, gpointer state, GDestroyNotify free_state)
{
  self->memory.state = state;
  self->memory.free_state = free_state;
}

void
taube_follower_set_late (TaubeFollower *self)
{
  self->late = TRUE;
}

void
taube_follower_start (TaubeFollower *self)
{
  request (self);
}

static gboolean
end_pause (gpointer data)
{
  TaubeFollower *self = data;
  gboolean resting;

  g_mutex_lock (&self->lock);
  resting = self->phase == PHASE_RESTING && self->timer != NULL && self->failures == 0 && !self->stopping
            && owes_look (self);
  g_mutex_unlock (&self->lock);
  if (resting)
    request (self);
  return G_SOURCE_REMOVE;
}

void
taube_follower_hurry (TaubeFollower *self)
{
  GSourceFunc next = NULL;

  g_mutex_lock (&self->lock);
  if (self->phase == PHASE_PARKED)
    next = unpark;
  else if (self->phase == PHASE_RESTING)
    next = end_pause;
  g_mutex_unlock (&self->lock);
  if (next != NULL)
    taube_io_thread_invoke (next, taube_follower_ref (self), (GDestroyNotify) taube_follower_unref);
}

static gboolean
cancel_waiting (gpointer data)
{
  TaubeFollower *self = data;

  taube_pool_cancel (taube_watch_core_get_pool (self->core), &self->lease);
  return G_SOURCE_REMOVE;
}

static gboolean
end_rest (gpointer data)
{
  end (data);
  return G_SOURCE_REMOVE;
}

void
taube_follower_stop (TaubeFollower *self)
{
  g_autoptr (GCancellable) cancellable = NULL;
  GSourceFunc next = NULL;

  g_mutex_lock (&self->lock);
  if (self->stopping)
    {
      g_mutex_unlock (&self->lock);
      return;
    }
  self->stopping = TRUE;
  if (self->phase == PHASE_PARKED)
    next = unpark;
  else if (self->phase == PHASE_RESTING)
    next = end_rest;
  else
    {
      cancellable = g_object_ref (self->cancellable);
      next = cancel_waiting;
    }
  g_mutex_unlock (&self->lock);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
  taube_io_thread_invoke (next, taube_follower_ref (self), (GDestroyNotify) taube_follower_unref);
}
