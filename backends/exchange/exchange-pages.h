/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-seen.h"
#include "exchange-wire.h"

G_BEGIN_DECLS

/* A folder, or what of it a search finds, read page by page while others change it: what is there all the time is told
 * once, and nothing of it is missed. */
typedef struct
{
  ExchangeAccount *account;
  ExchangePageRequest request; /* offset and count are set by exchange_pages_next() */
  guint64 first;               /* in the order of the server */
  guint64 most;                /* 0: all */

  /* out */
  GPtrArray *candidates; /* of ExchangeCandidate: the new ones of the page that was read last */
  gint64 total;          /* of the server; -1: not told */
  gboolean last;         /* nothing more comes */
  guint blamed;          /* after a failure: what of the request the server refuses; 0: it is something else */
  gboolean internal;     /* the same: it may not mean that */

  /* inside */
  ExchangeSeen *seen; /* every id that was told */
  guint next;
  guint back;       /* by how much the last page began too late */
  guint n_back, n_repeats;
} ExchangePages;

void exchange_pages_init (ExchangePages *self, ExchangeAccount *account, const char *folder_id, const char *what);
void exchange_pages_clear (ExchangePages *self);
/* From the beginning once more. */
void exchange_pages_restart (ExchangePages *self);
/* One page: there may be nothing new in it. */
gboolean exchange_pages_next (ExchangePages *self, GCancellable *cancellable, GError **error);
/* How many there were up to now. */
guint exchange_pages_count (ExchangePages *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ExchangePages, exchange_pages_clear)

G_END_DECLS
