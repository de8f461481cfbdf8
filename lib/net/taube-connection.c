/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-connection-private.h"

#include <taube-backend/taube-testing.h>
#include <taube/taube-error.h>

#include "base/taube-gettext.h"
#include "base/taube-io-thread.h"
#include "net/taube-wakeup.h"

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define TIMEOUT_DEFAULT 30000

/* A read asks for little at first and for more while it gets all it asked for: a literal of many megabytes goes through
 * few system calls, and an account that only hears "OK" keeps no large block. */
#define READ_BYTES_MIN (4 << 10)
#define READ_BYTES_MAX (256 << 10)

/* How often a thread looks whether it was cancelled when the system has no descriptor left to wake it. */
#define BLIND_MILLISECONDS 100

/* What a server may say while it takes nothing; then it is left alone until it has taken our bytes. */
#define READ_WHILE_WRITING_BYTES (8 << 20)

TaubeConnection *
taube_connection_new (const TaubeEndpoint *endpoint, TaubeStream *wire)
{
  static gint last_id = 0;
  TaubeConnection *self = g_new0 (TaubeConnection, 1);

  self->endpoint = taube_endpoint_copy (endpoint);
  self->id = (guint) g_atomic_int_add (&last_id, 1) + 1;
  self->label_in = g_strdup_printf ("%u <", self->id);
  self->label_out = g_strdup_printf ("%u >", self->id);
  self->wire = self->top = wire;
  self->read_bytes = READ_BYTES_MIN;
  self->silence_timeout = endpoint->silence_timeout > 0 ? endpoint->silence_timeout : TIMEOUT_DEFAULT;
  return self;
}

/* Takes FD. */
TaubeConnection *
taube_connection_new_socket (const TaubeEndpoint *endpoint, int fd)
{
  TaubeConnection *self = taube_connection_new (endpoint, NULL);

  self->wire = self->top = taube_socket_stream_new (fd, self->endpoint->host);
  return self;
}

void
taube_connection_free (TaubeConnection *self)
{
  taube_connection_unpark (self);
  taube_connection_close (self);
  self->top->klass->free (self->top);
  taube_buffer_wipe (&self->input);
  taube_endpoint_free (self->endpoint);
  g_clear_error (&self->broken);
  g_clear_pointer (&self->echoes, taube_echoes_free);
  g_free (self->label_in);
  g_free (self->label_out);
  g_free (self);
}

/* Closes both ways at once. The input buffer and what is known of TLS stay. */
void
taube_connection_close (TaubeConnection *self)
{
  if (self->broken == NULL)
    TAUBE_TRACE ("net", "%u closed", self->id);
  self->top->klass->close (self->top);
  if (self->broken == NULL)
    g_set_error (&self->broken, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the connection to %s is closed"),
                 self->endpoint->host);
}

/* ---- failures ---- */

/* Takes ERROR: from now on everybody gets it. Always FALSE. */
gboolean
taube_connection_break (TaubeConnection *self, GError *error, GError **error_out)
{
  if (self->broken == NULL)
    {
      TAUBE_TRACE ("net", "%u broke: %s", self->id, error->message);
      self->broken = g_error_copy (error);
    }
  g_propagate_error (error_out, error);
  return FALSE;
}

gboolean
taube_connection_is_broken (TaubeConnection *self)
{
  return self->broken != NULL;
}

void
taube_connection_set_broken (TaubeConnection *self, const GError *error)
{
  taube_connection_break (self, g_error_copy (error), NULL);
}

static gboolean
is_usable (TaubeConnection *self, GCancellable *cancellable, GError **error)
{
  if (self->broken != NULL)
    {
      g_propagate_error (error, g_error_copy (self->broken));
      return FALSE;
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static char *
text_of_timeout (guint milliseconds)
{
  if (milliseconds % 1000 == 0)
    return g_strdup_printf ("%u s", milliseconds / 1000);
  return g_strdup_printf ("%u ms", milliseconds);
}

/* ---- waiting ---- */

/* When a wait that began at SINCE ends; 0: never. */
static gint64
end_of_wait (TaubeConnection *self, gint64 since)
{
  gint64 end = self->silence_timeout == G_MAXUINT ? 0 : since + (gint64) self->silence_timeout * 1000;

  if (self->deadline > 0 && (end == 0 || self->deadline < end))
    end = self->deadline;
  return end;
}

static gboolean
is_past_deadline (TaubeConnection *self, GError **error)
{
  if (self->deadline == 0 || g_get_monotonic_time () < self->deadline)
    return FALSE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("no complete answer from %s in time"),
               self->endpoint->host);
  return TRUE;
}

static void
fail_for_silence (TaubeConnection *self, TaubeWait wanted, GError **error)
{
  g_autofree char *time = text_of_timeout (self->silence_timeout);
  GError *failure;

  if ((wanted & TAUBE_WAIT_WRITE) != 0)
    failure = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("%s has taken nothing of what was sent for %s"),
                           self->endpoint->host, time);
  else
    failure
        = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("no answer from %s for %s"), self->endpoint->host, time);
  taube_connection_break (self, failure, error);
}

static void
prepare_poll (TaubeConnection *self, TaubeWait wanted, const TaubeWakeup *wakeup, GPollFD polls[3])
{
  TaubeStream *wire = self->wire;

  polls[0] = (GPollFD){ .fd = (wanted & TAUBE_WAIT_READ) != 0 ? wire->fd : -1, .events = POLLIN };
  polls[1] = (GPollFD){ .fd = (wanted & TAUBE_WAIT_WRITE) != 0 ? wire->write_fd : -1,
                        .events = (gushort) wire->write_events };
  polls[2] = (GPollFD){ .fd = wakeup->fd, .events = POLLIN };
}

/* Milliseconds for poll(), never short of the time. */
static gint
poll_timeout (gint64 end, const TaubeWakeup *wakeup)
{
  gint64 most = wakeup->cancellable != NULL && wakeup->fd < 0 ? BLIND_MILLISECONDS : G_MAXINT;
  gint64 left = end != 0 ? (end - g_get_monotonic_time () + 999) / 1000 : most;

  if (end == 0 && most == G_MAXINT)
    return -1;
  return (gint) CLAMP (left, 0, most);
}

/* Blocks until one of WANTED can be had; 0 with ERROR when cancelled, the deadline came, or nothing has happened for
 * too long since SINCE. */
TaubeWait
taube_connection_wait (TaubeConnection *self, TaubeWait wanted, gint64 since, GCancellable *cancellable,
                       GError **error)
{
  gint64 end = end_of_wait (self, since);
  GPollFD polls[3];
  TaubeWakeup wakeup;
  TaubeWait ready = 0;
  gboolean over;

  taube_wakeup_begin (&wakeup, cancellable);
  prepare_poll (self, wanted, &wakeup, polls);
  do
    {
      polls[0].revents = polls[1].revents = 0;
      g_poll (polls, G_N_ELEMENTS (polls), poll_timeout (end, &wakeup));
      if (polls[0].revents != 0)
        ready |= TAUBE_WAIT_READ;
      if (polls[1].revents != 0)
        ready |= TAUBE_WAIT_WRITE;
      over = end != 0 && g_get_monotonic_time () >= end;
    }
  while (ready == 0 && !over && !g_cancellable_is_cancelled (cancellable));
  taube_wakeup_end (&wakeup);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return 0;
  if (ready == 0 && !is_past_deadline (self, error))
    fail_for_silence (self, wanted, error);
  return ready;
}

/* ---- reading ---- */

TaubeBuffer *
taube_connection_get_input (TaubeConnection *self)
{
  return &self->input;
}

static const char *
trace_category (TaubeConnection *self)
{
  return self->endpoint->trace != NULL ? self->endpoint->trace : "net";
}

/* A server may repeat a secret in its complaint about it. */
static void
trace_input (TaubeConnection *self, const guint8 *data, gsize length)
{
  g_autoptr (GArray) found = self->echoes != NULL ? taube_echoes_find (self->echoes, data, length) : NULL;

  taube_trace_wire (trace_category (self), self->label_in, data, length,
                    found != NULL ? (const TaubeRedaction *) (gpointer) found->data : NULL,
                    found != NULL ? found->len : 0);
}

static void
trace_output (TaubeConnection *self, gconstpointer data, gsize length, const TaubeRedaction *redactions,
              guint n_redactions)
{
  if (n_redactions > 0 && self->echoes == NULL)
    self->echoes = taube_echoes_new ();
  if (n_redactions > 0)
    taube_echoes_add (self->echoes, data, redactions, n_redactions);
  taube_trace_wire (trace_category (self), self->label_out, data, length, redactions, n_redactions);
}

static void
note_input (TaubeConnection *self, const guint8 *data, gsize length)
{
  if (length == self->read_bytes)
    self->read_bytes = MIN (4 * self->read_bytes, READ_BYTES_MAX);
  else if (length < self->read_bytes / 8)
    self->read_bytes = MAX (self->read_bytes / 4, READ_BYTES_MIN);
  taube_buffer_commit (&self->input, length);
  if (G_UNLIKELY (g_atomic_int_get (&taube_trace_any)))
    trace_input (self, data, length);
}

/* Reads what is there without waiting: a number of bytes, or what a stream says. An error breaks the connection. */
gssize
taube_connection_read_some (TaubeConnection *self, GError **error)
{
  const TaubeStreamClass *klass = self->top->klass;
  guint8 *data = taube_buffer_reserve (&self->input, self->read_bytes);
  gsize total = 0;
  g_autoptr (GError) failure = NULL;
  gssize n;

  do
    {
      n = klass->read (self->top, data + total, self->read_bytes - total, &failure);
      if (n > 0)
        total += (gsize) n;
    }
  while (n > 0 && total < self->read_bytes && klass->has_pending (self->top));

  if (total > 0)
    note_input (self, data, total);
  if (n == TAUBE_STREAM_EOF)
    self->eof = TRUE;
  /* What came before the fault is given first; the fault comes at the next call. */
  if (n == TAUBE_STREAM_ERROR)
    taube_connection_break (self, g_steal_pointer (&failure), total > 0 ? NULL : error);
  return total > 0 ? (gssize) total : n;
}

gssize
taube_connection_fill (TaubeConnection *self, GCancellable *cancellable, GError **error)
{
  gint64 since;
  gssize n;

  g_assert (!taube_io_thread_is_current ());
  if (!is_usable (self, cancellable, error) || is_past_deadline (self, error))
    return -1;
  since = g_get_monotonic_time ();
  while ((n = taube_connection_read_some (self, error)) < TAUBE_STREAM_ERROR)
    {
      TaubeWait wanted = n == TAUBE_STREAM_WANT_READ ? TAUBE_WAIT_READ : TAUBE_WAIT_WRITE;
      guint64 before = self->wire->bytes_read;

      if (taube_connection_wait (self, wanted, since, cancellable, error) == 0)
        return -1;
      /* A part of a TLS record is a sign of life, too. */
      if (before != self->wire->bytes_read)
        since = g_get_monotonic_time ();
    }
  return n;
}

gssize
taube_connection_fill_nowait (TaubeConnection *self, GError **error)
{
  gssize n;

  if (!is_usable (self, NULL, error))
    return -1;
  n = taube_connection_read_some (self, error);
  return n < TAUBE_STREAM_ERROR ? TAUBE_CONNECTION_WOULD_BLOCK : n;
}

/* ---- writing ---- */

static gboolean
may_read_while_writing (TaubeConnection *self)
{
  return !self->eof && self->broken == NULL && taube_buffer_length (&self->input) < READ_WHILE_WRITING_BYTES;
}

/* A wait in the middle of what is to be written has failed. The stream is out of step unless nothing of it was given
 * away; TLS may hold a record of which it is not known how much was sent. */
static gboolean
fail_write (TaubeConnection *self, gboolean begun, GError *failure, GError **error)
{
  if (!begun && self->top == self->wire)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  return taube_connection_break (self, failure, error);
}

/* The server may have said why before it closed. */
static gboolean
fail_after_last_words (TaubeConnection *self, GError *failure, GError **error)
{
  while (may_read_while_writing (self) && taube_connection_read_some (self, NULL) > 0)
    ;
  g_clear_error (&self->broken);
  return taube_connection_break (self, failure, error);
}

static gboolean
wait_to_write (TaubeConnection *self, gssize want, gint64 *since, GCancellable *cancellable, GError **error)
{
  TaubeWait wanted = want == TAUBE_STREAM_WANT_WRITE ? TAUBE_WAIT_WRITE : TAUBE_WAIT_READ;
  TaubeWait ready;

  if (may_read_while_writing (self))
    wanted |= TAUBE_WAIT_READ;
  ready = taube_connection_wait (self, wanted, *since, cancellable, error);
  if ((ready & TAUBE_WAIT_READ) != 0 && may_read_while_writing (self)
      && taube_connection_read_some (self, error) == TAUBE_STREAM_ERROR)
    return FALSE;
  if (ready != 0)
    *since = g_get_monotonic_time ();
  return ready != 0;
}

gboolean
taube_connection_write (TaubeConnection *self, gconstpointer data, gsize length, const TaubeRedaction *redactions,
                        guint n_redactions, GCancellable *cancellable, GError **error)
{
  const guint8 *at = data, *end = at + length;
  gint64 since;

  g_assert (!taube_io_thread_is_current ());
  if (!is_usable (self, cancellable, error) || is_past_deadline (self, error))
    return FALSE;
  if (G_UNLIKELY (g_atomic_int_get (&taube_trace_any)))
    trace_output (self, data, length, redactions, n_redactions);

  since = g_get_monotonic_time ();
  while (at < end)
    {
      GError *failure = NULL;
      gssize n = self->top->klass->write (self->top, at, (gsize) (end - at), &failure);

      if (n > 0)
        at += n;
      else if (n >= TAUBE_STREAM_ERROR)
        return fail_after_last_words (self, failure, error);
      else if (!wait_to_write (self, n, &since, cancellable, &failure))
        return fail_write (self, at != data, failure, error);
    }
  return TRUE;
}

/* ---- TLS ---- */

/* Puts TLS over the wire; the handshake follows. */
gboolean
taube_connection_wrap_tls (TaubeConnection *self, GCancellable *cancellable, GError **error)
{
  GError *failure = NULL;
  TaubeStream *tls = taube_tls_stream_new (self->wire, self->endpoint, cancellable, &failure);

  if (tls == NULL)
    return taube_connection_break (self, failure, error);
  self->top = self->tls = tls;
  return TRUE;
}

/* Blocking. */
gboolean
taube_connection_handshake (TaubeConnection *self, GCancellable *cancellable, GError **error)
{
  gint64 since = g_get_monotonic_time ();
  GError *failure = NULL;
  gssize n;

  while ((n = taube_tls_stream_handshake (self->tls, &failure)) < TAUBE_STREAM_ERROR)
    {
      TaubeWait wanted = n == TAUBE_STREAM_WANT_READ ? TAUBE_WAIT_READ : TAUBE_WAIT_WRITE;

      if (taube_connection_wait (self, wanted, since, cancellable, &failure) == 0)
        break;
    }
  if (failure != NULL)
    return taube_connection_break (self, failure, error);
  return taube_connection_verify (self, cancellable, error);
}

/* Judges the certificate; may ask and so block. The time that somebody takes to answer is not the server's. */
gboolean
taube_connection_verify (TaubeConnection *self, GCancellable *cancellable, GError **error)
{
  gint64 begin = g_get_monotonic_time ();
  GError *failure = NULL;

  TAUBE_TRACE ("net", "%u TLS: %s, %s%s", self->id, taube_tls_stream_get_version (self->tls),
               taube_tls_stream_get_cipher (self->tls),
               taube_tls_stream_is_resumed (self->tls) ? ", resumed" : "");
  if (!taube_tls_stream_verify (self->tls, cancellable, &failure))
    return taube_connection_break (self, failure, error);
  if (self->deadline > 0)
    self->deadline += g_get_monotonic_time () - begin;
  return TRUE;
}

/* Nothing may have come after the server's consent, neither in the same packet nor by now: who can write into the clear
 * part of the stream could otherwise make us take his words for what the server says under TLS. */
static gboolean
check_nothing_injected (TaubeConnection *self, GError **error)
{
  GError *failure = NULL;
  gssize n = taube_buffer_length (&self->input) > 0 ? 1 : taube_connection_read_some (self, &failure);

  if (n == TAUBE_STREAM_WANT_READ)
    return TRUE;
  if (n > 0)
    g_set_error (&failure, TAUBE_ERROR, TAUBE_ERROR_TLS,
                 _ ("cannot start TLS with %s: further data followed the consent in the clear; "
                    "this is an injection attack"),
                 self->endpoint->host);
  else if (failure == NULL)
    g_set_error (&failure, TAUBE_ERROR, TAUBE_ERROR_CONNECTION,
                 _ ("cannot start TLS with %s: it closed the connection"), self->endpoint->host);
  taube_buffer_wipe (&self->input);
  return taube_connection_break (self, failure, error);
}

gboolean
taube_connection_start_tls (TaubeConnection *self, GCancellable *cancellable, GError **error)
{
  g_assert (!taube_io_thread_is_current ());
  g_return_val_if_fail (!taube_connection_is_secure (self), FALSE);

  if (!is_usable (self, cancellable, error) || !check_nothing_injected (self, error))
    return FALSE;
  if (taube_memory_stream_check (self->wire))
    return self->pretended_tls = TRUE;
  return taube_connection_wrap_tls (self, cancellable, error) && taube_connection_handshake (self, cancellable, error);
}

gboolean
taube_connection_is_secure (TaubeConnection *self)
{
  return self->tls != NULL || self->pretended_tls;
}

TaubeCertificate *
taube_connection_get_certificate (TaubeConnection *self)
{
  return self->tls != NULL ? taube_tls_stream_get_certificate (self->tls) : NULL;
}

const char *
taube_connection_get_tls_version (TaubeConnection *self)
{
  return self->tls != NULL ? taube_tls_stream_get_version (self->tls) : NULL;
}

const char *
taube_connection_get_tls_cipher (TaubeConnection *self)
{
  return self->tls != NULL ? taube_tls_stream_get_cipher (self->tls) : NULL;
}

const char *
taube_connection_get_alpn (TaubeConnection *self)
{
  return self->tls != NULL ? taube_tls_stream_get_alpn (self->tls) : NULL;
}

gboolean
taube_connection_is_resumed (TaubeConnection *self)
{
  return self->tls != NULL && taube_tls_stream_is_resumed (self->tls);
}

gboolean
taube_connection_failed_to_resume (TaubeConnection *self)
{
  return self->tls != NULL && taube_tls_stream_failed_to_resume (self->tls);
}

gboolean
taube_connection_has_client_certificate (TaubeConnection *self)
{
  return taube_connection_is_secure (self) && self->endpoint->client_cert != NULL;
}

GBytes *
taube_connection_get_channel_binding (TaubeConnection *self, const char *type)
{
  return self->tls != NULL ? taube_tls_stream_get_channel_binding (self->tls, type) : NULL;
}

GBytes *
taube_connection_find_channel_binding (TaubeConnection *self, const char **type_out)
{
  static const char *const types[] = { "tls-exporter", "tls-unique" };
  GBytes *binding = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (types) && binding == NULL; i++)
    {
      binding = taube_connection_get_channel_binding (self, types[i]);
      *type_out = types[i];
    }
  return binding;
}

gboolean
taube_connection_is_local (TaubeConnection *self)
{
  struct sockaddr_storage storage = { 0 };
  socklen_t length = sizeof storage;
  g_autoptr (GSocketAddress) address = NULL;

  if (taube_memory_stream_check (self->wire)
      || getpeername (self->wire->fd, (struct sockaddr *) &storage, &length) != 0)
    return FALSE;
  if (storage.ss_family == AF_UNIX)
    return TRUE;
  address = g_socket_address_new_from_native (&storage, length);
  return G_IS_INET_SOCKET_ADDRESS (address)
         && g_inet_address_get_is_loopback (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

/* ---- compression ---- */

void
taube_connection_start_compression (TaubeConnection *self)
{
  g_return_if_fail (self->deflate == NULL);

  self->deflate = taube_deflate_stream_new (self->top, self->endpoint->host, taube_buffer_peek (&self->input),
                                            taube_buffer_length (&self->input));
  self->top = self->deflate;
  taube_buffer_clear (&self->input);
  TAUBE_TRACE ("net", "%u is compressed from here on", self->id);
}

gboolean
taube_connection_is_compressed (TaubeConnection *self)
{
  return self->deflate != NULL;
}

void
taube_connection_forgive_expansion (TaubeConnection *self)
{
  if (self->deflate != NULL)
    taube_deflate_stream_forgive (self->deflate);
}

/* ---- settings and figures ---- */

void
taube_connection_set_deadline (TaubeConnection *self, gint64 deadline)
{
  self->deadline = deadline;
}

void
taube_connection_set_silence_timeout (TaubeConnection *self, guint milliseconds)
{
  self->silence_timeout = milliseconds;
}

guint64
taube_connection_get_bytes_read (TaubeConnection *self)
{
  return self->wire->bytes_read;
}

guint64
taube_connection_get_bytes_written (TaubeConnection *self)
{
  return self->wire->bytes_written;
}

const char *
taube_connection_get_host (TaubeConnection *self)
{
  return self->endpoint->host;
}

guint
taube_connection_get_id (TaubeConnection *self)
{
  return self->id;
}

/* ---- parking ---- */

gboolean
taube_connection_is_parkable (TaubeConnection *self)
{
  if (self->broken != NULL || self->eof || taube_buffer_length (&self->input) > 0)
    return FALSE;
  if (!self->top->klass->has_pending (self->top))
    return TRUE;
  /* TLS holds something: an answer, or only its own chatter? */
  return taube_connection_read_some (self, NULL) == TAUBE_STREAM_WANT_READ;
}

static void
on_woken (TaubeParkEntry *entry, gboolean timed_out)
{
  TaubeConnection *self = entry->data;

  self->park_func (self, timed_out ? TAUBE_CONNECTION_WAKE_DEADLINE : TAUBE_CONNECTION_WAKE_READABLE,
                   self->park_data);
}

gboolean
taube_connection_park (TaubeConnection *self, gint64 deadline, TaubeConnectionParkFunc func, gpointer user_data)
{
  if (!taube_connection_is_parkable (self))
    return FALSE;
  taube_buffer_release_memory (&self->input);
  self->top->klass->release (self->top);
  self->read_bytes = READ_BYTES_MIN;
  self->park_func = func;
  self->park_data = user_data;
  self->entry.fd = self->wire->fd;
  self->entry.events = EPOLLIN;
  self->entry.deadline = deadline;
  self->entry.func = on_woken;
  self->entry.data = self;
  return taube_parking_add (&self->entry);
}

gboolean
taube_connection_unpark (TaubeConnection *self)
{
  return taube_parking_remove (&self->entry);
}
