/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-folder.h"
#include "imap-roster.h"

G_BEGIN_DECLS

/* What a watch knows of one folder. It lives across sessions, so that what happened while nobody listened is found by
 * comparing. */
typedef struct
{
  guint32 uidvalidity;
  guint32 uidnext;       /* these as the server had them when the roster was last brought up to date */
  guint32 exists;
  guint64 highestmodseq; /* 0: not known: every message must be looked at. All changes up to it are known */
  ImapRoster *roster;
  ImapFollow *reads;     /* what jobs have read of the folder meanwhile; NULL before the first look */
  gboolean looked;       /* and what was read before the look, and comes only now, may be older */

  /* About the folder as it is selected in the session of the step: */
  gboolean aligned;      /* sequence numbers are ranks of the roster */
  gboolean resync;       /* what is known does not fit to what the server says */
  gboolean moved;        /* messages went while others were asked for */
  gboolean asking;       /* rows are on their way that are not in the roster yet */
  gboolean missed;       /* and news came about one of them */
  ImapSeqset *hidden;    /* UIDs that the server does not show any more, for there are newer ones */
  guint32 asked;         /* EXISTS for which new messages were last asked for */
  guint polls;           /* in a row, without looking at every message */

  /* Found out and not yet reported: a step that fails loses nothing. */
  gboolean reset;
  GArray *added;         /* UIDs */
  GArray *changed;
  GArray *removed;
} ImapWatchState;

/* One folder in one step. */
typedef struct
{
  TaubeFolder *folder;
  ImapSession *session;
  ImapWatchState *state;
  gboolean here;         /* the folder is the one that is selected */
} ImapWatch;

ImapWatchState *imap_watch_state_new (void);
void imap_watch_state_free (gpointer data);
/* What was found out, or NULL for nothing; it is the caller's then, and not reported again. The folder's counts are
 * set. */
TaubeChanges *imap_watch_take_changes (ImapWatch *self);

/* After a step: whether what was read before it may still come. Then the next step is due in that time, in
 * microseconds. */
#define IMAP_WATCH_READS_TIME G_USEC_PER_SEC
gboolean imap_watch_expects_reads (ImapWatchState *state);

gboolean imap_watch_open (ImapWatch *self, GCancellable *cancellable, GError **error);

/* Hears what the server says by itself about the selected folder. */
extern const ImapListener imap_watch_listener;

/* imap-watch-sync.c: all of them ask about the folder that is selected in the session. */
gboolean imap_watch_sync (ImapWatch *self, GCancellable *cancellable, GError **error);
/* Asks for new messages only. *FITS: that gives all that the server has. */
gboolean imap_watch_sync_new (ImapWatch *self, gboolean *fits, GCancellable *cancellable, GError **error);
gboolean imap_watch_is_behind (const ImapWatch *self);
gboolean imap_watch_catch_up (ImapWatch *self, GCancellable *cancellable, GError **error);
guint32 imap_watch_hash_flags (const ImapFlags *flags);
/* The server says that the flags changed, and they are FLAGS now. It is told even when they were so before: they may
 * have been others in between, and somebody may have seen that. */
void imap_watch_note_flags (ImapWatch *self, guint rank, guint32 flags);
void imap_watch_note_added (ImapWatch *self, guint32 uid, guint32 flags);
void imap_watch_note_removed (ImapMember member, gpointer user_data);

G_END_DECLS
