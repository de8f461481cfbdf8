/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-folder-private.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"
#include "core/taube-message-source-private.h"

/* What writes: messages that come, and items that go elsewhere or away. */

/* What all of these have; not all use all of it. */
typedef struct
{
  TaubeAttempt attempt;
  gboolean ran;
  TaubeIdSet *ids;
  TaubeFolder *target;
  char *id;
  GPtrArray *sources; /* of TaubeMessageSource */
  TaubeProgress *progress;
} WriteArgs;

static void
write_args_free (gpointer data)
{
  WriteArgs *args = data;

  if (args->attempt.free_state != NULL && args->attempt.state != NULL)
    args->attempt.free_state (args->attempt.state);
  g_clear_pointer (&args->ids, taube_id_set_free);
  g_clear_object (&args->target);
  g_free (args->id);
  g_clear_pointer (&args->sources, g_ptr_array_unref);
  g_clear_object (&args->progress);
  g_free (args);
}

static WriteArgs *
write_args_new (TaubeProgress *progress)
{
  WriteArgs *args = g_new0 (WriteArgs, 1);

  args->progress = progress != NULL ? g_object_ref (progress) : NULL;
  return args;
}

/* For TaubeJobKind.again: once is enough. */
static gboolean
wants_again (gpointer data)
{
  WriteArgs *args = data;
  gboolean again = args->attempt.again && !args->ran;

  args->ran = TRUE;
  return again;
}

static TaubeJobRequest
write_job (TaubeFolder *self, const TaubeJobKind *kind, WriteArgs *args)
{
  return (TaubeJobRequest){ kind, self, taube_folder_get_account (self), TAUBE_PRIORITY_NORMAL,
                            taube_folder_get_name (self), args };
}

gboolean
taube_folder_require (TaubeFolder *self, gboolean has_function, TaubeCapability mail_row, const char *operation,
                      GError **error)
{
  TaubeContent content = taube_folder_get_content (self);

  return taube_account_require (taube_folder_get_account (self), has_function,
                                content == TAUBE_CONTENT_MAIL || content == TAUBE_CONTENT_ANY
                                  ? mail_row
                                  : taube_account_content_row (content),
                                operation, error);
}

/* Messages that come. */

static gboolean
measure_sources (gpointer object, gpointer data, GCancellable *cancellable, GError **error)
{
  const WriteArgs *args = data;

  for (guint i = 0; i < args->sources->len; i++)
    if (!taube_message_source_measure (args->sources->pdata[i], cancellable, error))
      {
        g_prefix_error (error, _ ("cannot write message %u into folder \"%s\": "), i + 1,
                        taube_folder_get_name (object));
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_append (gpointer object, gpointer args, GError **error)
{
  return taube_folder_require (object, TAUBE_FOLDER_GET_CLASS (object)->append != NULL, TAUBE_CAPABILITY_MAIL_SYNC,
                               "append", error);
}

static gpointer
run_append (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  WriteArgs *args = data;

  args->attempt.again = FALSE;
  return TAUBE_FOLDER_GET_CLASS (object)->append (object, session, args->sources, &args->attempt, args->progress,
                                                  cancellable, error);
}

static const TaubeJobKind append_kind
  = { "TaubeFolder.append", check_append, run_append, write_args_free, (GDestroyNotify) taube_batch_result_unref,
      measure_sources, wants_again };

static TaubeJobRequest
append_job (TaubeFolder *self, TaubeMessageSource *const *sources, guint n_sources, TaubeProgress *progress)
{
  WriteArgs *args = write_args_new (progress);

  args->sources = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < n_sources; i++)
    g_ptr_array_add (args->sources, g_object_ref (sources[i]));
  return write_job (self, &append_kind, args);
}

static gboolean
check_replace (gpointer object, gpointer args, GError **error)
{
  return taube_folder_require (object, TAUBE_FOLDER_GET_CLASS (object)->replace != NULL, TAUBE_CAPABILITY_MAIL_SYNC,
                               "replace", error);
}

static gpointer
run_replace (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  WriteArgs *args = data;

  args->attempt.again = FALSE;
  return TAUBE_FOLDER_GET_CLASS (object)->replace (object, session, args->id, args->sources->pdata[0], &args->attempt,
                                                   args->progress, cancellable, error);
}

static const TaubeJobKind replace_kind
  = { "TaubeFolder.replace", check_replace, run_replace, write_args_free, (GDestroyNotify) taube_batch_result_unref,
      measure_sources, wants_again };

static TaubeJobRequest
replace_job (TaubeFolder *self, const char *id, TaubeMessageSource *source, TaubeProgress *progress)
{
  WriteArgs *args = write_args_new (progress);

  args->id = g_strdup (id);
  args->sources = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (args->sources, g_object_ref (source));
  return write_job (self, &replace_kind, args);
}

/* Items that go. */

static gboolean
check_target (TaubeFolder *self, const WriteArgs *args, const char *operation, gboolean may_be_same, GError **error)
{
  if (taube_folder_get_account (args->target) != taube_folder_get_account (self))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                   _ ("cannot %s items of folder \"%s\" to folder \"%s\": that is in another account"), _ (operation),
                   taube_folder_get_name (self), taube_folder_get_name (args->target));
      return FALSE;
    }
  if (may_be_same || g_strcmp0 (taube_folder_get_name (args->target), taube_folder_get_name (self)) != 0)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("cannot %s items of folder \"%s\" to the same folder"),
               _ (operation), taube_folder_get_name (self));
  return FALSE;
}

static gboolean
check_copy (gpointer object, gpointer args, GError **error)
{
  return taube_folder_require (object, TAUBE_FOLDER_GET_CLASS (object)->copy != NULL, TAUBE_CAPABILITY_FOLDERS, "copy",
                               error)
         && check_target (object, args, N_ ("copy"), TRUE, error);
}

static gboolean
check_move (gpointer object, gpointer args, GError **error)
{
  return taube_folder_require (object, TAUBE_FOLDER_GET_CLASS (object)->move != NULL, TAUBE_CAPABILITY_FOLDERS, "move",
                               error)
         && check_target (object, args, N_ ("move"), FALSE, error);
}

static gboolean
check_remove (gpointer object, gpointer args, GError **error)
{
  return taube_folder_require (object, TAUBE_FOLDER_GET_CLASS (object)->remove != NULL, TAUBE_CAPABILITY_RETRIEVAL,
                               "remove", error);
}

static gpointer
run_copy (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  WriteArgs *args = data;

  args->attempt.again = FALSE;
  return TAUBE_FOLDER_GET_CLASS (object)->copy (object, session, args->ids, args->target, &args->attempt,
                                                args->progress, cancellable, error);
}

static gpointer
run_move (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  WriteArgs *args = data;

  args->attempt.again = FALSE;
  return TAUBE_FOLDER_GET_CLASS (object)->move (object, session, args->ids, args->target, &args->attempt,
                                                args->progress, cancellable, error);
}

static gpointer
run_remove (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  WriteArgs *args = data;

  args->attempt.again = FALSE;
  return TAUBE_FOLDER_GET_CLASS (object)->remove (object, session, args->ids, &args->attempt, args->progress,
                                                  cancellable, error);
}

static const TaubeJobKind copy_kind
  = { "TaubeFolder.copy", check_copy, run_copy, write_args_free, (GDestroyNotify) taube_batch_result_unref, NULL,
      wants_again };
static const TaubeJobKind move_kind
  = { "TaubeFolder.move", check_move, run_move, write_args_free, (GDestroyNotify) taube_batch_result_unref, NULL,
      wants_again };
static const TaubeJobKind remove_kind
  = { "TaubeFolder.remove", check_remove, run_remove, write_args_free, (GDestroyNotify) taube_batch_result_unref, NULL,
      wants_again };

static TaubeJobRequest
transfer_job (TaubeFolder *self, const TaubeJobKind *kind, const TaubeIdSet *ids, TaubeFolder *target,
              TaubeProgress *progress)
{
  WriteArgs *args = write_args_new (progress);

  args->ids = taube_id_set_copy (ids);
  args->target = target != NULL ? g_object_ref (target) : NULL;
  return write_job (self, kind, args);
}

/* The three forms. */

/**
 * taube_folder_append:
 * @sources: (array length=n_sources): the messages
 * @n_sources: how many
 * @progress: (nullable): told how many bytes have been sent
 * @cancellable: (nullable): cancels
 *
 * Writes messages into the folder. Blocking; see [method@Folder.append_async].
 *
 * The messages are read on the caller's thread before anything is sent, and streamed in constant memory. Where the
 * server can take several at once they go in groups, and of each group either all are
 * written or none. The ids of the result are the positions in @sources, `1` for the first;
 * [method@BatchResult.get_new_id] gives the id that each message has now.
 *
 * When the connection breaks, the library looks on a new one what became of it. What cannot be found out is unknown
 * in the result, with %TAUBE_ERROR_UNKNOWN_OUTCOME.
 *
 * Returns: (transfer full): what became of each message, or %NULL with @error when none was written:
 * %TAUBE_ERROR_NOT_FOUND when there is no such folder, %TAUBE_ERROR_QUOTA, %TAUBE_ERROR_INVALID when a message is
 * empty or too big, %TAUBE_ERROR_STORAGE when it cannot be read
 */
TaubeBatchResult *
taube_folder_append (TaubeFolder *self, TaubeMessageSource *const *sources, guint n_sources, TaubeProgress *progress,
                     GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (sources != NULL && n_sources > 0, NULL);
  job = append_job (self, sources, n_sources, progress);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_append_async:
 * @sources: (array length=n_sources): the messages
 * @n_sources: how many
 * @progress: (nullable): told how many bytes have been sent
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Writes messages into the folder. See [method@Folder.append].
 */
void
taube_folder_append_async (TaubeFolder *self, TaubeMessageSource *const *sources, guint n_sources,
                           TaubeProgress *progress, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (sources != NULL && n_sources > 0);
  job = append_job (self, sources, n_sources, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_append_finish:
 * @result: what the callback got
 *
 * What became of it after [method@Folder.append_async]; see [method@Folder.append] for the errors.
 *
 * Returns: (transfer full): the outcomes, or %NULL with @error when nothing was done
 */
TaubeBatchResult *
taube_folder_append_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&append_kind, self, result, error);
}

/**
 * taube_folder_copy:
 * @ids: which items
 * @target: another folder of the same account, or the same
 * @progress: (nullable): told how many items are done
 * @cancellable: (nullable): cancels
 *
 * Copies items to another folder on the server. Blocking; see [method@Folder.copy_async].
 *
 * [method@BatchResult.get_new_id] gives the id of each copy. When the connection breaks, the library looks on a new
 * one what became of it; what cannot be found out is unknown in the result.
 *
 * Returns: (transfer full): what became of each item, or %NULL with @error when nothing was done:
 *   %TAUBE_ERROR_NOT_FOUND when there is no such folder, %TAUBE_ERROR_INVALID when @target belongs to another account
 */
TaubeBatchResult *
taube_folder_copy (TaubeFolder *self, const TaubeIdSet *ids, TaubeFolder *target, TaubeProgress *progress,
                   GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  g_return_val_if_fail (TAUBE_IS_FOLDER (target), NULL);
  job = transfer_job (self, &copy_kind, ids, target, progress);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_copy_async:
 * @ids: which items
 * @target: another folder of the same account, or the same
 * @progress: (nullable): told how many items are done
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Copies items to another folder on the server. See [method@Folder.copy].
 */
void
taube_folder_copy_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeFolder *target, TaubeProgress *progress,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (ids != NULL);
  g_return_if_fail (TAUBE_IS_FOLDER (target));
  job = transfer_job (self, &copy_kind, ids, target, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_copy_finish:
 * @result: what the callback got
 *
 * What became of it after [method@Folder.copy_async]; see [method@Folder.copy] for the errors.
 *
 * Returns: (transfer full): the outcomes, or %NULL with @error when nothing was done
 */
TaubeBatchResult *
taube_folder_copy_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&copy_kind, self, result, error);
}

/**
 * taube_folder_move:
 * @ids: which items
 * @target: another folder of the same account
 * @progress: (nullable): told how many items are done
 * @cancellable: (nullable): cancels
 *
 * Moves items to another folder on the server. Blocking; see [method@Folder.move_async].
 *
 * Nothing is removed before the copy is known to be there. [method@BatchResult.get_new_id] gives the id of each item
 * in
 * @target. When the connection breaks, the library looks on a new one what became of it; what cannot be found out is
 * unknown in the result.
 *
 * Returns: (transfer full): what became of each item, or %NULL with @error when nothing was done:
 * %TAUBE_ERROR_NOT_FOUND when there is no such folder, %TAUBE_ERROR_INVALID when @target is the same folder or
 * belongs to another account, %TAUBE_ERROR_NOT_SUPPORTED when the server cannot remove single messages
 */
TaubeBatchResult *
taube_folder_move (TaubeFolder *self, const TaubeIdSet *ids, TaubeFolder *target, TaubeProgress *progress,
                   GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  g_return_val_if_fail (TAUBE_IS_FOLDER (target), NULL);
  job = transfer_job (self, &move_kind, ids, target, progress);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_move_async:
 * @ids: which items
 * @target: another folder of the same account
 * @progress: (nullable): told how many items are done
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Moves items to another folder on the server. See [method@Folder.move].
 */
void
taube_folder_move_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeFolder *target, TaubeProgress *progress,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (ids != NULL);
  g_return_if_fail (TAUBE_IS_FOLDER (target));
  job = transfer_job (self, &move_kind, ids, target, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_move_finish:
 * @result: what the callback got
 *
 * What became of it after [method@Folder.move_async]; see [method@Folder.move] for the errors.
 *
 * Returns: (transfer full): the outcomes, or %NULL with @error when nothing was done
 */
TaubeBatchResult *
taube_folder_move_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&move_kind, self, result, error);
}

/**
 * taube_folder_remove:
 * @ids: which items
 * @progress: (nullable): told how many items are done
 * @cancellable: (nullable): cancels
 *
 * Removes items from the folder for good, these and no others. Blocking; see [method@Folder.remove_async].
 *
 * To throw a message away so that it can be had back, see [method@Folder.discard].
 *
 * Returns: (transfer full): what became of each item, or %NULL with @error when nothing was done:
 *   %TAUBE_ERROR_PERMISSION, %TAUBE_ERROR_NOT_SUPPORTED when the server cannot remove single messages
 */
TaubeBatchResult *
taube_folder_remove (TaubeFolder *self, const TaubeIdSet *ids, TaubeProgress *progress, GCancellable *cancellable,
                     GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  job = transfer_job (self, &remove_kind, ids, NULL, progress);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_remove_async:
 * @ids: which items
 * @progress: (nullable): told how many items are done
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Removes items from the folder for good, these and no others. See [method@Folder.remove].
 */
void
taube_folder_remove_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeProgress *progress,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (ids != NULL);
  job = transfer_job (self, &remove_kind, ids, NULL, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_remove_finish:
 * @result: what the callback got
 *
 * What became of it after [method@Folder.remove_async]; see [method@Folder.remove] for the errors.
 *
 * Returns: (transfer full): the outcomes, or %NULL with @error when nothing was done
 */
TaubeBatchResult *
taube_folder_remove_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&remove_kind, self, result, error);
}

/**
 * taube_folder_replace:
 * @id: the item's id in this folder
 * @source: the message that takes its place
 * @progress: (nullable): told how many bytes have been sent
 * @cancellable: (nullable): cancels
 *
 * Puts another message in the place of one, as an editor does with a draft. Blocking; see
 * [method@Folder.replace_async].
 *
 * Neither is ever lost: the old message is removed when the new one is known to be there, so that at worst both are.
 * The result is about @id: when it is done, [method@BatchResult.get_new_id] gives the id of the new message.
 *
 * Returns: (transfer full): what became of it, or %NULL with @error when nothing was done: the errors of
 *   [method@Folder.append] and [method@Folder.remove]
 */
TaubeBatchResult *
taube_folder_replace (TaubeFolder *self, const char *id, TaubeMessageSource *source, TaubeProgress *progress,
                      GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (TAUBE_IS_MESSAGE_SOURCE (source), NULL);
  job = replace_job (self, id, source, progress);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_replace_async:
 * @id: the item's id in this folder
 * @source: the message that takes its place
 * @progress: (nullable): told how many bytes have been sent
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Puts another message in the place of one, as an editor does with a draft. See [method@Folder.replace].
 */
void
taube_folder_replace_async (TaubeFolder *self, const char *id, TaubeMessageSource *source, TaubeProgress *progress,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (id != NULL);
  g_return_if_fail (TAUBE_IS_MESSAGE_SOURCE (source));
  job = replace_job (self, id, source, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_replace_finish:
 * @result: what the callback got
 *
 * What became of it after [method@Folder.replace_async]; see [method@Folder.replace] for the errors.
 *
 * Returns: (transfer full): the outcomes, or %NULL with @error when nothing was done
 */
TaubeBatchResult *
taube_folder_replace_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&replace_kind, self, result, error);
}
