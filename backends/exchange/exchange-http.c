/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-http-private.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-io.h>
#include <taube-backend/taube-trace.h>

#include "exchange-gettext.h"
#include "exchange-http-errors.h"
#include "exchange-status.h"
#include "exchange-trace.h"

#define IDLE_SECONDS 90

struct _ExchangeHttp
{
  gatomicrefcount refs;
  ExchangeTrust *trust;
  GTlsCertificate *client_certificate;
  GProxyResolver *proxy;
  guint connections;
  guint silence_seconds;
  int speaks; /* it has answered in HTTP; atomic */
  SoupSession *session; /* made, used and dropped on the I/O thread */
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
exchange_http_new_patient (ExchangeHttp *like)
{
  ExchangeHttp *self = g_new0 (ExchangeHttp, 1);

  g_atomic_ref_count_init (&self->refs);
  self->trust = g_object_ref (like->trust);
  g_set_object (&self->client_certificate, like->client_certificate);
  g_set_object (&self->proxy, like->proxy);
  self->connections = like->connections;
  self->speaks = g_atomic_int_get (&like->speaks);
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

ExchangeFlight *
exchange_flight_ref (ExchangeFlight *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static gboolean
do_nothing (gpointer data)
{
  return FALSE;
}

void
exchange_flight_unref (gpointer data)
{
  ExchangeFlight *self = data;

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
  g_clear_pointer (&self->tail, g_bytes_unref);
  g_clear_object (&self->source);
  g_clear_object (&self->served);
  g_clear_object (&self->feed);
  g_free (self->content_type);
  g_free (self->user);
  g_free (self->reason);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  exchange_http_unref (self->http);
  g_free (self);
}

/* Whoever waits without a thread is told, with the lock held before. */
static void
unlock_and_wake (ExchangeFlight *self)
{
  GSourceFunc func = g_steal_pointer (&self->wake);
  gpointer data = self->wake_data;
  GDestroyNotify notify = self->wake_notify;

  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (func == NULL)
    return;
  func (data);
  if (notify != NULL)
    notify (data);
}

static void
fail (ExchangeFlight *self, GError *error)
{
  g_mutex_lock (&self->lock);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  self->ended = self->answered = TRUE;
  self->reading = FALSE;
  unlock_and_wake (self);
  g_clear_error (&error);
}

/* libsoup takes a connection that ends in the middle of a header for the end of the header. Such an answer has no body
 * and does not say so; with some statuses that is all that there is to say. */
static gboolean
is_cut (ExchangeFlight *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);

  if (soup_message_headers_get_encoding (headers) != SOUP_ENCODING_EOF)
    return FALSE;
  if (self->status == 401)
    return !g_hash_table_contains (self->headers, "www-authenticate");
  if (self->status / 100 == 3)
    return !soup_message_headers_header_contains (headers, "Connection", "close");
  return self->status == 200 || self->status == 500;
}

static GError *
make_cut_error (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, _ ("it ended in the middle of an answer"));
}

/* Who has spoken HTTP has not forgotten it: what cannot be read broke off. ERROR is taken. (transfer full) */
static GError *
explain (ExchangeFlight *self, GError *error)
{
  if (!g_atomic_int_get (&self->http->speaks)
      || (!g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING)
          && !g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_ENCODING)))
    return error;
  g_error_free (error);
  return make_cut_error ();
}

static void read_more (ExchangeFlight *self);

static void
on_chunk (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ExchangeFlight *self = user_data;
  GError *error = NULL;
  GBytes *chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gboolean more = FALSE;

  if (chunk != NULL && g_bytes_get_size (chunk) == 0 && !self->answered && is_cut (self))
    {
      g_clear_pointer (&chunk, g_bytes_unref);
      error = make_cut_error ();
    }
  if (chunk == NULL)
    {
      fail (self, explain (self, error));
      exchange_flight_unref (self);
      return;
    }
  g_mutex_lock (&self->lock);
  self->reading = FALSE;
  self->answered = TRUE;
  if (g_bytes_get_size (chunk) == 0)
    {
      self->ended = TRUE;
      g_bytes_unref (chunk);
    }
  else
    {
      self->queued += g_bytes_get_size (chunk);
      g_queue_push_tail (&self->chunks, chunk);
      self->arrived = g_get_monotonic_time ();
      more = self->queued < EXCHANGE_QUEUE_BYTES;
    }
  unlock_and_wake (self);
  if (more)
    read_more (self);
  exchange_flight_unref (self);
}

/* On the I/O thread. */
static void
read_more (ExchangeFlight *self)
{
  gboolean begin;

  g_mutex_lock (&self->lock);
  begin = !self->reading && !self->ended && self->queued < EXCHANGE_QUEUE_BYTES;
  self->reading |= begin;
  g_mutex_unlock (&self->lock);
  if (begin)
    g_input_stream_read_bytes_async (self->stream, EXCHANGE_CHUNK_BYTES, G_PRIORITY_DEFAULT, self->io_cancellable,
                                     on_chunk, exchange_flight_ref (self));
}

gboolean
exchange_flight_read_again (gpointer data)
{
  ExchangeFlight *self = data;

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
  ExchangeFlight *self = user_data;
  GError *error = NULL;
  GInputStream *stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  g_signal_handlers_disconnect_by_data (self->message, self);
  if (stream == NULL)
    {
      fail (self, explain (self, error));
      exchange_flight_unref (self);
      return;
    }
  /* What a proxy says when it does not connect is no word of the server. */
  if (strcmp (g_uri_get_scheme (self->uri), "https") == 0
      && soup_message_get_tls_peer_certificate (self->message) == NULL)
    {
      g_object_unref (stream);
      fail (self, g_error_new (G_IO_ERROR, G_IO_ERROR_PROXY_FAILED, _ ("the proxy says HTTP %u"),
                               soup_message_get_status (self->message)));
      exchange_flight_unref (self);
      return;
    }
  g_mutex_lock (&self->lock);
  self->stream = stream;
  self->status = soup_message_get_status (self->message);
  self->reason = g_strdup (soup_message_get_reason_phrase (self->message));
  soup_message_headers_foreach (soup_message_get_response_headers (self->message), add_header, self->headers);
  g_atomic_int_set (&self->http->speaks, TRUE);
  /* The first byte of the body says that the header is whole. A stream may be silent before. */
  self->sent = TRUE;
  self->answered = self->streams && exchange_status_is_soap (g_hash_table_lookup (self->headers, "content-type"))
                   && !is_cut (self);
  self->arrived = g_get_monotonic_time ();
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  read_more (self);
  exchange_flight_unref (self);
}

static void
on_wrote_body (SoupMessage *message, gpointer user_data)
{
  ExchangeFlight *self = user_data;

  g_mutex_lock (&self->lock);
  self->sent = TRUE;
  g_mutex_unlock (&self->lock);
}

static void
on_network (SoupMessage *message, GSocketClientEvent event, GIOStream *connection, gpointer user_data)
{
  ((ExchangeFlight *) user_data)->opened = TRUE;
}

/* Also when libsoup sends it again: only the first time says what it found. */
static void
on_starting (SoupMessage *message, gpointer user_data)
{
  ExchangeFlight *self = user_data;

  g_mutex_lock (&self->lock);
  if (!self->started)
    self->kept = !self->opened;
  self->started = TRUE;
  g_mutex_unlock (&self->lock);
}

/* Once: a password that was refused is not given again. */
static gboolean
on_authenticate (SoupMessage *message, SoupAuth *auth, gboolean retrying, gpointer user_data)
{
  ExchangeFlight *self = user_data;
  const char *wanted = self->kind == EXCHANGE_PROOF_NTLM ? "NTLM" : "Negotiate";

  if (retrying || self->asked++ > 0 || soup_auth_is_for_proxy (auth) || self->password == NULL
      || g_ascii_strcasecmp (soup_auth_get_scheme_name (auth), wanted) != 0)
    return FALSE;
  soup_auth_authenticate (auth, self->user != NULL ? self->user : "", taube_secret_peek (self->password));
  return TRUE;
}

static void
prepare_proof (ExchangeFlight *self, SoupSession *session)
{
  GType wanted = self->kind == EXCHANGE_PROOF_NTLM ? SOUP_TYPE_AUTH_NTLM : SOUP_TYPE_AUTH_NEGOTIATE;
  GType other = self->kind == EXCHANGE_PROOF_NTLM ? SOUP_TYPE_AUTH_NEGOTIATE : SOUP_TYPE_AUTH_NTLM;

  if (self->kind != EXCHANGE_PROOF_NTLM && self->kind != EXCHANGE_PROOF_NEGOTIATE)
    {
      soup_message_disable_feature (self->message, SOUP_TYPE_AUTH_MANAGER);
      return;
    }
  /* It would use a ticket without asking. */
  if (soup_session_has_feature (session, other))
    soup_session_remove_feature_by_type (session, other);
  if (!soup_session_has_feature (session, wanted))
    soup_session_add_feature_by_type (session, wanted);
  g_signal_connect (self->message, "authenticate", G_CALLBACK (on_authenticate), self);
}

static void
ring (gpointer data)
{
  ExchangeFlight *self = data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Also when libsoup sends it again: the stream of the first time is at its end then, or somewhere. */
static void
set_body (SoupMessage *message, gpointer user_data)
{
  ExchangeFlight *self = user_data;
  ExchangeFeed *feed;

  if (self->source == NULL)
    {
      soup_message_set_request_body_from_bytes (message, self->content_type, self->body);
      return;
    }
  feed = exchange_feed_new (self->body, self->source, self->tail, ring, self);
  soup_message_set_request_body (message, self->content_type, G_INPUT_STREAM (feed),
                                 (gssize) exchange_feed_measure (self->body, self->source, self->tail));
  g_mutex_lock (&self->lock);
  g_set_object (&self->feed, feed);
  g_mutex_unlock (&self->lock);
  g_object_unref (feed);
}

static gboolean
begin (gpointer data)
{
  ExchangeFlight *self = data;
  SoupSession *session = get_session (self->http);

  self->session = g_object_ref (session);
  prepare_proof (self, session);
  if (self->body != NULL)
    g_signal_connect (self->message, "restarted", G_CALLBACK (set_body), self);
  g_signal_connect (self->message, "wrote-body", G_CALLBACK (on_wrote_body), self);
  g_signal_connect (self->message, "network-event", G_CALLBACK (on_network), self);
  g_signal_connect (self->message, "starting", G_CALLBACK (on_starting), self);
  if (self->http->client_certificate != NULL)
    soup_message_set_tls_client_certificate (self->message, self->http->client_certificate);
  soup_session_send_async (session, self->message, G_PRIORITY_DEFAULT, self->io_cancellable, on_answer,
                           exchange_flight_ref (self));
  return G_SOURCE_REMOVE;
}

static gboolean
cancel_io (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

void
exchange_flight_give_up (ExchangeFlight *self)
{
  taube_io_invoke (cancel_io, g_object_ref (self->io_cancellable), g_object_unref);
}

static void
wake (GCancellable *cancellable, gpointer user_data)
{
  ring (user_data);
}

gboolean
exchange_flight_wait (ExchangeFlight *self, gboolean (*ready) (ExchangeFlight *self), gint64 deadline,
                      GCancellable *cancellable)
{
  gulong handler = cancellable != NULL ? g_cancellable_connect (cancellable, G_CALLBACK (wake), self, NULL) : 0;
  gboolean good, late = FALSE;

  g_mutex_lock (&self->lock);
  while (!(good = ready (self)) && !late && !g_cancellable_is_cancelled (cancellable))
    if (deadline == 0)
      g_cond_wait (&self->cond, &self->lock);
    else
      late = !g_cond_wait_until (&self->cond, &self->lock, deadline);
  g_mutex_unlock (&self->lock);
  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  return good;
}

static gboolean
is_answered (ExchangeFlight *self)
{
  return self->answered || (self->feed != NULL && exchange_feed_is_hungry (self->feed));
}

static void
stop_serving (ExchangeFlight *self)
{
  if (self->served != NULL)
    exchange_feed_stop (self->served);
  g_clear_object (&self->served);
}

/* FALSE: the body is not what is waited for. */
static gboolean
serve (ExchangeFlight *self, GCancellable *cancellable)
{
  g_autoptr (ExchangeFeed) feed = NULL;

  g_mutex_lock (&self->lock);
  if (!self->answered && self->feed != NULL)
    feed = g_object_ref (self->feed);
  g_mutex_unlock (&self->lock);
  if (feed == NULL)
    return FALSE;
  if (feed != self->served)
    {
      /* A message is open once at a time. */
      stop_serving (self);
      self->served = g_object_ref (feed);
    }
  exchange_feed_serve (feed, cancellable);
  return TRUE;
}

static ExchangeFlight *
exchange_flight_new (ExchangeHttp *http, const ExchangeRequest *request)
{
  ExchangeFlight *self = g_new0 (ExchangeFlight, 1);
  SoupMessageHeaders *headers;

  g_atomic_ref_count_init (&self->refs);
  self->http = exchange_http_ref (http);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_queue_init (&self->chunks);
  self->io_cancellable = g_cancellable_new ();
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->kind = request->proof.kind;
  self->streams = request->streams;
  self->user = g_strdup (request->proof.user);
  self->uri = g_uri_ref (request->uri);
  self->message = soup_message_new_from_uri (request->method, request->uri);
  headers = soup_message_get_request_headers (self->message);
  /* Packing holds back what is to be told at once. */
  soup_message_headers_replace (headers, "Accept-Encoding", request->streams ? "identity" : "gzip");
  soup_message_headers_replace (headers, "Accept", "text/xml");
  for (guint i = 0; request->headers != NULL && request->headers[i] != NULL; i += 2)
    soup_message_headers_replace (headers, request->headers[i], request->headers[i + 1]);
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
      self->source = request->message != NULL ? g_object_ref (request->message) : NULL;
      self->tail = request->tail != NULL ? g_bytes_ref (request->tail) : NULL;
      self->content_type = g_strdup (request->content_type);
      set_body (self->message, self);
    }
  soup_message_set_flags (self->message, SOUP_MESSAGE_NO_REDIRECT
                                           | (request->repeatable ? SOUP_MESSAGE_IDEMPOTENT : 0));
  soup_message_disable_feature (self->message, SOUP_TYPE_CONTENT_DECODER);
  return self;
}

/* TRUE: the answer has begun. */
static gboolean
wait_for_answer (ExchangeFlight *flight, const ExchangeRequest *request, GCancellable *cancellable, GError **error)
{
  gint64 deadline
    = request->answer_seconds > 0 ? g_get_monotonic_time () + request->answer_seconds * G_USEC_PER_SEC : 0;
  gboolean answered;

  do
    answered = exchange_flight_wait (flight, is_answered, deadline, cancellable);
  while (answered && serve (flight, cancellable));
  stop_serving (flight);
  if (!answered && !g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("no answer came from %s in %u s"),
                 g_uri_get_host (request->uri), request->answer_seconds);
  if (answered && flight->error != NULL)
    g_propagate_error (error, exchange_http_translate_error (flight->http->trust, request->uri, flight->error));
  return answered && flight->error == NULL;
}

/* The connection had been kept, and was closed in place of an answer. */
static gboolean
was_stale (ExchangeFlight *flight, const GError *problem)
{
  gboolean stale;

  g_mutex_lock (&flight->lock);
  stale = flight->kept && flight->error != NULL && flight->stream == NULL
          && g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_CONNECTION)
          && !g_error_matches (flight->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_mutex_unlock (&flight->lock);
  return stale;
}

/* FRESH: on a new connection. *STALE, when it fails: another one may be better. */
static ExchangeReply *
send_once (ExchangeHttp *self, const ExchangeRequest *request, gboolean fresh, gboolean *stale, gboolean *sent,
           GCancellable *cancellable, GError **error)
{
  ExchangeFlight *flight = exchange_flight_new (self, request);
  GError *problem = NULL;
  gboolean answered;

  if (fresh)
    soup_message_add_flags (flight->message, SOUP_MESSAGE_NEW_CONNECTION);
  taube_io_invoke (begin, exchange_flight_ref (flight), exchange_flight_unref);
  answered = wait_for_answer (flight, request, cancellable, &problem);
  g_mutex_lock (&flight->lock);
  *sent = flight->sent;
  g_mutex_unlock (&flight->lock);
  if (!answered)
    {
      *stale = was_stale (flight, problem);
      g_propagate_error (error, problem);
      exchange_flight_give_up (flight);
      exchange_flight_unref (flight);
      return NULL;
    }
  TAUBE_TRACE ("exchange", "< %u %s", flight->status, flight->reason != NULL ? flight->reason : "");
  return exchange_reply_new (flight);
}

ExchangeReply *
exchange_http_send (ExchangeHttp *self, const ExchangeRequest *request, gboolean *sent, GCancellable *cancellable,
                    GError **error)
{
  GError *problem = NULL;
  gboolean stale = FALSE;
  ExchangeReply *reply;

  *sent = FALSE;
  g_return_val_if_fail (!taube_io_is_current (), NULL);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  exchange_trace_request (request);
  reply = send_once (self, request, FALSE, &stale, sent, cancellable, &problem);
  /* libsoup does that by itself, but not with a connection that was signed in on. */
  if (reply == NULL && stale && request->repeatable && !g_cancellable_is_cancelled (cancellable))
    {
      TAUBE_TRACE ("exchange", "the connection was closed: %s goes on a new one", request->what);
      g_clear_error (&problem);
      reply = send_once (self, request, TRUE, &stale, sent, cancellable, &problem);
    }
  if (reply == NULL)
    g_propagate_error (error, problem);
  return reply;
}
