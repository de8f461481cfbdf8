/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-changes.h>
#include <taube/taube-folder.h>

G_BEGIN_DECLS

typedef enum
{
  TAUBE_WATCH_START,    /* first step, or the first on a new session: STATE tells what was known before, if anything */
  TAUBE_WATCH_READABLE, /* the server said something */
  TAUBE_WATCH_DEADLINE, /* wake_at has come: renew, or ask */
  TAUBE_WATCH_POLL,     /* the session is shared: ask what is new and leave it as it was */
  TAUBE_WATCH_LEAVE,    /* the session is given back: ask nothing and leave it as it was */
  TAUBE_WATCH_LOOK,     /* somebody wants to be sure: what was there when the step began is known when it ends, as
                         * after START and POLL */
} TaubeWatchReason;

/* One step of a watch of one folder. STATE is the backend's own memory of the folder; it lives across reconnects, so
 * that the first step on a new session reports what happened in between. */
typedef struct
{
  TaubeWatchReason reason;
  gpointer state;            /* NULL at the very first step */
  GDestroyNotify free_state;
  TaubeChanges *changes;     /* out, (transfer full): what happened since the last step, or NULL */
  gint64 wake_at;            /* out: monotonic microseconds at which a DEADLINE step is wanted, 0 = poll interval */
  gboolean told;             /* out: the server will speak by itself (it is in IDLE, say): park and wait */
} TaubeWatchStep;

/* One step of a watch of many folders on one session, where the server tells of all of them there. TAUBE_WATCH_START
 * comes also when the folders are others than in the step before; TAUBE_WATCH_POLL never.
 *
 * TAUBE_ERROR_NOT_SUPPORTED, on a session that is not broken, means that this server cannot, or not any more: then each
 * folder is followed by itself. */
typedef struct
{
  TaubeWatchReason reason;
  GPtrArray *folders;        /* of TaubeFolder, none twice */
  gboolean all;              /* these are all that there are */
  gpointer state;            /* NULL at the very first step */
  GDestroyNotify free_state;
  /* out, optional: the memory of one folder as TaubeFolderClass.watch_step knows it, taken out of STATE, or NULL */
  gpointer (*take_folder_state) (gpointer state, TaubeFolder *folder);
  GDestroyNotify free_folder_state;

  /* For the backend to call. CHANGES are taken. */
  void (*deliver) (TaubeFolder *folder, TaubeChanges *changes, gpointer user_data);
  /* FOLDER cannot be followed any more; it is not in the next step. */
  void (*fail) (TaubeFolder *folder, const GError *error, gpointer user_data);
  gpointer user_data;

  gint64 wake_at;            /* out: as above */
  gboolean list_again;       /* out: folders came or went */
} TaubeAccountWatchStep;

G_END_DECLS
