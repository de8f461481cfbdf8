/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-folder.h"
#include "imap-query.h"

G_BEGIN_DECLS

/* What the server may be asked besides the keys of a search; given up like those when it refuses. */
typedef enum
{
  IMAP_SEARCH_SORT = 1 << 16,
  IMAP_SEARCH_THREAD = 1 << 17,
  IMAP_SEARCH_RETURN = 1 << 18,
} ImapSearchFeatures;

/* One search in the folder that is open. */
typedef struct
{
  TaubeFolder *folder;
  ImapSession *session;
  TaubeQuery *query;
  TaubeSearchRequest *request;
  ImapQueryDialect dialect;
  guint refused; /* ImapQueryFeatures and ImapSearchFeatures that the server does not take */
  guint last;    /* the one of them that was given up last */
  char prefix[16];

  ImapQueryPlan plan;
  GArray *numbers;   /* guint32: UIDs, in their order when SORTED, else ascending */
  guint64 total;     /* of what matches the server's part */
  gboolean sorted;   /* by the server */
  gboolean partial;  /* numbers are only the range that was asked for */
  gboolean saved;    /* "$" is what was found */
  guint32 window;    /* messages that the server searches at once (RFC 9738); 0: all */
  guint32 window_first; /* the one that is just searched */
  guint32 window_last;
  char charset[32];  /* that the server named when it refused UTF-8; empty: none */
  GError *unreadable; /* what of an answer cannot be read, or NULL */
} ImapSearch;

void imap_search_init (ImapSearch *self, TaubeFolder *folder, ImapSession *session, TaubeQuery *query,
                       TaubeSearchRequest *request);
void imap_search_clear (ImapSearch *self);
gboolean imap_search_can_sort (const ImapSearch *self, const char **reason_out);
gboolean imap_search_can_thread (const ImapSearch *self, const char **reason_out);
gboolean imap_search_find (ImapSearch *self, GCancellable *cancellable, GError **error);
gboolean imap_search_thread (ImapSearch *self, TaubeForest **forest_out, GCancellable *cancellable, GError **error);

G_END_DECLS
