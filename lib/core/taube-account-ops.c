/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-account-private.h"

#include <taube/taube-error.h>
#include <taube/taube-folder.h>

#include <string.h>

#include <taube-backend/taube-folder-impl.h>

#include "base/taube-gettext.h"
#include "base/taube-io-thread.h"
#include "core/taube-job.h"

/* What an account does: connect, disconnect, and the way to its folders. */

/* Connect: a job that wants a session and nothing else. "(method)" keeps the names account_connect and
 * account_disconnect in bindings: there, connect() and disconnect() are for signals. */

static gpointer
run_connect (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (TRUE);
}

static const TaubeJobKind connect_kind = { "TaubeAccount.connect", NULL, run_connect, NULL, NULL };

static TaubeJobRequest
connect_job (TaubeAccount *self)
{
  return (TaubeJobRequest){ &connect_kind, self, self, TAUBE_PRIORITY_INTERACTIVE, NULL, NULL };
}

/**
 * taube_account_connect: (method)
 * @cancellable: (nullable): cancels
 *
 * Connects and signs in, unless a connection is there already. Blocking; see [method@Account.connect_async]. Every
 * other operation does this by itself when it has to.
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_CONNECTION, %TAUBE_ERROR_TLS, %TAUBE_ERROR_CERTIFICATE (then
 *   [method@Account.get_certificate] has it), %TAUBE_ERROR_AUTH, %TAUBE_ERROR_THROTTLED
 */
gboolean
taube_account_connect (TaubeAccount *self, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), FALSE);
  job = connect_job (self);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_account_connect_async:
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Connects and signs in, unless a connection is there already.
 */
void
taube_account_connect_async (TaubeAccount *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));
  job = connect_job (self);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_account_connect_finish:
 * @result: what the callback got
 *
 * Whether the account is connected and signed in after [method@Account.connect_async]; see
 * [method@Account.account_connect] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_account_connect_finish (TaubeAccount *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&connect_kind, self, result, error) != NULL;
}

/* Disconnect. */

/* Somebody who waits until the last connection is closed, or until he is cancelled: a thread or a task. */
typedef struct
{
  gatomicrefcount refs;
  GMutex lock;
  GCond cond;
  gboolean done;             /* under lock */
  GTask *task;               /* NULL: a thread waits for the condition */
  GCancellable *cancellable;
  gulong cancelled_id;
} Goodbye;

static void
goodbye_unref (gpointer data)
{
  Goodbye *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static Goodbye *
goodbye_ref (Goodbye *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/* In the caller's context. */
static gboolean
return_goodbye (gpointer data)
{
  Goodbye *self = data;
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_cancellable_disconnect (self->cancellable, self->cancelled_id);
  g_clear_object (&self->cancellable);
  g_task_return_boolean (task, TRUE); /* or what its cancellable says */
  return G_SOURCE_REMOVE;
}

static void
goodbye_end (Goodbye *self)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = !self->done;
  self->done = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (first && self->task != NULL)
    taube_context_invoke (g_task_get_context (self->task), return_goodbye, goodbye_ref (self), goodbye_unref);
}

/* On the I/O thread, once. */
static gboolean
on_disconnected (gpointer data)
{
  goodbye_end (data);
  goodbye_unref (data);
  return G_SOURCE_REMOVE;
}

static void
on_goodbye_cancelled (GCancellable *cancellable, gpointer data)
{
  goodbye_end (data);
}

static Goodbye *
goodbye_new (GTask *task, GCancellable *cancellable)
{
  Goodbye *self = g_new0 (Goodbye, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->task = task;
  if (cancellable != NULL)
    {
      self->cancellable = g_object_ref (cancellable);
      self->cancelled_id
          = g_cancellable_connect (cancellable, G_CALLBACK (on_goodbye_cancelled), goodbye_ref (self), goodbye_unref);
    }
  return self;
}

/**
 * taube_account_disconnect_async:
 * @cancellable: (nullable): stops waiting; the connections are closed all the same
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Ends what is running and closes all connections politely; this takes a few seconds at most. Watches pause until the
 * account is used again.
 */
void
taube_account_disconnect_async (TaubeAccount *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, taube_account_disconnect_async);
  taube_pool_disconnect (taube_account_get_pool (self), on_disconnected, goodbye_new (task, cancellable));
}

/**
 * taube_account_disconnect_finish:
 * @result: what the callback got
 *
 * Whether [method@Account.disconnect_async] waited until the last connection was closed. When it was cancelled, they
 * are closed without anybody waiting.
 *
 * Returns: %TRUE, or %FALSE with @error: %G_IO_ERROR_CANCELLED
 */
gboolean
taube_account_disconnect_finish (TaubeAccount *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * taube_account_disconnect: (method)
 * @cancellable: (nullable): stops waiting; the connections are closed all the same
 *
 * Ends what is running and closes all connections politely; this takes a few seconds at most. Blocking; see
 * [method@Account.disconnect_async]. Watches pause until the account is used again.
 *
 * Returns: %TRUE, or %FALSE with @error when it was cancelled
 */
gboolean
taube_account_disconnect (TaubeAccount *self, GCancellable *cancellable, GError **error)
{
  Goodbye *goodbye;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), FALSE);
  if (taube_frame_is_inside (self) || taube_io_thread_is_current ())
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PENDING,
                   _ ("disconnect: a blocking call from inside a callback of the same account would wait for itself"));
      return FALSE;
    }

  goodbye = goodbye_new (NULL, cancellable);
  taube_pool_disconnect (taube_account_get_pool (self), on_disconnected, goodbye_ref (goodbye));
  g_mutex_lock (&goodbye->lock);
  while (!goodbye->done)
    g_cond_wait (&goodbye->cond, &goodbye->lock);
  g_mutex_unlock (&goodbye->lock);
  if (cancellable != NULL)
    {
      g_cancellable_disconnect (cancellable, goodbye->cancelled_id);
      g_clear_object (&goodbye->cancellable);
    }
  goodbye_unref (goodbye);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Folders. */

static gboolean
check_list_folders (gpointer object, gpointer args, GError **error)
{
  return taube_account_require (object, TAUBE_ACCOUNT_GET_CLASS (object)->list_folders != NULL,
                                taube_account_content_row ((TaubeContent) GPOINTER_TO_INT (args)), "list_folders",
                                error);
}

static gpointer
run_list_folders (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  TaubeContent content = (TaubeContent) GPOINTER_TO_INT (args);
  TaubeFolderTable *table = taube_account_get_folder_table (object);
  guint64 listing = taube_folder_table_begin_listing (table);
  GPtrArray *folders
      = TAUBE_ACCOUNT_GET_CLASS (object)->list_folders (object, session, content, cancellable, error);

  if (folders != NULL)
    taube_folder_table_end_listing (table, listing, content);
  return folders;
}

static const TaubeJobKind list_folders_kind = { "TaubeAccount.list_folders", check_list_folders, run_list_folders, NULL,
                                                (GDestroyNotify) g_ptr_array_unref };

static TaubeJobRequest
list_folders_job (TaubeAccount *self, TaubeContent content)
{
  return (TaubeJobRequest){ &list_folders_kind, self, self, TAUBE_PRIORITY_NORMAL, NULL,
                            GINT_TO_POINTER ((gint) content) };
}

/**
 * taube_account_list_folders:
 * @content: what the folders hold; %TAUBE_CONTENT_ANY for all
 * @cancellable: (nullable): cancels
 *
 * Asks the server for its folders. Blocking; see [method@Account.list_folders_async].
 *
 * Returns: (transfer container) (element-type TaubeFolder): the folders, or %NULL with @error:
 *   %TAUBE_ERROR_NOT_SUPPORTED when the account has no such content
 */
GPtrArray *
taube_account_list_folders (TaubeAccount *self, TaubeContent content, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  job = list_folders_job (self, content);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_account_list_folders_async:
 * @content: what the folders hold; %TAUBE_CONTENT_ANY for all
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Asks the server for its folders.
 */
void
taube_account_list_folders_async (TaubeAccount *self, TaubeContent content, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));
  job = list_folders_job (self, content);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_account_list_folders_finish:
 * @result: what the callback got
 *
 * The folders that [method@Account.list_folders_async] found on the server; see [method@Account.list_folders] for the
 * errors.
 *
 * Returns: (transfer container) (element-type TaubeFolder): the folders, or %NULL with @error
 */
GPtrArray *
taube_account_list_folders_finish (TaubeAccount *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&list_folders_kind, self, result, error);
}

/* The one object of that path, made when nobody holds one. */
static TaubeFolder *
get_folder_object (TaubeAccount *self, const char *const *path, const char *name)
{
  TaubeFolderTable *table = taube_account_get_folder_table (self);
  TaubeFolder *folder = taube_folder_table_lookup (table, name);
  g_autoptr (TaubeFolder) candidate = NULL;
  GType type;

  if (folder != NULL)
    return folder;
  type = TAUBE_ACCOUNT_GET_CLASS (self)->get_folder_type (self);
  candidate = g_object_new (type, "account", self, "path", path, NULL);
  return taube_folder_table_insert (table, name, candidate);
}

/* Servers know their inbox by any spelling of its name in ASCII. */
static char *
find_inbox_name (TaubeAccount *self)
{
  char *name = taube_folder_table_find_role (taube_account_get_folder_table (self), TAUBE_FOLDER_ROLE_INBOX);

  return name != NULL ? name : g_strdup ("INBOX");
}

/**
 * taube_account_get_folder:
 * @path: (array zero-terminated=1): the steps from the top to the folder, at least one
 *
 * The folder of that path. Nothing is asked of the server: whether there is such a folder shows when it is used. The
 * same path gives the same object as long as somebody holds it; the inbox is found however its name is spelled.
 *
 * Returns: (transfer full): the folder
 */
TaubeFolder *
taube_account_get_folder (TaubeAccount *self, const char *const *path)
{
  g_autofree char *name = NULL;
  g_autofree char *inbox = NULL;
  g_auto (GStrv) inbox_path = NULL;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  g_return_val_if_fail (path != NULL && path[0] != NULL, NULL);

  name = taube_folder_path_to_name (path);
  inbox = find_inbox_name (self);
  if (g_ascii_strcasecmp (name, inbox) != 0)
    return get_folder_object (self, path, name);
  inbox_path = taube_folder_path_from_name (inbox);
  return get_folder_object (self, (const char *const *) inbox_path, inbox);
}

/**
 * taube_account_get_folder_by_name:
 * @name: the text form of a path, such as `Archive/2019`; see [method@Folder.get_name]
 *
 * The folder of that name, as [method@Account.get_folder].
 *
 * Returns: (transfer full): the folder
 */
TaubeFolder *
taube_account_get_folder_by_name (TaubeAccount *self, const char *name)
{
  g_auto (GStrv) path = NULL;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  g_return_val_if_fail (name != NULL && name[0] != '\0', NULL);
  path = taube_folder_path_from_name (name);
  return taube_account_get_folder (self, (const char *const *) path);
}

/**
 * taube_account_get_folder_for_role:
 * @role: what the folder is for
 *
 * The folder with that role. The inbox is always known, the others once the folders were listed.
 *
 * Returns: (transfer full) (nullable): the folder, or %NULL when none is known
 */
TaubeFolder *
taube_account_get_folder_for_role (TaubeAccount *self, TaubeFolderRole role)
{
  g_autofree char *name = NULL;
  g_auto (GStrv) path = NULL;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  g_return_val_if_fail (role != TAUBE_FOLDER_ROLE_NONE, NULL);

  if (role == TAUBE_FOLDER_ROLE_INBOX)
    name = find_inbox_name (self);
  else
    name = taube_folder_table_find_role (taube_account_get_folder_table (self), role);
  if (name == NULL)
    return NULL;
  path = taube_folder_path_from_name (name);
  return get_folder_object (self, (const char *const *) path, name);
}

/* The one object of the path that INFO tells of, brought up to date. From any thread. (transfer full) */
TaubeFolder *
taube_account_publish_folder (TaubeAccount *self, const TaubeFolderInfo *info)
{
  g_autofree char *name = taube_folder_path_to_name (info->path);
  TaubeFolderTable *table = taube_account_get_folder_table (self);
  TaubeFolderState state = { info->role, info->content, info->flags, info->total, info->unread, -1, info->space,
                             info->rights };
  TaubeFolderTexts texts = { info->owner, info->comment };
  TaubeFolderState before;
  TaubeFolder *folder = taube_folder_table_lookup (table, name);
  gboolean texts_changed;

  taube_folder_table_publish (table, name, &state, &texts, &before, &texts_changed);
  if (folder == NULL)
    return get_folder_object (self, info->path, name);
  taube_folder_table_get_state (table, name, &state);
  taube_folder_notify_differences (folder, &before, &state);
  if (texts_changed)
    taube_folder_notify_texts (folder);
  return folder;
}
