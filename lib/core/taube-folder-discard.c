/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-folder-private.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"

/* Items that are thrown away: into the trash, out of sight, for good. */

typedef struct
{
  TaubeAttempt attempt;
  gboolean ran;
  TaubeIdSet *ids;
  TaubeDiscardMode mode;
  TaubeProgress *progress;
} DiscardArgs;

static void
discard_args_free (gpointer data)
{
  DiscardArgs *args = data;

  if (args->attempt.free_state != NULL && args->attempt.state != NULL)
    args->attempt.free_state (args->attempt.state);
  taube_id_set_free (args->ids);
  g_clear_object (&args->progress);
  g_free (args);
}

static gboolean
wants_again (gpointer data)
{
  DiscardArgs *args = data;
  gboolean again = args->attempt.again && !args->ran;

  args->ran = TRUE;
  return again;
}

static gboolean
check_trash (TaubeFolder *self, const char *operation, GError **error)
{
  if (!taube_folder_require (self, TAUBE_FOLDER_GET_CLASS (self)->move != NULL, TAUBE_CAPABILITY_FOLDERS, operation,
                             error))
    return FALSE;
  if (taube_folder_get_role (self) != TAUBE_FOLDER_ROLE_TRASH)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
               _ ("cannot move items of folder \"%s\" to the trash: they are there already"),
               taube_folder_get_name (self));
  return FALSE;
}

static gboolean
check_recoverable (TaubeFolder *self, const char *operation, GError **error)
{
  if (!taube_folder_require (self, TAUBE_FOLDER_GET_CLASS (self)->remove != NULL, TAUBE_CAPABILITY_RETRIEVAL, operation,
                             error))
    return FALSE;
  if (TAUBE_FOLDER_GET_CLASS (self)->remove_recoverable != NULL)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
               _ ("%s: what is removed from folder \"%s\" cannot be had back: the protocol has no place for it"),
               operation, taube_folder_get_name (self));
  return FALSE;
}

gboolean
taube_folder_check_discard (TaubeFolder *self, TaubeDiscardMode mode, const char *operation, GError **error)
{
  switch (mode)
    {
    case TAUBE_DISCARD_MODE_TO_TRASH:
      return check_trash (self, operation, error);
    case TAUBE_DISCARD_MODE_RECOVERABLE:
      return check_recoverable (self, operation, error);
    default:
      return taube_folder_require (self, TAUBE_FOLDER_GET_CLASS (self)->remove != NULL, TAUBE_CAPABILITY_RETRIEVAL,
                                   operation, error);
    }
}

/* The server is asked for its folders when nobody has done that yet. (transfer full) */
static TaubeFolder *
find_trash (TaubeFolder *self, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  TaubeAccount *account = taube_folder_get_account (self);
  g_autoptr (TaubeFolder) trash = taube_account_get_folder_for_role (account, TAUBE_FOLDER_ROLE_TRASH);
  g_autoptr (GPtrArray) folders = NULL;

  if (trash == NULL)
    {
      folders = TAUBE_ACCOUNT_GET_CLASS (account)->list_folders (account, session, TAUBE_CONTENT_MAIL, cancellable,
                                                                 error);
      if (folders == NULL)
        return NULL;
      trash = taube_account_get_folder_for_role (account, TAUBE_FOLDER_ROLE_TRASH);
    }
  if (trash == NULL)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND,
                 _ ("cannot move items of folder \"%s\" to the trash: the server has no folder for that"),
                 taube_folder_get_name (self));
  else if (!check_trash (self, "discard", error)) /* now that the folders are known */
    return NULL;
  return g_steal_pointer (&trash);
}

TaubeBatchResult *
taube_folder_run_discard (TaubeFolder *self, TaubeSession *session, const TaubeIdSet *ids, TaubeDiscardMode mode,
                          TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  TaubeFolderClass *klass = TAUBE_FOLDER_GET_CLASS (self);
  g_autoptr (TaubeFolder) trash = NULL;

  attempt->again = FALSE;
  if (mode == TAUBE_DISCARD_MODE_RECOVERABLE)
    return klass->remove_recoverable (self, session, ids, attempt, progress, cancellable, error);
  if (mode == TAUBE_DISCARD_MODE_FOR_GOOD)
    return klass->remove (self, session, ids, attempt, progress, cancellable, error);
  trash = find_trash (self, session, cancellable, error);
  if (trash == NULL)
    return NULL;
  return klass->move (self, session, ids, trash, attempt, progress, cancellable, error);
}

static gboolean
check_discard (gpointer object, gpointer data, GError **error)
{
  return taube_folder_check_discard (object, ((DiscardArgs *) data)->mode, "discard", error);
}

static gpointer
run_discard (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  DiscardArgs *args = data;

  return taube_folder_run_discard (object, session, args->ids, args->mode, &args->attempt, args->progress, cancellable,
                                   error);
}

static const TaubeJobKind discard_kind
  = { "TaubeFolder.discard", check_discard, run_discard, discard_args_free, (GDestroyNotify) taube_batch_result_unref,
      NULL, wants_again };

static TaubeJobRequest
discard_job (TaubeFolder *self, const TaubeIdSet *ids, TaubeDiscardMode mode, TaubeProgress *progress)
{
  DiscardArgs *args = g_new0 (DiscardArgs, 1);

  args->ids = taube_id_set_copy (ids);
  args->mode = mode;
  g_set_object (&args->progress, progress);
  return (TaubeJobRequest){ &discard_kind, self, taube_folder_get_account (self), TAUBE_PRIORITY_NORMAL,
                            taube_folder_get_name (self), args };
}

/**
 * taube_folder_discard:
 * @ids: which items
 * @mode: where they go
 * @progress: (nullable): told how many items are done
 * @cancellable: (nullable): cancels
 *
 * Throws items away, these and no others. Blocking; see [method@Folder.discard_async].
 *
 * With %TAUBE_DISCARD_MODE_TO_TRASH it is [method@Folder.move] to the folder with the role `trash`, and
 * [method@BatchResult.get_new_id] gives the id that an item has there. With %TAUBE_DISCARD_MODE_FOR_GOOD it is
 * [method@Folder.remove]. With %TAUBE_DISCARD_MODE_RECOVERABLE the items are in no folder any more, but the server
 * keeps them for a time that its administrator chose: Exchange does, the other protocols have nothing like it.
 *
 * Returns: (transfer full): what became of each item, or %NULL with @error when nothing was done:
 *   %TAUBE_ERROR_NOT_SUPPORTED, %TAUBE_ERROR_NOT_FOUND when the account has no trash, %TAUBE_ERROR_INVALID when the
 *   folder is the trash itself, and the errors of [method@Folder.move] and [method@Folder.remove]
 */
TaubeBatchResult *
taube_folder_discard (TaubeFolder *self, const TaubeIdSet *ids, TaubeDiscardMode mode, TaubeProgress *progress,
                      GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  job = discard_job (self, ids, mode, progress);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_discard_async:
 * @ids: which items
 * @mode: where they go
 * @progress: (nullable): told how many items are done
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Throws items away, these and no others. See [method@Folder.discard].
 */
void
taube_folder_discard_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeDiscardMode mode, TaubeProgress *progress,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (ids != NULL);
  job = discard_job (self, ids, mode, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_discard_finish:
 * @result: what the callback got
 *
 * What became of it after [method@Folder.discard_async]; see [method@Folder.discard] for the errors.
 *
 * Returns: (transfer full): the outcomes, or %NULL with @error when nothing was done
 */
TaubeBatchResult *
taube_folder_discard_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&discard_kind, self, result, error);
}
