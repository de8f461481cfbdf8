/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>
#include <taube-backend/taube-session.h>

G_BEGIN_DECLS

/* The sessions of one account and the queue for them.
 *
 * A lease is asked for with taube_pool_request() and waited for without a thread (or on a caller's own); when it is
 * granted, the thread that is to work calls taube_pool_begin(), which takes the session out of its parking, or opens
 * it, and afterwards taube_pool_release(). The pool keeps no reference to its account. */
typedef struct _TaubePool TaubePool;
typedef struct _TaubeSlot TaubeSlot;
typedef struct _TaubeLease TaubeLease;

typedef enum
{
  TAUBE_LEASE_NEW,
  TAUBE_LEASE_WAITING,
  TAUBE_LEASE_GRANTED,
  TAUBE_LEASE_FAILED,   /* never granted, and never will be: ERROR says why */
  TAUBE_LEASE_RELEASED,
} TaubeLeaseState;

typedef enum
{
  TAUBE_BEGIN_READY,  /* the session is the caller's until taube_pool_release() */
  TAUBE_BEGIN_AGAIN,  /* the lease waits again; the caller must not touch it until it is settled */
  TAUBE_BEGIN_FAILED, /* no session; the lease's error says why */
} TaubeBegin;

/* Owned by the one who asks. */
struct _TaubeLease
{
  /* set before the request */
  TaubePriority priority;
  const char *affinity;
  GCancellable *cancellable;            /* the job's own: disconnect and dispose cancel it */
  gboolean watching;                    /* a watch asks: does not wake a disconnected account up */
  gboolean dedicated;                   /* as long as the owner likes; G_IO_ERROR_BUSY when none is left */
  void (*settled) (TaubeLease *lease);  /* granted or failed; under the pool's lock: it must only hand over */
  void (*reclaim) (TaubeLease *lease);  /* dedicated: others need it; under the lock */

  /* the pool's */
  TaubeLeaseState state;
  TaubeSlot *slot;
  GError *error;
  guint64 number;
  guint tries;
  gboolean reclaimed;
};

TaubePool *taube_pool_new (TaubeAccount *account, GMainContext *context, guint max);
TaubePool *taube_pool_ref (TaubePool *self);
void taube_pool_unref (TaubePool *self);

void taube_pool_request (TaubePool *self, TaubeLease *lease);
void taube_pool_cancel (TaubePool *self, TaubeLease *lease);
/* Both answer questions meanwhile. */
void taube_pool_wait (TaubePool *self, TaubeLease *lease);
/* Blocks until *DONE, which is set atomically, with a nudge after it. */
void taube_pool_wait_for (TaubePool *self, const gint *done);
void taube_pool_nudge (TaubePool *self);
TaubeBegin taube_pool_begin (TaubePool *self, TaubeLease *lease);
TaubeSession *taube_pool_get_session (TaubeLease *lease);
void taube_pool_release (TaubePool *self, TaubeLease *lease);

/* Runs FUNC once: in the account's context, or on a thread blocked in one of the waits above that has or can
 * take it. */
void taube_pool_invoke (TaubePool *self, GSourceFunc func, gpointer data, GDestroyNotify notify);
/* The same from a thread that could not have the context just now, since somebody has it: maybe to run it, maybe only
 * for a moment. It tries again as long as the thread iterates its thread-default context. */
void taube_pool_invoke_patiently (TaubePool *self, GSourceFunc func, gpointer data, GDestroyNotify notify);
/* From the first to the last: what is invoked has a thread-default context of its own, which goes on in the account's
 * context and in the waits above. So whatever the application begins in it to find an answer ends, even when the
 * thread that should run the account's context waits for the one who asked. */
void taube_pool_begin_question (TaubePool *self);
void taube_pool_end_question (TaubePool *self);

/* Ends all jobs and closes all sessions; DONE is called once, on any thread, when the last has gone or after a bounded
 * time. */
void taube_pool_disconnect (TaubePool *self, GSourceFunc done, gpointer data);
/* The account is being disposed: as disconnect, and nothing is ever granted again. Never blocks. */
void taube_pool_shut_down (TaubePool *self);

TaubeAccountState taube_pool_get_state (TaubePool *self);
/* Disconnected on purpose, and not used since. */
gboolean taube_pool_is_asleep (TaubePool *self);
void taube_pool_wake_up (TaubePool *self);
gboolean taube_pool_is_closed (TaubePool *self);

G_END_DECLS
