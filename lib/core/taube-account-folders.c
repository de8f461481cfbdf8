/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-error.h>
#include <taube/taube-folder.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"

/* What an account does with folders as a whole: make, rename, delete, subscribe. */

typedef struct
{
  TaubeFolder *folder;
  char **path;
  TaubeFolderRole role;
  TaubeContent content;
  gboolean subscribed;
} FolderArgs;

static void
folder_args_free (gpointer data)
{
  FolderArgs *args = data;

  g_clear_object (&args->folder);
  g_strfreev (args->path);
  g_free (args);
}

static FolderArgs *
folder_args_new (TaubeFolder *folder, const char *const *path)
{
  FolderArgs *args = g_new0 (FolderArgs, 1);

  args->folder = folder != NULL ? g_object_ref (folder) : NULL;
  args->path = g_strdupv ((char **) path);
  return args;
}

static TaubeJobRequest
account_job (TaubeAccount *self, const TaubeJobKind *kind, FolderArgs *args)
{
  return (TaubeJobRequest){ kind, self, self, TAUBE_PRIORITY_INTERACTIVE, NULL, args };
}

gboolean
taube_account_check_path (const char *const *path, const char *operation, GError **error)
{
  for (guint i = 0; path[i] != NULL; i++)
    {
      if (path[i][0] != '\0' && g_utf8_validate (path[i], -1, NULL))
        continue;
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                   _ ("%s: a step of a folder's path is a text that is not empty"), operation);
      return FALSE;
    }
  return TRUE;
}

/* Nobody can do without an inbox. */
static gboolean
spare_inbox (TaubeFolder *folder, const char *operation, GError **error)
{
  if (taube_folder_get_role (folder) != TAUBE_FOLDER_ROLE_INBOX)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("%s: folder \"%s\" is the inbox"), operation,
               taube_folder_get_name (folder));
  return FALSE;
}

/* Create. */

static gboolean
check_create_folder (gpointer object, gpointer data, GError **error)
{
  gboolean has = TAUBE_ACCOUNT_GET_CLASS (object)->create_folder != NULL;
  const FolderArgs *args = data;

  return taube_account_require (object, has, TAUBE_CAPABILITY_FOLDERS, "create_folder", error)
         && taube_account_require (object, has, taube_account_content_row (args->content), "create_folder", error)
         && taube_account_check_path ((const char *const *) args->path, "create_folder", error);
}

static gpointer
run_create_folder (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const FolderArgs *args = data;

  return TAUBE_ACCOUNT_GET_CLASS (object)->create_folder (object, session, (const char *const *) args->path,
                                                          args->role, args->content, cancellable, error);
}

static const TaubeJobKind create_folder_kind
    = { "TaubeAccount.create_folder", check_create_folder, run_create_folder, folder_args_free, g_object_unref };

static TaubeJobRequest
create_folder_job (TaubeAccount *self, const char *const *path, TaubeFolderRole role, TaubeContent content)
{
  FolderArgs *args = folder_args_new (NULL, path);

  args->role = role;
  args->content = content;
  return account_job (self, &create_folder_kind, args);
}

/**
 * taube_account_create_folder:
 * @path: (array zero-terminated=1): the steps from the top to the new folder, at least one
 * @role: what it is for, %TAUBE_FOLDER_ROLE_NONE for nothing in particular
 * @content: what it is to hold; not %TAUBE_CONTENT_ANY
 * @cancellable: (nullable): cancels
 *
 * Makes a folder on the server, and those above it where they are missing. Blocking; see
 * [method@Account.create_folder_async].
 *
 * The folder that is returned may have another path: some servers keep all folders below the inbox. Where the server
 * cannot note what a folder is for, a @role is accepted only together with a name that says the same. It is not
 * subscribed by this.
 *
 * When the connection breaks in the middle, another one is made to see whether the folder is there.
 *
 * Returns: (transfer full): the folder, or %NULL with @error: %TAUBE_ERROR_EXISTS, %TAUBE_ERROR_PERMISSION,
 *   %TAUBE_ERROR_QUOTA, %TAUBE_ERROR_INVALID when the server cannot have such a name, %TAUBE_ERROR_NOT_SUPPORTED when
 *   it has no such role, %TAUBE_ERROR_UNKNOWN_OUTCOME
 */
TaubeFolder *
taube_account_create_folder (TaubeAccount *self, const char *const *path, TaubeFolderRole role, TaubeContent content,
                             GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  g_return_val_if_fail (path != NULL && path[0] != NULL, NULL);
  g_return_val_if_fail (role != TAUBE_FOLDER_ROLE_INBOX, NULL);
  g_return_val_if_fail (content != TAUBE_CONTENT_ANY, NULL);
  job = create_folder_job (self, path, role, content);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_account_create_folder_async:
 * @path: (array zero-terminated=1): the steps from the top to the new folder, at least one
 * @role: what it is for, %TAUBE_FOLDER_ROLE_NONE for nothing in particular
 * @content: what it is to hold; not %TAUBE_CONTENT_ANY
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Makes a folder on the server, and those above it where they are missing.
 */
void
taube_account_create_folder_async (TaubeAccount *self, const char *const *path, TaubeFolderRole role,
                                   TaubeContent content, GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));
  g_return_if_fail (path != NULL && path[0] != NULL);
  g_return_if_fail (role != TAUBE_FOLDER_ROLE_INBOX);
  g_return_if_fail (content != TAUBE_CONTENT_ANY);
  job = create_folder_job (self, path, role, content);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_account_create_folder_finish:
 * @result: what the callback got
 *
 * The folder that [method@Account.create_folder_async] made. See [method@Account.create_folder] for the errors.
 *
 * Returns: (transfer full): the folder, or %NULL with @error
 */
TaubeFolder *
taube_account_create_folder_finish (TaubeAccount *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&create_folder_kind, self, result, error);
}

/* Rename. */

static gboolean
check_rename_folder (gpointer object, gpointer data, GError **error)
{
  const FolderArgs *args = data;
  const char *const *path = taube_folder_get_path (args->folder);
  guint n = g_strv_length ((char **) path);
  guint same = 0;

  if (!taube_account_require (object, TAUBE_ACCOUNT_GET_CLASS (object)->rename_folder != NULL,
                              TAUBE_CAPABILITY_FOLDERS, "rename_folder", error)
      || !spare_inbox (args->folder, "rename_folder", error)
      || !taube_account_check_path ((const char *const *) args->path, "rename_folder", error))
    return FALSE;
  while (same < n && g_strcmp0 (path[same], args->path[same]) == 0)
    same++;
  if (same < n)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("rename_folder: folder \"%s\" cannot move to itself"),
               taube_folder_get_name (args->folder));
  return FALSE;
}

static gpointer
run_rename_folder (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const FolderArgs *args = data;
  g_auto (GStrv) path
      = TAUBE_ACCOUNT_GET_CLASS (object)->rename_folder (object, session, args->folder,
                                                         (const char *const *) args->path, cancellable, error);

  if (path == NULL)
    return NULL;
  return taube_account_get_folder (object, (const char *const *) path);
}

static const TaubeJobKind rename_folder_kind
    = { "TaubeAccount.rename_folder", check_rename_folder, run_rename_folder, folder_args_free, g_object_unref };

static TaubeJobRequest
rename_folder_job (TaubeAccount *self, TaubeFolder *folder, const char *const *new_path)
{
  return account_job (self, &rename_folder_kind, folder_args_new (folder, new_path));
}

/**
 * taube_account_rename_folder:
 * @folder: the folder; not the inbox
 * @new_path: (array zero-terminated=1): the steps from the top to where it will be
 * @cancellable: (nullable): cancels
 *
 * Gives a folder another path, and with it all folders below; subscriptions follow. Blocking; see
 * [method@Account.rename_folder_async].
 *
 * A [class@Folder] stands for a path. So @folder, and the objects of the folders below it, do not move: they have the
 * flag %TAUBE_FOLDER_FLAGS_GONE from now on, operations on them give %TAUBE_ERROR_NOT_FOUND, and roles and counts go
 * over to the objects of the new paths, the first of which is returned. Ids of messages stay with the server's folder
 * where it keeps them.
 *
 * When the connection breaks in the middle, another one is made to see which of the two paths is there.
 *
 * Returns: (transfer full): the folder of the new path, or %NULL with @error: %TAUBE_ERROR_NOT_FOUND,
 *   %TAUBE_ERROR_EXISTS, %TAUBE_ERROR_PERMISSION, %TAUBE_ERROR_CONFLICT when only a part of the folders below could
 *   be moved, %TAUBE_ERROR_UNKNOWN_OUTCOME
 */
TaubeFolder *
taube_account_rename_folder (TaubeAccount *self, TaubeFolder *folder, const char *const *new_path,
                             GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  g_return_val_if_fail (TAUBE_IS_FOLDER (folder) && taube_folder_get_account (folder) == self, NULL);
  g_return_val_if_fail (new_path != NULL && new_path[0] != NULL, NULL);
  job = rename_folder_job (self, folder, new_path);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_account_rename_folder_async:
 * @folder: the folder; not the inbox
 * @new_path: (array zero-terminated=1): the steps from the top to where it will be
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Gives a folder another path, and with it all folders below; subscriptions follow.
 */
void
taube_account_rename_folder_async (TaubeAccount *self, TaubeFolder *folder, const char *const *new_path,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));
  g_return_if_fail (TAUBE_IS_FOLDER (folder) && taube_folder_get_account (folder) == self);
  g_return_if_fail (new_path != NULL && new_path[0] != NULL);
  job = rename_folder_job (self, folder, new_path);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_account_rename_folder_finish:
 * @result: what the callback got
 *
 * The folder as it is called after [method@Account.rename_folder_async]. See [method@Account.rename_folder] for the
 * errors.
 *
 * Returns: (transfer full): the folder of the new path, or %NULL with @error
 */
TaubeFolder *
taube_account_rename_folder_finish (TaubeAccount *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&rename_folder_kind, self, result, error);
}

/* Delete. */

static gboolean
check_delete_folder (gpointer object, gpointer data, GError **error)
{
  const FolderArgs *args = data;

  return taube_account_require (object, TAUBE_ACCOUNT_GET_CLASS (object)->delete_folder != NULL,
                                TAUBE_CAPABILITY_FOLDERS, "delete_folder", error)
         && spare_inbox (args->folder, "delete_folder", error);
}

gboolean
taube_account_run_delete_folder (TaubeAccount *self, TaubeSession *session, TaubeFolder *folder,
                                 GCancellable *cancellable, GError **error)
{
  gboolean stays = FALSE;

  if (!TAUBE_ACCOUNT_GET_CLASS (self)->delete_folder (self, session, folder, &stays, cancellable, error))
    return FALSE;
  taube_folder_notify_all (taube_folder_table_remove (taube_account_get_folder_table (self),
                                                      taube_folder_get_name (folder), stays));
  return TRUE;
}

static gpointer
run_delete_folder (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const FolderArgs *args = data;

  return GINT_TO_POINTER (taube_account_run_delete_folder (object, session, args->folder, cancellable, error));
}

static const TaubeJobKind delete_folder_kind
    = { "TaubeAccount.delete_folder", check_delete_folder, run_delete_folder, folder_args_free, NULL };

static TaubeJobRequest
delete_folder_job (TaubeAccount *self, TaubeFolder *folder)
{
  return account_job (self, &delete_folder_kind, folder_args_new (folder, NULL));
}

/**
 * taube_account_delete_folder:
 * @folder: the folder; not the inbox
 * @cancellable: (nullable): cancels
 *
 * Deletes a folder with all that it holds, and its subscription. Nothing is kept of it. Blocking; see
 * [method@Account.delete_folder_async].
 *
 * Folders below it are left alone; as long as there are some, the folder stays as a step of their paths, without
 * %TAUBE_FOLDER_FLAGS_SELECTABLE. Otherwise @folder has the flag %TAUBE_FOLDER_FLAGS_GONE afterwards.
 *
 * When the connection breaks in the middle, another one is made to see whether the folder is still there.
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_NOT_FOUND, %TAUBE_ERROR_PERMISSION, %TAUBE_ERROR_CONFLICT when
 *   there are folders below it and the server wants those deleted first, or it is nothing but a step of their paths,
 *   %TAUBE_ERROR_UNKNOWN_OUTCOME
 */
gboolean
taube_account_delete_folder (TaubeAccount *self, TaubeFolder *folder, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), FALSE);
  g_return_val_if_fail (TAUBE_IS_FOLDER (folder) && taube_folder_get_account (folder) == self, FALSE);
  job = delete_folder_job (self, folder);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_account_delete_folder_async:
 * @folder: the folder; not the inbox
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Deletes a folder with all that it holds, and its subscription. Nothing is kept of it.
 */
void
taube_account_delete_folder_async (TaubeAccount *self, TaubeFolder *folder, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));
  g_return_if_fail (TAUBE_IS_FOLDER (folder) && taube_folder_get_account (folder) == self);
  job = delete_folder_job (self, folder);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_account_delete_folder_finish:
 * @result: what the callback got
 *
 * Whether [method@Account.delete_folder_async] deleted the folder. See [method@Account.delete_folder] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_account_delete_folder_finish (TaubeAccount *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&delete_folder_kind, self, result, error) != NULL;
}

/* Subscribe. */

static gboolean
check_set_subscribed (gpointer object, gpointer data, GError **error)
{
  return taube_account_require (object, TAUBE_ACCOUNT_GET_CLASS (object)->set_subscribed != NULL,
                                TAUBE_CAPABILITY_FOLDERS, "set_subscribed", error);
}

static gpointer
run_set_subscribed (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const FolderArgs *args = data;
  TaubeFolderState before, after;

  if (!TAUBE_ACCOUNT_GET_CLASS (object)->set_subscribed (object, session, args->folder, args->subscribed, cancellable,
                                                         error))
    return NULL;
  taube_folder_table_update (taube_account_get_folder_table (object), taube_folder_get_name (args->folder), -1, -1,
                             TAUBE_FOLDER_FLAGS_SUBSCRIBED, args->subscribed ? TAUBE_FOLDER_FLAGS_SUBSCRIBED : 0,
                             &before, &after);
  taube_folder_notify_differences (args->folder, &before, &after);
  return GINT_TO_POINTER (TRUE);
}

static const TaubeJobKind set_subscribed_kind
    = { "TaubeAccount.set_subscribed", check_set_subscribed, run_set_subscribed, folder_args_free, NULL };

static TaubeJobRequest
set_subscribed_job (TaubeAccount *self, TaubeFolder *folder, gboolean subscribed)
{
  FolderArgs *args = folder_args_new (folder, NULL);

  args->subscribed = subscribed;
  return account_job (self, &set_subscribed_kind, args);
}

/**
 * taube_account_set_subscribed:
 * @folder: the folder
 * @subscribed: whether the user wants to see it
 * @cancellable: (nullable): cancels
 *
 * Puts a folder on the list of those that the user wants to see, or takes it off; all devices share that list.
 * Blocking; see [method@Account.set_subscribed_async].
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_NOT_FOUND, %TAUBE_ERROR_PERMISSION,
 *   %TAUBE_ERROR_UNKNOWN_OUTCOME when the connection broke in the middle: repeating it does no harm
 */
gboolean
taube_account_set_subscribed (TaubeAccount *self, TaubeFolder *folder, gboolean subscribed, GCancellable *cancellable,
                              GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), FALSE);
  g_return_val_if_fail (TAUBE_IS_FOLDER (folder) && taube_folder_get_account (folder) == self, FALSE);
  job = set_subscribed_job (self, folder, subscribed);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_account_set_subscribed_async:
 * @folder: the folder
 * @subscribed: whether the user wants to see it
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Puts a folder on the list of those that the user wants to see, or takes it off; all devices share that list.
 */
void
taube_account_set_subscribed_async (TaubeAccount *self, TaubeFolder *folder, gboolean subscribed,
                                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));
  g_return_if_fail (TAUBE_IS_FOLDER (folder) && taube_folder_get_account (folder) == self);
  job = set_subscribed_job (self, folder, subscribed);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_account_set_subscribed_finish:
 * @result: what the callback got
 *
 * Whether [method@Account.set_subscribed_async] noted the user's wish. See [method@Account.set_subscribed] for the
 * errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_account_set_subscribed_finish (TaubeAccount *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&set_subscribed_kind, self, result, error) != NULL;
}

/* From any thread, with the lease. */
void
taube_account_move_folder (TaubeAccount *self, TaubeFolder *folder, const char *const *new_path)
{
  g_autofree char *new_name = taube_folder_path_to_name (new_path);

  taube_folder_notify_all (taube_folder_table_move (taube_account_get_folder_table (self),
                                                    taube_folder_get_name (folder), new_name));
}
