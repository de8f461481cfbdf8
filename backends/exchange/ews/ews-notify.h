/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-limits.h>

#include "ews/ews-requests.h"
#include "exchange-news.h"

G_BEGIN_DECLS

/* Subscriptions, and what the server tells of them, without I/O. */

typedef struct
{
  const char *const *folder_ids; /* NULL: all folders of the mailbox */
  guint n;
  gboolean pull;                 /* its events are asked for; else they are streamed */
  guint minutes;                 /* of pull: how long the server keeps it without being asked */
} EwsSubscribe;

EwsWriter *ews_request_subscribe (EwsVersion version, const EwsSubscribe *subscribe);
EwsWriter *ews_request_unsubscribe (EwsVersion version, const char *id);
EwsWriter *ews_request_get_events (EwsVersion version, const char *id, const char *watermark);
/* MINUTES, 1 to 30: how long the answer may take. */
EwsWriter *ews_request_get_streaming_events (EwsVersion version, const char *const *ids, guint n, guint minutes);

/* Why a subscription is not had, or not any more. */
typedef enum
{
  EWS_REFUSAL_OTHER,
  EWS_REFUSAL_UNKNOWN,  /* the server knows no such thing */
  EWS_REFUSAL_FULL,     /* there are as many as it allows */
  EWS_REFUSAL_FOLDERS,  /* not of these folders, or not of so many */
  EWS_REFUSAL_LOST,     /* there is no such subscription; something may have been missed */
} EwsRefusal;

EwsRefusal ews_refusal_find (const char *code);

/* The events of t:Notification go into NEWS. The place after the last one, or NULL; as long as the node lives. */
const char *ews_notification_decode (const EwsNode *node, ExchangeNews *news);

/* Reads the answer to GetStreamingEvents: envelope after envelope, as their bytes arrive. */
typedef struct _EwsStream EwsStream;

/* WHAT is said in front of what the server refuses; it is copied. */
EwsStream *ews_stream_new (const TaubeLimits *limits, const char *what);
void ews_stream_free (EwsStream *self);
/* TAUBE_ERROR_PROTOCOL, _LIMIT, or what the server said. Subscriptions that it does not know are no error, but news. */
gboolean ews_stream_feed (EwsStream *self, gconstpointer data, gsize length, ExchangeNews *news, GError **error);
/* Nothing more comes. */
gboolean ews_stream_end (EwsStream *self, ExchangeNews *news, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EwsStream, ews_stream_free)

G_END_DECLS
