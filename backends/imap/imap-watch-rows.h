/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-watch.h"

G_BEGIN_DECLS

/* UIDs and flags of messages, asked for by a watch. */

typedef struct
{
  guint32 seq;
  ImapMember member;
} ImapWatchRow;

typedef struct
{
  ImapWatch *watch;
  guint32 first, last; /* sequence numbers; 0 and 0: rows are asked for by UID */
  guint most;
  GArray *rows;
  gboolean refused; /* by a server that looks at some only (RFC 9738) */
  gboolean limited; /* it looked at some, or would, … */
  guint32 limit;    /* … so many, … */
  guint32 lowest;   /* … of which this has the lowest UID */
} ImapWatchRows;

gboolean imap_watch_is_too_much (ImapWatch *self, guint32 exists, GError **error);
gboolean imap_watch_is_refused_for_limit (ImapWatch *self, const ImapCall *call);
gboolean imap_watch_ask_rows (ImapWatch *self, ImapWatchRows *rows, const char *set, guint64 since,
                              GCancellable *cancellable, GError **error);
GArray *imap_watch_ask_roster_rows (ImapWatch *self, guint32 first, guint32 last, GCancellable *cancellable,
                                    GError **error);
void imap_watch_append_rows (ImapRoster *roster, const GArray *rows, guint32 first, guint32 last);
int imap_watch_compare_uids (gconstpointer a, gconstpointer b);

G_END_DECLS
