/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-session.h"

#include <taube-backend/taube-certificate-impl.h>

#include <string.h>

#include "pop3-errors.h"
#include "pop3-gettext.h"

/* What QUIT may take at the end, in microseconds: nobody waits long to say good-bye. */
#define GOODBYE_TIME (2 * G_USEC_PER_SEC)

typedef Pop3Session TaubePop3Session;

typedef struct
{
  TaubeSessionClass parent_class;
} TaubePop3SessionClass;

G_DEFINE_FINAL_TYPE (TaubePop3Session, pop3_session, TAUBE_TYPE_SESSION)

Pop3Session *
pop3_session_new (Pop3Account *account)
{
  Pop3Session *self = g_object_new (TAUBE_TYPE_POP3_SESSION, NULL);

  self->limits = *taube_account_get_limits (TAUBE_ACCOUNT (account));
  return self;
}

Pop3Account *
pop3_session_get_account (Pop3Session *self)
{
  return POP3_ACCOUNT (taube_session_get_account (TAUBE_SESSION (self)));
}

gboolean
pop3_session_has (Pop3Session *self, Pop3Capability capability)
{
  return self->capabilities != NULL && pop3_capabilities_has (self->capabilities, capability);
}

/* Whether there is a connection, and one that can be used. */
gboolean
pop3_session_is_alive (Pop3Session *self)
{
  return self->pipeline != NULL && !pop3_pipeline_is_broken (self->pipeline);
}

/* CAPABILITIES is taken; NULL forgets them. */
void
pop3_session_set_capabilities (Pop3Session *self, Pop3Capabilities *capabilities)
{
  g_clear_pointer (&self->capabilities, pop3_capabilities_free);
  self->capabilities = capabilities;
}

static void
pipeline_broke (gpointer user_data)
{
  taube_session_set_broken (TAUBE_SESSION (user_data));
}

/* CONNECTION is taken. */
void
pop3_session_attach (Pop3Session *self, TaubeConnection *connection)
{
  pop3_session_drop_connection (self);
  taube_session_set_whole (TAUBE_SESSION (self));
  self->connection = connection;
  self->pipeline = pop3_pipeline_new (connection, &self->limits);
  pop3_pipeline_set_broken_func (self->pipeline, pipeline_broke, self);
}

void
pop3_session_drop_connection (Pop3Session *self)
{
  g_clear_pointer (&self->pipeline, pop3_pipeline_free);
  g_clear_pointer (&self->connection, taube_connection_free);
  g_clear_pointer (&self->greeting, g_free);
  g_clear_pointer (&self->stamp, g_free);
  pop3_session_set_capabilities (self, NULL);
  self->has_capa = FALSE;
  self->utf8 = FALSE;
  self->authenticated = FALSE;
  self->fresh = FALSE;
  self->uidl = self->top = POP3_OFFER_UNKNOWN;
  self->count = self->size = 0;
  self->marked = 0;
  self->serial++;
}

guint64
pop3_session_get_round_trips (Pop3Session *self)
{
  return self->pipeline != NULL ? pop3_pipeline_get_round_trips (self->pipeline) : 0;
}

GError *
pop3_session_make_error (Pop3Session *self, const Pop3Response *response, TaubeError fallback, const char *tried)
{
  return pop3_errors_new (response, fallback, pop3_account_get_login_delay (pop3_session_get_account (self)), tried);
}

/* Commands. */

/* A single command as a batch of one. */
typedef struct
{
  Pop3Session *session;
  Pop3Command *command; /* NULL: it was sent */
  TaubeError fallback;
  const char *tried;
  char *text;
  GError *refusal;
  Pop3LineFunc line;
  Pop3DataFunc data;
  gpointer user_data;
} Single;

static Pop3Command *
next_single (gpointer user_data)
{
  return g_steal_pointer (&((Single *) user_data)->command);
}

static gboolean
single_answered (guint64 index, const Pop3Response *response, gpointer user_data, GError **error)
{
  Single *single = user_data;

  if (response->status == POP3_STATUS_OK)
    single->text = pop3_text_dup_utf8 (response->text, response->length);
  else
    single->refusal = pop3_session_make_error (single->session, response, single->fallback, single->tried);
  return TRUE;
}

static gboolean
single_line (const char *line, gsize length, gpointer user_data, GError **error)
{
  Single *single = user_data;

  return single->line (line, length, single->user_data, error);
}

static gboolean
single_data (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  Single *single = user_data;

  return single->data (data, length, single->user_data, error);
}

static gboolean
run_single (Pop3Session *self, Single *single, Pop3Command *command, char **text_out, GCancellable *cancellable,
            GError **error)
{
  Pop3Batch batch = { next_single, single_answered };
  gboolean ok;

  batch.line = single->line != NULL ? single_line : NULL;
  batch.data = single->data != NULL ? single_data : NULL;
  single->session = self;
  single->command = command;
  ok = pop3_pipeline_run (self->pipeline, &batch, 1, single, cancellable, error);
  if (ok && single->refusal != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&single->refusal));
      ok = FALSE;
    }
  if (ok && text_out != NULL)
    *text_out = g_steal_pointer (&single->text);
  g_clear_error (&single->refusal);
  g_free (single->text);
  g_clear_pointer (&single->command, pop3_command_free);
  return ok;
}

/* COMMAND is taken by all of these. */
gboolean
pop3_session_run (Pop3Session *self, Pop3Command *command, TaubeError fallback, const char *tried, char **text_out,
                  GCancellable *cancellable, GError **error)
{
  Single single = { .fallback = fallback, .tried = tried };
  g_autofree char *verb = g_strdup (pop3_command_get_verb (command));
  gboolean ok = run_single (self, &single, command, text_out, cancellable, error);

  if (ok && strcmp (verb, "DELE") == 0)
    self->marked++;
  else if (ok && strcmp (verb, "RSET") == 0)
    self->marked = 0;
  return ok;
}

gboolean
pop3_session_run_lines (Pop3Session *self, Pop3Command *command, TaubeError fallback, const char *tried,
                        Pop3LineFunc line, gpointer user_data, GCancellable *cancellable, GError **error)
{
  Single single = { .fallback = fallback, .tried = tried, .line = line, .user_data = user_data };

  return run_single (self, &single, command, NULL, cancellable, error);
}

gboolean
pop3_session_run_data (Pop3Session *self, Pop3Command *command, TaubeError fallback, const char *tried,
                       Pop3DataFunc data, gpointer user_data, GCancellable *cancellable, GError **error)
{
  Single single = { .fallback = fallback, .tried = tried, .data = data, .user_data = user_data };

  return run_single (self, &single, command, NULL, cancellable, error);
}

static guint
choose_window (Pop3Session *self)
{
  if (!pop3_session_has (self, POP3_CAPABILITY_PIPELINING) || self->quirks.no_pipelining)
    return 1;
  return self->quirks.max_pipeline;
}

gboolean
pop3_session_run_batch (Pop3Session *self, const Pop3Batch *batch, gpointer user_data, GCancellable *cancellable,
                        GError **error)
{
  gboolean ok = pop3_pipeline_run (self->pipeline, batch, choose_window (self), user_data, cancellable, error);

  if (ok || pop3_pipeline_was_lost_ahead (self->pipeline))
    pop3_account_note_pipelining (pop3_session_get_account (self), !ok);
  return ok;
}

/* The life of a sign-in. */

gboolean
pop3_session_begin (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  self->fresh = FALSE;
  return !g_cancellable_set_error_if_cancelled (cancellable, error)
         && pop3_pipeline_check_quiet (self->pipeline, error);
}

gboolean
pop3_session_look (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  gboolean again = !self->fresh && pop3_account_get_login_wait (pop3_session_get_account (self)) == 0;

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || (again && !pop3_session_reopen (self, cancellable, error)))
    return FALSE;
  return pop3_session_begin (self, cancellable, error);
}

static Pop3Quit
quit (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (Pop3Command) command = pop3_command_new ("QUIT");
  guint64 before = taube_connection_get_bytes_written (self->connection);
  Pop3Response response;

  if (!pop3_session_begin (self, cancellable, error))
    return POP3_QUIT_UNSENT;
  if (!pop3_pipeline_send (self->pipeline, command, cancellable, error))
    return taube_connection_get_bytes_written (self->connection) == before ? POP3_QUIT_UNSENT : POP3_QUIT_UNKNOWN;
  if (!pop3_pipeline_read_response (self->pipeline, &response, cancellable, error))
    return POP3_QUIT_UNKNOWN;
  if (response.status == POP3_STATUS_OK)
    return POP3_QUIT_DONE;
  g_propagate_error (error, pop3_session_make_error (self, &response, TAUBE_ERROR_PROTOCOL,
                                                     _ ("the server did not end the session properly")));
  return POP3_QUIT_REFUSED;
}

Pop3Quit
pop3_session_quit (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  Pop3Quit outcome = quit (self, cancellable, error);

  self->marked = 0;
  taube_session_set_broken (TAUBE_SESSION (self));
  return outcome;
}

/* QUIT makes deletions true: it is not said when there are marks that nobody asked to be made true. */
static void
say_goodbye (Pop3Session *self, GCancellable *cancellable)
{
  if (!pop3_session_is_alive (self) || self->marked > 0)
    return;
  taube_connection_set_deadline (self->connection, g_get_monotonic_time () + GOODBYE_TIME);
  quit (self, cancellable, NULL);
}

gboolean
pop3_session_reopen (Pop3Session *self, GCancellable *cancellable, GError **error)
{
  say_goodbye (self, cancellable);
  pop3_session_drop_connection (self);
  if (pop3_session_open (TAUBE_SESSION (self), cancellable, error))
    return TRUE;
  taube_session_set_broken (TAUBE_SESSION (self));
  return FALSE;
}

/* Virtual functions. */

static void
dialled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Pop3Session *self = g_task_get_source_object (task);
  GError *error = NULL;
  TaubeConnection *connection = taube_connection_dial_finish (result, &error);

  if (connection == NULL)
    {
      if (taube_error_get_certificate (error) != NULL)
        taube_account_set_certificate (TAUBE_ACCOUNT (pop3_session_get_account (self)),
                                       taube_error_get_certificate (error));
      g_task_return_error (task, error);
    }
  else
    {
      pop3_session_attach (self, connection);
      g_task_return_boolean (task, TRUE);
    }
  g_object_unref (task);
}

/* A server that wants a pause between logins is not even called before it is over: open() does that, where waiting is
 * allowed. */
static void
pop3_session_prepare_async (TaubeSession *session, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  Pop3Account *account = pop3_session_get_account (POP3_SESSION (session));
  g_autoptr (TaubeEndpoint) endpoint = pop3_account_make_endpoint (account);
  GTask *task = g_task_new (session, cancellable, callback, user_data);

  g_task_set_source_tag (task, pop3_session_prepare_async);
  g_task_set_check_cancellable (task, FALSE);
  if (pop3_account_get_login_wait (account) > 0)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  taube_connection_dial_async (endpoint, TRUE, cancellable, dialled, task);
}

static gboolean
pop3_session_prepare_finish (TaubeSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
woken (TaubeConnection *connection, TaubeConnectionWake wake, gpointer user_data)
{
  Pop3Session *self = user_data;

  self->park_func (TAUBE_SESSION (self),
                   wake == TAUBE_CONNECTION_WAKE_READABLE ? TAUBE_WAKE_READABLE : TAUBE_WAKE_DEADLINE, self->park_data);
}

static gboolean
pop3_session_park (TaubeSession *session, gint64 deadline, TaubeParkFunc func, gpointer user_data)
{
  Pop3Session *self = POP3_SESSION (session);

  if (!pop3_session_is_alive (self))
    return FALSE;
  self->fresh = FALSE;
  self->park_func = func;
  self->park_data = user_data;
  return taube_connection_park (self->connection, deadline, woken, self);
}

static gboolean
pop3_session_unpark (TaubeSession *session)
{
  return taube_connection_unpark (POP3_SESSION (session)->connection);
}

/* The server speaks: it ends the session, or it is only TLS. Nobody has wanted anything for a while: others may have
 * the maildrop now. */
static gboolean
pop3_session_wake (TaubeSession *session, TaubeWakeReason reason, GCancellable *cancellable, GError **error)
{
  Pop3Session *self = POP3_SESSION (session);

  if (reason == TAUBE_WAKE_READABLE)
    return pop3_pipeline_check_quiet (self->pipeline, error);
  say_goodbye (self, cancellable);
  pop3_session_drop_connection (self);
  taube_session_set_broken (session);
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the mailbox was left to others"));
  return FALSE;
}

static void
pop3_session_close (TaubeSession *session, GCancellable *cancellable)
{
  Pop3Session *self = POP3_SESSION (session);

  say_goodbye (self, cancellable);
  pop3_session_drop_connection (self);
}

static void
pop3_session_finalize (GObject *object)
{
  pop3_session_drop_connection (POP3_SESSION (object));
  G_OBJECT_CLASS (pop3_session_parent_class)->finalize (object);
}

static void
pop3_session_init (TaubePop3Session *self)
{
}

static void
pop3_session_class_init (TaubePop3SessionClass *klass)
{
  TaubeSessionClass *session = TAUBE_SESSION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = pop3_session_finalize;
  session->struct_size = sizeof (TaubeSessionClass);
  session->prepare_async = pop3_session_prepare_async;
  session->prepare_finish = pop3_session_prepare_finish;
  session->open = pop3_session_open;
  session->park = pop3_session_park;
  session->unpark = pop3_session_unpark;
  session->wake = pop3_session_wake;
  session->close = pop3_session_close;
}
