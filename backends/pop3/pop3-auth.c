/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-session.h"

#include <taube-backend/taube-login.h>
#include <taube-backend/taube-settings-impl.h>
#include <taube-backend/taube-throttle.h>

#include <string.h>

#include "pop3-errors.h"
#include "pop3-gettext.h"

/* USER is announced by CAPA; a server without CAPA, or one that announces no way at all, has it nevertheless. */
static gboolean
has_user_command (Pop3Session *self)
{
  return pop3_session_has (self, POP3_CAPABILITY_USER) || !self->has_capa
         || (pop3_capabilities_get_mechanisms (self->capabilities)[0] == NULL && self->stamp == NULL);
}

/* How a sign-in is tried. */
typedef enum
{
  WITH_BINDING = 1 << 0, /* -PLUS mechanisms */
  WITH_STAMP = 1 << 1,   /* APOP */
} Means;

static void
fill_request (Pop3Session *self, const TaubeSecret *secret, gboolean is_token, Means means, TaubeLoginRequest *request)
{
  TaubeAccount *account = TAUBE_ACCOUNT (pop3_session_get_account (self));

  taube_login_request_fill (request, account, self->connection, secret, is_token,
                            (means & WITH_BINDING) != 0);
  request->request.service = "pop";
  request->request.login_command = has_user_command (self);
  request->request.apop_stamp = (means & WITH_STAMP) != 0 ? self->stamp : NULL;
}

static TaubeSasl *
choose_mechanism (Pop3Session *self, const TaubeSecret *secret, gboolean is_token, Means means, GError **error)
{
  g_auto (TaubeLoginRequest) request = { 0 };

  fill_request (self, secret, is_token, means, &request);
  return taube_sasl_new (pop3_capabilities_get_mechanisms (self->capabilities), &request.request, error);
}

static char *
describe (Pop3Session *self)
{
  TaubeUri *uri = taube_account_get_uri (TAUBE_ACCOUNT (pop3_session_get_account (self)));

  return g_strdup_printf (_ ("cannot sign in to %s as \"%s\""), taube_connection_get_host (self->connection),
                          taube_uri_get_user (uri));
}

/* A server that got the secret must not bring it into our messages. */
static GError *
make_refusal (Pop3Session *self, const Pop3Response *response, const TaubeSecret *secret)
{
  g_autofree char *tried = describe (self);
  g_autofree char *words = g_strndup (response->text, response->length);
  const char *text = secret != NULL ? taube_secret_peek (secret) : "";
  Pop3Response hidden = *response;
  GError *error;

  if (text[0] != '\0' && strstr (words, text) != NULL)
    {
      hidden.text = "***";
      hidden.length = 3;
    }
  error = pop3_session_make_error (self, &hidden, TAUBE_ERROR_AUTH, tried);
  if (error->code == TAUBE_ERROR_THROTTLED && response->code == POP3_CODE_LOGIN_DELAY)
    pop3_account_put_off_login (pop3_session_get_account (self), taube_error_get_retry_after (error));
  return error;
}

/* USER and PASS, APOP. */

/* Sends the command (taken) and reads its one line. */
static gboolean
run_plain (Pop3Session *self, Pop3Command *command, const TaubeSecret *secret, GCancellable *cancellable,
           GError **error)
{
  g_autoptr (Pop3Command) owned = command;
  Pop3Response response;

  if (!pop3_pipeline_send (self->pipeline, command, cancellable, error)
      || !pop3_pipeline_read_response (self->pipeline, &response, cancellable, error))
    return FALSE;
  if (response.status == POP3_STATUS_OK)
    return TRUE;
  if (response.status == POP3_STATUS_ERR)
    {
      g_propagate_error (error, make_refusal (self, &response, secret));
      return FALSE;
    }
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server at %s asks on where nothing is to be said"),
               taube_connection_get_host (self->connection));
  pop3_pipeline_break (self->pipeline, *error);
  return FALSE;
}

static gboolean
run_user_pass (Pop3Session *self, const TaubeSecret *secret, GCancellable *cancellable, GError **error)
{
  TaubeUri *uri = taube_account_get_uri (TAUBE_ACCOUNT (pop3_session_get_account (self)));
  g_autoptr (Pop3Command) user = pop3_command_new ("USER");
  g_autoptr (Pop3Command) pass = pop3_command_new ("PASS");
  gsize length;

  pop3_command_add_rest (user, N_ ("user name"), taube_uri_get_user (uri));
  pop3_command_add_secret (pass, N_ ("password"), secret);
  /* A password that cannot be sent is not worth a USER. */
  return pop3_command_finish (pass, &length, error) != NULL
         && run_plain (self, g_steal_pointer (&user), secret, cancellable, error)
         && run_plain (self, g_steal_pointer (&pass), secret, cancellable, error);
}

/* "APOP" SP name SP digest                                             (RFC 1939) */
static gboolean
run_apop (Pop3Session *self, TaubeSasl *sasl, const TaubeSecret *secret, GCancellable *cancellable, GError **error)
{
  TaubeUri *uri = taube_account_get_uri (TAUBE_ACCOUNT (pop3_session_get_account (self)));
  g_autoptr (Pop3Command) command = pop3_command_new ("APOP");
  g_autoptr (TaubeSecret) encoded = taube_sasl_step (sasl, NULL, 0, error);
  g_autoptr (TaubeSecret) digest = NULL;
  g_autoptr (GString) hex = g_string_sized_new (64);
  g_autofree guchar *bytes = NULL;
  gsize length;

  if (encoded == NULL)
    return FALSE;
  bytes = g_base64_decode (taube_secret_peek (encoded), &length);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", bytes[i]);
  digest = taube_secret_new (hex->str);
  taube_memory_wipe (hex->str, hex->len);
  taube_memory_wipe (bytes, length);
  pop3_command_add_word (command, N_ ("user name"), taube_uri_get_user (uri));
  pop3_command_add_secret (command, N_ ("digest"), digest);
  return run_plain (self, g_steal_pointer (&command), secret, cancellable, error);
}

/* AUTH. */

/* The line of AUTH, with the first response where that is allowed and fits: a line has 255 bytes at most, and what does
 * not fit is sent when the server asks for it (RFC 5034 section 4). */
static Pop3Command *
make_auth_command (Pop3Session *self, TaubeSasl *sasl, gboolean *first_sent, TaubeSecret **first_out, GError **error)
{
  g_autoptr (Pop3Command) command = pop3_command_new ("AUTH");
  g_autoptr (TaubeSecret) first = NULL;
  const char *text;

  *first_sent = FALSE;
  pop3_command_add_word (command, N_ ("mechanism"), taube_sasl_get_mechanism (sasl));
  if (!taube_sasl_has_initial_response (sasl))
    return g_steal_pointer (&command);
  first = taube_sasl_step (sasl, NULL, 0, error);
  if (first == NULL)
    return NULL;
  text = taube_secret_peek (first);
  if (!self->quirks.no_initial_response && pop3_command_get_length (command) + 1 + strlen (text) <= POP3_LINE_MAX)
    {
      if (text[0] == '\0')
        pop3_command_add_word (command, N_ ("response"), "=");
      else
        pop3_command_add_secret (command, N_ ("response"), first);
      *first_sent = TRUE;
    }
  *first_out = g_steal_pointer (&first);
  return g_steal_pointer (&command);
}

/* Gives the exchange up, as SASL wants it: "*", and the server says -ERR. */
static void
abort_exchange (Pop3Session *self, GCancellable *cancellable)
{
  g_autoptr (Pop3Command) star = pop3_command_new ("*");
  Pop3Response response;

  if (pop3_pipeline_send (self->pipeline, star, cancellable, NULL)
      && pop3_pipeline_read_response (self->pipeline, &response, cancellable, NULL)
      && response.status != POP3_STATUS_ERR)
    {
      g_autoptr (GError) local = g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                                                      _ ("the server does not end the sign-in that was given up"));

      pop3_pipeline_break (self->pipeline, local);
    }
}

/* Challenge and response until the server has said its last word. FIRST: our first response, when it was not sent along
 * with the command; what the server says before it is only "go on". */
static gboolean
exchange (Pop3Session *self, TaubeSasl *sasl, TaubeSecret *first, const TaubeSecret *secret, GCancellable *cancellable,
          GError **error)
{
  for (;;)
    {
      g_autoptr (TaubeSecret) response = NULL;
      Pop3Response said;

      if (!pop3_pipeline_read_response (self->pipeline, &said, cancellable, error))
        return FALSE;
      if (said.status == POP3_STATUS_OK)
        return TRUE;
      if (said.status == POP3_STATUS_ERR)
        {
          g_propagate_error (error, make_refusal (self, &said, secret));
          return FALSE;
        }
      response = first != NULL ? taube_secret_ref (first) : taube_sasl_step (sasl, said.text, said.length, error);
      first = NULL;
      if (response == NULL)
        {
          abort_exchange (self, cancellable);
          return FALSE;
        }
      if (!pop3_pipeline_send_secret_line (self->pipeline, response, cancellable, error))
        return FALSE;
    }
}

static gboolean
verify (Pop3Session *self, TaubeSasl *sasl, GError **error)
{
  GError *local = NULL;

  if (taube_sasl_verify_success (sasl, NULL, 0, &local))
    return TRUE;
  /* Whoever said OK does not know the password: nothing more is said to it. */
  pop3_pipeline_break (self->pipeline, local);
  g_propagate_error (error, local);
  return FALSE;
}

static void
add_server_error (GError *local, TaubeSasl *sasl)
{
  char *message;

  if (!g_error_matches (local, TAUBE_ERROR, TAUBE_ERROR_AUTH) || taube_sasl_get_server_error (sasl) == NULL)
    return;
  message = g_strdup_printf ("%s (%s)", local->message, taube_sasl_get_server_error (sasl));
  g_free (local->message);
  local->message = message;
}

static gboolean
run_auth (Pop3Session *self, TaubeSasl *sasl, const TaubeSecret *secret, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeSecret) first = NULL;
  gboolean first_sent;
  g_autoptr (Pop3Command) command = make_auth_command (self, sasl, &first_sent, &first, error);
  GError *local = NULL;

  if (command == NULL || !pop3_pipeline_send (self->pipeline, command, cancellable, error))
    return FALSE;
  if (exchange (self, sasl, first_sent ? NULL : first, secret, cancellable, &local))
    return verify (self, sasl, error);
  add_server_error (local, sasl);
  g_propagate_error (error, local);
  return FALSE;
}

/* *LESS: what another try may go without; 0: it would not help. */
static gboolean
try_once (Pop3Session *self, const TaubeSecret *secret, gboolean is_token, Means means, Means *less,
          GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeSasl) sasl = choose_mechanism (self, secret, is_token, means, error);
  const char *mechanism;

  *less = 0;
  if (sasl == NULL)
    return FALSE;
  mechanism = taube_sasl_get_mechanism (sasl);
  if (mechanism == NULL)
    return run_user_pass (self, secret, cancellable, error) && verify (self, sasl, error);
  if (strcmp (mechanism, "+APOP") == 0)
    {
      GError *local = NULL;

      if (run_apop (self, sasl, secret, cancellable, &local))
        return verify (self, sasl, error);
      *less = g_error_matches (local, TAUBE_ERROR, TAUBE_ERROR_AUTH) ? WITH_STAMP : 0;
      g_propagate_error (error, local);
      return FALSE;
    }
  if (run_auth (self, sasl, secret, cancellable, error))
    return TRUE;
  *less = taube_sasl_may_unbind (sasl) ? WITH_BINDING : 0;
  return FALSE;
}

/* Whether the server lets us in without a password or token, by a certificate or a ticket; FORCED_OUT: the user demands
 * that. */
gboolean
pop3_auth_needs_no_secret (gpointer session, gboolean *forced_out)
{
  Pop3Session *self = session;
  g_auto (TaubeLoginRequest) request = { 0 };

  fill_request (self, NULL, FALSE, 0, &request);
  *forced_out = request.mechanism != NULL;
  return taube_sasl_needs_no_secret (pop3_capabilities_get_mechanisms (self->capabilities), &request.request);
}

/* Whether another try without *LESS makes sense. */
static gboolean
may_do_with_less (Pop3Session *self, Means less)
{
  TaubeSettings *settings = taube_account_get_settings (TAUBE_ACCOUNT (pop3_session_get_account (self)));
  g_autofree char *demanded = taube_settings_get (settings, "auth");

  return less != 0 && demanded == NULL && !pop3_pipeline_is_broken (self->pipeline);
}

/* Signs in with the strongest way that server and credentials allow; SECRET is NULL for those that need none.
 * TAUBE_ERROR_AUTH: it may be tried again with another secret.
 *
 * Some servers give a stamp and keep no passwords that APOP could be checked with (Cyrus): where they refuse it, and it
 * has never worked in this process, what they offer beside it is tried. That takes nothing from anybody: APOP comes
 * first only in the clear, where the user has allowed to send the password itself. */
gboolean
pop3_auth_run (gpointer session, const TaubeSecret *secret, gboolean is_token, GCancellable *cancellable,
               GError **error)
{
  Pop3Session *self = session;
  Pop3Account *account = pop3_session_get_account (self);
  gboolean no_apop = (pop3_account_get_lessons (account) & POP3_LESSON_NO_APOP) != 0;
  Means means = WITH_BINDING | (no_apop ? 0 : WITH_STAMP), less;
  g_autoptr (GError) refusal = NULL;
  g_autoptr (GError) again = NULL;

  if (try_once (self, secret, is_token, means, &less, cancellable, &refusal))
    return TRUE;
  if (!may_do_with_less (self, less))
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return FALSE;
    }
  TAUBE_TRACE ("pop3", "trying another way: %s", refusal->message);
  if (try_once (self, secret, is_token, means & ~less, &less, cancellable, &again))
    {
      if ((means & WITH_STAMP) != 0 && self->stamp != NULL)
        pop3_account_add_lesson (account, POP3_LESSON_NO_APOP);
      return TRUE;
    }
  /* Nothing else was to be had: the refusal says more. */
  if (g_error_matches (again, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED)
      || g_error_matches (again, TAUBE_ERROR, TAUBE_ERROR_TLS))
    g_propagate_error (error, g_steal_pointer (&refusal));
  else
    g_propagate_error (error, g_steal_pointer (&again));
  return FALSE;
}
