/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-known.h"
#include "imap-session.h"

G_BEGIN_DECLS

/* What happened in a mailbox, as UIDs. */
typedef struct
{
  gboolean reset; /* nothing of what was known is good for anything; the sets are empty */
  ImapSeqset *added;
  ImapSeqset *changed;
  ImapSeqset *removed; /* may have such as were never known */
} ImapNews;

/* Opens the folder anew on SESSION and tells what happened since KNOWN; NULL: from nothing, all is added. *NOW_OUT is
 * what is known then (transfer full), to be asked with the next time; NULL after a reset. What happens after SELECT
 * has been answered is no part of either. */
gboolean imap_changes_ask (ImapSession *session, TaubeFolder *folder, ImapSelectMode mode, const ImapKnown *known,
                           TaubeProgress *progress, ImapNews **news_out, ImapKnown **now_out, GCancellable *cancellable,
                           GError **error);
ImapNews *imap_news_new (void);
void imap_news_free (ImapNews *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapNews, imap_news_free)

G_END_DECLS
