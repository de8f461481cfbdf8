/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-folder-impl.h>
#include <taube-backend/taube-spool-impl.h>

#include "pop3-journal.h"
#include "pop3-listing.h"

G_BEGIN_DECLS

#define POP3_FOLDER(obj) ((Pop3Folder *) (obj))

/* The one folder. What it learns of the maildrop lies with the session, see pop3-listing.h. */
typedef struct
{
  TaubeFolder parent_instance;

  GMutex lock; /* of what is below: the journal is also used between the jobs */
  Pop3Journal *journal; /* NULL: none is open */
  gboolean moved;
  GHashTable *suspects; /* ids on which the connection broke → at which break: they are retrieved last, one by one */
  guint breaks;
} Pop3Folder;

/* pop3-folder.c */
/* pop3_session_begin() and _look(), for a folder that is there: INBOX. */
gboolean pop3_folder_begin (TaubeFolder *folder, Pop3Session *session, GCancellable *cancellable, GError **error);
gboolean pop3_folder_look (TaubeFolder *folder, Pop3Session *session, GCancellable *cancellable, GError **error);
/* The listing, with its ids in the journal where one is open. */
Pop3Listing *pop3_folder_get_listing (TaubeFolder *folder, Pop3Session *session, GCancellable *cancellable,
                                      GError **error);
/* The position of ID; FALSE with TAUBE_ERROR_NOT_FOUND. */
gboolean pop3_folder_find (TaubeFolder *folder, Pop3Listing *listing, const char *id, guint *position_out,
                           GError **error);
void pop3_folder_show_counts (TaubeFolder *folder, Pop3Session *session);

/* pop3-folder-list.c */
TaubeItemList *pop3_folder_list (TaubeFolder *folder, TaubeSession *session, TaubeListRequest *request,
                                 GCancellable *cancellable, GError **error);
TaubeItem *pop3_folder_get_item (TaubeFolder *folder, TaubeSession *session, const char *id, GCancellable *cancellable,
                                 GError **error);
/* The rows of POSITIONS (ascending) as REQUEST wants them. (transfer full) */
TaubeItemList *pop3_folder_list_positions (TaubeFolder *folder, Pop3Listing *listing, GArray *positions,
                                           TaubeListRequest *request, GCancellable *cancellable, GError **error);

/* pop3-folder-fetch.c */
gboolean pop3_folder_fetch (TaubeFolder *folder, TaubeSession *session, const char *id, const char *section,
                            guint64 offset, gint64 length, GOutputStream *sink, TaubeProgress *progress,
                            GCancellable *cancellable, GError **error);

/* pop3-retrieve.c: TaubeSpoolInterface.retrieve */
TaubeBatchResult *pop3_folder_retrieve (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                        TaubeReceiver *receiver, TaubeProgress *progress, GCancellable *cancellable,
                                        GError **error);

/* pop3-folder-remove.c */
TaubeBatchResult *pop3_folder_remove (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                      TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                                      GError **error);
/* Deletes the messages at POSITIONS (guint32) and says QUIT; RESULT is told what became of them. TRUE: it is worth
 * looking again. */
gboolean pop3_folder_delete (Pop3Listing *listing, GArray *positions, TaubeBatchResult *result,
                             TaubeProgress *progress, GCancellable *cancellable);

/* pop3-folder-changes.c */
TaubeChanges *pop3_folder_get_changes (TaubeFolder *folder, TaubeSession *session, GBytes *state,
                                       TaubeProgress *progress, GCancellable *cancellable, GError **error);

gboolean pop3_folder_watch_step (TaubeFolder *folder, TaubeSession *session, TaubeWatchStep *step,
                                 GCancellable *cancellable, GError **error);

/* pop3-spool.c */
void pop3_spool_init_iface (gpointer iface, gpointer data);
/* The digest of what came as ID, for when it will be confirmed. */
void pop3_spool_note_digest (Pop3Folder *self, const char *id, const Pop3Digest *digest);
/* These are no longer on the server, by our hand. */
void pop3_spool_note_removed (Pop3Folder *self, const TaubeIdSet *ids);

G_END_DECLS
