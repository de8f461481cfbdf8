/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-client.h"

#include <string.h>

#include <libsoup/soup.h>

#include <taube-backend/taube-settings-impl.h>
#include <taube-backend/taube-throttle.h>
#include <taube-backend/taube-trace.h>

#include "exchange-endpoint.h"
#include "exchange-gettext.h"

#define REDIRECTS_MAXIMUM 5
#define ATTEMPTS_MAXIMUM 4
#define WORDS_BYTES 2000
/* So long a call waits for a server that wants to be left alone; when it is longer, the call fails. */
#define PATIENCE_SECONDS 30

struct _ExchangeClient
{
  TaubeAccount *account; /* owns us */
  ExchangeHttp *http;
  ExchangeHttp *stream_http; /* whose connections may be silent for long */
  GUri *uri;
  char *url;
  char *user;
  char *wanted; /* the setting auth, or NULL */

  GMutex lock;
  ExchangeProofKind kind;
  ExchangeSchemes scheme; /* 0: not known how to sign in */
  TaubeSecret *secret;    /* password or token */
  guint generation;       /* of the secret */
  gboolean proved;        /* the server has taken it */
  gint64 busy_until;      /* monotonic microseconds */
};

/* One call on its way. */
typedef struct
{
  ExchangeClient *client;
  const ExchangeCall *call;
  GCancellable *cancellable;
  GUri *uri;
  guint redirects;
  guint attempts;        /* passwords that were refused */
  gboolean renewed;      /* a token was asked for again */
  gboolean trusted;      /* a certificate was asked about */
  gboolean repeated;     /* what was good before was shown once more */
  guint generation;      /* of what was used */
  ExchangeSchemes used;
  ExchangeSchemes tried;
} Run;

ExchangeClient *
exchange_client_new (TaubeAccount *account)
{
  ExchangeClient *self = g_new0 (ExchangeClient, 1);
  TaubeSettings *settings = taube_account_get_settings (account);

  g_mutex_init (&self->lock);
  self->account = account;
  self->url = exchange_endpoint_make_url (account);
  self->uri = g_uri_parse (self->url, SOUP_HTTP_URI_FLAGS, NULL);
  self->user = g_strdup (taube_uri_get_user (taube_account_get_uri (account)));
  self->wanted = taube_settings_get (settings, "auth");
  return self;
}

void
exchange_client_free (ExchangeClient *self)
{
  g_clear_pointer (&self->http, exchange_http_unref);
  g_clear_pointer (&self->stream_http, exchange_http_unref);
  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_pointer (&self->secret, taube_secret_unref);
  g_free (self->url);
  g_free (self->user);
  g_free (self->wanted);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* It reads files, so it is made by the first call. (transfer full) */
static ExchangeHttp *
get_http (ExchangeClient *self, gboolean streams, GError **error)
{
  ExchangeHttp *http = NULL;

  g_mutex_lock (&self->lock);
  if (self->http == NULL)
    self->http = exchange_endpoint_open (self->account, error);
  if (self->http != NULL && streams && self->stream_http == NULL)
    self->stream_http = exchange_http_new_patient (self->http);
  if (self->http != NULL)
    http = exchange_http_ref (streams ? self->stream_http : self->http);
  g_mutex_unlock (&self->lock);
  return http;
}

void
exchange_client_distrust (ExchangeClient *self)
{
  g_mutex_lock (&self->lock);
  if (self->http != NULL)
    exchange_http_renew (self->http);
  g_mutex_unlock (&self->lock);
}

const char *
exchange_client_get_url (ExchangeClient *self)
{
  return self->url;
}

static const char *
name_scheme (ExchangeSchemes scheme)
{
  switch (scheme)
    {
    case EXCHANGE_SCHEME_BASIC: return "Basic";
    case EXCHANGE_SCHEME_NTLM: return "NTLM";
    case EXCHANGE_SCHEME_NEGOTIATE: return "Negotiate";
    case EXCHANGE_SCHEME_BEARER: return "Bearer";
    default: return NULL;
    }
}

const char *
exchange_client_get_mechanism (ExchangeClient *self)
{
  const char *name;

  g_mutex_lock (&self->lock);
  name = self->proved ? name_scheme (self->scheme) : NULL;
  g_mutex_unlock (&self->lock);
  return name;
}

void
exchange_client_forget (ExchangeClient *self)
{
  g_mutex_lock (&self->lock);
  self->scheme = 0;
  self->proved = FALSE;
  g_clear_pointer (&self->secret, taube_secret_unref);
  self->generation++;
  g_mutex_unlock (&self->lock);
}

/* Being busy. */

gboolean
exchange_pause (guint milliseconds, GCancellable *cancellable, GError **error)
{
  GPollFD poll;

  if (!g_cancellable_make_pollfd (cancellable, &poll))
    g_usleep ((gulong) milliseconds * 1000);
  else
    {
      g_poll (&poll, 1, (int) MIN (milliseconds, G_MAXINT));
      g_cancellable_release_fd (cancellable);
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

void
exchange_client_set_busy (ExchangeClient *self, guint seconds)
{
  g_mutex_lock (&self->lock);
  self->busy_until = MAX (self->busy_until, g_get_monotonic_time () + seconds * G_USEC_PER_SEC);
  g_mutex_unlock (&self->lock);
}

static gboolean
wait_while_busy (ExchangeClient *self, GCancellable *cancellable, GError **error)
{
  gint64 left;

  g_mutex_lock (&self->lock);
  left = self->busy_until - g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  if (left <= 0)
    return TRUE;
  if (left > PATIENCE_SECONDS * G_USEC_PER_SEC)
    {
      g_propagate_error (error, taube_error_new_throttled ((guint) (left / G_USEC_PER_SEC) + 1,
                                                           _ ("%s has asked to be left alone for a while"),
                                                           g_uri_get_host (self->uri)));
      return FALSE;
    }
  return exchange_pause ((guint) (left / 1000) + 1, cancellable, error);
}

/* Signing in. */

static gboolean
is_secure (ExchangeClient *self)
{
  return g_ascii_strcasecmp (g_uri_get_scheme (self->uri), "https") == 0;
}

/* Over TLS Basic comes before those that a server with Extended Protection refuses from us; in the clear it is the
 * last. */
static ExchangeSchemes
prefer (ExchangeSchemes left, gboolean secure)
{
  if (secure && (left & EXCHANGE_SCHEME_BASIC))
    return EXCHANGE_SCHEME_BASIC;
  if (!secure && (left & EXCHANGE_SCHEME_NEGOTIATE))
    return EXCHANGE_SCHEME_NEGOTIATE;
  if (left & EXCHANGE_SCHEME_NTLM)
    return EXCHANGE_SCHEME_NTLM;
  return left & (EXCHANGE_SCHEME_NEGOTIATE | EXCHANGE_SCHEME_BASIC);
}

static ExchangeSchemes
choose_scheme (ExchangeClient *self, ExchangeSchemes offered, ExchangeSchemes tried)
{
  ExchangeSchemes left = offered & ~tried;

  if (self->wanted != NULL)
    left &= exchange_endpoint_read_scheme (self->wanted);
  if (taube_account_has_token (self->account) && (left & EXCHANGE_SCHEME_BEARER))
    return EXCHANGE_SCHEME_BEARER;
  if (!taube_account_has_password (self->account))
    return left & EXCHANGE_SCHEME_NEGOTIATE;
  return prefer (left, is_secure (self));
}

static TaubeSecret *
make_basic (const char *user, const TaubeSecret *password)
{
  char *pair = g_strconcat (user != NULL ? user : "", ":", taube_secret_peek (password), NULL);
  char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
  char *header = g_strconcat ("Basic ", encoded, NULL);

  taube_memory_wipe (pair, strlen (pair));
  taube_memory_wipe (encoded, strlen (encoded));
  g_free (pair);
  g_free (encoded);
  return taube_secret_new_take (header);
}

/* What goes with the next request. (transfer full): its secret */
static void
fill_proof (Run *run, ExchangeProof *proof)
{
  ExchangeClient *self = run->client;

  *proof = (ExchangeProof){ EXCHANGE_PROOF_NONE, NULL, self->user };
  g_mutex_lock (&self->lock);
  run->generation = self->generation;
  run->used = self->secret != NULL || self->scheme == EXCHANGE_SCHEME_NEGOTIATE ? self->scheme : 0;
  if (run->used == EXCHANGE_SCHEME_BASIC)
    {
      proof->kind = EXCHANGE_PROOF_HEADER;
      proof->secret = make_basic (self->user, self->secret);
    }
  else if (run->used == EXCHANGE_SCHEME_BEARER)
    {
      proof->kind = EXCHANGE_PROOF_HEADER;
      proof->secret = taube_secret_new_take (g_strconcat ("Bearer ", taube_secret_peek (self->secret), NULL));
    }
  else if (run->used != 0)
    {
      proof->kind = run->used == EXCHANGE_SCHEME_NTLM ? EXCHANGE_PROOF_NTLM : EXCHANGE_PROOF_NEGOTIATE;
      proof->secret = self->secret != NULL ? taube_secret_ref (self->secret) : taube_secret_new ("");
    }
  g_mutex_unlock (&self->lock);
}

/* SECRET is taken. */
static void
set_secret (ExchangeClient *self, ExchangeSchemes scheme, TaubeSecret *secret)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->secret, taube_secret_unref);
  self->secret = secret;
  self->scheme = scheme;
  self->generation++;
  self->proved = FALSE;
  g_mutex_unlock (&self->lock);
}

/* Why nothing that the server wants can be given. */
static gboolean
refuse_schemes (Run *run, ExchangeSchemes offered, GError **error)
{
  const char *host = g_uri_get_host (run->uri);
  g_autofree char *names = exchange_status_name_schemes (offered);
  g_autofree char *tried = exchange_status_name_schemes (run->tried);

  if (run->tried & (EXCHANGE_SCHEME_NTLM | EXCHANGE_SCHEME_NEGOTIATE))
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH,
                 _ ("cannot sign in at %s by %s: the server refused it. If the password is right, the server demands "
                    "Extended Protection (channel binding), which is not possible here: use OAuth2, or have Basic "
                    "allowed"),
                 host, tried);
  else if (offered == 0)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in at %s: the server does not say how"), host);
  else
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH,
                 _ ("cannot sign in at %s: the server offers %s, and there is nothing for that"), host, names);
  return FALSE;
}

static gboolean
ask_secret (Run *run, ExchangeSchemes scheme, const char *refusal, GError **error)
{
  ExchangeClient *self = run->client;
  TaubeSecret *secret;

  if (scheme == EXCHANGE_SCHEME_BEARER)
    secret = taube_account_ask_token (self->account, NULL, run->cancellable, error);
  else if (scheme == EXCHANGE_SCHEME_NEGOTIATE && !taube_account_has_password (self->account))
    secret = taube_secret_new ("");
  else
    secret = taube_account_ask_password (self->account, run->attempts, refusal, run->cancellable, error);
  if (secret == NULL)
    return FALSE;
  if (scheme != EXCHANGE_SCHEME_BEARER && strpbrk (taube_secret_peek (secret), "\r\n") != NULL)
    {
      taube_secret_unref (secret);
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("the password has a line break"));
      return FALSE;
    }
  set_secret (self, scheme, secret);
  return TRUE;
}

static gboolean
renew_token (Run *run, GError **error)
{
  ExchangeClient *self = run->client;
  g_autoptr (TaubeSecret) refused = NULL;
  TaubeSecret *fresh;

  g_mutex_lock (&self->lock);
  refused = self->secret != NULL ? taube_secret_ref (self->secret) : NULL;
  g_mutex_unlock (&self->lock);
  fresh = taube_account_ask_token (self->account, refused, run->cancellable, error);
  if (fresh == NULL)
    return FALSE;
  set_secret (self, EXCHANGE_SCHEME_BEARER, fresh);
  run->renewed = TRUE;
  return TRUE;
}

/* What was shown is not taken, or not any more: servers forget one who was good a moment ago, so a password is shown
 * once more before it counts as wrong. TRUE: something can be tried. */
static gboolean
secret_refused (Run *run, ExchangeSchemes offered, GError **error)
{
  ExchangeClient *self = run->client;
  ExchangeSchemes next;

  if (run->used != EXCHANGE_SCHEME_BEARER && exchange_client_get_mechanism (self) != NULL && !run->repeated)
    {
      run->repeated = TRUE;
      return TRUE;
    }
  if (run->used == EXCHANGE_SCHEME_BEARER)
    {
      if (!run->renewed)
        return renew_token (run, error);
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in at %s: the server refused the token"),
                   g_uri_get_host (run->uri));
      return FALSE;
    }
  /* The same password, by another way. */
  if (run->used != EXCHANGE_SCHEME_BASIC)
    {
      run->tried |= run->used;
      next = choose_scheme (self, offered, run->tried);
      if (next == 0)
        return refuse_schemes (run, offered, error);
      return ask_secret (run, next, NULL, error);
    }
  if (++run->attempts >= ATTEMPTS_MAXIMUM)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in at %s: the server refused the password"),
                   g_uri_get_host (run->uri));
      return FALSE;
    }
  return ask_secret (run, run->used, "HTTP 401", error);
}

/* TRUE: ask again. */
static gboolean
handle_unauthorized (Run *run, ExchangeReply *reply, GError **error)
{
  ExchangeClient *self = run->client;
  ExchangeSchemes offered = exchange_status_read_schemes (exchange_reply_get_header (reply, "www-authenticate"));
  ExchangeSchemes scheme;
  guint generation;

  exchange_reply_drain (reply, run->cancellable);
  g_mutex_lock (&self->lock);
  generation = self->generation;
  g_mutex_unlock (&self->lock);
  /* Another job has signed in anew in the meantime. */
  if (generation != run->generation)
    return TRUE;
  if (run->used != 0)
    return secret_refused (run, offered, error);
  scheme = choose_scheme (self, offered, 0);
  if (scheme == 0)
    return refuse_schemes (run, offered, error);
  return ask_secret (run, scheme, NULL, error);
}

/* A token is for this host and no other, so it may be shown before anybody asks. */
static gboolean
begin_signing_in (Run *run, GError **error)
{
  ExchangeClient *self = run->client;
  gboolean known;

  g_mutex_lock (&self->lock);
  known = self->scheme != 0;
  g_mutex_unlock (&self->lock);
  if (known || !taube_account_has_token (self->account)
      || (self->wanted != NULL && exchange_endpoint_read_scheme (self->wanted) != EXCHANGE_SCHEME_BEARER))
    return TRUE;
  return ask_secret (run, EXCHANGE_SCHEME_BEARER, NULL, error);
}

/* Redirects. */

static gboolean
is_same_origin (GUri *a, GUri *b)
{
  return g_ascii_strcasecmp (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0
         && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0
         && g_uri_get_port (a) == g_uri_get_port (b);
}

/* A request with what it says goes on only within the origin that it was meant for. TRUE: ask there. */
static gboolean
handle_redirect (Run *run, ExchangeReply *reply, GError **error)
{
  guint status = exchange_reply_get_status (reply);
  const char *location = exchange_reply_get_header (reply, "location");
  g_autoptr (GUri) target
    = location != NULL ? g_uri_parse_relative (run->uri, location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  ExchangeStatus facts = { .status = status, .location = location };

  if (target == NULL || (status != 307 && status != 308) || !is_same_origin (target, run->uri)
      || ++run->redirects > REDIRECTS_MAXIMUM)
    {
      if (target != NULL && (status == 307 || status == 308) && !is_same_origin (target, run->uri))
        g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION,
                     _ ("%s sends us to another server, %s, which gets neither password nor request: if that is meant, "
                        "give its address as \"url\""),
                     g_uri_get_host (run->uri), g_uri_get_host (target));
      else
        g_propagate_error (error, exchange_status_to_error (&facts, g_uri_get_host (run->uri)));
      return FALSE;
    }
  exchange_reply_drain (reply, run->cancellable);
  g_uri_unref (run->uri);
  run->uri = g_steal_pointer (&target);
  return TRUE;
}

/* Calls. */

static void
note_proved (Run *run)
{
  ExchangeClient *self = run->client;

  g_mutex_lock (&self->lock);
  if (self->generation == run->generation)
    self->proved = TRUE;
  g_mutex_unlock (&self->lock);
}

static gboolean
fail_with_status (Run *run, ExchangeReply *reply, GError **error)
{
  g_autofree char *words = exchange_reply_read_words (reply, WORDS_BYTES, run->cancellable);
  ExchangeStatus facts = { .status = exchange_reply_get_status (reply),
                           .reason = exchange_reply_get_reason (reply),
                           .words = words,
                           .retry_after = exchange_reply_get_header (reply, "retry-after"),
                           .now = g_get_real_time () / G_USEC_PER_SEC };
  GError *local = exchange_status_to_error (&facts, g_uri_get_host (run->uri));

  if (g_error_matches (local, TAUBE_ERROR, TAUBE_ERROR_THROTTLED))
    exchange_client_set_busy (run->client, taube_error_get_retry_after (local));
  g_propagate_error (error, local);
  return FALSE;
}

/* A proxy or a portal in between answers for the server. */
static gboolean
fail_with_page (Run *run, ExchangeReply *reply, GError **error)
{
  const char *type = exchange_reply_get_header (reply, "content-type");

  if (exchange_status_is_page (type))
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH,
                 _ ("%s answers with a web page, as for signing in, in place of data"), g_uri_get_host (run->uri));
  else
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s answers with \"%s\" in place of XML"),
                 g_uri_get_host (run->uri), type != NULL ? type : "");
  return FALSE;
}

/* The answer to another request that came late on the same connection. */
static gboolean
is_mine (ExchangeReply *reply, const char *request_id)
{
  const char *echo = exchange_reply_get_header (reply, "client-request-id");

  return echo == NULL || strcmp (echo, request_id) == 0;
}

/* The user may trust what nobody vouches for. TRUE: ask again. */
static gboolean
handle_certificate (Run *run, ExchangeHttp *http, GError *problem, GError **error)
{
  TaubeCertificate *certificate = taube_error_get_certificate (problem);
  ExchangeTrust *trust = exchange_http_get_trust (http);

  if (certificate != NULL)
    taube_account_set_certificate (run->client->account, certificate);
  if (certificate == NULL || run->trusted || exchange_trust_is_pinned (trust)
      || !taube_account_ask_trust (run->client->account, certificate, run->cancellable))
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  run->trusted = TRUE;
  exchange_trust_accept (trust, taube_certificate_get_fingerprint (certificate));
  g_error_free (problem);
  return TRUE;
}

/* The answer is good (TRUE, and *AGAIN is false), something was done and it is asked again, or it is an error. */
static gboolean
judge (Run *run, ExchangeReply *reply, const char *request_id, gboolean *again, GError **error)
{
  guint status = exchange_reply_get_status (reply);
  const char *type = exchange_reply_get_header (reply, "content-type");

  *again = FALSE;
  if (!is_mine (reply, request_id))
    {
      exchange_client_distrust (run->client);
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                   _ ("%s answered another request: the connection is out of step"), g_uri_get_host (run->uri));
      return FALSE;
    }
  if (status == 401)
    return *again = handle_unauthorized (run, reply, error);
  if (status / 100 == 3)
    return *again = handle_redirect (run, reply, error);
  if ((status == 200 || status == 500) && exchange_status_is_soap (type))
    {
      note_proved (run);
      return TRUE;
    }
  return status == 200 ? fail_with_page (run, reply, error) : fail_with_status (run, reply, error);
}

static ExchangeReply *
send_once (Run *run, ExchangeHttp *http, const char *request_id, gboolean *sent, GError **error)
{
  const ExchangeCall *call = run->call;
  ExchangeRequest request = { .method = "POST",
                              .uri = run->uri,
                              .body = call->body,
                              .message = call->message,
                              .tail = call->tail,
                              .content_type = call->content_type,
                              .what = call->what,
                              .request_id = request_id,
                              .headers = call->headers,
                              .repeatable = call->repeatable,
                              .streams = call->streams };
  ExchangeReply *reply;

  if (call->streams)
    request.answer_seconds = taube_settings_get_number (taube_account_get_settings (run->client->account), "timeout");
  fill_proof (run, &request.proof);
  reply = exchange_http_send (http, &request, sent, run->cancellable, error);
  g_clear_pointer (&request.proof.secret, taube_secret_unref);
  return reply;
}

static ExchangeReply *
run_call (Run *run, ExchangeHttp *http, gboolean *sent, GError **error)
{
  if (!begin_signing_in (run, error))
    return NULL;
  for (;;)
    {
      g_autofree char *request_id = g_uuid_string_random ();
      g_autoptr (ExchangeReply) reply = NULL;
      GError *local = NULL;
      gboolean again = FALSE;

      reply = send_once (run, http, request_id, sent, &local);
      if (reply == NULL && g_error_matches (local, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE))
        again = handle_certificate (run, http, local, error);
      else if (reply == NULL)
        g_propagate_error (error, local);
      else if (judge (run, reply, request_id, &again, error) && !again)
        return g_steal_pointer (&reply);
      /* What the server refused it has not done; a 5xx of something in between leaves that open. */
      if (reply != NULL && exchange_reply_get_status (reply) < 500)
        *sent = FALSE;
      if (!again)
        return NULL;
    }
}

ExchangeReply *
exchange_client_call (ExchangeClient *self, const ExchangeCall *call, gboolean *sent, GCancellable *cancellable,
                      GError **error)
{
  Run run = { .client = self, .call = call, .cancellable = cancellable };
  g_autoptr (ExchangeHttp) http = NULL;
  ExchangeReply *reply;

  *sent = FALSE;
  if (!wait_while_busy (self, cancellable, error))
    return NULL;
  http = get_http (self, call->streams, error);
  if (http == NULL)
    return NULL;
  run.uri = g_uri_ref (self->uri);
  reply = run_call (&run, http, sent, error);
  g_uri_unref (run.uri);
  return reply;
}
