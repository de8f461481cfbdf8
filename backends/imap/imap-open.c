/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-session.h"

#include <taube-backend/taube-certificate-impl.h>
#include <taube-backend/taube-login.h>
#include <taube-backend/taube-trace.h>
#include <taube/taube-version.h>

#include <string.h>

#include "imap-decode-facts.h"
#include "imap-decode-list.h"
#include "imap-gettext.h"
#include "imap-spaces.h"

static const char *
host_of (ImapSession *self)
{
  return taube_connection_get_host (self->connection);
}

static gboolean
refuse (ImapSession *self, GError **error, TaubeError code, const char *what)
{
  g_autoptr (GError) local = g_error_new (TAUBE_ERROR, code, _ ("cannot sign in to %s: %s"), host_of (self), what);

  imap_pipeline_break (self->pipeline, local);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Greeting. */

/* greeting = "*" SP (resp-cond-auth / resp-cond-bye) CRLF      (RFC 9051) */
static gboolean
on_greeting (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSession *self = user_data;

  if (response->type == IMAP_RESPONSE_BYE)
    {
      g_propagate_error (error, imap_errors_new (response, TAUBE_ERROR_CONNECTION,
                                                 _ ("the server at %s does not let anybody in"), host_of (self)));
      return FALSE;
    }
  if (response->type != IMAP_RESPONSE_OK && response->type != IMAP_RESPONSE_PREAUTH)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the greeting of the server at %s is not one of IMAP"),
                   host_of (self));
      return FALSE;
    }
  self->preauth = response->type == IMAP_RESPONSE_PREAUTH;
  self->greeting = imap_text_dup_utf8 (response->text, response->text_length);
  if (response->code == IMAP_CODE_CAPABILITY)
    imap_session_set_capabilities (self, response->code_values);
  return TRUE;
}

static gboolean
read_greeting (ImapSession *self, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;

  if (imap_pipeline_read_greeting (self->pipeline, on_greeting, self, cancellable, &local))
    return TRUE;
  if (self->greeting == NULL && local->domain == TAUBE_ERROR
      && (local->code == TAUBE_ERROR_LIMIT || local->code == TAUBE_ERROR_PROTOCOL)
      && strstr (local->message, "greeting") == NULL)
    {
      local->code = TAUBE_ERROR_PROTOCOL;
      g_prefix_error (&local, _ ("the greeting of the server at %s is not one of IMAP: "), host_of (self));
    }
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
ask_capabilities (ImapSession *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = NULL;

  if (self->capabilities != NULL)
    return TRUE;
  call = imap_session_call (self, "CAPABILITY", TAUBE_ERROR_PROTOCOL, _ ("cannot ask the server at %s what it can"),
                            host_of (self));
  if (!imap_call_run (call, cancellable, error))
    return FALSE;
  if (self->capabilities == NULL)
    return refuse (self, error, TAUBE_ERROR_PROTOCOL, _ ("the server does not say what it can"));
  return TRUE;
}

/* TLS. */

static void
keep_certificate (ImapSession *self, const GError *error)
{
  TaubeCertificate *certificate = error != NULL ? taube_error_get_certificate (error)
                                                : taube_connection_get_certificate (self->connection);

  if (certificate != NULL)
    taube_account_set_certificate (TAUBE_ACCOUNT (imap_session_get_account (self)), certificate);
}

/* Nothing that was said in the clear is believed: the reader, the capabilities and what came with the greeting go. */
static gboolean
upgrade (ImapSession *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = NULL;
  GError *local = NULL;

  if (self->preauth)
    return refuse (self, error, TAUBE_ERROR_TLS, _ ("the server skips TLS by signing us in at once (PREAUTH)"));
  if (!ask_capabilities (self, cancellable, error))
    return FALSE;
  if (!imap_session_has (self, IMAP_CAPABILITY_STARTTLS))
    return refuse (self, error, TAUBE_ERROR_TLS,
                   _ ("the server does not offer STARTTLS; ?tls=none in the URI would sign in without encryption"));
  call = imap_session_call (self, "STARTTLS", TAUBE_ERROR_TLS, _ ("cannot start TLS with %s"), host_of (self));
  call->bad_is_refusal = TRUE;
  if (!imap_call_run (call, cancellable, &local))
    {
      if (call->done)
        local->code = TAUBE_ERROR_TLS;
      imap_pipeline_break (self->pipeline, local);
      g_propagate_error (error, local);
      return FALSE;
    }
  imap_session_forget_capabilities (self);
  g_clear_pointer (&self->greeting, g_free);
  if (!imap_pipeline_start_tls (self->pipeline, cancellable, &local))
    {
      keep_certificate (self, local);
      g_propagate_error (error, local);
      return FALSE;
    }
  return TRUE;
}

static gboolean
dial (ImapSession *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeEndpoint) endpoint = imap_account_make_endpoint (imap_session_get_account (self));
  GError *local = NULL;
  TaubeConnection *connection = taube_connection_dial (endpoint, TRUE, cancellable, &local);

  if (connection == NULL)
    {
      if (taube_error_get_certificate (local) != NULL)
        taube_account_set_certificate (TAUBE_ACCOUNT (imap_session_get_account (self)),
                                       taube_error_get_certificate (local));
      g_propagate_error (error, local);
      return FALSE;
    }
  imap_session_attach (self, connection);
  return TRUE;
}

/* A server that lets a byte fall now and then must not hold us for ever. */
static void
set_deadline (ImapSession *self)
{
  gint64 seconds = 4 * (gint64) imap_session_get_seconds (self, "timeout");

  taube_connection_set_deadline (self->connection, g_get_monotonic_time () + seconds * G_USEC_PER_SEC);
}

static gboolean
secure (ImapSession *self, GCancellable *cancellable, GError **error)
{
  return taube_connection_is_secure (self->connection)
         || imap_account_is_plain_allowed (imap_session_get_account (self)) || upgrade (self, cancellable, error);
}

static gboolean
begin (ImapSession *self, GCancellable *cancellable, GError **error)
{
  if (self->connection == NULL && !dial (self, cancellable, error))
    return FALSE;
  set_deadline (self);
  if (!read_greeting (self, cancellable, error))
    return FALSE;
  imap_quirks_detect (&self->quirks, self->greeting, NULL, NULL, NULL, host_of (self), self->capabilities);
  return secure (self, cancellable, error);
}

/* Ends with an encrypted connection, or one that need not be, and with the server's capabilities. A server that breaks
 * over a TLS session of its own is dialled again, without one. */
static gboolean
establish (ImapSession *self, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;
  gboolean ok = begin (self, cancellable, &local);

  if (!ok && self->connection != NULL && taube_connection_failed_to_resume (self->connection))
    {
      g_clear_error (&local);
      imap_session_drop_connection (self);
      ok = begin (self, cancellable, &local);
    }
  if (!ok)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  keep_certificate (self, NULL);
  return ask_capabilities (self, cancellable, error);
}

/* Sign-in. */

/* A server that hangs up after a refusal is dialled again. */
static gboolean
be_connected (gpointer user_data, gboolean *dialled, GCancellable *cancellable, GError **error)
{
  ImapSession *self = user_data;

  if (imap_pipeline_is_broken (self->pipeline))
    {
      imap_session_drop_connection (self);
      if (!establish (self, cancellable, error))
        return FALSE;
      *dialled = TRUE;
    }
  set_deadline (self);
  return TRUE;
}

static gboolean
sign_in (ImapSession *self, GCancellable *cancellable, GError **error)
{
  const TaubeLogin login = { .account = TAUBE_ACCOUNT (imap_session_get_account (self)),
                             .name = "imap",
                             .user_data = self,
                             .be_connected = be_connected,
                             .needs_no_secret = imap_auth_needs_no_secret,
                             .attempt = imap_auth_run };

  return taube_login_run (&login, cancellable, error);
}

/* After sign-in. */

static void
set_id_field (ImapString key, ImapString value, gpointer user_data)
{
  ImapSession *self = user_data;
  char **target = NULL;

  if (key.text == NULL || value.text == NULL)
    return;
  if (g_ascii_strcasecmp (key.text, "name") == 0)
    target = &self->server_name;
  else if (g_ascii_strcasecmp (key.text, "vendor") == 0)
    target = &self->server_vendor;
  else if (g_ascii_strcasecmp (key.text, "version") == 0)
    target = &self->server_version;
  if (target == NULL)
    return;
  g_free (*target);
  *target = imap_string_dup_utf8 (value);
}

static gboolean
on_id (const ImapResponse *response, gpointer user_data, GError **error)
{
  return response->type == IMAP_RESPONSE_ID && imap_decode_id (response, set_id_field, user_data);
}

static gboolean
on_enabled (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSession *self = user_data;

  if (response->type != IMAP_RESPONSE_ENABLED)
    return FALSE;
  for (const ImapValue *value = response->values; value != NULL; value = value->next)
    {
      gboolean rev2 = imap_value_is_atom (value, "IMAP4rev2");

      if (rev2 || imap_value_is_atom (value, "UTF8=ACCEPT"))
        imap_pipeline_get_dialect (self->pipeline)->utf8 = TRUE;
      if (rev2 && self->capabilities != NULL)
        imap_capabilities_enable_rev2 (self->capabilities);
      self->qresync |= imap_value_is_atom (value, "QRESYNC");
      self->uid_only |= imap_value_is_atom (value, "UIDONLY");
    }
  return TRUE;
}

static gboolean
on_jmapaccess (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSession *self = user_data;
  char *url = imap_decode_jmapaccess (response);

  if (url == NULL)
    return FALSE;
  g_free (self->jmap_session);
  self->jmap_session = url;
  return TRUE;
}

static gboolean
on_namespace (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSession *self = user_data;
  ImapAccount *account = imap_session_get_account (self);
  ImapNamespaces spaces;

  if (response->type != IMAP_RESPONSE_NAMESPACE)
    return FALSE;
  if (!imap_decode_namespace (response, imap_pipeline_get_arena (self->pipeline), &spaces))
    return TRUE;
  if (spaces.personal != NULL && spaces.personal->delimiter != '\0')
    imap_account_set_delimiter (account, spaces.personal->delimiter);
  imap_account_set_spaces (account, imap_spaces_new (&spaces));
  return TRUE;
}

/* Sends a command of which a refusal matters to nobody. */
static ImapCall *
send_optional (ImapSession *self, const char *name, ImapResponseFunc untagged, const char *const *atoms,
               GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call
      = imap_session_call (self, name, TAUBE_ERROR_PROTOCOL, _ ("%s failed at %s"), name, host_of (self));

  for (guint i = 0; atoms != NULL && atoms[i] != NULL; i++)
    imap_command_add_atom (call->command, N_ ("argument"), atoms[i]);
  if (strcmp (name, "ID") == 0)
    {
      imap_command_open (call->command);
      imap_command_add_string (call->command, N_ ("field"), "name");
      imap_command_add_string (call->command, N_ ("value"), "taube");
      imap_command_add_string (call->command, N_ ("field"), "version");
      imap_command_add_string (call->command, N_ ("value"), TAUBE_VERSION_S);
      imap_command_close (call->command);
    }
  call->bad_is_refusal = TRUE;
  call->untagged = untagged;
  call->user_data = self;
  return imap_call_send (call, cancellable, error) ? g_steal_pointer (&call) : NULL;
}

static gboolean
finish_optional (ImapCall *call, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) owned = call;
  g_autoptr (GError) local = NULL;

  if (call == NULL)
    return FALSE;
  if (imap_call_finish (call, cancellable, &local) || (call->done && !imap_pipeline_is_broken (call->pipeline)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
run_optional (ImapSession *self, const char *name, ImapResponseFunc untagged, const char *const *atoms,
              GCancellable *cancellable, GError **error)
{
  return finish_optional (send_optional (self, name, untagged, atoms, cancellable, error), cancellable, error);
}

static guint
choose_extensions (ImapSession *self, const char *words[5])
{
  guint n = 0;

  if (!imap_session_has (self, IMAP_CAPABILITY_ENABLE) && !imap_session_has (self, IMAP_CAPABILITY_IMAP4REV2))
    return 0;
  if (imap_session_has (self, IMAP_CAPABILITY_QRESYNC) && !self->quirks.no_qresync)
    words[n++] = "QRESYNC";
  else if (self->condstore)
    words[n++] = "CONDSTORE";
  if (imap_session_has (self, IMAP_CAPABILITY_UTF8_ACCEPT) || imap_session_has (self, IMAP_CAPABILITY_UTF8_ONLY))
    words[n++] = "UTF8=ACCEPT";
  if (imap_session_has (self, IMAP_CAPABILITY_IMAP4REV2))
    words[n++] = "IMAP4rev2";
  if (imap_session_has (self, IMAP_CAPABILITY_UIDONLY))
    words[n++] = "UIDONLY";
  return n;
}

static void
choose_literals (ImapSession *self)
{
  ImapDialect *dialect = imap_pipeline_get_dialect (self->pipeline);

  if (imap_session_has (self, IMAP_CAPABILITY_LITERAL_PLUS))
    dialect->literals = IMAP_LITERALS_PLUS;
  else if (imap_session_has (self, IMAP_CAPABILITY_LITERAL_MINUS)
           || imap_session_has (self, IMAP_CAPABILITY_IMAP4REV2))
    dialect->literals = IMAP_LITERALS_MINUS;
  else
    dialect->literals = IMAP_LITERALS_SYNC;
}

static void
detect (ImapSession *self)
{
  imap_quirks_detect (&self->quirks, self->greeting, self->server_name, self->server_vendor, self->server_version,
                      host_of (self), self->capabilities);
  TAUBE_TRACE ("imap", "the server is taken for: %s", self->quirks.server);
  self->condstore = (imap_session_has (self, IMAP_CAPABILITY_CONDSTORE)
                     || imap_session_has (self, IMAP_CAPABILITY_QRESYNC))
                    && !self->quirks.no_condstore;
}

/* ID comes first: what it tells decides what the rest looks like, and some servers open no mailbox without it. */
static gboolean
introduce (ImapSession *self, GCancellable *cancellable, GError **error)
{
  if (!imap_session_has (self, IMAP_CAPABILITY_ID) && !self->quirks.id_before_select)
    return TRUE;
  return run_optional (self, "ID", on_id, NULL, cancellable, error);
}

/* compress = "COMPRESS" SP algorithm                            (RFC 4978)
 *
 * Whatever follows the OK is compressed, in the same packet already. */
static gboolean
on_compressed (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSession *self = user_data;

  if (response->type == IMAP_RESPONSE_OK)
    imap_pipeline_start_compression (self->pipeline);
  return TRUE;
}

static gboolean
wants_compression (ImapSession *self)
{
  TaubeSettings *settings = taube_account_get_settings (TAUBE_ACCOUNT (imap_session_get_account (self)));
  g_autofree char *wanted = taube_settings_get (settings, "compress");

  if (!imap_session_has (self, IMAP_CAPABILITY_COMPRESS_DEFLATE) || self->quirks.no_compress)
    return FALSE;
  return g_strcmp0 (wanted, "yes") == 0
         || (g_strcmp0 (wanted, "auto") == 0 && !taube_connection_is_local (self->connection));
}

/* Comes last, along with what is on its way already: nothing may be sent before its answer. A server that refuses goes
 * on as it is. */
static gboolean
compress (ImapSession *self, GCancellable *cancellable, GError **error)
{
  static const char *const algorithm[] = { "DEFLATE", NULL };
  ImapCall *call;

  if (!wants_compression (self))
    return TRUE;
  call = send_optional (self, "COMPRESS", NULL, algorithm, cancellable, error);
  if (call != NULL)
    call->completed = on_compressed;
  return finish_optional (call, cancellable, error);
}

static gboolean
settle_in (ImapSession *self, GCancellable *cancellable, GError **error)
{
  const char *words[5] = { NULL };
  g_autoptr (ImapCall) enable = NULL;
  g_autoptr (ImapCall) spaces = NULL;
  g_autoptr (ImapCall) jmap = NULL;

  self->authenticated = TRUE;
  if (!ask_capabilities (self, cancellable, error) || !introduce (self, cancellable, error))
    return FALSE;
  detect (self);
  choose_literals (self);
  if (choose_extensions (self, words) > 0)
    {
      enable = send_optional (self, "ENABLE", on_enabled, words, cancellable, error);
      if (enable == NULL)
        return FALSE;
    }
  if ((imap_session_has (self, IMAP_CAPABILITY_NAMESPACE) || imap_session_has (self, IMAP_CAPABILITY_IMAP4REV2))
      && !self->quirks.no_namespace && !imap_account_has_spaces (imap_session_get_account (self)))
    {
      spaces = send_optional (self, "NAMESPACE", on_namespace, NULL, cancellable, error);
      if (spaces == NULL)
        return FALSE;
    }
  if (imap_session_has (self, IMAP_CAPABILITY_JMAPACCESS))
    {
      jmap = send_optional (self, "GETJMAPACCESS", on_jmapaccess, NULL, cancellable, error);
      if (jmap == NULL)
        return FALSE;
    }
  return compress (self, cancellable, error)
         && (enable == NULL || finish_optional (g_steal_pointer (&enable), cancellable, error))
         && (spaces == NULL || finish_optional (g_steal_pointer (&spaces), cancellable, error))
         && (jmap == NULL || finish_optional (g_steal_pointer (&jmap), cancellable, error));
}

/* Blocking: greeting, TLS, sign-in and what a session needs to know. */
gboolean
imap_session_open (TaubeSession *session, GCancellable *cancellable, GError **error)
{
  ImapSession *self = IMAP_SESSION (session);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !establish (self, cancellable, error))
    return FALSE;
  if (!self->preauth && !sign_in (self, cancellable, error))
    return FALSE;
  if (!settle_in (self, cancellable, error))
    return FALSE;
  taube_connection_set_deadline (self->connection, 0);
  imap_live_report (self);
  return TRUE;
}

/* unauthenticate = "UNAUTHENTICATE"                             (RFC 8437)
 *
 * FALSE without an error: the server does not want to. What it was told to do for the old login it does not do any
 * more. */
static gboolean
sign_out (ImapSession *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = imap_session_call (self, "UNAUTHENTICATE", TAUBE_ERROR_PROTOCOL,
                                                 _ ("cannot sign out at %s"), host_of (self));
  g_autoptr (GError) local = NULL;

  call->bad_is_refusal = TRUE;
  call->completed = imap_session_take_capabilities;
  call->user_data = self;
  imap_session_forget_capabilities (self);
  if (!imap_call_run (call, cancellable, &local))
    {
      if (!call->done || imap_pipeline_is_broken (self->pipeline))
        g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_clear_pointer (&self->mailbox, imap_mailbox_free);
  taube_session_set_affinity (TAUBE_SESSION (self), NULL);
  imap_pipeline_get_dialect (self->pipeline)->utf8 = FALSE;
  self->authenticated = self->condstore = self->qresync = self->uid_only = FALSE;
  return TRUE;
}

/* TaubeSessionClass.renew: a connection that is compressed is not worth the trouble of agreeing on when that ends. */
gboolean
imap_session_renew (TaubeSession *session, GCancellable *cancellable, GError **error)
{
  ImapSession *self = IMAP_SESSION (session);

  if (!imap_session_has (self, IMAP_CAPABILITY_UNAUTHENTICATE) || self->preauth
      || taube_connection_is_compressed (self->connection))
    return FALSE;
  set_deadline (self);
  if (!imap_session_begin (self, cancellable, error) || !sign_out (self, cancellable, error)
      || !ask_capabilities (self, cancellable, error) || !sign_in (self, cancellable, error)
      || !settle_in (self, cancellable, error))
    return FALSE;
  taube_connection_set_deadline (self->connection, 0);
  imap_live_report (self);
  return TRUE;
}

/* The connection broke in the middle of a command whose outcome matters: makes another one within the same job, to see
 * what became of it. The pool drops the session afterwards. */
gboolean
imap_session_reopen (ImapSession *self, GCancellable *cancellable, GError **error)
{
  imap_session_drop_connection (self);
  return imap_session_open (TAUBE_SESSION (self), cancellable, error);
}
