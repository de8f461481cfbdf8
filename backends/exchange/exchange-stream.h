/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-http.h"
#include "exchange-news.h"

G_BEGIN_DECLS

/* An answer without an end, in which the server tells what happens. Whoever waits for it needs no thread: it is read as
 * far as it is there. Used by one thread at a time. */
typedef struct _ExchangeStream ExchangeStream;

/* Who understands the bytes. FALSE if and only if ERROR is set. */
typedef struct
{
  gboolean (*feed) (gpointer parser, gconstpointer data, gsize length, ExchangeNews *news, GError **error);
  gboolean (*end) (gpointer parser, ExchangeNews *news, GError **error);
  void (*free) (gpointer parser);
} ExchangeStreamFuncs;

/* REPLY and PARSER are taken. */
ExchangeStream *exchange_stream_new (ExchangeReply *reply, const ExchangeStreamFuncs *funcs, gpointer parser);
/* Breaks it off. */
void exchange_stream_free (ExchangeStream *self);

/* What is there now goes into NEWS, without waiting, and no more than is reasonable at once. *ENDED: it came to a whole
 * end. TAUBE_ERROR_CONNECTION when it was cut. */
gboolean exchange_stream_read (ExchangeStream *self, ExchangeNews *news, gboolean *ended, GCancellable *cancellable,
                               GError **error);
/* Something is there. */
gboolean exchange_stream_is_ready (ExchangeStream *self);
/* Waits for that until DEADLINE, monotonic microseconds. FALSE: it has come, or it was cancelled. */
gboolean exchange_stream_wait (ExchangeStream *self, gint64 deadline, GCancellable *cancellable);
/* As exchange_reply_set_wake(). */
gboolean exchange_stream_set_wake (ExchangeStream *self, GSourceFunc func, gpointer data, GDestroyNotify notify);
void exchange_stream_clear_wake (ExchangeStream *self);
/* When it began, and when the server last said something; monotonic microseconds. */
gint64 exchange_stream_get_begun (ExchangeStream *self);
gint64 exchange_stream_get_heard (ExchangeStream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExchangeStream, exchange_stream_free)

G_END_DECLS
