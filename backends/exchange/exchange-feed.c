/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-feed.h"

#include <string.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-io.h>

#include "exchange-gettext.h"

#define BLOCK_BYTES (48 << 10)

typedef enum
{
  STEP_HEAD,
  STEP_MESSAGE,
  STEP_END,
} Step;

struct _ExchangeFeed
{
  GInputStream parent_instance;
  GBytes *head, *tail;
  TaubeMessageSource *message;

  /* Of the thread that serves. */
  Step step;
  GInputStream *stream;
  guint64 read; /* of the message */
  int state, save;

  gint hungry; /* atomic */
  GMutex lock;
  void (*call) (gpointer data);
  gpointer call_data;
  gboolean stopped, ended;
  GBytes *block;
  gsize at;
  GError *error;
  GTask *task; /* these are the I/O thread's: who reads, and where to */
  guint8 *buffer;
  gsize count;
  GSource *cancelled;
};

G_DEFINE_FINAL_TYPE (ExchangeFeed, exchange_feed, G_TYPE_INPUT_STREAM)

/* The side of the I/O thread. */

/* With the lock. TRUE: there is something to be told: N bytes, or an error. */
static gboolean
take (ExchangeFeed *self, gssize *n, GError **error)
{
  gsize length = 0;
  const guint8 *data = self->block != NULL ? g_bytes_get_data (self->block, &length) : NULL;

  *n = -1;
  if (self->error != NULL)
    g_propagate_error (error, g_error_copy (self->error));
  else if (data != NULL)
    {
      gsize piece = MIN (length - self->at, self->count);

      memcpy (self->buffer, data + self->at, piece);
      self->at += piece;
      *n = (gssize) piece;
      if (self->at == length)
        g_clear_pointer (&self->block, g_bytes_unref);
    }
  else if (self->ended)
    *n = 0;
  else if (self->stopped)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("the request is over"));
  else
    return FALSE;
  return TRUE;
}

/* The one who reads is told, if there is something. */
static void
tell (ExchangeFeed *self)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  gssize n = 0;

  g_mutex_lock (&self->lock);
  if (self->task != NULL && take (self, &n, &error))
    task = g_steal_pointer (&self->task);
  g_mutex_unlock (&self->lock);
  if (task == NULL)
    return;
  if (self->cancelled != NULL)
    g_source_destroy (self->cancelled);
  g_clear_pointer (&self->cancelled, g_source_unref);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, n);
}

static gboolean
on_io (gpointer data)
{
  tell (data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  ExchangeFeed *self = user_data;

  g_mutex_lock (&self->lock);
  if (self->error == NULL)
    g_cancellable_set_error_if_cancelled (cancellable, &self->error);
  g_mutex_unlock (&self->lock);
  tell (self);
  return G_SOURCE_REMOVE;
}

static void
exchange_feed_read_async (GInputStream *stream, void *buffer, gsize count, int priority, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  ExchangeFeed *self = EXCHANGE_FEED (stream);
  gboolean waits;

  if (cancellable != NULL)
    {
      self->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancelled, G_SOURCE_FUNC (on_cancelled), self, NULL);
      g_source_attach (self->cancelled, g_main_context_get_thread_default ());
    }
  g_mutex_lock (&self->lock);
  self->task = g_task_new (self, cancellable, callback, user_data);
  self->buffer = buffer;
  self->count = count;
  waits = self->block == NULL && !self->ended && self->error == NULL && !self->stopped;
  if (waits)
    {
      g_atomic_int_set (&self->hungry, 1);
      self->call (self->call_data);
    }
  g_mutex_unlock (&self->lock);
  if (!waits)
    tell (self);
}

static gssize
exchange_feed_read_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

/* The side of the job. */

static gboolean
fail_changed (GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("the message was changed while it was sent"));
  return FALSE;
}

/* More of the message, of which at most BLOCK_BYTES are in BYTES; at its end LENGTH is 0. */
static gboolean
read_message (ExchangeFeed *self, guint8 *bytes, gsize *length, GCancellable *cancellable, GError **error)
{
  guint64 size = taube_message_source_get_facts (self->message)->size;

  *length = 0;
  if (self->stream == NULL)
    self->stream = taube_message_source_open (self->message, cancellable, error);
  if (self->stream == NULL || !g_input_stream_read_all (self->stream, bytes, BLOCK_BYTES, length, cancellable, error))
    return FALSE;
  self->read += *length;
  if (self->read > size || (*length == 0 && self->read < size))
    return fail_changed (error);
  return TRUE;
}

/* (transfer full); NULL without ERROR: that was all */
static GBytes *
produce (ExchangeFeed *self, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *bytes = NULL;
  g_autofree char *text = NULL;
  gsize length, tail_length = 0, n;
  gconstpointer tail;

  if (self->step == STEP_END)
    return NULL;
  if (self->step == STEP_HEAD)
    {
      self->step = STEP_MESSAGE;
      return g_bytes_ref (self->head);
    }
  bytes = g_malloc (BLOCK_BYTES);
  if (!read_message (self, bytes, &length, cancellable, error))
    return NULL;
  tail = g_bytes_get_data (self->tail, &tail_length);
  text = g_malloc ((length / 3 + 3) * 4 + tail_length);
  if (length > 0)
    n = g_base64_encode_step (bytes, length, FALSE, text, &self->state, &self->save);
  else
    {
      n = g_base64_encode_close (FALSE, text, &self->state, &self->save);
      memcpy (text + n, tail, tail_length);
      n += tail_length;
      self->step = STEP_END;
    }
  return g_bytes_new_take (g_steal_pointer (&text), n);
}

void
exchange_feed_serve (ExchangeFeed *self, GCancellable *cancellable)
{
  GError *error = NULL;
  GBytes *block = produce (self, cancellable, &error);

  /* A short message can leave the encoder with nothing to say yet. */
  while (block != NULL && g_bytes_get_size (block) == 0)
    {
      g_bytes_unref (block);
      block = produce (self, cancellable, &error);
    }
  g_mutex_lock (&self->lock);
  g_atomic_int_set (&self->hungry, 0);
  self->block = block;
  self->at = 0;
  self->ended = block == NULL && error == NULL;
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  g_mutex_unlock (&self->lock);
  g_clear_error (&error);
  taube_io_invoke (on_io, g_object_ref (self), g_object_unref);
}

void
exchange_feed_stop (ExchangeFeed *self)
{
  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  g_atomic_int_set (&self->hungry, 0);
  g_mutex_unlock (&self->lock);
  g_clear_object (&self->stream);
  taube_io_invoke (on_io, g_object_ref (self), g_object_unref);
}

gboolean
exchange_feed_is_hungry (ExchangeFeed *self)
{
  return g_atomic_int_get (&self->hungry) != 0;
}

gint64
exchange_feed_measure (GBytes *head, TaubeMessageSource *message, GBytes *tail)
{
  guint64 size = taube_message_source_get_facts (message)->size;

  return (gint64) (g_bytes_get_size (head) + (size + 2) / 3 * 4 + g_bytes_get_size (tail));
}

ExchangeFeed *
exchange_feed_new (GBytes *head, TaubeMessageSource *message, GBytes *tail, void (*call) (gpointer data),
                   gpointer data)
{
  ExchangeFeed *self = g_object_new (EXCHANGE_TYPE_FEED, NULL);

  self->head = g_bytes_ref (head);
  self->message = g_object_ref (message);
  self->tail = g_bytes_ref (tail);
  self->call = call;
  self->call_data = data;
  return self;
}

static void
exchange_feed_finalize (GObject *object)
{
  ExchangeFeed *self = EXCHANGE_FEED (object);

  g_clear_pointer (&self->head, g_bytes_unref);
  g_clear_pointer (&self->tail, g_bytes_unref);
  g_clear_object (&self->message);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->block, g_bytes_unref);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (exchange_feed_parent_class)->finalize (object);
}

static void
exchange_feed_class_init (ExchangeFeedClass *klass)
{
  GInputStreamClass *stream = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = exchange_feed_finalize;
  stream->read_async = exchange_feed_read_async;
  stream->read_finish = exchange_feed_read_finish;
}

static void
exchange_feed_init (ExchangeFeed *self)
{
  g_mutex_init (&self->lock);
}
