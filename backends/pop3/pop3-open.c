/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-session.h"

#include <taube-backend/taube-certificate-impl.h>
#include <taube-backend/taube-login.h>
#include <taube-backend/taube-settings-impl.h>

#include <string.h>

#include "pop3-errors.h"
#include "pop3-gettext.h"
#include "pop3-stamp.h"

/* Of all lines that CAPA may give. */
#define MAX_CAPA_BYTES (256 << 10)
/* Seconds after which an idle session leaves the maildrop to others. */
#define IDLE_SECONDS 15
/* And the most, where signing in again is not allowed before: servers hang up after ten minutes. */
#define IDLE_SECONDS_MAX 540

static const char *
host_of (Pop3Session *self)
{
  return taube_connection_get_host (self->connection);
}

static gboolean
break_by (Pop3Session *self, GError *local, GError **error)
{
  pop3_pipeline_break (self->pipeline, local);
  g_propagate_error (error, local);
  return FALSE;
}

static gboolean
refuse (Pop3Session *self, GError **error, TaubeError code, const char *what)
{
  return break_by (self, g_error_new (TAUBE_ERROR, code, _ ("cannot sign in to %s: %s"), host_of (self), what), error);
}

/* Whether a command was refused, so that the session can go on without it. */
static gboolean
goes_on (Pop3Session *self, const GError *error)
{
  return error == NULL
         || (!pop3_pipeline_is_broken (self->pipeline)
             && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
}

/* Greeting. */

static gboolean
take_greeting (Pop3Session *self, const Pop3Response *response, GError **error)
{
  if (response->status == POP3_STATUS_OK)
    {
      self->greeting = pop3_text_dup_utf8 (response->text, response->length);
      self->stamp = pop3_stamp_find (response->text, response->length);
      return TRUE;
    }
  if (response->status == POP3_STATUS_ERR)
    {
      g_autofree char *tried = g_strdup_printf (_ ("the server at %s does not let anybody in"), host_of (self));

      return break_by (self, pop3_session_make_error (self, response, TAUBE_ERROR_CONNECTION, tried), error);
    }
  return refuse (self, error, TAUBE_ERROR_PROTOCOL, _ ("its greeting is not one of POP3"));
}

static gboolean
read_greeting (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  Pop3Response response;
  GError *local = NULL;

  if (pop3_pipeline_read_response (self->pipeline, &response, cancellable, &local))
    return take_greeting (self, &response, error);
  if (local->domain == TAUBE_ERROR && (local->code == TAUBE_ERROR_LIMIT || local->code == TAUBE_ERROR_PROTOCOL))
    {
      local->code = TAUBE_ERROR_PROTOCOL;
      g_prefix_error (&local, _ ("the greeting of the server at %s is not one of POP3: "), host_of (self));
    }
  g_propagate_error (error, local);
  return FALSE;
}

/* CAPA. */

typedef struct
{
  Pop3Capabilities *capabilities;
  const TaubeLimits *limits;
  gboolean refused;
} Asking;

static Pop3Command *
next_capa (gpointer user_data)
{
  Asking *asking = user_data;

  if (asking->capabilities != NULL)
    return NULL;
  asking->capabilities = pop3_capabilities_new ();
  return pop3_command_new ("CAPA");
}

static gboolean
capa_answered (guint64 index, const Pop3Response *response, gpointer user_data, GError **error)
{
  ((Asking *) user_data)->refused = response->status != POP3_STATUS_OK;
  return TRUE;
}

static gboolean
capa_line (const char *line, gsize length, gpointer user_data, GError **error)
{
  Asking *asking = user_data;

  if (pop3_capabilities_add_line (asking->capabilities, line, length, asking->limits))
    return TRUE;
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the server can more than anybody would believe"));
  return FALSE;
}

/* A server that refuses has no CAPA, as many had before 1998: everything is found out by trying. */
static gboolean
ask_capabilities (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  static const Pop3Batch batch
    = { .next = next_capa, .answered = capa_answered, .line = capa_line, .max_bytes = MAX_CAPA_BYTES };
  Asking asking = { NULL, &self->limits, FALSE };

  if (!pop3_pipeline_run (self->pipeline, &batch, 1, &asking, cancellable, error))
    {
      g_clear_pointer (&asking.capabilities, pop3_capabilities_free);
      return FALSE;
    }
  self->has_capa = !asking.refused;
  pop3_session_set_capabilities (self, asking.capabilities);
  return TRUE;
}

static void
detect (Pop3Session *self)
{
  guint lessons = pop3_account_get_lessons (pop3_session_get_account (self));

  pop3_quirks_detect (&self->quirks, self->greeting, host_of (self), self->capabilities);
  self->quirks.no_pipelining |= (lessons & POP3_LESSON_NO_PIPELINING) != 0;
  self->quirks.no_utf8 |= (lessons & POP3_LESSON_NO_UTF8) != 0;
  TAUBE_TRACE ("pop3", "the server is taken for: %s", self->quirks.server);
}

/* TLS. */

static void
keep_certificate (Pop3Session *self, const GError *error)
{
  TaubeCertificate *certificate = error != NULL ? taube_error_get_certificate (error)
                                                : taube_connection_get_certificate (self->connection);

  if (certificate != NULL)
    taube_account_set_certificate (TAUBE_ACCOUNT (pop3_session_get_account (self)), certificate);
}

/* Nothing that was said in the clear is believed: capabilities, greeting and stamp go. A server without CAPA is asked
 * for STLS all the same. */
static gboolean
upgrade (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *tried = g_strdup_printf (_ ("cannot start TLS with %s"), host_of (self));
  GError *local = NULL;

  if (self->has_capa && !pop3_session_has (self, POP3_CAPABILITY_STLS))
    return refuse (self, error, TAUBE_ERROR_TLS,
                   _ ("the server does not offer STLS; ?tls=none in the URI would sign in without encryption"));
  if (!pop3_session_run (self, pop3_command_new ("STLS"), TAUBE_ERROR_TLS, tried, NULL, cancellable, &local))
    {
      if (!pop3_pipeline_is_broken (self->pipeline) && local->domain == TAUBE_ERROR)
        local->code = TAUBE_ERROR_TLS;
      return break_by (self, local, error);
    }
  pop3_session_set_capabilities (self, NULL);
  g_clear_pointer (&self->greeting, g_free);
  g_clear_pointer (&self->stamp, g_free);
  if (!pop3_pipeline_start_tls (self->pipeline, cancellable, &local))
    {
      keep_certificate (self, local);
      g_propagate_error (error, local);
      return FALSE;
    }
  return ask_capabilities (self, cancellable, error);
}

static gboolean
dial (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  Pop3Account *account = pop3_session_get_account (self);
  g_autoptr (TaubeEndpoint) endpoint = pop3_account_make_endpoint (account);
  GError *local = NULL;
  TaubeConnection *connection;

  if (!pop3_account_await_login (account, cancellable, error))
    return FALSE;
  connection = taube_connection_dial (endpoint, TRUE, cancellable, &local);
  if (connection == NULL)
    {
      if (taube_error_get_certificate (local) != NULL)
        taube_account_set_certificate (TAUBE_ACCOUNT (account), taube_error_get_certificate (local));
      g_propagate_error (error, local);
      return FALSE;
    }
  pop3_session_attach (self, connection);
  return TRUE;
}

/* A server that lets a byte fall now and then must not hold us for ever. */
static void
set_deadline (Pop3Session *self)
{
  TaubeSettings *settings = taube_account_get_settings (TAUBE_ACCOUNT (pop3_session_get_account (self)));
  gint64 seconds = 4 * (gint64) taube_settings_get_number (settings, "timeout");

  taube_connection_set_deadline (self->connection, g_get_monotonic_time () + seconds * G_USEC_PER_SEC);
}

static gboolean
begin (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  if (self->connection == NULL && !dial (self, cancellable, error))
    return FALSE;
  set_deadline (self);
  if (!read_greeting (self, cancellable, error) || !ask_capabilities (self, cancellable, error))
    return FALSE;
  return taube_connection_is_secure (self->connection)
         || pop3_account_is_plain_allowed (pop3_session_get_account (self)) || upgrade (self, cancellable, error);
}

/* Ends with an encrypted connection, or one that need not be, and with what the server can. A server that breaks over a
 * TLS session of its own is dialled again, without one. */
static gboolean
establish (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;
  gboolean ok = begin (self, cancellable, &local);

  if (!ok && self->connection != NULL && taube_connection_failed_to_resume (self->connection))
    {
      g_clear_error (&local);
      pop3_session_drop_connection (self);
      ok = begin (self, cancellable, &local);
    }
  if (!ok)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  keep_certificate (self, NULL);
  detect (self);
  if (pop3_session_has (self, POP3_CAPABILITY_LOGIN_DELAY))
    pop3_account_set_login_delay (pop3_session_get_account (self),
                                  pop3_capabilities_get_login_delay (self->capabilities));
  return TRUE;
}

/* UTF8 and LANG (RFC 6856). */

/* The language in which the server should explain itself, as in "de-AT"; NULL: whatever it likes. (transfer full) */
static char *
choose_language (void)
{
  const char *const *languages = g_get_language_names ();

  for (guint i = 0; languages[i] != NULL; i++)
    {
      if (strcmp (languages[i], "C") == 0 || strcmp (languages[i], "POSIX") == 0)
        return NULL;
      if (strpbrk (languages[i], ".@") == NULL && strlen (languages[i]) <= 32)
        return g_strdelimit (g_strdup (languages[i]), "_", '-');
    }
  return NULL;
}

/* A command of which a refusal matters to nobody. *AGREED (nullable): the server said +OK. */
static gboolean
run_optional (Pop3Session *self, Pop3Command *command, gboolean *agreed, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;

  if (pop3_session_run (self, command, TAUBE_ERROR_NOT_SUPPORTED, _ ("the server refuses an extension"), NULL,
                        cancellable, &local))
    {
      if (agreed != NULL)
        *agreed = TRUE;
      return TRUE;
    }
  if (!goes_on (self, local))
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  TAUBE_TRACE ("pop3", "going on: %s", local->message);
  g_error_free (local);
  return TRUE;
}

/* UTF8 must come before sign-in and after STLS. A server that ends the session over it is dialled again, and never told
 * again. */
static gboolean
enable_utf8 (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;

  if (!pop3_session_has (self, POP3_CAPABILITY_UTF8) || self->quirks.no_utf8)
    return TRUE;
  if (run_optional (self, pop3_command_new ("UTF8"), &self->utf8, cancellable, &local))
    return TRUE;
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  TAUBE_TRACE ("pop3", "signing in without UTF8: %s", local->message);
  g_error_free (local);
  pop3_account_add_lesson (pop3_session_get_account (self), POP3_LESSON_NO_UTF8);
  pop3_session_drop_connection (self);
  return establish (self, cancellable, error);
}

static gboolean
introduce (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *language = NULL;
  Pop3Command *command;

  if (!enable_utf8 (self, cancellable, error))
    return FALSE;
  language = pop3_session_has (self, POP3_CAPABILITY_LANG) ? choose_language () : NULL;
  if (language == NULL)
    return TRUE;
  command = pop3_command_new ("LANG");
  pop3_command_add_word (command, N_ ("language"), language);
  return run_optional (self, command, NULL, cancellable, error);
}

/* Sign-in. */

/* A server that hangs up after a refusal is dialled again. */
static gboolean
be_connected (gpointer user_data, gboolean *dialled, GCancellable *cancellable, GError **error)
{
  Pop3Session *self = user_data;

  if (pop3_pipeline_is_broken (self->pipeline) || !pop3_pipeline_check_quiet (self->pipeline, NULL))
    {
      pop3_session_drop_connection (self);
      if (!establish (self, cancellable, error) || !introduce (self, cancellable, error))
        return FALSE;
      *dialled = TRUE;
    }
  set_deadline (self);
  return TRUE;
}

static gboolean
sign_in (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  const TaubeLogin login = { .account = TAUBE_ACCOUNT (pop3_session_get_account (self)),
                             .name = "pop3",
                             .user_data = self,
                             .be_connected = be_connected,
                             .needs_no_secret = pop3_auth_needs_no_secret,
                             .attempt = pop3_auth_run };

  return taube_login_run (&login, cancellable, error);
}

/* After sign-in. */

/* drop-listing = "+OK" SP count SP size                                (RFC 1939) */
static gboolean
read_stat (Pop3Session *self, const char *text, GError **error)
{
  char *end;
  guint64 count, size;

  count = g_ascii_strtoull (text, &end, 10);
  if (!g_ascii_isdigit (text[0]) || *end != ' ' || !g_ascii_isdigit (end[1]))
    return refuse (self, error, TAUBE_ERROR_PROTOCOL, _ ("the server does not say how many messages there are"));
  size = g_ascii_strtoull (end + 1, NULL, 10);
  if (count > self->limits.messages)
    return refuse (self, error, TAUBE_ERROR_LIMIT, _ ("the server claims to have too many messages"));
  self->count = count;
  self->size = MIN (size, (guint64) G_MAXINT64);
  return TRUE;
}

static gboolean
look_around (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *tried = g_strdup_printf (_ ("cannot look into the mailbox at %s"), host_of (self));
  g_autofree char *text = NULL;
  GError *local = NULL;

  if (pop3_session_run (self, pop3_command_new ("STAT"), TAUBE_ERROR_PROTOCOL, tried, &text, cancellable, &local))
    return read_stat (self, text, error);
  if (!pop3_pipeline_is_broken (self->pipeline))
    pop3_pipeline_break (self->pipeline, local);
  g_propagate_error (error, local);
  return FALSE;
}

/* CAPA says whether there are UIDL and TOP. Without it UIDL is tried, on one message where there is one; TOP is not,
 * for some servers count what it shows as read. */
static gboolean
find_out (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  Pop3Command *command;
  gboolean agreed = FALSE;

  if (self->has_capa)
    {
      self->uidl = pop3_session_has (self, POP3_CAPABILITY_UIDL) ? POP3_OFFER_YES : POP3_OFFER_NO;
      self->top = pop3_session_has (self, POP3_CAPABILITY_TOP) ? POP3_OFFER_YES : POP3_OFFER_NO;
      return TRUE;
    }
  command = pop3_command_new ("UIDL");
  if (self->count > 0)
    pop3_command_add_number (command, 1);
  if (!run_optional (self, command, &agreed, cancellable, error))
    return FALSE;
  self->uidl = agreed ? POP3_OFFER_YES : POP3_OFFER_NO;
  return TRUE;
}

/* What was said before sign-in may be otherwise now: EXPIRE and LOGIN-DELAY can be this login's own. */
static gboolean
settle_in (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  Pop3Account *account = pop3_session_get_account (self);
  guint delay;

  self->authenticated = TRUE;
  pop3_account_note_login (account);
  if (self->has_capa && !ask_capabilities (self, cancellable, error))
    return FALSE;
  detect (self);
  delay = pop3_capabilities_get_login_delay (self->capabilities);
  pop3_account_set_login_delay (account, delay);
  taube_session_set_idle_limit (TAUBE_SESSION (self), CLAMP (delay, IDLE_SECONDS, IDLE_SECONDS_MAX));
  return look_around (self, cancellable, error) && find_out (self, cancellable, error);
}

/* Blocking: greeting, TLS, sign-in and what a session needs to know. */
gboolean
pop3_session_open (TaubeSession *session, GCancellable *cancellable, GError **error)
{
  Pop3Session *self = POP3_SESSION (session);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !establish (self, cancellable, error)
      || !introduce (self, cancellable, error) || !sign_in (self, cancellable, error)
      || !settle_in (self, cancellable, error))
    return FALSE;
  taube_connection_set_deadline (self->connection, 0);
  self->fresh = TRUE;
  pop3_live_report (self);
  return TRUE;
}
