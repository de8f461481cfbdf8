/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/taube-pool.h"

G_BEGIN_DECLS

/* What taube-pool.c (queue, limits, granting) and taube-slot.c (the life of one session) share. Functions that end in
 * _locked are called with the pool's lock held; no vfunc and no application code is ever called with it. */

typedef enum
{
  TAUBE_SLOT_STARTING, /* being made and prepared on the I/O thread */
  TAUBE_SLOT_PREPARED, /* connected, not yet open: the next lease opens it */
  TAUBE_SLOT_LEASED,
  TAUBE_SLOT_PARKING,  /* on its way to idle, by the thread that had it */
  TAUBE_SLOT_IDLE,
  TAUBE_SLOT_WAKING,   /* a worker asks it what happened */
  TAUBE_SLOT_CLOSING,
} TaubeSlotState;

struct _TaubeSlot
{
  gatomicrefcount refs;
  TaubePool *pool;
  TaubeSession *session;    /* NULL while it is not made */
  GCancellable *cancellable; /* of starting, waking and closing */
  TaubeSlotState state;
  TaubeLease *lease;
  gboolean opened;
  gboolean dedicated;
  gboolean parked;          /* the session's unpark() decides who has it */
  gboolean woken;           /* the park function was called since it was parked */
  gboolean doomed;          /* close it as soon as nobody works with it */
  TaubeWakeReason reason;
  guint wakes;              /* in a row, without a job in between */
  gint64 last_used;
};

struct _TaubePool
{
  gatomicrefcount refs;
  GMutex lock;
  GCond cond;
  GWeakRef account;
  GMainContext *context;
  GQueue waiting[TAUBE_PRIORITY_BACKGROUND + 1];
  GQueue invocations;
  gconstpointer owner;     /* the account, only compared */
  GMainContext *questions; /* what the search for answers runs in; NULL: not made */
  GSource *questions_source; /* runs it within the account's context */
  guint n_questions;       /* open ones */
  gboolean questions_leave; /* what is made for them will go when none is open */
  GQueue goodbyes;         /* who waits for the end of a disconnect */
  GPtrArray *slots;
  guint64 next_number;
  guint max;
  guint allowed;           /* as the server lets us, at most max */
  guint failures;          /* to connect at all, in a row */
  gint64 retry_at;         /* nothing is begun before; 0: at once */
  gboolean retry_scheduled;
  guint refusals;          /* in a row */
  gint64 refused_until;
  guint n_dedicated;       /* slots, and leases that wait for one */
  guint n_doomed;
  gboolean asleep;         /* disconnected on purpose: watches wait */
  gboolean closed;
  TaubeAccountState state;
  gboolean state_scheduled;
};

TaubeSlot *taube_slot_ref (TaubeSlot *self);
void taube_slot_unref (TaubeSlot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeSlot, taube_slot_unref)
TaubeSlot *taube_slot_start_locked (TaubePool *pool);
/* Nobody works with the slot (starting, prepared, idle, parking): closes it politely, or drops it. */
void taube_slot_retire_locked (TaubeSlot *self);
/* Puts an idle session to rest; without the lock, on the thread that had it. */
void taube_slot_rest (TaubeSlot *self);

void taube_pool_dispatch_locked (TaubePool *self);
void taube_pool_remove_slot_locked (TaubePool *self, TaubeSlot *slot);
void taube_pool_set_state_locked (TaubePool *self, TaubeAccountState state);
void taube_pool_fail_locked (TaubePool *self, TaubeLease *lease, const GError *error);
/* The slot, already removed, could not be opened: TRUE when LEASE (may be NULL) is to wait for another one. */
gboolean taube_pool_note_failure_locked (TaubePool *self, TaubeLease *lease, const GError *error);
void taube_pool_requeue_locked (TaubePool *self, TaubeLease *lease);

/* Wakes every thread that waits in the pool. */
void taube_pool_wake_waiting_locked (TaubePool *self);
void taube_pool_forget_questions (TaubePool *self);

/* taube-pool-retry.c */
void taube_pool_note_unreachable_locked (TaubePool *self);
void taube_pool_note_reached_locked (TaubePool *self);
gboolean taube_pool_is_pausing_locked (TaubePool *self);

void taube_pool_invocation_unref (gpointer data);

G_END_DECLS
