/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-folder-impl.h>

/* A backend inside the test, whose server does exactly what the test says. Every step passes a gate by its name; a
 * closed gate holds whoever comes until the test opens it or the job is cancelled, a barred one until the test opens
 * it. No step takes time by itself. */

typedef struct _Server Server;
typedef struct _TestSession TestSession;

typedef TaubeItemList *(*ListFunc) (Server *server, TaubeFolder *folder, TaubeListRequest *request, GError **error);

typedef gboolean (*WatchFunc) (Server *server, TestSession *session, TaubeFolder *folder, TaubeWatchStep *step,
                               GCancellable *cancellable, GError **error);

/* Under the lock of the server, read with the functions below. */
struct _Server
{
  GMutex lock;
  GCond cond;
  GHashTable *gates;
  GString *log;          /* "1:open 1:list(INBOX) ": who did what, in order */
  GQueue open_errors;    /* the next sign-ins fail with these; an entry of NULL succeeds */
  GQueue prepare_errors;
  GPtrArray *sessions;   /* alive, not referenced */
  GPtrArray *preparing;  /* tasks held at the gate "prepare" */
  guint created;
  guint opened;          /* ever */
  guint alive;
  guint peak;
  guint threads;         /* inside a blocking function now */
  guint threads_peak;
  gboolean spoils;       /* vfuncs break the contract: neither result nor error */
  gboolean lies;         /* … both result and error */
  gboolean breaks;       /* the next operation fails and breaks its session */
  guint doubts;          /* so many of the next changes break their session when they may have been done */
  gboolean cannot_park;
  GThread *last_thread;  /* that ran a vfunc */
  void (*inside) (Server *server, TaubeAccount *account, gpointer data); /* called inside list */
  gpointer inside_data;
  ListFunc list; /* or NULL: an empty one */
  gpointer list_data;
  WatchFunc watch;
  gpointer watch_data;
};

typedef struct
{
  gboolean closed;
  gboolean barred;
  guint arrived;
  guint cancelled; /* those who heard of it while they stood here */
  guint passes; /* may go through although it is closed */
} Gate;

Server *server_new (void);
Gate *server_get_gate_locked (Server *self, const char *name);
void server_free (Server *self);
void server_close_gate (Server *self, const char *name);
void server_bar_gate (Server *self, const char *name);
void server_open_gate (Server *self, const char *name);
/* Lets one of those that wait at the gate through. */
void server_let_one (Server *self, const char *name);
/* Blocks until N came to the gate, ever. */
void server_wait_arrived (Server *self, const char *name, guint n);
guint server_count_arrived (Server *self, const char *name);
/* Blocks until N of those who stood at the gate were cancelled. */
void server_wait_cancelled (Server *self, const char *name, guint n);
/* How many threads are inside a blocking function now. */
guint server_count_threads (Server *self);
gboolean server_pass (Server *self, const char *name, GCancellable *cancellable, GError **error);
void server_log (Server *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
char *server_take_log (Server *self);
void server_wait_alive (Server *self, guint n);
guint server_get_opened (Server *self);
/* Blocks until N idle sessions are parked. */
void server_wait_parked (Server *self, guint n);
/* The Nth living session becomes readable, or its time comes. FALSE: it is not parked. */
gboolean server_speak (Server *self, guint session, TaubeWakeReason reason);
/* All living sessions break as if the network had gone; parked ones wake. */
void server_break_all (Server *self);
guint test_session_get_number (TestSession *self);
/* Every living session has something to read: the parked ones wake, the others cannot be parked before it is read. */
void server_say_to_all (Server *self);

/* Blocks until N jobs of the account wait for a session. */
void server_wait_queued (TaubeAccount *account, guint n);

TaubeAccount *server_create_account (Server *self, guint max_connections);

/* A call that runs on a thread of its own. */
typedef struct
{
  GThread *thread;
  TaubeFolder *folder;
  TaubeListRequest *request;
  GCancellable *cancellable;
  TaubeItemList *list;
  GError *error;
} ListCall;

ListCall *list_call_new (TaubeFolder *folder, TaubePriority priority);
/* Blocks until it ends. (transfer full) */
TaubeItemList *list_call_join (ListCall *self, GError **error);

/* An asynchronous result. */
typedef struct
{
  GObject *source;
  GAsyncResult *result;
  GThread *thread;
} Outcome;

void on_outcome (GObject *source, GAsyncResult *result, gpointer data);
void outcome_wait (Outcome *self);
void outcome_clear (Outcome *self);
/* Runs what the default context holds, without waiting. */
void iterate (void);
