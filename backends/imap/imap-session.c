/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-session.h"

#include <taube-backend/taube-settings-impl.h>
#include <taube-backend/taube-certificate-impl.h>
#include <taube-backend/taube-trace.h>

#include "imap-decode-search.h"
#include "imap-gettext.h"

/* What LOGOUT may take, in microseconds: nobody waits long to say good-bye. */
#define GOODBYE_TIME (2 * G_USEC_PER_SEC)

typedef ImapSession TaubeImapSession;

typedef struct
{
  TaubeSessionClass parent_class;
} TaubeImapSessionClass;

G_DEFINE_FINAL_TYPE (TaubeImapSession, imap_session, TAUBE_TYPE_SESSION)

/* What the server says by itself. */

static void
on_exists (ImapSession *self, const ImapResponse *response)
{
  self->mailbox->exists = response->number;
  if (self->listener != NULL)
    self->listener->exists (response->number, self->listener_data);
}

static void
on_expunge (ImapSession *self, const ImapResponse *response)
{
  if (response->number == 0 || response->number > self->mailbox->exists)
    return;
  self->mailbox->exists--;
  self->mailbox->moves++;
  if (self->listener != NULL)
    self->listener->expunged (response->number, self->listener_data);
}

static void
on_vanished (ImapSession *self, const ImapResponse *response)
{
  g_autoptr (ImapSeqset) uids = NULL;
  ImapVanished vanished = { 0 };

  if (imap_decode_vanished (response, &vanished))
    {
      if (vanished.uids.length == 0)
        return;
      uids = imap_seqset_parse (vanished.uids.text, vanished.uids.length, NULL);
    }
  if (uids != NULL && !vanished.earlier)
    {
      self->mailbox->exists -= MIN (imap_seqset_count (uids), self->mailbox->exists);
      self->mailbox->moves++;
    }
  if (self->listener != NULL)
    self->listener->vanished (uids, self->listener_data);
}

static void
on_fetch (ImapSession *self, const ImapResponse *response)
{
  ImapFetch fetch;

  if (self->listener != NULL && imap_session_decode_fetch (self, response, &fetch))
    self->listener->fetched (&fetch, self->listener_data);
}

static void
on_mailbox_fact (ImapSession *self, const ImapResponse *response)
{
  imap_select_note_status (self->mailbox, response, imap_pipeline_get_arena (self->pipeline));
}

/* About folders that need not be selected: who listens wanted to hear of them (NOTIFY). */
static void
on_folder_news (ImapSession *self, const ImapResponse *response)
{
  if (self->listener != NULL && self->listener->news != NULL)
    self->listener->news (response, self->listener_data);
}

static void
on_ok (ImapSession *self, const ImapResponse *response)
{
  if (self->mailbox != NULL)
    on_mailbox_fact (self, response);
  if (response->code == IMAP_CODE_NOTIFICATIONOVERFLOW)
    on_folder_news (self, response);
}

static void
on_capability (ImapSession *self, const ImapResponse *response)
{
  imap_session_set_capabilities (self, response->values);
}

/* Data about the mailbox means nothing, and is not looked at, when none is selected: before sign-in above all, where it
 * can only come from somebody in between. */
static const struct
{
  ImapResponseType type;
  gboolean needs_mailbox;
  void (*func) (ImapSession *self, const ImapResponse *response);
} untagged_table[] = {
  { IMAP_RESPONSE_EXISTS, TRUE, on_exists },
  { IMAP_RESPONSE_EXPUNGE, TRUE, on_expunge },
  { IMAP_RESPONSE_VANISHED, TRUE, on_vanished },
  { IMAP_RESPONSE_FETCH, TRUE, on_fetch },
  { IMAP_RESPONSE_FLAGS, TRUE, on_mailbox_fact },
  { IMAP_RESPONSE_OK, FALSE, on_ok },
  { IMAP_RESPONSE_STATUS, FALSE, on_folder_news },
  { IMAP_RESPONSE_LIST, FALSE, on_folder_news },
  { IMAP_RESPONSE_CAPABILITY, FALSE, on_capability },
};

static gboolean
route_untagged (const ImapResponse *response, gpointer user_data, GError **error)
{
  ImapSession *self = user_data;

  if (response->type == IMAP_RESPONSE_UNKNOWN)
    TAUBE_TRACE ("imap", "unknown response %s is skipped", response->name);
  if (response->code == IMAP_CODE_ALERT && self->authenticated)
    TAUBE_TRACE ("imap", "the server alerts: %s", response->text);
  for (guint i = 0; i < G_N_ELEMENTS (untagged_table); i++)
    if (untagged_table[i].type == response->type && (self->mailbox != NULL || !untagged_table[i].needs_mailbox))
      {
        untagged_table[i].func (self, response);
        return TRUE;
      }
  return FALSE;
}

/* Who hears what the server says about the selected mailbox; NULL: nobody. */
void
imap_session_set_listener (ImapSession *self, const ImapListener *listener, gpointer user_data)
{
  self->listener = listener;
  self->listener_data = user_data;
}

gboolean
imap_session_decode_fetch (ImapSession *self, const ImapResponse *response, ImapFetch *fetch)
{
  return imap_decode_fetch (response, imap_pipeline_get_arena (self->pipeline), &self->limits, fetch);
}

/* State. */

ImapSession *
imap_session_new (ImapAccount *account)
{
  ImapSession *self = g_object_new (TAUBE_TYPE_IMAP_SESSION, NULL);

  self->limits = *taube_account_get_limits (TAUBE_ACCOUNT (account));
  return self;
}

ImapAccount *
imap_session_get_account (ImapSession *self)
{
  return IMAP_ACCOUNT (taube_session_get_account (TAUBE_SESSION (self)));
}

/* Whether there is a connection, and one that can be used. */
guint
imap_session_get_seconds (ImapSession *self, const char *setting)
{
  TaubeAccount *account = TAUBE_ACCOUNT (imap_session_get_account (self));

  return taube_settings_get_number (taube_account_get_settings (account), setting);
}

gboolean
imap_session_is_alive (ImapSession *self)
{
  return self->pipeline != NULL && !imap_pipeline_is_broken (self->pipeline);
}

gboolean
imap_session_has (ImapSession *self, ImapCapability capability)
{
  return self->capabilities != NULL && imap_capabilities_has (self->capabilities, capability);
}

/* Messages that one command may be about (RFC 9738). */
guint32
imap_session_get_message_limit (ImapSession *self)
{
  const char *text = NULL;
  guint64 limit;

  if (self->capabilities != NULL)
    text = imap_capabilities_get_value (self->capabilities, IMAP_CAPABILITY_MESSAGELIMIT);
  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT32, &limit, NULL))
    return G_MAXUINT32;
  return (guint32) limit;
}

void
imap_session_forget_capabilities (ImapSession *self)
{
  g_clear_pointer (&self->capabilities, imap_capabilities_free);
}

void
imap_session_set_capabilities (ImapSession *self, const ImapValue *values)
{
  ImapCapabilities *capabilities = imap_capabilities_decode (values, &self->limits);

  if (capabilities == NULL)
    return;
  imap_session_forget_capabilities (self);
  self->capabilities = capabilities;
}

static void
pipeline_broke (gpointer user_data)
{
  taube_session_set_broken (TAUBE_SESSION (user_data));
}

/* CONNECTION is taken. */
void
imap_session_attach (ImapSession *self, TaubeConnection *connection)
{
  imap_session_drop_connection (self);
  taube_session_set_whole (TAUBE_SESSION (self));
  self->connection = connection;
  self->pipeline = imap_pipeline_new (connection, &self->limits);
  imap_pipeline_set_unsolicited (self->pipeline, route_untagged, self);
  imap_pipeline_set_broken_func (self->pipeline, pipeline_broke, self);
}

void
imap_session_drop_connection (ImapSession *self)
{
  g_clear_pointer (&self->idle, imap_call_free);
  g_clear_pointer (&self->pipeline, imap_pipeline_free);
  g_clear_pointer (&self->connection, taube_connection_free);
  g_clear_pointer (&self->mailbox, imap_mailbox_free);
  g_clear_pointer (&self->greeting, g_free);
  imap_session_forget_capabilities (self);
  self->authenticated = FALSE;
  self->preauth = FALSE;
  self->qresync = FALSE;
  self->uid_only = FALSE;
}

/* A command whose failure also tells the pool that the session is of no more use. */
ImapCall *
imap_session_call (ImapSession *self, const char *name, TaubeError fallback, const char *what, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, what);
  text = g_strdup_vprintf (what, args);
  va_end (args);
  return imap_call_new (self->pipeline, name, fallback, "%s", text);
}

/* Every job begins here: the session may still be in the IDLE of a watch, and its knowledge of the mailbox may be
 * old. */
gboolean
imap_session_begin (ImapSession *self, GCancellable *cancellable, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  imap_pipeline_reset_flood (self->pipeline);
  if (self->mailbox != NULL)
    self->mailbox->stale = TRUE;
  return self->idle == NULL || imap_session_leave_idle (self, cancellable, error);
}

gboolean
imap_session_noop (ImapSession *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call
      = imap_session_call (self, "NOOP", TAUBE_ERROR_CONNECTION, _ ("cannot ask the server for news"));

  return imap_call_run (call, cancellable, error);
}

/* IDLE (RFC 2177). */

/* TRUE with self->idle set: the server speaks by itself from now on. TRUE without: it refused, politely. */
gboolean
imap_session_start_idle (ImapSession *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = imap_session_call (self, "IDLE", TAUBE_ERROR_NOT_SUPPORTED, _ ("cannot wait for news"));

  call->bad_is_refusal = TRUE;
  if (!imap_call_send (call, cancellable, error) || !imap_call_wait_continuation (call, cancellable, error))
    return FALSE;
  if (!call->done)
    self->idle = g_steal_pointer (&call);
  return TRUE;
}

/* What the server says between DONE and its OK goes its usual way: nothing is lost. */
gboolean
imap_session_leave_idle (ImapSession *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (ImapCall) call = g_steal_pointer (&self->idle);
  g_autoptr (GError) local = NULL;

  if (call->done)
    return TRUE;
  if (!imap_pipeline_write_line (self->pipeline, "DONE", FALSE, cancellable, error))
    return FALSE;
  if (!imap_call_finish (call, cancellable, &local) && !call->done)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE; /* also when the server says NO to the end of it: it is over */
}

/* Virtual functions. */

static void
dialled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  ImapSession *self = g_task_get_source_object (task);
  TaubeConnection *connection;
  GError *error = NULL;

  connection = taube_connection_dial_finish (result, &error);
  if (connection == NULL)
    {
      if (taube_error_get_certificate (error) != NULL)
        taube_account_set_certificate (TAUBE_ACCOUNT (imap_session_get_account (self)),
                                       taube_error_get_certificate (error));
      g_task_return_error (task, error);
    }
  else
    {
      imap_session_attach (self, connection);
      g_task_return_boolean (task, TRUE);
    }
  g_object_unref (task);
}

static void
imap_session_prepare_async (TaubeSession *session, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  ImapSession *self = IMAP_SESSION (session);
  g_autoptr (TaubeEndpoint) endpoint = imap_account_make_endpoint (imap_session_get_account (self));
  GTask *task = g_task_new (session, cancellable, callback, user_data);

  g_task_set_source_tag (task, imap_session_prepare_async);
  g_task_set_check_cancellable (task, FALSE);
  taube_connection_dial_async (endpoint, TRUE, cancellable, dialled, task);
}

static gboolean
imap_session_prepare_finish (TaubeSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
woken (TaubeConnection *connection, TaubeConnectionWake wake, gpointer user_data)
{
  ImapSession *self = user_data;

  self->park_func (TAUBE_SESSION (self),
                   wake == TAUBE_CONNECTION_WAKE_READABLE ? TAUBE_WAKE_READABLE : TAUBE_WAKE_DEADLINE, self->park_data);
}

static gboolean
imap_session_park (TaubeSession *session, gint64 deadline, TaubeParkFunc func, gpointer user_data)
{
  ImapSession *self = IMAP_SESSION (session);

  if (self->connection == NULL || imap_pipeline_is_broken (self->pipeline))
    return FALSE;
  self->park_func = func;
  self->park_data = user_data;
  imap_pipeline_release_memory (self->pipeline);
  return taube_connection_park (self->connection, deadline, woken, self);
}

static gboolean
imap_session_unpark (TaubeSession *session)
{
  return taube_connection_unpark (IMAP_SESSION (session)->connection);
}

static gboolean
imap_session_wake (TaubeSession *session, TaubeWakeReason reason, GCancellable *cancellable, GError **error)
{
  ImapSession *self = IMAP_SESSION (session);

  if (reason == TAUBE_WAKE_READABLE)
    return imap_pipeline_read_available (self->pipeline, cancellable, error);
  return imap_session_begin (self, cancellable, error) && imap_session_noop (self, cancellable, error);
}

static gboolean
take_bye (const ImapResponse *response, gpointer user_data, GError **error)
{
  return response->type == IMAP_RESPONSE_BYE;
}

static void
imap_session_close (TaubeSession *session, GCancellable *cancellable)
{
  ImapSession *self = IMAP_SESSION (session);

  if (self->pipeline == NULL)
    return;
  taube_connection_set_deadline (self->connection, g_get_monotonic_time () + GOODBYE_TIME);
  if (!imap_pipeline_is_broken (self->pipeline)
      && (self->idle == NULL || imap_session_leave_idle (self, cancellable, NULL)))
    {
      g_autoptr (ImapCall) call = imap_session_call (self, "LOGOUT", TAUBE_ERROR_CONNECTION, _ ("cannot log out"));

      call->untagged = take_bye;
      imap_call_run (call, cancellable, NULL);
    }
  imap_session_drop_connection (self);
}

static void
imap_session_finalize (GObject *object)
{
  ImapSession *self = IMAP_SESSION (object);

  imap_session_drop_connection (self);
  g_free (self->server_name);
  g_free (self->server_vendor);
  g_free (self->server_version);
  g_free (self->jmap_session);
  G_OBJECT_CLASS (imap_session_parent_class)->finalize (object);
}

static void
imap_session_init (TaubeImapSession *self)
{
}

static void
imap_session_class_init (TaubeImapSessionClass *klass)
{
  TaubeSessionClass *session = TAUBE_SESSION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = imap_session_finalize;
  session->struct_size = sizeof (TaubeSessionClass);
  session->prepare_async = imap_session_prepare_async;
  session->prepare_finish = imap_session_prepare_finish;
  session->open = imap_session_open;
  session->renew = imap_session_renew;
  session->park = imap_session_park;
  session->unpark = imap_session_unpark;
  session->wake = imap_session_wake;
  session->close = imap_session_close;
}
