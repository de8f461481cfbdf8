/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-folder.h"

G_BEGIN_DECLS

/* Which of some UIDs are there, as SEARCH tells. */
typedef struct
{
  ImapSeqset *found;
  gsize most;    /* ranges that an honest answer can have */
  gboolean told;
} ImapPresence;

void imap_presence_init (ImapPresence *self, ImapSession *session);
void imap_presence_clear (ImapPresence *self);
/* SELF must outlive the call. (transfer full) */
ImapCall *imap_presence_ask (ImapPresence *self, ImapSession *session, TaubeFolder *folder, const char *set);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapPresence, imap_presence_clear)

G_END_DECLS
