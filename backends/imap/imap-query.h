/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-search-impl.h>

#include "imap-command.h"

G_BEGIN_DECLS

/* What a server may not be able to search by; in this order they are given up when it refuses a search without saying
 * why. */
typedef enum
{
  IMAP_QUERY_FUZZY = 1 << 0,
  IMAP_QUERY_WITHIN = 1 << 1,
  IMAP_QUERY_UNICODE = 1 << 2,
  IMAP_QUERY_NOT = 1 << 3,
  IMAP_QUERY_OR = 1 << 4,
  IMAP_QUERY_HEADER = 1 << 5,
  IMAP_QUERY_SENT = 1 << 6,
  IMAP_QUERY_KEYWORD = 1 << 7,
  IMAP_QUERY_CONTENT = 1 << 8,
  IMAP_QUERY_FIELD = 1 << 9,
  IMAP_QUERY_SIZE = 1 << 10,
  IMAP_QUERY_IDS = 1 << 11,
  IMAP_QUERY_DATE = 1 << 12,
  IMAP_QUERY_FLAGS = 1 << 13,
  IMAP_QUERY_EVERYTHING = (1 << 14) - 1,
  IMAP_QUERY_NEVER = 1 << 14, /* what no IMAP server can, or not in this size */
} ImapQueryFeatures;

typedef struct
{
  ImapQueryFeatures allowed;
  gboolean wide;      /* sizes may have 63 bits */
  gboolean recent;    /* there is a flag \Recent */
  gboolean raw;       /* X-GM-RAW is known */
  gint64 now;         /* seconds since 1970 */
  const char *prefix; /* of the ids of the folder */
  gsize max_set_bytes;
  const char *charset; /* of the texts; NULL: UTF-8 */
} ImapQueryDialect;

/* A query cut in two: what the server is asked, and what is asked of the messages that it finds. */
typedef struct
{
  TaubeQuery *server;
  TaubeQuery *local;      /* NULL: nothing */
  ImapQueryFeatures used; /* by the first */
  ImapQueryFeatures missed;
} ImapQueryPlan;

void imap_query_plan_init (ImapQueryPlan *self, TaubeQuery *query, const ImapQueryDialect *dialect);
void imap_query_plan_clear (ImapQueryPlan *self);
char *imap_query_describe_missed (ImapQueryFeatures missed, ImapQueryFeatures refused);
void imap_query_append (TaubeQuery *query, ImapCommand *command, const ImapQueryDialect *dialect);
/* Whether all texts of QUERY can be said in CHARSET. */
gboolean imap_query_fits_charset (TaubeQuery *query, const char *charset);
ImapSeqset *imap_query_make_uids (const TaubeIdSet *ids, const char *prefix);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapQueryPlan, imap_query_plan_clear)

G_END_DECLS
