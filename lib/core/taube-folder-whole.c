/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-folder-private.h"

#include <taube/taube-error.h>
#include <taube/taube-message-list.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"

/* What is done to all items of a folder, whichever they are. */

typedef struct
{
  TaubeAttempt attempt;
  gboolean ran;
  TaubeDiscardMode mode;
  gboolean with_folders;
  TaubeIdSet *ids; /* those that were there at the first attempt */
  TaubeProgress *progress;
} EmptyArgs;

static void
empty_args_free (gpointer data)
{
  EmptyArgs *args = data;

  if (args->attempt.free_state != NULL && args->attempt.state != NULL)
    args->attempt.free_state (args->attempt.state);
  g_clear_pointer (&args->ids, taube_id_set_free);
  g_clear_object (&args->progress);
  g_free (args);
}

static gboolean
wants_again (gpointer data)
{
  EmptyArgs *args = data;
  gboolean again = args->attempt.again && !args->ran;

  args->ran = TRUE;
  return again;
}

/* Those that are there and lack the flag LACKING; 0: all. (transfer full) */
static TaubeIdSet *
list_ids (TaubeFolder *self, TaubeSession *session, TaubeMessageFlags lacking, GCancellable *cancellable,
          GError **error)
{
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeItemList) list = NULL;
  TaubeIdSet *ids;

  taube_list_request_set_fields (request, lacking != 0 ? TAUBE_LIST_FIELDS_FLAGS : TAUBE_LIST_FIELDS_NONE);
  list = TAUBE_FOLDER_GET_CLASS (self)->list (self, session, request, cancellable, error);
  if (list == NULL)
    return NULL;
  ids = taube_id_set_new ();
  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    {
      g_autofree char *id = NULL;

      if (lacking != 0 && TAUBE_IS_MESSAGE_LIST (list)
          && (taube_message_list_get_flags (TAUBE_MESSAGE_LIST (list), i) & lacking) != 0)
        continue;
      id = taube_item_list_get_id (list, i);
      taube_id_set_add (ids, id);
    }
  return ids;
}

/* The first reason why it was not done with all; NULL: it was. (transfer full) */
static GError *
find_problem (TaubeFolder *self, TaubeBatchResult *result)
{
  static const TaubeBatchStatus order[] = { TAUBE_BATCH_STATUS_UNKNOWN, TAUBE_BATCH_STATUS_FAILED };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autoptr (TaubeIdSet) ids = taube_batch_result_get_ids (result, order[i]);
      g_auto (GStrv) all = taube_id_set_to_strv (ids);
      GError *problem;

      for (guint at = 0; all[at] != NULL; at++)
        {
          problem = taube_batch_result_get_error (result, all[at]);
          /* Somebody else was faster. */
          if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND))
            {
              g_error_free (problem);
              continue;
            }
          if (problem == NULL)
            problem = g_error_new (TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME, _ ("nobody knows what became of it"));
          g_prefix_error (&problem, _ ("not done with all items of folder \"%s\": "), taube_folder_get_name (self));
          return problem;
        }
    }
  return NULL;
}

/* The backend knows how to do it at once, but this server does not. */
static gboolean
can_do_otherwise (const GError *problem, gboolean possible)
{
  return possible && g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
}

/* Emptying. */

static gboolean
check_empty (gpointer object, gpointer data, GError **error)
{
  const EmptyArgs *args = data;

  if (!taube_folder_check_discard (object, args->mode, "empty", error))
    return FALSE;
  if (!args->with_folders)
    return TRUE;
  if (!taube_folder_require (object, TRUE, TAUBE_CAPABILITY_FOLDERS, "empty", error))
    return FALSE;
  if (TAUBE_FOLDER_GET_CLASS (object)->empty != NULL || args->mode == TAUBE_DISCARD_MODE_FOR_GOOD)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
               _ ("cannot empty folder \"%s\": the folders below it can only be removed for good"),
               taube_folder_get_name (object));
  return FALSE;
}

static gint
compare_depths (gconstpointer a, gconstpointer b)
{
  const char *const *path_a = taube_folder_get_path (*(TaubeFolder *const *) a);
  const char *const *path_b = taube_folder_get_path (*(TaubeFolder *const *) b);

  return (gint) g_strv_length ((char **) path_b) - (gint) g_strv_length ((char **) path_a);
}

static gboolean
is_below (TaubeFolder *folder, TaubeFolder *above)
{
  const char *const *path = taube_folder_get_path (folder), *const *root = taube_folder_get_path (above);
  guint depth = g_strv_length ((char **) root);

  if (g_strv_length ((char **) path) <= depth)
    return FALSE;
  for (guint i = 0; i < depth; i++)
    if (!g_str_equal (path[i], root[i]))
      return FALSE;
  return TRUE;
}

/* The deepest first: no folder goes while there are others below it. */
static gboolean
delete_below (TaubeFolder *self, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  TaubeAccount *account = taube_folder_get_account (self);
  g_autoptr (GPtrArray) folders = TAUBE_ACCOUNT_GET_CLASS (account)->list_folders (account, session, TAUBE_CONTENT_ANY,
                                                                                   cancellable, error);

  if (folders == NULL)
    return FALSE;
  g_ptr_array_sort (folders, compare_depths);
  for (guint i = 0; i < folders->len; i++)
    {
      TaubeFolder *folder = folders->pdata[i];
      GError *problem = NULL;

      if (!is_below (folder, self)
          || taube_account_run_delete_folder (account, session, folder, cancellable, &problem))
        continue;
      /* A step of the path of those that have just gone went with them. */
      if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND))
        {
          g_error_free (problem);
          continue;
        }
      g_propagate_error (error, problem);
      return FALSE;
    }
  return TRUE;
}

static gboolean
remove_all (TaubeFolder *self, TaubeSession *session, EmptyArgs *args, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeBatchResult) result = NULL;
  GError *problem;

  if (args->with_folders && !args->ran && !delete_below (self, session, cancellable, error))
    return FALSE;
  if (args->ids == NULL)
    args->ids = list_ids (self, session, TAUBE_MESSAGE_FLAGS_NONE, cancellable, error);
  if (args->ids == NULL)
    return FALSE;
  if (taube_id_set_get_size (args->ids) == 0)
    return TRUE;
  result = taube_folder_run_discard (self, session, args->ids, args->mode, &args->attempt, args->progress, cancellable,
                                     error);
  if (result == NULL)
    return FALSE;
  problem = find_problem (self, result);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, problem);
  return FALSE;
}

static gboolean
do_empty (TaubeFolder *self, TaubeSession *session, EmptyArgs *args, GCancellable *cancellable, GError **error)
{
  TaubeFolderClass *klass = TAUBE_FOLDER_GET_CLASS (self);

  args->attempt.again = FALSE;
  if (klass->empty != NULL && !args->ran)
    {
      GError *problem = NULL;

      if (klass->empty (self, session, args->mode, args->with_folders, args->progress, cancellable, &problem))
        return TRUE;
      if (!can_do_otherwise (problem, !args->with_folders || args->mode == TAUBE_DISCARD_MODE_FOR_GOOD))
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
      g_error_free (problem);
    }
  return remove_all (self, session, args, cancellable, error);
}

static gpointer
run_empty (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  if (!do_empty (object, session, data, cancellable, error))
    return NULL;
  taube_folder_set_counts (object, 0, 0);
  return GINT_TO_POINTER (TRUE);
}

static const TaubeJobKind empty_kind
  = { "TaubeFolder.empty", check_empty, run_empty, empty_args_free, NULL, NULL, wants_again };

static TaubeJobRequest
empty_job (TaubeFolder *self, TaubeDiscardMode mode, gboolean with_folders, TaubeProgress *progress)
{
  EmptyArgs *args = g_new0 (EmptyArgs, 1);

  args->mode = mode;
  args->with_folders = with_folders;
  g_set_object (&args->progress, progress);
  return (TaubeJobRequest){ &empty_kind, self, taube_folder_get_account (self), TAUBE_PRIORITY_NORMAL,
                            taube_folder_get_name (self), args };
}

/**
 * taube_folder_empty:
 * @mode: where the items go
 * @with_folders: whether the folders below it go, too
 * @progress: (nullable): told how many items are done, where they go one by one
 * @cancellable: (nullable): cancels
 *
 * Throws away all that is in the folder, which itself stays. Blocking; see [method@Folder.empty_async].
 *
 * What arrives in the meantime may stay. Where the server cannot do it by itself, the folder is listed and what was
 * found is discarded as by [method@Folder.discard]; folders below it go for good only, the deepest first.
 *
 * Returns: %TRUE, or %FALSE with @error, also when it was done with a part only: %TAUBE_ERROR_NOT_SUPPORTED,
 *   %TAUBE_ERROR_PERMISSION, %TAUBE_ERROR_NOT_FOUND, %TAUBE_ERROR_UNKNOWN_OUTCOME, and those of
 *   [method@Folder.discard]
 */
gboolean
taube_folder_empty (TaubeFolder *self, TaubeDiscardMode mode, gboolean with_folders, TaubeProgress *progress,
                    GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), FALSE);
  job = empty_job (self, mode, with_folders, progress);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_folder_empty_async:
 * @mode: where the items go
 * @with_folders: whether the folders below it go, too
 * @progress: (nullable): told how many items are done, where they go one by one
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Throws away all that is in the folder, which itself stays. See [method@Folder.empty].
 */
void
taube_folder_empty_async (TaubeFolder *self, TaubeDiscardMode mode, gboolean with_folders, TaubeProgress *progress,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = empty_job (self, mode, with_folders, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_empty_finish:
 * @result: what the callback got
 *
 * Whether [method@Folder.empty_async] emptied the folder; see [method@Folder.empty] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_folder_empty_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&empty_kind, self, result, error) != NULL;
}

/* Seen. */

static gboolean
check_mark_all_seen (gpointer object, gpointer args, GError **error)
{
  TaubeFolderClass *klass = TAUBE_FOLDER_GET_CLASS (object);

  return taube_folder_require (object, klass->mark_all_seen != NULL || klass->set_flags != NULL,
                               TAUBE_CAPABILITY_SERVER_FLAGS, "mark_all_seen", error);
}

static gboolean
mark_unseen (TaubeFolder *self, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  static const char *const none[] = { NULL };
  g_autoptr (TaubeIdSet) ids = list_ids (self, session, TAUBE_MESSAGE_FLAGS_SEEN, cancellable, error);
  g_autoptr (TaubeBatchResult) result = NULL;
  GError *problem;

  if (ids == NULL)
    return FALSE;
  if (taube_id_set_get_size (ids) == 0)
    return TRUE;
  result = TAUBE_FOLDER_GET_CLASS (self)->set_flags (self, session, ids, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_SEEN,
                                                     none, cancellable, error);
  if (result == NULL)
    return FALSE;
  problem = find_problem (self, result);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, problem);
  return FALSE;
}

static gboolean
do_mark_all_seen (TaubeFolder *self, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  TaubeFolderClass *klass = TAUBE_FOLDER_GET_CLASS (self);
  GError *problem = NULL;

  if (klass->mark_all_seen == NULL)
    return mark_unseen (self, session, cancellable, error);
  if (klass->mark_all_seen (self, session, cancellable, &problem))
    return TRUE;
  if (!can_do_otherwise (problem, klass->set_flags != NULL))
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  g_error_free (problem);
  return mark_unseen (self, session, cancellable, error);
}

static gpointer
run_mark_all_seen (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  if (!do_mark_all_seen (object, session, cancellable, error))
    return NULL;
  taube_folder_set_counts (object, -1, 0);
  return GINT_TO_POINTER (TRUE);
}

static const TaubeJobKind mark_all_seen_kind
  = { "TaubeFolder.mark_all_seen", check_mark_all_seen, run_mark_all_seen, NULL, NULL };

static TaubeJobRequest
mark_all_seen_job (TaubeFolder *self)
{
  return (TaubeJobRequest){ &mark_all_seen_kind, self, taube_folder_get_account (self), TAUBE_PRIORITY_INTERACTIVE,
                            taube_folder_get_name (self), NULL };
}

/**
 * taube_folder_mark_all_seen:
 * @cancellable: (nullable): cancels
 *
 * Marks all messages of the folder as seen, with one request where the server can do that. Blocking; see
 * [method@Folder.mark_all_seen_async].
 *
 * Who asked for a receipt of reading gets none.
 *
 * Returns: %TRUE, or %FALSE with @error, also when it was done with a part only: %TAUBE_ERROR_NOT_SUPPORTED,
 *   %TAUBE_ERROR_PERMISSION, %TAUBE_ERROR_NOT_FOUND, %TAUBE_ERROR_UNKNOWN_OUTCOME
 */
gboolean
taube_folder_mark_all_seen (TaubeFolder *self, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), FALSE);
  job = mark_all_seen_job (self);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_folder_mark_all_seen_async:
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Marks all messages of the folder as seen. See [method@Folder.mark_all_seen].
 */
void
taube_folder_mark_all_seen_async (TaubeFolder *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = mark_all_seen_job (self);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_mark_all_seen_finish:
 * @result: what the callback got
 *
 * Whether [method@Folder.mark_all_seen_async] did it; see [method@Folder.mark_all_seen] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_folder_mark_all_seen_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&mark_all_seen_kind, self, result, error) != NULL;
}
