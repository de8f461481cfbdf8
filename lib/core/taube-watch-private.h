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

/* FOLDER NULL: lists the folders and has the core follow them. Begins at once, on the library's threads. */
TaubeFollower *taube_follower_new (TaubeWatchCore *core, TaubeFolder *folder);
TaubeFollower *taube_follower_ref (TaubeFollower *self);
void taube_follower_unref (TaubeFollower *self);
void taube_follower_start (TaubeFollower *self);
/* Never blocks; the session is left as it was, or dropped. */
void taube_follower_stop (TaubeFollower *self);
TaubeFolder *taube_follower_get_folder (TaubeFollower *self);

/* For tests: what becomes of the pause before a new attempt, in milliseconds. */
extern guint (*taube_follower_pause_hook) (guint attempt, guint milliseconds);

G_END_DECLS
