/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-client.h"

#include <string.h>

#include <libsoup/soup.h>

#include <taube/taube-credentials.h>
#include <taube-backend/taube-settings-impl.h>
#include <taube-backend/taube-throttle.h>

#include "exchange-endpoint.h"
#include "exchange-gettext.h"
#include "exchange-lines.h"
#include "exchange-place.h"
#include "exchange-schemes.h"
#include "exchange-ticket.h"

#define REDIRECTS_MAXIMUM 5
#define ATTEMPTS_MAXIMUM 4
#define WORDS_BYTES 2000
/* So long a call waits for a server that wants to be left alone; when it is longer, the call fails. */
#define PATIENCE_SECONDS 30

struct _ExchangeClient
{
  TaubeAccount *account; /* owns us */
  ExchangeLines *lines;
  ExchangePlace *place;   /* NULL: at the URI below and nowhere else */
  GUri *fixed;            /* or NULL */
  ExchangeClient *parent; /* whose password is used; outlives us; or NULL */
  char *user;
  char *wanted; /* the setting auth, or NULL */

  GMutex lock;
  ExchangeProofKind kind;
  ExchangeSchemes scheme; /* 0: not known how to sign in */
  TaubeSecret *secret;    /* password or token */
  guint generation;       /* of the secret */
  gboolean proved;        /* the server has taken it */
  TaubeSecret *password;  /* the one that was given last, for all that belong to this account; or NULL */
  gboolean refused;       /* the server has not taken it */
  TaubeCredentials *credentials; /* of the secret */
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
  gboolean moved;    /* the services are not there any more */
  guint attempts;    /* passwords that were refused */
  gboolean renewed;  /* a token was asked for again */
  gboolean trusted;  /* a certificate was asked about */
  gboolean repeated; /* what was good before was shown once more */
  guint generation;  /* of what was used */
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
  self->lines = exchange_lines_new (account);
  self->place = exchange_place_new (account);
  self->user = g_strdup (taube_uri_get_user (taube_account_get_uri (account)));
  self->wanted = taube_settings_get (settings, "auth");
  g_object_get (account, "credentials", &self->credentials, NULL);
  return self;
}

ExchangeClient *
exchange_client_new_beside (ExchangeClient *parent, GUri *uri)
{
  ExchangeClient *self = g_new0 (ExchangeClient, 1);

  g_mutex_init (&self->lock);
  self->account = parent->account;
  self->parent = parent;
  self->fixed = g_uri_ref (uri);
  self->user = g_strdup (parent->user);
  self->wanted = g_strdup (parent->wanted);
  self->lines = exchange_lines_new_beside (parent->lines);
  g_object_get (self->account, "credentials", &self->credentials, NULL);
  return self;
}

void
exchange_client_free (ExchangeClient *self)
{
  exchange_lines_free (self->lines);
  g_clear_pointer (&self->place, exchange_place_free);
  g_clear_pointer (&self->fixed, g_uri_unref);
  g_clear_pointer (&self->secret, taube_secret_unref);
  g_clear_pointer (&self->password, taube_secret_unref);
  g_clear_object (&self->credentials);
  g_free (self->user);
  g_free (self->wanted);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
exchange_client_distrust (ExchangeClient *self)
{
  exchange_lines_renew (self->lines);
}

ExchangePlace *
exchange_client_get_place (ExchangeClient *self)
{
  return self->place;
}

gboolean
exchange_client_was_refused (ExchangeClient *self)
{
  return self->refused;
}

const char *
exchange_client_get_mechanism (ExchangeClient *self)
{
  const char *name;

  g_mutex_lock (&self->lock);
  name = self->proved ? exchange_schemes_get_name (self->scheme) : NULL;
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
  g_clear_pointer (&self->password, taube_secret_unref);
  self->generation++;
  g_mutex_unlock (&self->lock);
}

/* Others sign in on other connections: NTLM and Negotiate are bound to those that there were. */
void
exchange_client_follow (ExchangeClient *self)
{
  g_autoptr (TaubeCredentials) now = NULL;
  gboolean others;

  g_object_get (self->account, "credentials", &now, NULL);
  g_mutex_lock (&self->lock);
  others = g_set_object (&self->credentials, now);
  if (others)
    g_clear_pointer (&self->password, taube_secret_unref);
  g_mutex_unlock (&self->lock);
  if (!others)
    return;
  exchange_client_forget (self);
  exchange_client_distrust (self);
}

/* Being busy. */

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
      const char *host = taube_uri_get_display_host (taube_account_get_uri (self->account));

      g_propagate_error (error, taube_error_new_throttled ((guint) (left / G_USEC_PER_SEC) + 1,
                                                           _ ("%s has asked to be left alone for a while"), host));
      return FALSE;
    }
  return exchange_pause ((guint) (left / 1000) + 1, cancellable, error);
}

/* Signing in. */

static gboolean
is_secure (Run *run)
{
  return g_ascii_strcasecmp (g_uri_get_scheme (run->uri), "https") == 0;
}

static ExchangeSchemes
choose_scheme (Run *run, ExchangeSchemes offered)
{
  ExchangeClient *self = run->client;
  ExchangeSchemes left = offered & ~run->tried;

  if (self->wanted != NULL)
    left &= exchange_endpoint_read_scheme (self->wanted);
  if (taube_account_has_token (self->account) && (left & EXCHANGE_SCHEME_BEARER))
    return EXCHANGE_SCHEME_BEARER;
  if (!taube_account_has_password (self->account))
    return left & EXCHANGE_SCHEME_NEGOTIATE;
  /* A ticket may be another one's: with a password it is used only on demand. */
  if (self->wanted != NULL && left == EXCHANGE_SCHEME_NEGOTIATE)
    return left;
  return exchange_schemes_prefer (left, is_secure (run));
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
      proof->secret = exchange_schemes_make_basic (self->user, self->secret);
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
  run->client->refused = run->tried != 0;
  g_propagate_error (error, exchange_schemes_make_refusal (g_uri_get_host (run->uri), offered, run->tried,
                                                           is_secure (run)));
  return FALSE;
}

gboolean
exchange_client_renew_password (ExchangeClient *self, guint attempt, const char *refusal, GCancellable *cancellable,
                                GError **error)
{
  TaubeSecret *password = taube_account_ask_password (self->account, attempt, refusal, cancellable, error);

  if (password == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->password, taube_secret_unref);
  self->password = password;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Asked for once, whether it was wanted to find the server or by it. (transfer full) */
static TaubeSecret *
get_password (Run *run, const char *refusal, GError **error)
{
  ExchangeClient *keeper = run->client->parent != NULL ? run->client->parent : run->client;
  TaubeSecret *known = NULL;

  g_mutex_lock (&keeper->lock);
  if (run->attempts == 0 && keeper->password != NULL)
    known = taube_secret_ref (keeper->password);
  g_mutex_unlock (&keeper->lock);
  if (known != NULL || !exchange_client_renew_password (keeper, run->attempts, refusal, run->cancellable, error))
    return known;
  g_mutex_lock (&keeper->lock);
  known = taube_secret_ref (keeper->password);
  g_mutex_unlock (&keeper->lock);
  return known;
}

static gboolean
ask_secret (Run *run, ExchangeSchemes scheme, const char *refusal, GError **error)
{
  ExchangeClient *self = run->client;
  TaubeSecret *secret;

  if (scheme == EXCHANGE_SCHEME_BEARER)
    secret = taube_account_ask_token_for (self->account, g_uri_get_host (run->uri), NULL, NULL, run->cancellable,
                                          error);
  else if (scheme == EXCHANGE_SCHEME_NEGOTIATE)
    secret = exchange_ticket_fetch (g_uri_get_host (run->uri), error) ? taube_secret_new ("") : NULL;
  else
    secret = get_password (run, refusal, error);
  if (secret == NULL)
    return FALSE;
  if (scheme != EXCHANGE_SCHEME_BEARER && strpbrk (taube_secret_peek (secret), "\r\n") != NULL)
    {
      taube_secret_unref (secret);
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("the password has a line break"));
      return FALSE;
    }
  set_secret (self, scheme, secret);
  /* libsoup keeps what was refused for the connections that it has. */
  if (run->tried != 0)
    exchange_client_distrust (self);
  return TRUE;
}

static gboolean
renew_token (Run *run, const char *claims, GError **error)
{
  ExchangeClient *self = run->client;
  g_autoptr (TaubeSecret) refused = NULL;
  TaubeSecret *fresh;

  g_mutex_lock (&self->lock);
  refused = self->secret != NULL ? taube_secret_ref (self->secret) : NULL;
  g_mutex_unlock (&self->lock);
  fresh = taube_account_ask_token_for (self->account, g_uri_get_host (run->uri), refused, claims, run->cancellable,
                                       error);
  if (fresh == NULL)
    return FALSE;
  set_secret (self, EXCHANGE_SCHEME_BEARER, fresh);
  run->renewed = TRUE;
  return TRUE;
}

/* The user may have another password; what is said in the end is more than that there is none. */
static gboolean
ask_after_refusal (Run *run, ExchangeSchemes offered, GError **error)
{
  g_autoptr (GError) none = NULL;

  if (run->used == EXCHANGE_SCHEME_NTLM && run->client->parent == NULL && ++run->attempts < ATTEMPTS_MAXIMUM
      && ask_secret (run, run->used, "HTTP 401", &none))
    return TRUE;
  if (!g_error_matches (none, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return refuse_schemes (run, offered, error);
  g_propagate_error (error, g_steal_pointer (&none));
  return FALSE;
}

/* What was shown is not taken, or not any more: servers forget one who was good a moment ago, so a password is shown
 * once more before it counts as wrong. TRUE: something can be tried. */
static gboolean
secret_refused (Run *run, ExchangeSchemes offered, const char *claims, GError **error)
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
        return renew_token (run, claims, error);
      g_propagate_error (error, exchange_schemes_make_token_refusal (g_uri_get_host (run->uri), offered));
      return FALSE;
    }
  /* The same password, by another way. */
  if (run->used != EXCHANGE_SCHEME_BASIC)
    {
      run->tried |= run->used;
      next = choose_scheme (run, offered);
      if (next == 0)
        return ask_after_refusal (run, offered, error);
      return ask_secret (run, next, NULL, error);
    }
  if (++run->attempts >= ATTEMPTS_MAXIMUM || self->parent != NULL)
    {
      self->refused = TRUE;
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
  const char *challenges = exchange_reply_get_header (reply, "www-authenticate");
  ExchangeSchemes offered = exchange_status_read_schemes (challenges);
  g_autofree char *claims = exchange_status_read_claims (challenges);
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
    return secret_refused (run, offered, claims, error);
  scheme = choose_scheme (run, offered);
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

/* A request with what it says goes on only within the origin that it was meant for. TRUE: ask there. */
static gboolean
handle_redirect (Run *run, ExchangeReply *reply, GError **error)
{
  guint status = exchange_reply_get_status (reply);
  const char *location = exchange_reply_get_header (reply, "location");
  g_autoptr (GUri) target
      = location != NULL ? g_uri_parse_relative (run->uri, location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  ExchangeStatus facts = { .status = status, .location = location };

  if (target != NULL && !exchange_schemes_is_same_origin (target, run->uri))
    run->moved = TRUE;
  if (target != NULL && run->call->elsewhere != NULL)
    {
      g_clear_pointer (run->call->elsewhere, g_uri_unref);
      *run->call->elsewhere = g_uri_ref (target);
    }
  if (target == NULL || (status != 307 && status != 308) || !exchange_schemes_is_same_origin (target, run->uri)
      || ++run->redirects > REDIRECTS_MAXIMUM)
    {
      if (target != NULL && (status == 307 || status == 308) && !exchange_schemes_is_same_origin (target, run->uri))
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
  g_propagate_error (error, exchange_status_page_to_error (exchange_reply_get_header (reply, "content-type"),
                                                           g_uri_get_host (run->uri)));
  return FALSE;
}

/* The user may trust what nobody vouches for, once. TRUE: ask again. */
static gboolean
handle_certificate (Run *run, ExchangeHttp *http, GError *problem, GError **error)
{
  if (exchange_lines_ask_trust (run->client->lines, http, problem, !run->trusted, run->cancellable))
    {
      g_error_free (problem);
      return run->trusted = TRUE;
    }
  g_propagate_error (error, problem);
  return FALSE;
}

/* The answer is good (TRUE, and *AGAIN is false), something was done and it is asked again, or it is an error. */
static gboolean
judge (Run *run, ExchangeReply *reply, const char *request_id, gboolean *again, GError **error)
{
  guint status = exchange_reply_get_status (reply);
  const char *type = exchange_reply_get_header (reply, "content-type");

  *again = FALSE;
  if (!exchange_status_is_echo (exchange_reply_get_header (reply, "client-request-id"), request_id))
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
  run->moved = status == 404 || status == 410;
  return status == 200 ? fail_with_page (run, reply, error) : fail_with_status (run, reply, error);
}

/* Each of the answers was 401, so nothing was done. FALSE, always. */
static gboolean
handle_ticket_refused (Run *run, GError *problem, gboolean *sent, GError **error)
{
  g_error_free (problem);
  *sent = FALSE;
  run->tried |= run->used;
  return refuse_schemes (run, run->used, error);
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
      else if (reply == NULL && g_error_matches (local, TAUBE_ERROR, TAUBE_ERROR_AUTH))
        again = handle_ticket_refused (run, local, sent, error);
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

static GUri *
find_uri (Run *run, ExchangeHttp *http, GError **error)
{
  ExchangeClient *self = run->client;

  if (self->fixed != NULL)
    return g_uri_ref (self->fixed);
  return exchange_place_get (self->place, self, http, run->cancellable, error);
}

static gboolean
may_have_moved (ExchangeClient *self, GUri *uri)
{
  return self->place != NULL && exchange_place_forget (self->place, uri);
}

/* One that was found may have moved since: it is looked for once more. */
static ExchangeReply *
run_where_it_is (Run *run, ExchangeHttp *http, gboolean *sent, GError **error)
{
  for (guint tries = 0;; tries++)
    {
      g_autoptr (GUri) uri = find_uri (run, http, error);
      ExchangeReply *reply;
      GError *problem = NULL;

      if (uri == NULL)
        return NULL;
      run->uri = g_uri_ref (uri);
      run->moved = FALSE;
      reply = run_call (run, http, sent, &problem);
      g_clear_pointer (&run->uri, g_uri_unref);
      if (reply != NULL)
        return reply;
      if (!run->moved || tries > 0 || !may_have_moved (run->client, uri))
        {
          g_propagate_error (error, problem);
          return NULL;
        }
      g_error_free (problem);
    }
}

ExchangeReply *
exchange_client_call (ExchangeClient *self, const ExchangeCall *call, gboolean *sent, GCancellable *cancellable,
                      GError **error)
{
  Run run = { .client = self, .call = call, .cancellable = cancellable };
  g_autoptr (ExchangeHttp) http = NULL;

  *sent = FALSE;
  exchange_client_follow (self);
  if (!wait_while_busy (self, cancellable, error))
    return NULL;
  http = exchange_lines_get (self->lines, call->streams, cancellable, error);
  if (http == NULL)
    return NULL;
  return run_where_it_is (&run, http, sent, error);
}
