/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-plan.h"
#include "ews/ews-writer.h"

G_BEGIN_DECLS

/* What a server may not be able to search or sort by; in this order they are given up when it refuses a search without
 * saying why. */
typedef enum
{
  EWS_QUERY_FUZZY = 1 << 0,
  EWS_QUERY_HEADER = 1 << 1,
  EWS_QUERY_BODY = 1 << 2,
  EWS_QUERY_REFERENCE = 1 << 3,
  EWS_QUERY_ATTACHMENT = 1 << 4,
  EWS_QUERY_KEYWORD = 1 << 5,
  EWS_QUERY_VERB = 1 << 6,
  EWS_QUERY_FLAGGED = 1 << 7,
  EWS_QUERY_ADDRESS = 1 << 8,
  EWS_QUERY_SENT = 1 << 9,
  EWS_QUERY_SIZE = 1 << 10,
  EWS_QUERY_SUBJECT = 1 << 11,
  EWS_QUERY_NOT = 1 << 12,
  EWS_QUERY_OR = 1 << 13,
  EWS_QUERY_RECEIVED = 1 << 14,
  EWS_QUERY_STATE = 1 << 15,
  EWS_QUERY_EVERYTHING = (1 << 16) - 1,
  EWS_QUERY_NEVER = 1 << 16, /* what no Exchange can */
  EWS_ORDER_KEYS = 1 << 17,
  EWS_ORDER_NUMBER = 1 << 18,
  EWS_ORDER_ARRIVAL = 1 << 19,
  EWS_ORDER_EVERYTHING = EWS_ORDER_KEYS | EWS_ORDER_NUMBER | EWS_ORDER_ARRIVAL,
} EwsQueryFeatures;

/* A property that a search may be about. */
typedef struct
{
  const char *uri;  /* "item:Subject", or the tag of an extended property */
  const char *type; /* of that; else NULL */
} EwsPath;

void ews_path_write (const EwsPath *self, EwsWriter *writer);

/* Cuts QUERY by what is not REFUSED; NOW is in seconds since 1970. TAUBE_ERROR_INVALID: a part in the language of the
 * server stands where it cannot be asked. */
gboolean ews_query_plan (TaubeQuery *query, guint refused, gint64 now, ExchangePlan *plan_out, GError **error);
/* Why a part of a query is not for the server. (transfer full) */
char *ews_query_describe_missed (guint missed, guint refused);
/* What is to be said of the server's part, or NULL. */
const char *ews_query_describe_used (guint used);
/* m:Restriction, or nothing when all is asked for. */
void ews_query_write (TaubeQuery *query, gint64 now, EwsWriter *writer);
/* What of USED the server meant when it refused with CODE; PATH is the property that it named, or NULL. 0: it did not
 * mean the search. */
guint ews_query_find_blame (const char *code, const char *path, guint used);

G_END_DECLS
