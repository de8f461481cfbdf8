/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nolint: one small backend in one place, which all tests of core play on */
#include "core-backend.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-batch-result-impl.h>
#include <taube-backend/taube-message-list-builder.h>

#include <string.h>

#include "base/taube-io-thread.h"
#include "core/taube-account-private.h"
#include "core/taube-capabilities-private.h"
#include "core/taube-pool-private.h"

struct _TestSession
{
  TaubeSession parent_instance;
  Server *server;
  guint number;
  TaubeParkFunc park_func; /* under the server's lock: parked when it is set */
  gpointer park_data;
  gboolean has_said;       /* something is there to be read */
};

typedef TaubeSessionClass TestSessionClass;
GType test_session_get_type (void);
G_DEFINE_TYPE (TestSession, test_session, TAUBE_TYPE_SESSION)

typedef struct
{
  TaubeAccount parent_instance;
  Server *server;
} TestAccount;

typedef TaubeAccountClass TestAccountClass;
GType test_account_get_type (void);
G_DEFINE_TYPE (TestAccount, test_account, TAUBE_TYPE_ACCOUNT)

typedef TaubeFolder TestFolder;
typedef TaubeFolderClass TestFolderClass;
GType test_folder_get_type (void);
G_DEFINE_TYPE (TestFolder, test_folder, TAUBE_TYPE_FOLDER)

Server *
server_new (void)
{
  Server *self = g_new0 (Server, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->gates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->log = g_string_new (NULL);
  self->sessions = g_ptr_array_new ();
  self->preparing = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->open_errors);
  g_queue_init (&self->prepare_errors);
  return self;
}

static guint
count_alive (Server *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->alive;
  g_mutex_unlock (&self->lock);
  return n;
}

void
server_free (Server *self)
{
  /* What was given back to this thread's context while it ran is given up now. */
  while (count_alive (self) > 0)
    {
      iterate ();
      g_thread_yield ();
    }
  g_assert_cmpuint (self->preparing->len, ==, 0);
  g_hash_table_unref (self->gates);
  g_string_free (self->log, TRUE);
  g_ptr_array_unref (self->sessions);
  g_ptr_array_unref (self->preparing);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
finish_preparing (Server *self)
{
  g_autoptr (GPtrArray) tasks = NULL;

  g_mutex_lock (&self->lock);
  tasks = self->preparing;
  self->preparing = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (g_ptr_array_index (tasks, i), TRUE);
}

void
server_open_gate (Server *self, const char *name)
{
  g_mutex_lock (&self->lock);
  server_get_gate_locked (self, name)->closed = FALSE;
  server_get_gate_locked (self, name)->barred = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (strcmp (name, "prepare") == 0)
    finish_preparing (self);
}

void
server_wait_alive (Server *self, guint n)
{
  g_mutex_lock (&self->lock);
  while (self->alive != n)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

guint
server_get_opened (Server *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->opened;
  g_mutex_unlock (&self->lock);
  return n;
}

static guint
count_parked_locked (Server *self)
{
  guint n = 0;

  for (guint i = 0; i < self->sessions->len; i++)
    n += ((TestSession *) g_ptr_array_index (self->sessions, i))->park_func != NULL;
  return n;
}

void
server_wait_parked (Server *self, guint n)
{
  g_mutex_lock (&self->lock);
  while (count_parked_locked (self) != n)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
server_wait_queued (TaubeAccount *account, guint n)
{
  TaubePool *pool = taube_account_get_pool (account);
  guint queued;

  do
    {
      queued = 0;
      g_mutex_lock (&pool->lock);
      for (guint p = 0; p < G_N_ELEMENTS (pool->waiting); p++)
        queued += pool->waiting[p].length;
      g_mutex_unlock (&pool->lock);
      g_thread_yield ();
    }
  while (queued != n);
}

typedef struct
{
  TaubeParkFunc func;
  TaubeSession *session;
  gpointer data;
  TaubeWakeReason reason;
} Wake;

static gboolean
call_park_func (gpointer data)
{
  Wake *wake = data;

  wake->func (wake->session, wake->reason, wake->data);
  return G_SOURCE_REMOVE;
}

static void
wake_free (gpointer data)
{
  g_object_unref (((Wake *) data)->session);
  g_free (data);
}

static gboolean
wake_locked (TestSession *session, TaubeWakeReason reason)
{
  Wake *wake;

  if (session->park_func == NULL)
    return FALSE;
  wake = g_new (Wake, 1);
  *wake = (Wake){ session->park_func, g_object_ref (TAUBE_SESSION (session)), session->park_data, reason };
  session->park_func = NULL;
  taube_io_thread_invoke (call_park_func, wake, wake_free);
  return TRUE;
}

gboolean
server_speak (Server *self, guint index, TaubeWakeReason reason)
{
  gboolean was_parked;

  g_mutex_lock (&self->lock);
  was_parked = wake_locked (g_ptr_array_index (self->sessions, index), reason);
  g_mutex_unlock (&self->lock);
  return was_parked;
}

void
server_break_all (Server *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->sessions->len; i++)
    {
      TestSession *session = g_ptr_array_index (self->sessions, i);

      taube_session_set_broken (TAUBE_SESSION (session));
      wake_locked (session, TAUBE_WAKE_READABLE);
    }
  g_mutex_unlock (&self->lock);
}

guint
test_session_get_number (TestSession *self)
{
  return self->number;
}

void
server_say_to_all (Server *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->sessions->len; i++)
    {
      TestSession *session = g_ptr_array_index (self->sessions, i);

      session->has_said = !wake_locked (session, TAUBE_WAKE_READABLE);
    }
  g_mutex_unlock (&self->lock);
}

/* The session. */

static void
on_prepare_cancelled (GCancellable *cancellable, gpointer data)
{
  GTask *task = data;
  TestSession *self = g_task_get_source_object (task);
  gboolean found;

  g_mutex_lock (&self->server->lock);
  g_object_ref (task);
  found = g_ptr_array_remove (self->server->preparing, task);
  g_mutex_unlock (&self->server->lock);
  if (found)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  g_object_unref (task);
}

static void
test_session_prepare_async (TaubeSession *session, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  TestSession *self = (TestSession *) session;
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  GError *failure;
  gboolean held;
  Gate *gate;

  g_assert_true (taube_io_thread_is_current ());
  g_mutex_lock (&self->server->lock);
  gate = server_get_gate_locked (self->server, "prepare");
  gate->arrived++;
  held = gate->closed;
  failure = held ? NULL : g_queue_pop_head (&self->server->prepare_errors);
  if (held)
    g_ptr_array_add (self->server->preparing, g_object_ref (task));
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
  if (held)
    g_cancellable_connect (cancellable, G_CALLBACK (on_prepare_cancelled), g_object_ref (task), g_object_unref);
  else if (failure != NULL)
    g_task_return_error (task, failure);
  else
    g_task_return_boolean (task, TRUE);
}

static gboolean
test_session_prepare_finish (TaubeSession *session, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
test_session_open (TaubeSession *session, GCancellable *cancellable, GError **error)
{
  TestSession *self = (TestSession *) session;
  Server *server = self->server;
  GError *failure;

  g_assert_nonnull (taube_session_get_account (session));
  if (!server_pass (server, "open", cancellable, error))
    return FALSE;
  g_mutex_lock (&server->lock);
  failure = g_queue_pop_head (&server->open_errors);
  if (failure == NULL)
    server->opened++;
  g_cond_broadcast (&server->cond);
  g_mutex_unlock (&server->lock);
  server_log (server, failure != NULL ? "%u:refused" : "%u:open", self->number);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

static gboolean
test_session_park (TaubeSession *session, gint64 deadline, TaubeParkFunc func, gpointer user_data)
{
  TestSession *self = (TestSession *) session;
  gboolean can;

  g_mutex_lock (&self->server->lock);
  can = !self->has_said && !self->server->cannot_park;
  if (can)
    {
      self->park_func = func;
      self->park_data = user_data;
      if (taube_session_is_broken (session))
        wake_locked (self, TAUBE_WAKE_READABLE);
    }
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
  return can;
}

static gboolean
test_session_unpark (TaubeSession *session)
{
  TestSession *self = (TestSession *) session;
  gboolean won;

  g_mutex_lock (&self->server->lock);
  won = self->park_func != NULL;
  self->park_func = NULL;
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
  return won;
}

static gboolean
test_session_wake (TaubeSession *session, TaubeWakeReason reason, GCancellable *cancellable, GError **error)
{
  TestSession *self = (TestSession *) session;

  g_assert_false (taube_io_thread_is_current ());
  g_assert_nonnull (taube_session_get_account (session));
  server_log (self->server, "%u:wake", self->number);
  if (!server_pass (self->server, "wake", cancellable, error))
    return FALSE;
  g_mutex_lock (&self->server->lock);
  self->has_said = FALSE;
  g_mutex_unlock (&self->server->lock);
  if (!taube_session_is_broken (session))
    return TRUE;
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "it has gone");
  return FALSE;
}

static void
test_session_close (TaubeSession *session, GCancellable *cancellable)
{
  TestSession *self = (TestSession *) session;

  g_assert_false (taube_session_is_broken (session));
  server_log (self->server, "%u:close", self->number);
  server_pass (self->server, "close", cancellable, NULL);
}

static void
test_session_finalize (GObject *object)
{
  TestSession *self = (TestSession *) object;

  g_mutex_lock (&self->server->lock);
  g_assert_null (self->park_func);
  g_ptr_array_remove (self->server->sessions, self);
  self->server->alive--;
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->lock);
  G_OBJECT_CLASS (test_session_parent_class)->finalize (object);
}

static void
test_session_class_init (TestSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_session_finalize;
  klass->prepare_async = test_session_prepare_async;
  klass->prepare_finish = test_session_prepare_finish;
  klass->open = test_session_open;
  klass->park = test_session_park;
  klass->unpark = test_session_unpark;
  klass->wake = test_session_wake;
  klass->close = test_session_close;
}

static void
test_session_init (TestSession *self)
{
}

/* The account. */

static TaubeSession *
test_account_create_session (TaubeAccount *account)
{
  Server *server = ((TestAccount *) account)->server;
  TestSession *session = g_object_new (test_session_get_type (), NULL);

  session->server = server;
  g_mutex_lock (&server->lock);
  session->number = ++server->created;
  server->alive++;
  server->peak = MAX (server->peak, server->alive);
  g_ptr_array_add (server->sessions, session);
  g_mutex_unlock (&server->lock);
  return TAUBE_SESSION (session);
}

static GType
test_account_get_folder_type (TaubeAccount *account)
{
  return test_folder_get_type ();
}

static GPtrArray *
test_account_list_folders (TaubeAccount *account, TaubeSession *session, TaubeContent content,
                           GCancellable *cancellable, GError **error)
{
  Server *server = ((TestAccount *) account)->server;
  const char *const inbox[] = { "INBOX", NULL };
  const char *const sent[] = { "Sent", NULL };
  TaubeFolderInfo infos[] = {
    { inbox, TAUBE_FOLDER_ROLE_INBOX, TAUBE_CONTENT_MAIL, TAUBE_FOLDER_FLAGS_SELECTABLE, 10, 3 },
    { sent, TAUBE_FOLDER_ROLE_SENT, TAUBE_CONTENT_MAIL, TAUBE_FOLDER_FLAGS_SELECTABLE, 5, 0 },
  };
  GPtrArray *folders;

  if (!server_pass (server, "list_folders", cancellable, error))
    return NULL;
  folders = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    g_ptr_array_add (folders, taube_account_publish_folder (account, &infos[i]));
  return folders;
}

static void
test_account_class_init (TestAccountClass *klass)
{
  klass->create_session = test_account_create_session;
  klass->get_folder_type = test_account_get_folder_type;
  klass->list_folders = test_account_list_folders;
}

static void
test_account_init (TestAccount *self)
{
}

/* The folder. */

static Server *
get_server (TaubeFolder *folder)
{
  return ((TestAccount *) taube_folder_get_account (folder))->server;
}

static gboolean
do_step (TaubeFolder *folder, TaubeSession *session, const char *name, GCancellable *cancellable, GError **error)
{
  Server *server = get_server (folder);
  gboolean breaks;

  server_log (server, "%u:%s(%s)", ((TestSession *) session)->number, name, taube_folder_get_name (folder));
  taube_session_set_affinity (session, taube_folder_get_name (folder));
  if (!server_pass (server, name, cancellable, error))
    {
      taube_session_set_broken (session);
      return FALSE;
    }
  g_mutex_lock (&server->lock);
  breaks = server->breaks;
  server->breaks = FALSE;
  g_mutex_unlock (&server->lock);
  if (!breaks)
    return TRUE;
  taube_session_set_broken (session);
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "the stream broke");
  return FALSE;
}

static TaubeItemList *
test_folder_list (TaubeFolder *folder, TaubeSession *session, TaubeListRequest *request, GCancellable *cancellable,
                  GError **error)
{
  Server *server = get_server (folder);

  if (server->inside != NULL)
    server->inside (server, taube_folder_get_account (folder), server->inside_data);
  if (!do_step (folder, session, "list", cancellable, error))
    return NULL;
  if (server->lies)
    g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "a lie");
  if (server->spoils)
    return NULL;
  if (server->list != NULL)
    return server->list (server, folder, request, error);
  return TAUBE_ITEM_LIST (taube_message_list_builder_end (taube_message_list_builder_new (folder, 0)));
}

static gboolean
test_folder_refresh (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  if (!do_step (folder, session, "refresh", cancellable, error))
    return FALSE;
  taube_folder_set_counts (folder, 11, 4);
  return TRUE;
}

static gboolean
test_folder_fetch (TaubeFolder *folder, TaubeSession *session, const char *id, const char *section, guint64 offset,
                   gint64 length, GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable,
                   GError **error)
{
  return do_step (folder, session, "fetch", cancellable, error)
         && g_output_stream_write_all (sink, "hello", 5, NULL, cancellable, error);
}

static TaubeBatchResult *
test_folder_set_flags (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFlagsMode mode,
                       TaubeMessageFlags flags, const char *const *keywords, GCancellable *cancellable, GError **error)
{
  TaubeBatchResult *result;

  if (!do_step (folder, session, "set_flags", cancellable, error))
    return NULL;
  result = taube_batch_result_new (ids);
  taube_batch_result_set_done_set (result, ids);
  return result;
}

/* Whether this change breaks its session when nobody knows whether it was done. */
static gboolean
is_in_doubt (Server *server, TaubeSession *session)
{
  gboolean doubt;

  g_mutex_lock (&server->lock);
  doubt = server->doubts > 0;
  server->doubts -= doubt;
  g_mutex_unlock (&server->lock);
  if (doubt)
    taube_session_set_broken (session);
  return doubt;
}

static TaubeBatchResult *
change (TaubeFolder *folder, TaubeSession *session, const char *name, const TaubeIdSet *ids, TaubeAttempt *attempt,
        GCancellable *cancellable, GError **error)
{
  TaubeBatchResult *result;

  if (!do_step (folder, session, name, cancellable, error))
    {
      attempt->again = taube_session_is_broken (session);
      return NULL;
    }
  result = taube_batch_result_new (ids);
  if (is_in_doubt (get_server (folder), session))
    {
      attempt->again = TRUE;
      if (attempt->state == NULL)
        attempt->state = g_strdup ("what to look for");
      attempt->free_state = g_free;
    }
  else
    taube_batch_result_set_done_set (result, ids);
  return result;
}

static TaubeBatchResult *
test_folder_copy (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFolder *target,
                  TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  return change (folder, session, attempt->state != NULL ? "look" : "copy", ids, attempt, cancellable, error);
}

static TaubeBatchResult *
test_folder_append (TaubeFolder *folder, TaubeSession *session, GPtrArray *sources, TaubeAttempt *attempt,
                    TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();

  taube_id_set_add_range (ids, "", 1, sources->len);
  server_log (get_server (folder), "%" G_GUINT64_FORMAT "bytes",
              taube_message_source_get_facts (sources->pdata[0])->size);
  return change (folder, session, "append", ids, attempt, cancellable, error);
}

static gboolean
test_folder_watch_step (TaubeFolder *folder, TaubeSession *session, TaubeWatchStep *step, GCancellable *cancellable,
                        GError **error)
{
  Server *server = get_server (folder);

  g_mutex_lock (&server->lock);
  ((TestSession *) session)->has_said = FALSE;
  g_mutex_unlock (&server->lock);
  return server_pass (server, "watch", cancellable, error)
         && server->watch (server, (TestSession *) session, folder, step, cancellable, error);
}

static void
test_folder_class_init (TestFolderClass *klass)
{
  klass->refresh = test_folder_refresh;
  klass->list = test_folder_list;
  klass->fetch = test_folder_fetch;
  klass->set_flags = test_folder_set_flags;
  klass->watch_step = test_folder_watch_step;
  klass->copy = test_folder_copy;
  klass->append = test_folder_append;
}

static void
test_folder_init (TestFolder *self)
{
}

/* Helpers. */

static const TaubeCapabilityRow rows[] = {
  { TAUBE_CAPABILITY_RETRIEVAL, TAUBE_SUPPORT_YES, "", TAUBE_SUPPORT_YES, "" },
  { TAUBE_CAPABILITY_SERVER_FLAGS, TAUBE_SUPPORT_YES, "", TAUBE_SUPPORT_YES, "" },
  { TAUBE_CAPABILITY_MAIL_SYNC, TAUBE_SUPPORT_YES, "", TAUBE_SUPPORT_YES, "" },
  { TAUBE_CAPABILITY_FOLDERS, TAUBE_SUPPORT_YES, "", TAUBE_SUPPORT_YES, "" },
  { TAUBE_CAPABILITY_CONTACTS_SYNC, TAUBE_SUPPORT_NO, "mail only", TAUBE_SUPPORT_NO, "mail only" },
  { TAUBE_CAPABILITY_PARTIAL_FETCH, TAUBE_SUPPORT_NO, "all or nothing", TAUBE_SUPPORT_NO, "all or nothing" },
  { TAUBE_CAPABILITY_PUSH, TAUBE_SUPPORT_CONDITIONAL, "it depends", TAUBE_SUPPORT_CONDITIONAL, "it depends" },
};

TaubeAccount *
server_create_account (Server *self, guint max_connections)
{
  g_autoptr (TaubeUri) uri = taube_uri_parse ("imap://alice@mail.example.org", NULL);
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autofree char *number = g_strdup_printf ("%u", max_connections);
  g_autoptr (TaubeCapabilities) capabilities = taube_capabilities_new (rows, G_N_ELEMENTS (rows));
  TestAccount *account;

  g_assert_nonnull (uri);
  g_assert_true (taube_settings_set (settings, "max-connections", number, NULL));
  account = g_object_new (test_account_get_type (), "uri", uri, "settings", settings, "capabilities",
                          capabilities, NULL);
  account->server = self;
  return TAUBE_ACCOUNT (account);
}
