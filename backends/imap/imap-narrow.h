/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-folder.h"
#include "imap-query.h"

G_BEGIN_DECLS

/* Looking at messages on this side: whether they match, by what they sort, in which thread they are. */
typedef struct
{
  TaubeFolder *folder;
  ImapSession *session;
  TaubeQuery *query;       /* NULL: all match */
  TaubeSorter *sorter;     /* those that match are added to both; or NULL */
  TaubeThreader *threader;
  const char *prefix;      /* of the ids */
  gint64 now;
  TaubeProgress *progress;
  GArray *kept;            /* out: guint32, UIDs of those that match, ascending */
} ImapNarrow;

/* NUMBERS are UIDs, ascending. FALSE when the connection is gone, or it was cancelled. */
gboolean imap_narrow_run (ImapNarrow *self, const GArray *numbers, GCancellable *cancellable, GError **error);

G_END_DECLS
