/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-folder.h"

G_BEGIN_DECLS

/* Messages of the open folder that go away for good, by STORE and UID EXPUNGE: these and no others. */
typedef struct
{
  ImapSeqset *before;  /* which of them were there; NULL: the server did not tell */
  ImapSeqset *left;    /* which of them are there still; NULL: not known */
  GError *refusal;     /* what the server said against it, or NULL */
  gboolean begun;      /* something of it may have reached the server */
} ImapRemoval;

void imap_removal_clear (ImapRemoval *self);
/* Without UID EXPUNGE a server can only remove whatever is marked, by whomever. TAUBE_ERROR_NOT_SUPPORTED */
gboolean imap_removal_is_possible (ImapSession *session, TaubeFolder *folder, const char *what, GError **error);
/* FALSE: the connection broke. It may be done again, on another one: nothing is removed twice. */
gboolean imap_removal_run (ImapRemoval *self, ImapSession *session, TaubeFolder *folder, const ImapSeqset *uids,
                           GCancellable *cancellable, GError **error);

/* TaubeFolderClass.remove */
TaubeBatchResult *imap_folder_remove (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                      TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                                      GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapRemoval, imap_removal_clear)

G_END_DECLS
