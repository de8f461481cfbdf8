/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-session.h"

#include <taube-backend/taube-login.h>
#include <taube-backend/taube-settings-impl.h>
#include <taube-backend/taube-trace.h>

#include "imap-gettext.h"

#include <string.h>

static void
fill_request (ImapSession *self, const TaubeSecret *secret, gboolean is_token, gboolean bind,
              TaubeLoginRequest *request)
{
  TaubeAccount *account = TAUBE_ACCOUNT (imap_session_get_account (self));

  taube_login_request_fill (request, account, self->connection, secret, is_token, bind);
  request->request.service = "imap";
  request->request.login_command = !imap_session_has (self, IMAP_CAPABILITY_LOGINDISABLED);
}

static TaubeSasl *
choose_mechanism (ImapSession *self, const TaubeSecret *secret, gboolean is_token, gboolean bind, GError **error)
{
  g_auto (TaubeLoginRequest) request = { 0 };

  fill_request (self, secret, is_token, bind, &request);
  return taube_sasl_new (imap_capabilities_get_mechanisms (self->capabilities), &request.request, error);
}

/* ImapResponseFunc: what was learned before this command counts no more; the OK may bring the new list. */
gboolean
imap_session_take_capabilities (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSession *self = user_data;

  if (response->type == IMAP_RESPONSE_OK && response->code == IMAP_CODE_CAPABILITY)
    imap_session_set_capabilities (self, response->code_values);
  return TRUE;
}

static ImapCall *
new_call (ImapSession *self, const char *name)
{
  TaubeUri *uri = taube_account_get_uri (TAUBE_ACCOUNT (imap_session_get_account (self)));
  ImapCall *call = imap_session_call (self, name, TAUBE_ERROR_AUTH, _ ("cannot sign in to %s as \"%s\""),
                                      taube_connection_get_host (self->connection), taube_uri_get_user (uri));

  call->bad_is_refusal = TRUE;
  call->completed = imap_session_take_capabilities;
  call->user_data = self;
  return call;
}

static gboolean
run_login (ImapSession *self, const TaubeSecret *secret, GCancellable *cancellable, GError **error)
{
  TaubeUri *uri = taube_account_get_uri (TAUBE_ACCOUNT (imap_session_get_account (self)));
  g_autoptr (ImapCall) call = new_call (self, "LOGIN");

  imap_command_add_astring (call->command, N_ ("user name"), taube_uri_get_user (uri));
  imap_command_add_secret (call->command, N_ ("password"), secret);
  imap_session_forget_capabilities (self);
  return imap_call_run (call, cancellable, error);
}

static gboolean
add_initial_response (ImapCall *call, TaubeSasl *sasl, GError **error)
{
  g_autoptr (TaubeSecret) response = taube_sasl_step (sasl, NULL, 0, error);
  const char *text;

  if (response == NULL)
    return FALSE;
  text = taube_secret_peek (response);
  if (text[0] == '\0')
    {
      imap_command_add_atom (call->command, N_ ("response"), "=");
    }
  else
    {
      gsize length;
      guint8 *data = g_base64_decode (text, &length);

      imap_command_add_secret_base64 (call->command, data, length);
      taube_memory_wipe (data, length);
      g_free (data);
    }
  return TRUE;
}

/* Gives the exchange up, as SASL wants it: "*", and the server says NO or BAD. */
static void
abort_exchange (ImapSession *self, ImapCall *call, GCancellable *cancellable)
{
  if (imap_pipeline_write_line (self->pipeline, "*", FALSE, cancellable, NULL))
    imap_call_finish (call, cancellable, NULL);
}

/* Challenge and response until the server has said its last word. */
static gboolean
exchange (ImapSession *self, ImapCall *call, TaubeSasl *sasl, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      g_autoptr (TaubeSecret) response = NULL;
      const char *challenge;
      gsize length;

      if (!imap_call_wait_continuation (call, cancellable, error))
        return FALSE;
      if (call->done)
        return imap_call_finish (call, cancellable, error);
      challenge = imap_pipeline_get_continuation (self->pipeline, &length);
      response = taube_sasl_step (sasl, challenge, length, error);
      if (response == NULL)
        {
          abort_exchange (self, call, cancellable);
          return FALSE;
        }
      if (!imap_pipeline_write_line (self->pipeline, taube_secret_peek (response), TRUE, cancellable, error))
        return FALSE;
    }
}

static gboolean
run_authenticate (ImapSession *self, TaubeSasl *sasl, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = new_call (self, "AUTHENTICATE");
  gboolean at_once = imap_session_has (self, IMAP_CAPABILITY_SASL_IR)
                     || imap_session_has (self, IMAP_CAPABILITY_IMAP4REV2);
  GError *local = NULL;

  imap_command_add_atom (call->command, N_ ("mechanism"), taube_sasl_get_mechanism (sasl));
  if (at_once && taube_sasl_has_initial_response (sasl) && !add_initial_response (call, sasl, error))
    return FALSE;
  imap_session_forget_capabilities (self);
  if (!imap_call_send (call, cancellable, error))
    return FALSE;
  if (exchange (self, call, sasl, cancellable, &local))
    {
      if (taube_sasl_verify_success (sasl, NULL, 0, &local))
        return TRUE;
      /* Whoever said OK does not know the password: nothing more is said to it. */
      imap_pipeline_break (self->pipeline, local);
      g_propagate_error (error, local);
      return FALSE;
    }
  if (g_error_matches (local, TAUBE_ERROR, TAUBE_ERROR_AUTH) && taube_sasl_get_server_error (sasl) != NULL)
    {
      g_autofree char *message = g_strdup_printf ("%s (%s)", local->message, taube_sasl_get_server_error (sasl));

      g_free (local->message);
      local->message = g_steal_pointer (&message);
    }
  g_propagate_error (error, local);
  return FALSE;
}

/* A sign-in that failed forgot what the server can. */
static gboolean
ask_again (ImapSession *self, GCancellable *cancellable, GError **error)
{
  if (self->capabilities == NULL)
    {
      g_autoptr (ImapCall) call
          = imap_session_call (self, "CAPABILITY", TAUBE_ERROR_PROTOCOL, _ ("cannot ask the server at %s what it can"),
                               taube_connection_get_host (self->connection));

      if (!imap_call_run (call, cancellable, error))
        return FALSE;
    }
  if (self->capabilities == NULL)
    self->capabilities = imap_capabilities_new ();
  return TRUE;
}

static gboolean
try_once (ImapSession *self, const TaubeSecret *secret, gboolean is_token, gboolean bind, gboolean *may_unbind,
          GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeSasl) sasl = NULL;

  *may_unbind = FALSE;
  if (!ask_again (self, cancellable, error))
    return FALSE;
  sasl = choose_mechanism (self, secret, is_token, bind, error);
  if (sasl == NULL)
    return FALSE;
  if (taube_sasl_get_mechanism (sasl) == NULL)
    {
      if (!run_login (self, secret, cancellable, error))
        return FALSE;
      return taube_sasl_verify_success (sasl, NULL, 0, error);
    }
  if (run_authenticate (self, sasl, cancellable, error))
    return TRUE;
  *may_unbind = taube_sasl_may_unbind (sasl) && !imap_pipeline_is_broken (self->pipeline);
  return FALSE;
}

/* Whether the server lets us in without a password or token, by a certificate or a ticket; FORCED_OUT: the user demands
 * that. */
gboolean
imap_auth_needs_no_secret (gpointer session, gboolean *forced_out)
{
  ImapSession *self = session;
  g_auto (TaubeLoginRequest) request = { 0 };

  fill_request (self, NULL, FALSE, FALSE, &request);
  *forced_out = request.mechanism != NULL;
  return self->capabilities != NULL
         && taube_sasl_needs_no_secret (imap_capabilities_get_mechanisms (self->capabilities), &request.request);
}

/* Signs in with the strongest way that server and credentials allow; SECRET is NULL for those that need none.
 * TAUBE_ERROR_AUTH: it may be tried again with another secret. */
gboolean
imap_auth_run (gpointer session, const TaubeSecret *secret, gboolean is_token, GCancellable *cancellable,
               GError **error)
{
  ImapSession *self = session;
  gboolean may_unbind;
  GError *local = NULL;

  if (try_once (self, secret, is_token, TRUE, &may_unbind, cancellable, &local))
    return TRUE;
  if (!may_unbind)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  TAUBE_TRACE ("imap", "the server does not bind to this connection: %s", local->message);
  g_error_free (local);
  return try_once (self, secret, is_token, FALSE, &may_unbind, cancellable, error);
}
