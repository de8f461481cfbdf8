/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-stream.h"

#include <taube/taube-error.h>

#define BLOCK_BYTES (32 << 10)
/* What is read at once: a server that does not stop talking is left to itself in between. */
#define READ_BYTES (1 << 20)

struct _ExchangeStream
{
  ExchangeReply *reply;
  const ExchangeStreamFuncs *funcs;
  gpointer parser;
  gint64 begun;
};

ExchangeStream *
exchange_stream_new (ExchangeReply *reply, const ExchangeStreamFuncs *funcs, gpointer parser)
{
  ExchangeStream *self = g_new0 (ExchangeStream, 1);

  self->reply = reply;
  self->funcs = funcs;
  self->parser = parser;
  self->begun = g_get_monotonic_time ();
  return self;
}

void
exchange_stream_free (ExchangeStream *self)
{
  exchange_reply_free (self->reply);
  self->funcs->free (self->parser);
  g_free (self);
}

gboolean
exchange_stream_read (ExchangeStream *self, ExchangeNews *news, gboolean *ended, GCancellable *cancellable,
                      GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK_BYTES);
  gsize total = 0;
  gssize n;

  do
    {
      n = exchange_reply_read_ready (self->reply, block, BLOCK_BYTES, ended, cancellable, error);
      if (n < 0 || (n > 0 && !self->funcs->feed (self->parser, block, (gsize) n, news, error)))
        return FALSE;
      total += (gsize) n;
    }
  while (n > 0 && total < READ_BYTES);
  return !*ended || self->funcs->end (self->parser, news, error);
}

gboolean
exchange_stream_is_ready (ExchangeStream *self)
{
  return exchange_reply_is_ready (self->reply);
}

gboolean
exchange_stream_wait (ExchangeStream *self, gint64 deadline, GCancellable *cancellable)
{
  return exchange_reply_wait (self->reply, deadline, cancellable);
}

gboolean
exchange_stream_set_wake (ExchangeStream *self, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  return exchange_reply_set_wake (self->reply, func, data, notify);
}

void
exchange_stream_clear_wake (ExchangeStream *self)
{
  exchange_reply_clear_wake (self->reply);
}

gint64
exchange_stream_get_begun (ExchangeStream *self)
{
  return self->begun;
}

gint64
exchange_stream_get_heard (ExchangeStream *self)
{
  return exchange_reply_get_arrived (self->reply);
}
