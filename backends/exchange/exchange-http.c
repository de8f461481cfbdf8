/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-http.h"

#include <string.h>

#include <libsoup/soup.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-io.h>
#include <taube-backend/taube-trace.h>

#include "exchange-gettext.h"
#include "exchange-http-errors.h"
#include "exchange-trace.h"

#define CHUNK_BYTES (32 << 10)
/* So much of a body waits for its reader before the network has to. */
#define QUEUE_BYTES (8 * CHUNK_BYTES)
#define IDLE_SECONDS 90
/* What an answer may unpack to: so much in any case, and so many times what came. */
#define EXPANSION_FREE (16 << 20)
#define EXPANSION_FACTOR 200

struct _ExchangeHttp
{
  gatomicrefcount refs;
  ExchangeTrust *trust;
  GTlsCertificate *client_certificate;
  GProxyResolver *proxy;
  guint connections;
  guint silence_seconds;
  SoupSession *session; /* made, used and dropped on the I/O thread */
};

/* What the job and the I/O thread share about one request. */
typedef struct
{
  gatomicrefcount refs;
  ExchangeHttp *http;
  GCancellable *io_cancellable;
  char *user;
  TaubeSecret *password;
  ExchangeProofKind kind;
  GUri *uri;
  GBytes *body;
  char *content_type;
  SoupSession *session; /* these three are the I/O thread's */
  SoupMessage *message;
  GInputStream *stream;

  GMutex lock;
  GCond cond;
  gboolean sent;
  gboolean answered;
  gboolean ended;
  gboolean reading;
  GError *error;
  guint status;
  char *reason;
  GHashTable *headers; /* lower-case name -> value */
  GQueue chunks;       /* of GBytes */
  gsize queued;
  guint asked;         /* how often libsoup wanted the password */
} Exchange;

struct _ExchangeReply
{
  Exchange *exchange;
  GBytes *chunk;
  gsize chunk_at;
  GConverter *unpacker;
  guint64 packed, unpacked;
  gboolean finished;
};

/* The account's HTTP. */

ExchangeHttp *
exchange_http_new (const ExchangeHttpOptions *options)
{
  ExchangeHttp *self = g_new0 (ExchangeHttp, 1);

  g_atomic_ref_count_init (&self->refs);
  self->trust = g_object_ref (options->trust);
  g_set_object (&self->client_certificate, options->client_certificate);
  if (options->proxy != NULL)
    self->proxy = g_simple_proxy_resolver_new (options->proxy, NULL);
  self->connections = MAX (options->connections, 1);
  self->silence_seconds = options->silence_seconds;
  return self;
}

ExchangeHttp *
exchange_http_ref (ExchangeHttp *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static gboolean
drop_session (gpointer data)
{
  soup_session_abort (data);
  return G_SOURCE_REMOVE;
}

void
exchange_http_unref (ExchangeHttp *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->session != NULL)
    taube_io_invoke (drop_session, self->session, g_object_unref);
  g_object_unref (self->trust);
  g_clear_object (&self->client_certificate);
  g_clear_object (&self->proxy);
  g_free (self);
}

ExchangeTrust *
exchange_http_get_trust (ExchangeHttp *self)
{
  return self->trust;
}

/* On the I/O thread. */
static SoupSession *
get_session (ExchangeHttp *self)
{
  SoupSession *session = self->session;

  if (session != NULL)
    return session;
  session = soup_session_new_with_options ("max-conns", self->connections + 2, "max-conns-per-host",
                                           self->connections + 2, "timeout", self->silence_seconds, "idle-timeout",
                                           IDLE_SECONDS, "tls-database", self->trust, "user-agent", "Taube", NULL);
  if (self->proxy != NULL)
    soup_session_set_proxy_resolver (session, self->proxy);
  /* What is left of libsoup's own signing in is what is bound to a connection. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_BASIC);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_DIGEST);
  self->session = session;
  return session;
}

static gboolean
renew (gpointer data)
{
  ExchangeHttp *self = data;

  /* Requests that are on their way hold it. */
  g_clear_object (&self->session);
  return G_SOURCE_REMOVE;
}

void
exchange_http_renew (ExchangeHttp *self)
{
  taube_io_invoke (renew, exchange_http_ref (self), (GDestroyNotify) exchange_http_unref);
}

/* One request. */

static Exchange *
exchange_ref (Exchange *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static gboolean
do_nothing (gpointer data)
{
  return FALSE;
}

static void
exchange_unref (gpointer data)
{
  Exchange *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  /* What belongs to the I/O thread ends there. */
  if (self->stream != NULL)
    taube_io_invoke (do_nothing, self->stream, g_object_unref);
  if (self->message != NULL)
    taube_io_invoke (do_nothing, self->message, g_object_unref);
  if (self->session != NULL)
    taube_io_invoke (do_nothing, self->session, g_object_unref);
  g_object_unref (self->io_cancellable);
  g_queue_clear_full (&self->chunks, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&self->password, taube_secret_unref);
  g_clear_pointer (&self->headers, g_hash_table_unref);
  g_clear_error (&self->error);
  g_uri_unref (self->uri);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->content_type);
  g_free (self->user);
  g_free (self->reason);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  exchange_http_unref (self->http);
  g_free (self);
}

static void
fail (Exchange *self, GError *error)
{
  g_mutex_lock (&self->lock);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  self->ended = self->answered = TRUE;
  self->reading = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  g_clear_error (&error);
}

static void read_more (Exchange *self);

static void
on_chunk (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Exchange *self = user_data;
  GError *error = NULL;
  GBytes *chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gboolean more = FALSE;

  if (chunk == NULL)
    {
      fail (self, error);
      exchange_unref (self);
      return;
    }
  g_mutex_lock (&self->lock);
  self->reading = FALSE;
  if (g_bytes_get_size (chunk) == 0)
    {
      self->ended = TRUE;
      g_bytes_unref (chunk);
    }
  else
    {
      self->queued += g_bytes_get_size (chunk);
      g_queue_push_tail (&self->chunks, chunk);
      more = self->queued < QUEUE_BYTES;
    }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (more)
    read_more (self);
  exchange_unref (self);
}

/* On the I/O thread. */
static void
read_more (Exchange *self)
{
  gboolean begin;

  g_mutex_lock (&self->lock);
  begin = !self->reading && !self->ended && self->queued < QUEUE_BYTES;
  self->reading |= begin;
  g_mutex_unlock (&self->lock);
  if (begin)
    g_input_stream_read_bytes_async (self->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT, self->io_cancellable, on_chunk,
                                     exchange_ref (self));
}

static gboolean
read_again (gpointer data)
{
  Exchange *self = data;

  if (self->stream != NULL)
    read_more (self);
  return G_SOURCE_REMOVE;
}

static void
add_header (const char *name, const char *value, gpointer user_data)
{
  GHashTable *headers = user_data;
  g_autofree char *lower = g_ascii_strdown (name, -1);
  const char *before = g_hash_table_lookup (headers, lower);
  char *joined = before != NULL ? g_strconcat (before, ", ", value, NULL) : g_strdup (value);

  g_hash_table_replace (headers, g_steal_pointer (&lower), joined);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Exchange *self = user_data;
  GError *error = NULL;
  GInputStream *stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  g_signal_handlers_disconnect_by_data (self->message, self);
  if (stream == NULL)
    {
      fail (self, error);
      exchange_unref (self);
      return;
    }
  g_mutex_lock (&self->lock);
  self->stream = stream;
  self->status = soup_message_get_status (self->message);
  self->reason = g_strdup (soup_message_get_reason_phrase (self->message));
  soup_message_headers_foreach (soup_message_get_response_headers (self->message), add_header, self->headers);
  self->sent = self->answered = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  read_more (self);
  exchange_unref (self);
}

static void
on_wrote_body (SoupMessage *message, gpointer user_data)
{
  Exchange *self = user_data;

  g_mutex_lock (&self->lock);
  self->sent = TRUE;
  g_mutex_unlock (&self->lock);
}

/* Once: a password that was refused is not given again. */
static gboolean
on_authenticate (SoupMessage *message, SoupAuth *auth, gboolean retrying, gpointer user_data)
{
  Exchange *self = user_data;
  const char *wanted = self->kind == EXCHANGE_PROOF_NTLM ? "NTLM" : "Negotiate";

  if (retrying || self->asked++ > 0 || soup_auth_is_for_proxy (auth) || self->password == NULL
      || g_ascii_strcasecmp (soup_auth_get_scheme_name (auth), wanted) != 0)
    return FALSE;
  soup_auth_authenticate (auth, self->user != NULL ? self->user : "", taube_secret_peek (self->password));
  return TRUE;
}

static void
prepare_proof (Exchange *self, SoupSession *session)
{
  GType wanted = self->kind == EXCHANGE_PROOF_NTLM ? SOUP_TYPE_AUTH_NTLM : SOUP_TYPE_AUTH_NEGOTIATE;

  if (self->kind != EXCHANGE_PROOF_NTLM && self->kind != EXCHANGE_PROOF_NEGOTIATE)
    {
      soup_message_disable_feature (self->message, SOUP_TYPE_AUTH_MANAGER);
      return;
    }
  if (!soup_session_has_feature (session, wanted))
    soup_session_add_feature_by_type (session, wanted);
  g_signal_connect (self->message, "authenticate", G_CALLBACK (on_authenticate), self);
}

/* Also when libsoup sends it again: the stream that it made of the bytes is at its end then. */
static void
set_body (SoupMessage *message, gpointer user_data)
{
  Exchange *self = user_data;

  soup_message_set_request_body_from_bytes (message, self->content_type, self->body);
}

static gboolean
begin (gpointer data)
{
  Exchange *self = data;
  SoupSession *session = get_session (self->http);

  self->session = g_object_ref (session);
  prepare_proof (self, session);
  if (self->body != NULL)
    g_signal_connect (self->message, "restarted", G_CALLBACK (set_body), self);
  g_signal_connect (self->message, "wrote-body", G_CALLBACK (on_wrote_body), self);
  if (self->http->client_certificate != NULL)
    soup_message_set_tls_client_certificate (self->message, self->http->client_certificate);
  soup_session_send_async (session, self->message, G_PRIORITY_DEFAULT, self->io_cancellable, on_answer,
                           exchange_ref (self));
  return G_SOURCE_REMOVE;
}

static gboolean
cancel_io (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static void
give_up (Exchange *self)
{
  taube_io_invoke (cancel_io, g_object_ref (self->io_cancellable), g_object_unref);
}

static void
wake (GCancellable *cancellable, gpointer user_data)
{
  Exchange *self = user_data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Waits until READY says so, with the lock. FALSE: it was cancelled. */
static gboolean
wait_until (Exchange *self, gboolean (*ready) (Exchange *self), GCancellable *cancellable)
{
  gulong handler = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (wake), self, NULL) : 0;
  gboolean good;

  g_mutex_lock (&self->lock);
  while (!(good = ready (self)) && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  return good;
}

static gboolean
is_answered (Exchange *self)
{
  return self->answered;
}

static gboolean
has_chunk (Exchange *self)
{
  return self->chunks.length > 0 || self->ended;
}

static Exchange *
exchange_new (ExchangeHttp *http, const ExchangeRequest *request)
{
  Exchange *self = g_new0 (Exchange, 1);
  SoupMessageHeaders *headers;

  g_atomic_ref_count_init (&self->refs);
  self->http = exchange_http_ref (http);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_queue_init (&self->chunks);
  self->io_cancellable = g_cancellable_new ();
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->kind = request->proof.kind;
  self->user = g_strdup (request->proof.user);
  self->uri = g_uri_ref (request->uri);
  self->message = soup_message_new_from_uri (request->method, request->uri);
  headers = soup_message_get_request_headers (self->message);
  soup_message_headers_replace (headers, "Accept-Encoding", "gzip");
  soup_message_headers_replace (headers, "Accept", "text/xml");
  if (request->proof.kind == EXCHANGE_PROOF_HEADER)
    soup_message_headers_replace (headers, "Authorization", taube_secret_peek (request->proof.secret));
  else if (request->proof.secret != NULL)
    self->password = taube_secret_ref (request->proof.secret);
  if (request->request_id != NULL)
    {
      soup_message_headers_replace (headers, "client-request-id", request->request_id);
      soup_message_headers_replace (headers, "return-client-request-id", "true");
    }
  if (request->body != NULL)
    {
      self->body = g_bytes_ref (request->body);
      self->content_type = g_strdup (request->content_type);
      set_body (self->message, self);
    }
  soup_message_set_flags (self->message, SOUP_MESSAGE_NO_REDIRECT
                                           | (request->repeatable ? SOUP_MESSAGE_IDEMPOTENT : 0));
  soup_message_disable_feature (self->message, SOUP_TYPE_CONTENT_DECODER);
  return self;
}

ExchangeReply *
exchange_http_send (ExchangeHttp *self, const ExchangeRequest *request, gboolean *sent, GCancellable *cancellable,
                    GError **error)
{
  Exchange *exchange;
  ExchangeReply *reply;
  gboolean answered;

  *sent = FALSE;
  g_return_val_if_fail (!taube_io_is_current (), NULL);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  exchange_trace_request (request);
  exchange = exchange_new (self, request);
  taube_io_invoke (begin, exchange_ref (exchange), exchange_unref);
  answered = wait_until (exchange, is_answered, cancellable);
  g_mutex_lock (&exchange->lock);
  *sent = exchange->sent;
  g_mutex_unlock (&exchange->lock);
  if (!answered || exchange->error != NULL)
    {
      if (!answered)
        g_cancellable_set_error_if_cancelled (cancellable, error);
      else
        g_propagate_error (error, exchange_http_translate_error (self->trust, request->uri, exchange->error));
      give_up (exchange);
      exchange_unref (exchange);
      return NULL;
    }
  TAUBE_TRACE ("exchange", "< %u %s", exchange->status, exchange->reason != NULL ? exchange->reason : "");
  reply = g_new0 (ExchangeReply, 1);
  reply->exchange = exchange;
  if (g_strcmp0 (exchange_reply_get_header (reply, "content-encoding"), "gzip") == 0)
    reply->unpacker = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  return reply;
}

/* The answer. */

guint
exchange_reply_get_status (ExchangeReply *self)
{
  return self->exchange->status;
}

const char *
exchange_reply_get_reason (ExchangeReply *self)
{
  return self->exchange->reason;
}

const char *
exchange_reply_get_header (ExchangeReply *self, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (self->exchange->headers, lower);
}

/* 1: there is a chunk; 0: there are no more; -1 */
static int
take_chunk (ExchangeReply *self, GCancellable *cancellable, GError **error)
{
  Exchange *exchange = self->exchange;
  gboolean again, failed;

  if (self->chunk != NULL)
    return 1;
  if (!wait_until (exchange, has_chunk, cancellable))
    {
      g_cancellable_set_error_if_cancelled (cancellable, error);
      return -1;
    }
  g_mutex_lock (&exchange->lock);
  self->chunk = g_queue_pop_head (&exchange->chunks);
  self->chunk_at = 0;
  if (self->chunk != NULL)
    exchange->queued -= g_bytes_get_size (self->chunk);
  again = self->chunk != NULL && !exchange->reading && !exchange->ended && exchange->queued < QUEUE_BYTES / 2;
  failed = self->chunk == NULL && exchange->error != NULL;
  g_mutex_unlock (&exchange->lock);
  if (again)
    taube_io_invoke (read_again, exchange_ref (exchange), exchange_unref);
  if (failed)
    g_propagate_error (error, exchange_http_translate_error (exchange->http->trust, exchange->uri,
                                                             exchange->error));
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
read_plain (ExchangeReply *self, gpointer buffer, gsize size, GCancellable *cancellable, GError **error)
{
  int found = take_chunk (self, cancellable, error);
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
read_packed (ExchangeReply *self, gpointer buffer, gsize size, GCancellable *cancellable, GError **error)
{
  while (!self->finished)
    {
      int found = take_chunk (self, cancellable, error);
      gssize n;

      if (found < 0 || (found == 0 && self->packed == 0))
        return found;
      n = unpack (self, buffer, size, found == 0, error);
      if (n != -2)
        return n;
    }
  return 0;
}

gssize
exchange_reply_read (ExchangeReply *self, gpointer buffer, gsize size, GCancellable *cancellable, GError **error)
{
  gssize n;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  n = self->unpacker != NULL ? read_packed (self, buffer, size, cancellable, error)
                             : read_plain (self, buffer, size, cancellable, error);
  if (n > 0)
    exchange_trace_answer (buffer, (gsize) n);
  return n;
}

void
exchange_reply_free (ExchangeReply *self)
{
  gboolean ended;

  g_mutex_lock (&self->exchange->lock);
  ended = self->exchange->ended;
  g_mutex_unlock (&self->exchange->lock);
  if (!ended)
    give_up (self->exchange);
  g_clear_pointer (&self->chunk, g_bytes_unref);
  g_clear_object (&self->unpacker);
  exchange_unref (self->exchange);
  g_free (self);
}
