/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sasl.h>

#include "base/taube-gettext.h"
#include "sasl/taube-sasl-base64.h"
#include "sasl/taube-sasl-guard.h"
#include "sasl/taube-sasl-mechanism.h"

#include <taube-backend/taube-trace.h>

#include <string.h>

struct _TaubeSasl
{
  const TaubeSaslMechanism *mechanism; /* NULL: the protocol's own login command */
  TaubeSaslIdentity identity;
  gpointer exchange;
  TaubeSaslState state;
  guint steps;
  gboolean failed; /* a step has failed: nothing can make it good */
  gboolean forced; /* the user demands this mechanism */
  char *server_error;
};

static gboolean
has_control (const char *text)
{
  for (const guchar *c = (const guchar *) text; *c != '\0'; c++)
    if (*c < 0x20 || *c == 0x7f)
      return TRUE;
  return FALSE;
}

/* Line ends and other control characters have no place in a name, and in a secret none of the mechanisms lets them
 * through unharmed; refusing them here keeps them out of every protocol. */
static gboolean
check_text (const char *text, const char *what, GError **error)
{
  if (text == NULL)
    return TRUE;
  if (has_control (text) || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("cannot sign in: the %s holds %s"), _ (what),
                   has_control (text) ? _ ("control characters") : _ ("bytes that are not UTF-8"));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_request (const TaubeSaslRequest *request, GError **error)
{
  const char *token = request->token != NULL ? taube_secret_peek (request->token) : "x";

  if (request->user == NULL || request->user[0] == '\0')
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("cannot sign in to %s: no user name was given"),
                   request->host);
      return FALSE;
    }
  if (!check_text (request->user, N_ ("user name"), error)
      || !check_text (request->authzid, N_ ("other user's name"), error)
      || !check_text (request->password != NULL ? taube_secret_peek (request->password) : NULL, N_ ("password"), error))
    return FALSE;

  /* b64token of RFC 6750 and a little more, but nothing that could end the field in which the token stands */
  for (const char *c = token; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      token = "";
  if (token[0] == '\0')
    {
      g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                           _ ("cannot sign in: the access token is empty or holds spaces or control characters"));
      return FALSE;
    }
  return TRUE;
}

static gboolean
offers_binding (const char *const *offered)
{
  for (guint i = 0; offered != NULL && offered[i] != NULL; i++)
    if (g_ascii_strncasecmp (offered[i], "SCRAM-", 6) == 0 && strlen (offered[i]) > 5
        && g_ascii_strcasecmp (offered[i] + strlen (offered[i]) - 5, "-PLUS") == 0)
      return TRUE;
  return FALSE;
}

static void
copy_identity (TaubeSaslIdentity *identity, const TaubeSaslRequest *request, const char *const *offered)
{
  identity->user = g_strdup (request->user);
  identity->authzid = g_strdup (request->authzid);
  identity->password = request->password != NULL ? taube_secret_ref (request->password) : NULL;
  identity->token = request->token != NULL ? taube_secret_ref (request->token) : NULL;
  identity->service = g_strdup (request->service);
  identity->host = g_strdup (request->host);
  identity->port = request->port;
  if (request->channel_binding != NULL && request->channel_binding_type != NULL)
    {
      identity->channel_binding_type = g_strdup (request->channel_binding_type);
      identity->channel_binding = g_bytes_ref (request->channel_binding);
    }
  identity->binding_offered = offers_binding (offered);
  identity->apop_stamp = g_strdup (request->apop_stamp);
  identity->limits = request->limits != NULL ? request->limits : taube_limits_get_default ();
}

/* Chooses the mechanism and starts the exchange. OFFERED are the server's names, NULL-terminated; NULL when it offers
 * none. What taube_sasl_get_mechanism() says afterwards is to be sent. Errors: AUTH when nothing that the server
 * offers can be used with these secrets or without TLS, NOT_SUPPORTED when it offers nothing that is built in, or not
 * the mechanism that the user demands, TLS when it was safer before, INVALID for a name or secret that cannot be
 * sent. */
TaubeSasl *
taube_sasl_new (const char *const *offered, const TaubeSaslRequest *request, GError **error)
{
  g_autoptr (TaubeSasl) self = NULL;
  const TaubeSaslMechanism *mechanism = NULL;

  g_return_val_if_fail (request != NULL && request->host != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_request (request, error))
    return NULL;

  self = g_new0 (TaubeSasl, 1);
  copy_identity (&self->identity, request, offered);
  if (!taube_sasl_choose (offered, request, taube_sasl_guard_get (&self->identity), &mechanism, error))
    return NULL;
  self->mechanism = mechanism;
  self->forced = request->mechanism != NULL && request->mechanism[0] != '\0' && strcmp (request->mechanism, "*") != 0;
  TAUBE_TRACE ("sasl", "%s: signing in with %s", request->host,
               mechanism != NULL ? mechanism->name : "the login command");
  if (mechanism != NULL)
    {
      self->exchange = mechanism->start (mechanism, &self->identity, error);
      if (self->exchange == NULL)
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
taube_sasl_free (TaubeSasl *self)
{
  if (self->exchange != NULL)
    self->mechanism->finish (self->exchange);
  g_clear_pointer (&self->identity.password, taube_secret_unref);
  g_clear_pointer (&self->identity.token, taube_secret_unref);
  g_free (self->identity.user);
  g_free (self->identity.authzid);
  g_free (self->identity.service);
  g_free (self->identity.host);
  g_free (self->identity.channel_binding_type);
  g_free (self->identity.apop_stamp);
  g_clear_pointer (&self->identity.channel_binding, g_bytes_unref);
  g_free (self->server_error);
  g_free (self);
}

/* The name to put after AUTHENTICATE or AUTH; NULL when the protocol's own command with user and password is the best
 * that the server has. In that case there are no steps; taube_sasl_verify_success() always agrees. */
const char *
taube_sasl_get_mechanism (const TaubeSasl *self)
{
  return self->mechanism != NULL ? self->mechanism->name : NULL;
}

/* Whether the client speaks first, so that its first response can go along with the command. */
gboolean
taube_sasl_has_initial_response (const TaubeSasl *self)
{
  return self->mechanism != NULL && (self->mechanism->traits & TAUBE_SASL_CLIENT_FIRST) != 0;
}

static gboolean
fail (TaubeSasl *self, GError **error, TaubeError code, const char *what)
{
  self->failed = TRUE;
  g_set_error (error, TAUBE_ERROR, code, _ ("cannot sign in to %s with %s: %s"), self->identity.host,
               self->mechanism->name, what);
  return FALSE;
}

static gboolean
decode_challenge (TaubeSasl *self, const char *challenge, gsize length, TaubeBuffer *out, GError **error)
{
  if (length / 4 * 3 > self->identity.limits->challenge_bytes)
    return fail (self, error, TAUBE_ERROR_LIMIT, _ ("the server's challenge is too long"));

  taube_buffer_reserve (out, length + 1);
  if (!taube_sasl_base64_decode (challenge, length, out))
    return fail (self, error, TAUBE_ERROR_PROTOCOL, _ ("the server's challenge is not base64"));
  if ((self->mechanism->traits & TAUBE_SASL_BINARY) == 0 && taube_buffer_length (out) > 0
      && memchr (taube_buffer_peek (out), '\0', taube_buffer_length (out)) != NULL)
    return fail (self, error, TAUBE_ERROR_PROTOCOL, _ ("the server's challenge holds a NUL"));
  return TRUE;
}

/* A server that got the secret, or guessed it, must not bring it into our messages. */
static void
hide_secrets (TaubeSasl *self)
{
  const TaubeSecret *secrets[] = { self->identity.password, self->identity.token };

  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    if (secrets[i] != NULL && taube_secret_get_length (secrets[i]) > 0
        && strstr (self->server_error, taube_secret_peek (secrets[i])) != NULL)
      {
        g_free (self->server_error);
        self->server_error = g_strdup ("the server refused, in words that are not fit to be shown");
        return;
      }
}

static gboolean
run_step (TaubeSasl *self, const TaubeBuffer *challenge, TaubeBuffer *response, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *refusal = NULL;

  if (!self->mechanism->step (self->exchange, (const char *) taube_buffer_peek (challenge),
                              taube_buffer_length (challenge), response, &self->state, &refusal, &local_error))
    return fail (self, error, local_error->code, local_error->message);
  if (self->state == TAUBE_SASL_STATE_REFUSED)
    {
      self->server_error = g_steal_pointer (&refusal);
      hide_secrets (self);
    }
  return TRUE;
}

/* Answers a challenge. CHALLENGE is the base64 text of the server's line, not terminated by NUL; NULL asks for the
 * client's first response. (transfer full): base64 text, "" for an empty response.
 *
 * When the server speaks, though it is the client's turn to begin, it only says "go on", and whatever servers write
 * there is not looked at. After an error the exchange is dead: cancel it (with "*"), or drop the connection. */
TaubeSecret *
taube_sasl_step (TaubeSasl *self, const char *challenge, gsize length, GError **error)
{
  TaubeBuffer input = { 0 }, response = { 0 };
  TaubeSecret *encoded = NULL;
  gboolean first_word;

  g_return_val_if_fail (self->mechanism != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);
  g_return_val_if_fail (challenge != NULL || length == 0, NULL);

  first_word = self->steps == 0 && taube_sasl_has_initial_response (self);
  if (self->failed)
    fail (self, error, TAUBE_ERROR_PROTOCOL, _ ("the exchange has failed before"));
  else if (self->steps >= self->identity.limits->challenges)
    fail (self, error, TAUBE_ERROR_LIMIT, _ ("the server asks too many questions"));
  else if (self->state != TAUBE_SASL_STATE_ACTIVE && self->state != TAUBE_SASL_STATE_WAITING)
    fail (self, error, TAUBE_ERROR_PROTOCOL, _ ("the server asks on after the last answer"));
  else if (first_word || decode_challenge (self, challenge, length, &input, error))
    {
      taube_buffer_append (&input, "", 1); /* a NUL behind the text, so that it can be used as a string */
      input.end--;
      self->steps++;
      if (run_step (self, &input, &response, error))
        encoded = taube_sasl_base64_encode (taube_buffer_peek (&response), taube_buffer_length (&response));
    }
  TAUBE_TRACE ("sasl", "%s: step %u of %s: %" G_GSIZE_FORMAT " bytes in, %" G_GSIZE_FORMAT " out", self->identity.host,
               self->steps, self->mechanism->name, taube_buffer_length (&input), taube_buffer_length (&response));
  taube_buffer_wipe (&input);
  taube_buffer_wipe (&response);
  return encoded;
}

/* Takes data that came along with the success: the challenge that a protocol without such data sends as its last. */
static gboolean
take_final_data (TaubeSasl *self, const char *data, gsize length, GError **error)
{
  g_autoptr (TaubeSecret) response = taube_sasl_step (self, data, length, error);

  if (response == NULL)
    return FALSE;
  if (taube_secret_get_length (response) > 0)
    return fail (self, error, TAUBE_ERROR_PROTOCOL, _ ("the server says success before the exchange is over"));
  return TRUE;
}

static gboolean
succeed (TaubeSasl *self)
{
  taube_sasl_guard_note (&self->identity, taube_sasl_get_rank (self->mechanism));
  return TRUE;
}

/* The last word after the server has said success, with the base64 DATA that came along, or NULL. FALSE with
 * PROTOCOL or AUTH when the exchange was not over, or the server has not proved that it knows the password: the
 * connection must then be dropped, for the other side is not the one it claims to be. */
gboolean
taube_sasl_verify_success (TaubeSasl *self, const char *data, gsize length, GError **error)
{
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->mechanism == NULL)
    return succeed (self);
  if (self->failed)
    return fail (self, error, TAUBE_ERROR_PROTOCOL, _ ("the server says success after the exchange has failed"));
  if (data != NULL && self->state == TAUBE_SASL_STATE_ACTIVE && !take_final_data (self, data, length, error))
    return FALSE;

  if (self->state == TAUBE_SASL_STATE_DONE || self->state == TAUBE_SASL_STATE_WAITING)
    return succeed (self);
  if (self->state == TAUBE_SASL_STATE_REFUSED)
    return fail (self, error, TAUBE_ERROR_AUTH, self->server_error);
  if ((self->mechanism->traits & TAUBE_SASL_PROVES_SERVER) != 0)
    return fail (self, error, TAUBE_ERROR_AUTH,
                 _ ("the server says success without a proof that it knows the password"));
  return fail (self, error, TAUBE_ERROR_PROTOCOL, _ ("the server says success before the exchange is over"));
}

static gboolean
said_unsupported (const TaubeSasl *self)
{
  return self->steps == 2 && self->state == TAUBE_SASL_STATE_REFUSED
         && strstr (self->server_error, "unsupported-channel-binding-type") != NULL;
}

/* The server binds to channels, but not by this name or not where we stand (behind somebody who does its TLS): it said
 * no before it had told anything. Who has been bound to it before does not go on without. */
gboolean
taube_sasl_may_unbind (const TaubeSasl *self)
{
  return self->mechanism != NULL && (self->mechanism->traits & TAUBE_SASL_BINDS_CHANNEL) != 0 && !self->forced
         && ((self->steps <= 1 && !self->failed) || said_unsupported (self))
         && taube_sasl_guard_get (&self->identity) < TAUBE_SASL_RANK_BOUND;
}

/* What the server said inside the mechanism about why it refuses, in readable UTF-8 without any secret; NULL when
 * nothing. Belongs to SELF. */
const char *
taube_sasl_get_server_error (const TaubeSasl *self)
{
  return self->server_error;
}
