/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-watch.h>
#include <taube-backend/taube-folder-impl.h>

#include "core/taube-pool.h"

G_BEGIN_DECLS

/* The inside of a watch, which lives until its last follower has come to rest, while the TaubeWatch can go at any
 * moment. The core collects what happened and hands it out; a follower looks after one folder. */
typedef struct _TaubeWatchCore TaubeWatchCore;
typedef struct _TaubeFollower TaubeFollower;

TaubeWatchCore *taube_watch_core_new (TaubeAccount *account, TaubeWatch *watch);
TaubeWatchCore *taube_watch_core_ref (TaubeWatchCore *self);
void taube_watch_core_unref (TaubeWatchCore *self);
TaubeAccount *taube_watch_core_get_account (TaubeWatchCore *self);
TaubePool *taube_watch_core_get_pool (TaubeWatchCore *self);
guint taube_watch_core_get_poll_interval (TaubeWatchCore *self);
/* CHANGES are taken. */
void taube_watch_core_deliver (TaubeWatchCore *self, TaubeFolder *folder, TaubeChanges *changes);
/* One folder (NULL: the watch as a whole) cannot be followed any more. */
void taube_watch_core_fail (TaubeWatchCore *self, TaubeFolder *folder, const GError *error);
void taube_watch_core_set_online (TaubeWatchCore *self, TaubeFollower *follower, gboolean online);
/* From the first follower, which listed the folders. */
void taube_watch_core_follow (TaubeWatchCore *self, GPtrArray *folders);
void taube_watch_core_remove (TaubeWatchCore *self, TaubeFollower *follower);

/* FOLLOWER is taken. */
void taube_watch_core_add (TaubeWatchCore *self, TaubeFollower *follower);
void taube_watch_core_stop (TaubeWatchCore *self);
gboolean taube_watch_core_is_online (TaubeWatchCore *self);
/* The next event: blocking; or by TASK, which is taken. */
TaubeWatchEvent *taube_watch_core_wait (TaubeWatchCore *self, GCancellable *cancellable, GError **error);
void taube_watch_core_wait_async (TaubeWatchCore *self, GTask *task, GCancellable *cancellable);

/* The object, as its core sees it; in the account's context. */
TaubeWatchCore *taube_watch_get_core (TaubeWatch *self);
gboolean taube_watch_has_handler (TaubeWatch *self, gboolean of_failures);
void taube_watch_emit (TaubeWatch *self, TaubeFolder *folder, TaubeChanges *changes, const GError *error);

/* Both are taken. */
TaubeWatchEvent *taube_watch_event_new (TaubeFolder *folder, TaubeChanges *changes);

/* FOLDER NULL: lists the folders and has the core follow them. Begins at once, on the library's threads. */
TaubeFollower *taube_follower_new (TaubeWatchCore *core, TaubeFolder *folder);
TaubeFollower *taube_follower_ref (TaubeFollower *self);
void taube_follower_unref (TaubeFollower *self);
void taube_follower_start (TaubeFollower *self);
/* Never blocks; the session is left as it was, or dropped. */
void taube_follower_stop (TaubeFollower *self);
TaubeFolder *taube_follower_get_folder (TaubeFollower *self);

G_END_DECLS
