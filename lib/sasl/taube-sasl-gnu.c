/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sasl/taube-sasl-mechanism.h"

#include "base/taube-gettext.h"

#include <gsasl.h>
#include <string.h>

typedef struct
{
  const TaubeSaslMechanism *mechanism;
  const TaubeSaslIdentity *identity;
  Gsasl *context;
  Gsasl_session *session;
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
      gsasl_finish (self->session);
    }
  if (self->context != NULL)
    gsasl_done (self->context);
  g_free (self);
}

static GnuExchange *
start_session (const TaubeSaslMechanism *mechanism, const TaubeSaslIdentity *identity, GError **error)
{
  GnuExchange *self = g_new0 (GnuExchange, 1);
  int result;

  self->mechanism = mechanism;
  self->identity = identity;
  result = gsasl_init (&self->context);
  if (result == GSASL_OK)
    result = gsasl_client_start (self->context, mechanism->name, &self->session);
  if (result == GSASL_OK)
    return self;

  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("GNU SASL cannot start %s: %s"), mechanism->name,
               gsasl_strerror (result));
  finish_gnu (self);
  return NULL;
}

/* FALSE: SELF is gone. */
static gboolean
set_property (GnuExchange *self, Gsasl_property property, const char *value, GError **error)
{
  if (value == NULL || gsasl_property_set (self->session, property, value) == GSASL_OK)
    return TRUE;
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("GNU SASL has no memory"));
  finish_gnu (self);
  return FALSE;
}

static gpointer
start_gnu (const TaubeSaslMechanism *mechanism, const TaubeSaslIdentity *identity, GError **error)
{
  GnuExchange *self = start_session (mechanism, identity, error);

  if (self == NULL || !set_property (self, GSASL_AUTHID, identity->user, error)
      || !set_property (self, GSASL_AUTHZID, identity->authzid, error)
      || !set_property (self, GSASL_PASSWORD, taube_secret_peek (identity->password), error))
    return NULL;
  return self;
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
                   bad_name ? _ ("the user name holds characters that are not allowed: ") : "",
                   gsasl_strerror (result));
      return FALSE;
    }
  if (output != NULL)
    {
      taube_buffer_append (response, output, output_length);
      taube_memory_wipe (output, output_length);
      gsasl_free (output);
    }
  *finished = result == GSASL_OK;
  return TRUE;
}

/* PLAIN and EXTERNAL are one message, LOGIN two; what the server asks is not looked at: servers ask in many words. */
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

/* EXTERNAL says at most whose mailbox; who we are, TLS has told. */
static gpointer
start_external (const TaubeSaslMechanism *mechanism, const TaubeSaslIdentity *identity, GError **error)
{
  GnuExchange *self = start_session (mechanism, identity, error);

  if (self == NULL
      || !set_property (self, GSASL_AUTHZID, identity->authzid != NULL ? identity->authzid : identity->user, error))
    return NULL;
  return self;
}

/* The ticket is the one of the login that the system knows (KRB5CCNAME); the user of the URI is whose mailbox. */
static gpointer
start_gssapi (const TaubeSaslMechanism *mechanism, const TaubeSaslIdentity *identity, GError **error)
{
  GnuExchange *self = start_session (mechanism, identity, error);

  if (self == NULL
      || !set_property (self, GSASL_AUTHZID, identity->authzid != NULL ? identity->authzid : identity->user, error)
      || !set_property (self, GSASL_SERVICE, identity->service != NULL ? identity->service : "imap", error)
      || !set_property (self, GSASL_HOSTNAME, identity->host, error))
    return NULL;
  return self;
}

static const char *
explain_gssapi (int result)
{
  switch (result)
    {
    case GSASL_GSSAPI_INIT_SEC_CONTEXT_ERROR:
      return _ ("Kerberos gave no ticket for this server, or does not take its answer; kinit gets tickets, "
                "klist shows them");
    case GSASL_GSSAPI_IMPORT_NAME_ERROR:
      return _ ("the server's name is none of Kerberos");
    default:
      return gsasl_strerror (result);
    }
}

/* token, token, …, then the offer of a security layer, of which we want none (RFC 4752). The exchange is mutual: the
 * server has proved itself when GNU SASL is content. */
static gboolean
step_gssapi (gpointer exchange, const char *data, gsize length, TaubeBuffer *response, TaubeSaslState *state,
             char **refusal, GError **error)
{
  GnuExchange *self = exchange;
  char *output = NULL;
  gsize output_length = 0;
  int result = gsasl_step (self->session, data, length, &output, &output_length);

  if (result != GSASL_OK && result != GSASL_NEEDS_MORE)
    {
      g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, explain_gssapi (result));
      return FALSE;
    }
  if (output != NULL)
    taube_buffer_append (response, output, output_length);
  gsasl_free (output);
  if (result == GSASL_OK)
    *state = TAUBE_SASL_STATE_DONE;
  return TRUE;
}

const TaubeSaslMechanism taube_sasl_plain = {
  .name = "PLAIN",
  .traits = TAUBE_SASL_NEEDS_PASSWORD | TAUBE_SASL_NEEDS_SECURITY | TAUBE_SASL_CLIENT_FIRST,
  .rank = TAUBE_SASL_RANK_SECRET,
  .start = start_gnu,
  .step = step_plain,
  .finish = finish_gnu,
};

const TaubeSaslMechanism taube_sasl_login = {
  .name = "LOGIN",
  .traits = TAUBE_SASL_NEEDS_PASSWORD | TAUBE_SASL_NEEDS_SECURITY,
  .rank = TAUBE_SASL_RANK_SECRET,
  .start = start_gnu,
  .step = step_plain,
  .finish = finish_gnu,
};

/* RFC 2195: who listens can try passwords at home, and the server keeps the password as it is. */
const TaubeSaslMechanism taube_sasl_cram_md5 = {
  .name = "CRAM-MD5",
  .traits = TAUBE_SASL_NEEDS_PASSWORD | TAUBE_SASL_NEEDS_CONSENT,
  .rank = TAUBE_SASL_RANK_WEAK,
  .start = start_gnu,
  .step = step_plain,
  .finish = finish_gnu,
};

const TaubeSaslMechanism taube_sasl_external = {
  .name = "EXTERNAL",
  .traits = TAUBE_SASL_NEEDS_CERTIFICATE | TAUBE_SASL_CLIENT_FIRST,
  .start = start_external,
  .step = step_plain,
  .finish = finish_gnu,
};

const TaubeSaslMechanism taube_sasl_gssapi = {
  .name = "GSSAPI",
  .traits = TAUBE_SASL_NEEDS_TICKET | TAUBE_SASL_CLIENT_FIRST | TAUBE_SASL_PROVES_SERVER | TAUBE_SASL_BINARY,
  .start = start_gssapi,
  .step = step_gssapi,
  .finish = finish_gnu,
};
