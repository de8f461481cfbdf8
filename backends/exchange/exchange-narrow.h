/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-folder.h"

G_BEGIN_DECLS

/* Looking at messages on this side: whether they match, by what they sort, in which thread they are. */
typedef struct
{
  TaubeFolder *folder;
  TaubeSession *session;
  const char *what;
  TaubeQuery *query;       /* NULL: all match */
  TaubeSorter *sorter;     /* those that match are added to both; or NULL */
  TaubeThreader *threader;
  gint64 now;
  TaubeProgress *progress;
} ExchangeNarrow;

/* What of the facts that are needed a search gives by itself. */
TaubeFacts exchange_narrow_get_listed (const ExchangeNarrow *self);
/* CANDIDATES are known as far as LISTED; their numbers are counted from 1. The numbers of those that match, guint32, in
 * their order. (transfer full) */
GArray *exchange_narrow_run (ExchangeNarrow *self, GPtrArray *candidates, GCancellable *cancellable, GError **error);

G_END_DECLS
