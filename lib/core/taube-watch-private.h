/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-watch.h>
#include <taube-backend/taube-folder-impl.h>

#include "core/taube-pool.h"

G_BEGIN_DECLS

/* The inside of a watch, which lives until its last follower has come to rest, while the TaubeWatch can go at any
 * moment. The core collects what happened and hands it out; a follower looks after one folder, or as the hub after all
 * of them, or lists the folders again and again. */
typedef struct _TaubeWatchCore TaubeWatchCore;
typedef struct _TaubeFollower TaubeFollower;

typedef enum
{
  TAUBE_FOLLOWER_FOLDER,
  TAUBE_FOLLOWER_LISTER,
  TAUBE_FOLLOWER_HUB,
} TaubeFollowerKind;

/* FOLDERS NULL: all that there are and will be. */
TaubeWatchCore *taube_watch_core_new (TaubeAccount *account, TaubeWatch *watch, GPtrArray *folders);
void taube_watch_core_start (TaubeWatchCore *self);
TaubeWatchCore *taube_watch_core_ref (TaubeWatchCore *self);
void taube_watch_core_unref (TaubeWatchCore *self);
TaubeAccount *taube_watch_core_get_account (TaubeWatchCore *self);
TaubePool *taube_watch_core_get_pool (TaubeWatchCore *self);
guint taube_watch_core_get_poll_interval (TaubeWatchCore *self);
/* CHANGES are taken. */
void taube_watch_core_deliver (TaubeWatchCore *self, TaubeFolder *folder, TaubeChanges *changes);
/* One folder (NULL: the watch as a whole) cannot be followed any more. */
void taube_watch_core_fail (TaubeWatchCore *self, TaubeFolder *folder, const GError *error);
/* LOOKED: to which look FOLLOWER has come. */
void taube_watch_core_set_online (TaubeWatchCore *self, TaubeFollower *follower, gboolean online, guint looked);
void taube_watch_core_remove (TaubeWatchCore *self, TaubeFollower *follower);

/* FOLLOWER is taken. FALSE: the watch was stopped, and it is given up. */
gboolean taube_watch_core_add (TaubeWatchCore *self, TaubeFollower *follower);
void taube_watch_core_stop_folder (TaubeWatchCore *self, TaubeFolder *folder);

/* Which folders are followed (taube-watch-folders.c). Safe between threads. */
typedef struct _TaubeWatchFolders TaubeWatchFolders;

TaubeWatchFolders *taube_watch_folders_new (TaubeAccount *account, GPtrArray *folders);
void taube_watch_folders_free (TaubeWatchFolders *self);
TaubeWatchFolders *taube_watch_core_get_folders (TaubeWatchCore *self);
gboolean taube_watch_folders_are_all (TaubeWatchFolders *self);
/* FOLDER cannot be followed. How many are left. */
guint taube_watch_folders_drop (TaubeWatchFolders *self, TaubeFolder *folder, const GError *error);

/* From the lister or the hub: lists the folders and follows those that came and no more those that went. */
gboolean taube_watch_core_list (TaubeWatchCore *self, TaubeSession *session, GCancellable *cancellable,
                                GError **error);

/* What the hub remembers between its steps. */
typedef struct
{
  gpointer state;
  GDestroyNotify free_state;
  gpointer (*take_folder_state) (gpointer state, TaubeFolder *folder);
  GDestroyNotify free_folder_state;
} TaubeHubMemory;

gboolean taube_watch_core_run_hub (TaubeWatchCore *self, TaubeSession *session, TaubeWatchReason reason,
                                   TaubeHubMemory *memory, gint64 *wake_at_out, GCancellable *cancellable,
                                   GError **error);
/* From now on each folder has a follower of its own, which goes on from where the hub was (MEMORY NULL: there was
 * none). */
void taube_watch_core_scatter (TaubeWatchCore *self, TaubeHubMemory *memory);

/* Wants a look at every folder soon: one that begins after the call. Its number: it is done when
 * taube_watch_core_get_looked() is no less. "notify::online" comes when that has changed. */
guint taube_watch_core_look (TaubeWatchCore *self);
guint taube_watch_core_get_looked (TaubeWatchCore *self);
/* The number of the latest that is wanted. */
guint taube_watch_core_get_looks (TaubeWatchCore *self);

void taube_watch_core_stop (TaubeWatchCore *self);
gboolean taube_watch_core_is_online (TaubeWatchCore *self);
/* The next event: blocking; or by TASK, which is taken. */
TaubeWatchEvent *taube_watch_core_wait (TaubeWatchCore *self, GCancellable *cancellable, GError **error);
void taube_watch_core_wait_async (TaubeWatchCore *self, GTask *task, GCancellable *cancellable);

/* taube-watch-timing.c: how long to rest, and until when to be parked, as the test that is running may want it. WAKE_AT
 * 0: for a poll interval. */
guint taube_watch_decide_pause (guint attempt, guint milliseconds);
gint64 taube_watch_decide_deadline (TaubeWatchCore *core, gint64 wake_at);

/* The object, as its core sees it; in the account's context. */
TaubeWatchCore *taube_watch_get_core (TaubeWatch *self);
gboolean taube_watch_has_handler (TaubeWatch *self, gboolean of_failures);
void taube_watch_emit (TaubeWatch *self, TaubeFolder *folder, TaubeChanges *changes, const GError *error);

/* Both are taken. */
TaubeWatchEvent *taube_watch_event_new (TaubeFolder *folder, TaubeChanges *changes);

/* Begins with taube_follower_start(), on the library's threads. FOLDER: for TAUBE_FOLLOWER_FOLDER. */
TaubeFollower *taube_follower_new (TaubeWatchCore *core, TaubeFollowerKind kind, TaubeFolder *folder);
/* What was known of the folder before; taken. */
void taube_follower_set_memory (TaubeFollower *self, gpointer state, GDestroyNotify free_state);
/* All that is in the folder will be news: the first step tells of a reset. */
void taube_follower_set_late (TaubeFollower *self);
TaubeFollower *taube_follower_ref (TaubeFollower *self);
void taube_follower_unref (TaubeFollower *self);
void taube_follower_start (TaubeFollower *self);
/* Never blocks; the session is left as it was, or dropped. */
void taube_follower_stop (TaubeFollower *self);
/* A look is wanted: does not wait for the server or the end of a pause. */
void taube_follower_hurry (TaubeFollower *self);
TaubeFolder *taube_follower_get_folder (TaubeFollower *self);

G_END_DECLS
