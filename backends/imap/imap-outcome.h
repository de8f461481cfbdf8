/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-folder.h"

G_BEGIN_DECLS

/* What became of each id of an operation on the open folder, told by UIDs. The ids may have the form with the
 * UIDVALIDITY or the one without. */
typedef struct
{
  TaubeBatchResult *result;
  char prefix[16];
} ImapOutcome;

void imap_outcome_init (ImapOutcome *self, ImapSession *session, const TaubeIdSet *ids);
void imap_outcome_clear (ImapOutcome *self);
void imap_outcome_done (ImapOutcome *self, const ImapSeqset *uids);
void imap_outcome_failed (ImapOutcome *self, const ImapSeqset *uids, const GError *error);
void imap_outcome_unknown (ImapOutcome *self, const ImapSeqset *uids, const GError *error);
void imap_outcome_set_new_id (ImapOutcome *self, guint32 uid, const char *new_id);
void imap_outcome_new_id (ImapOutcome *self, guint32 uid, guint32 new_uidvalidity, guint32 new_uid);
ImapSeqset *imap_outcome_get_uids (const ImapOutcome *self, const TaubeIdSet *ids);

G_END_DECLS
