/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An answer, whose body is read as it arrives: all of it, what is there, or nothing. */
#include "exchange-http-private.h"

#include <string.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-io.h>

#include "exchange-gettext.h"
#include "exchange-http-errors.h"
#include "exchange-trace.h"

#define DRAIN_BYTES (256 << 10)
/* What an answer may unpack to: so much in any case, and so many times what came. */
#define EXPANSION_FREE (16 << 20)
#define EXPANSION_FACTOR 200

struct _ExchangeReply
{
  ExchangeFlight *flight;
  GBytes *chunk;
  gsize chunk_at;
  GConverter *unpacker;
  guint64 packed, unpacked;
  gboolean finished;
};

ExchangeReply *
exchange_reply_new (ExchangeFlight *flight)
{
  ExchangeReply *self = g_new0 (ExchangeReply, 1);

  self->flight = flight;
  if (g_strcmp0 (exchange_reply_get_header (self, "content-encoding"), "gzip") == 0)
    self->unpacker = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  return self;
}

guint
exchange_reply_get_status (ExchangeReply *self)
{
  return self->flight->status;
}

const char *
exchange_reply_get_reason (ExchangeReply *self)
{
  return self->flight->reason;
}

const char *
exchange_reply_get_header (ExchangeReply *self, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (self->flight->headers, lower);
}

static gboolean
has_chunk (ExchangeFlight *flight)
{
  return flight->chunks.length > 0 || flight->ended;
}

/* 1: there is a chunk; 0: there are no more; -1; without WAITS also -2: there is none yet */
static int
take_chunk (ExchangeReply *self, gboolean waits, GCancellable *cancellable, GError **error)
{
  ExchangeFlight *flight = self->flight;
  gboolean again, failed;

  if (self->chunk != NULL)
    return 1;
  if (!waits && !exchange_reply_is_ready (self))
    return -2;
  if (!exchange_flight_wait (flight, has_chunk, 0, cancellable))
    {
      g_cancellable_set_error_if_cancelled (cancellable, error);
      return -1;
    }
  g_mutex_lock (&flight->lock);
  self->chunk = g_queue_pop_head (&flight->chunks);
  self->chunk_at = 0;
  if (self->chunk != NULL)
    flight->queued -= g_bytes_get_size (self->chunk);
  again = self->chunk != NULL && !flight->reading && !flight->ended && flight->queued < EXCHANGE_QUEUE_BYTES / 2;
  failed = self->chunk == NULL && flight->error != NULL;
  g_mutex_unlock (&flight->lock);
  if (again)
    taube_io_invoke (exchange_flight_read_again, exchange_flight_ref (flight), exchange_flight_unref);
  if (failed)
    g_propagate_error (error, exchange_http_translate_error (exchange_http_get_trust (flight->http), flight->uri,
                                                             flight->error));
  return failed ? -1 : self->chunk != NULL;
}

static void
consume (ExchangeReply *self, gsize length)
{
  self->packed += length;
  self->chunk_at += length;
  if (self->chunk_at == g_bytes_get_size (self->chunk))
    g_clear_pointer (&self->chunk, g_bytes_unref);
}

static gssize
read_plain (ExchangeReply *self, gpointer buffer, gsize size, gboolean waits, GCancellable *cancellable,
            GError **error)
{
  int found = take_chunk (self, waits, cancellable, error);
  gsize length, n;
  const guint8 *data;

  if (found <= 0)
    return found;
  data = g_bytes_get_data (self->chunk, &length);
  n = MIN (size, length - self->chunk_at);
  memcpy (buffer, data + self->chunk_at, n);
  consume (self, n);
  return (gssize) n;
}

static gboolean
check_expansion (ExchangeReply *self, GError **error)
{
  if (self->unpacked <= EXPANSION_FREE || self->unpacked / EXPANSION_FACTOR <= self->packed)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT,
               _ ("the server's answer unpacks to more than %d times its size"), EXPANSION_FACTOR);
  return FALSE;
}

/* One step of unpacking: -1 with ERROR, -2 when there is nothing yet. */
static gssize
unpack (ExchangeReply *self, gpointer buffer, gsize size, gboolean last, GError **error)
{
  gsize length = 0, read = 0, written = 0;
  const guint8 *data = self->chunk != NULL ? g_bytes_get_data (self->chunk, &length) : (const guint8 *) "";
  g_autoptr (GError) local = NULL;
  GConverterResult result
    = g_converter_convert (self->unpacker, data + self->chunk_at, length - self->chunk_at, buffer, size,
                           last ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS, &read, &written, &local);

  if (result == G_CONVERTER_ERROR && g_error_matches (local, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) && !last)
    {
      consume (self, length - self->chunk_at); /* all of it is inside now */
      return -2;
    }
  if (result == G_CONVERTER_ERROR)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server's answer is badly packed: %s"),
                   local->message);
      return -1;
    }
  if (read > 0)
    consume (self, read);
  self->unpacked += written;
  self->finished = result == G_CONVERTER_FINISHED;
  if (!check_expansion (self, error))
    return -1;
  return written > 0 || self->finished ? (gssize) written : -2;
}

static gssize
read_packed (ExchangeReply *self, gpointer buffer, gsize size, gboolean waits, GCancellable *cancellable,
             GError **error)
{
  while (!self->finished)
    {
      int found = take_chunk (self, waits, cancellable, error);
      gssize n;

      if (found < 0 || (found == 0 && self->packed == 0))
        return found;
      n = unpack (self, buffer, size, found == 0, error);
      if (n != -2)
        return n;
    }
  return 0;
}

static gssize
read_some (ExchangeReply *self, gpointer buffer, gsize size, gboolean waits, GCancellable *cancellable,
           GError **error)
{
  gssize n;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  n = self->unpacker != NULL ? read_packed (self, buffer, size, waits, cancellable, error)
                             : read_plain (self, buffer, size, waits, cancellable, error);
  if (n > 0)
    exchange_trace_answer (buffer, (gsize) n);
  return n;
}

gssize
exchange_reply_read (ExchangeReply *self, gpointer buffer, gsize size, GCancellable *cancellable, GError **error)
{
  return read_some (self, buffer, size, TRUE, cancellable, error);
}

gssize
exchange_reply_read_ready (ExchangeReply *self, gpointer buffer, gsize size, gboolean *ended,
                           GCancellable *cancellable, GError **error)
{
  gssize n = read_some (self, buffer, size, FALSE, cancellable, error);

  *ended = n == 0;
  return n == -2 ? 0 : n;
}

/* Waiting. */

gboolean
exchange_reply_is_ready (ExchangeReply *self)
{
  gboolean ready;

  g_mutex_lock (&self->flight->lock);
  ready = self->chunk != NULL || has_chunk (self->flight);
  g_mutex_unlock (&self->flight->lock);
  return ready;
}

gboolean
exchange_reply_wait (ExchangeReply *self, gint64 deadline, GCancellable *cancellable)
{
  return self->chunk != NULL || exchange_flight_wait (self->flight, has_chunk, deadline, cancellable);
}

gint64
exchange_reply_get_arrived (ExchangeReply *self)
{
  gint64 arrived;

  g_mutex_lock (&self->flight->lock);
  arrived = self->flight->arrived;
  g_mutex_unlock (&self->flight->lock);
  return arrived;
}

gboolean
exchange_reply_set_wake (ExchangeReply *self, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  ExchangeFlight *flight = self->flight;
  gboolean waits;

  g_mutex_lock (&flight->lock);
  waits = self->chunk == NULL && !has_chunk (flight);
  if (waits)
    {
      flight->wake = func;
      flight->wake_data = data;
      flight->wake_notify = notify;
    }
  g_mutex_unlock (&flight->lock);
  return waits;
}

void
exchange_reply_clear_wake (ExchangeReply *self)
{
  ExchangeFlight *flight = self->flight;
  GDestroyNotify notify;
  gpointer data;

  g_mutex_lock (&flight->lock);
  notify = flight->wake != NULL ? flight->wake_notify : NULL;
  data = flight->wake_data;
  flight->wake = NULL;
  g_mutex_unlock (&flight->lock);
  if (notify != NULL)
    notify (data);
}

void
exchange_reply_free (ExchangeReply *self)
{
  gboolean ended;

  exchange_reply_clear_wake (self);
  g_mutex_lock (&self->flight->lock);
  ended = self->flight->ended;
  g_mutex_unlock (&self->flight->lock);
  if (!ended)
    exchange_flight_give_up (self->flight);
  g_clear_pointer (&self->chunk, g_bytes_unref);
  g_clear_object (&self->unpacker);
  exchange_flight_unref (self->flight);
  g_free (self);
}

char *
exchange_reply_read_words (ExchangeReply *self, gsize most, GCancellable *cancellable)
{
  g_autofree char *words = g_malloc (most + 1);
  gsize length = 0;

  while (length < most)
    {
      gssize n = exchange_reply_read (self, words + length, most - length, cancellable, NULL);

      if (n <= 0)
        break;
      length += (gsize) n;
    }
  return g_utf8_make_valid (words, (gssize) length);
}

void
exchange_reply_drain (ExchangeReply *self, GCancellable *cancellable)
{
  char block[4096];
  gsize total = 0;
  gssize n;

  while (total < DRAIN_BYTES && (n = exchange_reply_read (self, block, sizeof block, cancellable, NULL)) > 0)
    total += (gsize) n;
}
