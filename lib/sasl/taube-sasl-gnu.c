/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sasl/taube-sasl-mechanism.h"
#include "sasl/taube-sasl-scram.h"

#include <gsasl.h>
#include <string.h>

typedef struct
{
  const TaubeSaslMechanism *mechanism;
  const TaubeSaslIdentity *identity;
  Gsasl *context;
  Gsasl_session *session;
  guint steps;
  char *client_nonce; /* SCRAM */
} GnuExchange;

/* GNU SASL frees its copies as they are; this wipes them first. */
static void
wipe_property (Gsasl_session *session, Gsasl_property property)
{
  char *value = (char *) gsasl_property_fast (session, property);

  if (value != NULL)
    taube_memory_wipe (value, strlen (value));
}

static void
finish_gnu (gpointer exchange)
{
  GnuExchange *self = exchange;

  if (self->session != NULL)
    {
      wipe_property (self->session, GSASL_PASSWORD);
      wipe_property (self->session, GSASL_SCRAM_SALTED_PASSWORD);
      gsasl_finish (self->session);
    }
  if (self->context != NULL)
    gsasl_done (self->context);
  g_free (self->client_nonce);
  g_free (self);
}

/* RFC 5802 lets no password through that SASLprep refuses, but PLAIN and LOGIN send it as it is. */
static gpointer
start_gnu (const TaubeSaslMechanism *mechanism, const TaubeSaslIdentity *identity, GError **error)
{
  GnuExchange *self = g_new0 (GnuExchange, 1);
  int result;

  self->mechanism = mechanism;
  self->identity = identity;
  result = gsasl_init (&self->context);
  if (result == GSASL_OK)
    result = gsasl_client_start (self->context, mechanism->name, &self->session);
  if (result == GSASL_OK)
    result = gsasl_property_set (self->session, GSASL_AUTHID, identity->user);
  if (result == GSASL_OK && identity->authzid != NULL)
    result = gsasl_property_set (self->session, GSASL_AUTHZID, identity->authzid);
  if (result == GSASL_OK && (mechanism->traits & TAUBE_SASL_NEEDS_SECURITY) != 0)
    result = gsasl_property_set (self->session, GSASL_PASSWORD, taube_secret_peek (identity->password));
  if (result == GSASL_OK)
    return self;

  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, "GNU SASL cannot start %s: %s", mechanism->name,
               gsasl_strerror (result));
  finish_gnu (self);
  return NULL;
}

static gboolean
step_gnu (GnuExchange *self, const char *data, gsize length, TaubeBuffer *response, gboolean *finished, GError **error)
{
  char *output = NULL;
  gsize output_length = 0;
  int result = gsasl_step (self->session, data, length, &output, &output_length);

  if (result != GSASL_OK && result != GSASL_NEEDS_MORE)
    {
      gboolean bad_name = result == GSASL_SASLPREP_ERROR;

      g_set_error (error, TAUBE_ERROR, bad_name ? TAUBE_ERROR_INVALID : TAUBE_ERROR_PROTOCOL, "%s%s",
                   bad_name ? "the user name holds characters that are not allowed: " : "", gsasl_strerror (result));
      return FALSE;
    }
  if (output != NULL)
    {
      taube_buffer_append (response, output, output_length);
      taube_memory_wipe (output, output_length);
      gsasl_free (output);
    }
  self->steps++;
  *finished = result == GSASL_OK;
  return TRUE;
}

/* PLAIN is one message, LOGIN two; what the server asks is not looked at, for servers ask in many words. */
static gboolean
step_plain (gpointer exchange, const char *data, gsize length, TaubeBuffer *response, TaubeSaslState *state,
            char **refusal, GError **error)
{
  gboolean finished;

  if (!step_gnu (exchange, data, length, response, &finished, error))
    return FALSE;
  if (finished)
    *state = TAUBE_SASL_STATE_DONE;
  return TRUE;
}

/* client-first-message = gs2-header [reserved-mext ","] username "," nonce ["," extensions]   (RFC 5802) */
static gboolean
start_scram (GnuExchange *self, TaubeBuffer *response, GError **error)
{
  gboolean finished;
  g_autofree char *message = NULL;
  const char *nonce;

  if (!step_gnu (self, "", 0, response, &finished, error))
    return FALSE;
  message = g_strndup ((const char *) taube_buffer_peek (response), taube_buffer_length (response));
  nonce = strstr (message, ",r=");
  if (nonce == NULL)
    {
      g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, "GNU SASL made no nonce");
      return FALSE;
    }
  self->client_nonce = g_strdup (nonce + 3);
  return TRUE;
}

static gboolean
answer_server_first (GnuExchange *self, const char *data, gsize length, TaubeBuffer *response, GError **error)
{
  TaubeScramParameters parameters;
  g_autoptr (TaubeSecret) salted = NULL;
  gboolean finished;

  if (!taube_scram_parse_server_first (data, self->client_nonce, self->identity->limits, &parameters, error))
    return FALSE;
  salted = taube_scram_salt_password (self->identity->password, &parameters,
                                      self->mechanism == &taube_sasl_scram_sha256, error);
  if (salted == NULL)
    return FALSE;
  if (gsasl_property_set (self->session, GSASL_SCRAM_SALTED_PASSWORD, taube_secret_peek (salted)) != GSASL_OK)
    {
      g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, "GNU SASL has no memory");
      return FALSE;
    }
  return step_gnu (self, data, length, response, &finished, error);
}

/* GNU SASL compares the signature and ends with GSASL_OK only when it is right. */
static gboolean
check_server_final (GnuExchange *self, const char *data, gsize length, TaubeBuffer *response, TaubeSaslState *state,
                    char **refusal, GError **error)
{
  gboolean finished;
  g_autoptr (GError) local_error = NULL;

  if (!taube_scram_parse_server_final (data, refusal, error))
    return FALSE;
  if (*refusal != NULL)
    {
      *state = TAUBE_SASL_STATE_REFUSED;
      return TRUE;
    }
  if (!step_gnu (self, data, length, response, &finished, &local_error) || !finished)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH,
                   "the server's signature is wrong, so it does not know the password (%s)",
                   local_error != NULL ? local_error->message : "unfinished");
      return FALSE;
    }
  *state = TAUBE_SASL_STATE_DONE;
  return TRUE;
}

static gboolean
step_scram (gpointer exchange, const char *data, gsize length, TaubeBuffer *response, TaubeSaslState *state,
            char **refusal, GError **error)
{
  GnuExchange *self = exchange;

  if (self->steps == 0)
    return start_scram (self, response, error);
  if (strncmp (data, "e=", 2) == 0 || self->steps == 2)
    return check_server_final (self, data, length, response, state, refusal, error);
  return answer_server_first (self, data, length, response, error);
}

const TaubeSaslMechanism taube_sasl_scram_sha256 = {
  .name = "SCRAM-SHA-256",
  .traits = TAUBE_SASL_NEEDS_PASSWORD | TAUBE_SASL_CLIENT_FIRST | TAUBE_SASL_PROVES_SERVER,
  .start = start_gnu,
  .step = step_scram,
  .finish = finish_gnu,
};

const TaubeSaslMechanism taube_sasl_scram_sha1 = {
  .name = "SCRAM-SHA-1",
  .traits = TAUBE_SASL_NEEDS_PASSWORD | TAUBE_SASL_CLIENT_FIRST | TAUBE_SASL_PROVES_SERVER,
  .start = start_gnu,
  .step = step_scram,
  .finish = finish_gnu,
};

const TaubeSaslMechanism taube_sasl_plain = {
  .name = "PLAIN",
  .traits = TAUBE_SASL_NEEDS_PASSWORD | TAUBE_SASL_NEEDS_SECURITY | TAUBE_SASL_CLIENT_FIRST,
  .start = start_gnu,
  .step = step_plain,
  .finish = finish_gnu,
};

const TaubeSaslMechanism taube_sasl_login = {
  .name = "LOGIN",
  .traits = TAUBE_SASL_NEEDS_PASSWORD | TAUBE_SASL_NEEDS_SECURITY,
  .start = start_gnu,
  .step = step_plain,
  .finish = finish_gnu,
};
