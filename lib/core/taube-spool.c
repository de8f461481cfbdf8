/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-spool-impl.h>

#include <taube/taube-backend.h>
#include <taube/taube-error.h>
#include <taube/taube-folder.h>
#include <taube/taube-settings.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"
#include "core/taube-list-request-private.h"

/**
 * TaubeSpool:
 *
 * What folders have from which messages are retrieved and which they may then leave, as a letter leaves a letter box.
 * It is asked by the methods of [class@Folder], which all folders have: those that lack this interface answer
 * %TAUBE_ERROR_NOT_SUPPORTED.
 *
 * One run is: [method@Folder.open_journal], [method@Folder.list_unstored], [method@Folder.retrieve], of which each
 * message is stored and then told of by [method@Folder.confirm_stored], and at last [method@Folder.settle], which
 * removes from the server what the account's [struct@LeavePolicy] says. The journal is a local file that remembers
 * between runs what was stored: a message goes from the server only after it was confirmed, and none is retrieved
 * twice.
 */
G_DEFINE_INTERFACE (TaubeSpool, taube_spool, TAUBE_TYPE_FOLDER)

static void
taube_spool_default_init (TaubeSpoolInterface *iface)
{
}

/* What these have; not all use all of it. */
typedef struct
{
  TaubeAttempt attempt;
  gboolean ran;
  char *path;
  TaubeJournalFlags flags;
  TaubeIdSet *ids;
  TaubeReceiver *receiver;
  TaubeLeavePolicy *policy;
  TaubeProgress *progress;
} SpoolArgs;

static void
spool_args_free (gpointer data)
{
  SpoolArgs *args = data;

  if (args->attempt.free_state != NULL && args->attempt.state != NULL)
    args->attempt.free_state (args->attempt.state);
  g_free (args->path);
  g_clear_pointer (&args->ids, taube_id_set_free);
  g_clear_object (&args->receiver);
  g_clear_pointer (&args->policy, taube_leave_policy_free);
  g_clear_object (&args->progress);
  g_free (args);
}

static SpoolArgs *
spool_args_new (const TaubeIdSet *ids, TaubeProgress *progress)
{
  SpoolArgs *args = g_new0 (SpoolArgs, 1);

  args->ids = ids != NULL ? taube_id_set_copy (ids) : NULL;
  args->progress = progress != NULL ? g_object_ref (progress) : NULL;
  return args;
}

static TaubeJobRequest
spool_job (TaubeFolder *self, const TaubeJobKind *kind, gpointer args)
{
  return (TaubeJobRequest){ kind, self, taube_folder_get_account (self), TAUBE_PRIORITY_NORMAL,
                            taube_folder_get_name (self), args };
}

static gboolean
require (gpointer object, const char *operation, GError **error)
{
  TaubeAccount *account = taube_folder_get_account (object);

  if (TAUBE_IS_SPOOL (object))
    return taube_account_require (account, TRUE, TAUBE_CAPABILITY_RETRIEVAL, operation, error);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
               _ ("%s: with %s mail stays on the server, and is not retrieved from it with a journal"), operation,
               taube_backend_get_title (taube_account_get_backend (account)));
  return FALSE;
}

static gboolean
require_journal (gpointer object, const char *operation, GError **error)
{
  if (!require (object, operation, error))
    return FALSE;
  if (TAUBE_SPOOL_GET_IFACE (object)->has_journal (object))
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("%s: folder \"%s\" has no journal open"), operation,
               taube_folder_get_name (object));
  return FALSE;
}

/* The journal. */

static gboolean
check_open_journal (gpointer object, gpointer data, GError **error)
{
  if (!require (object, "open_journal", error))
    return FALSE;
  if (!TAUBE_SPOOL_GET_IFACE (object)->has_journal (object))
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_EXISTS, _ ("folder \"%s\" has a journal open already"),
               taube_folder_get_name (object));
  return FALSE;
}

static gboolean
do_open_journal (gpointer object, gpointer data, GCancellable *cancellable, GError **error)
{
  const SpoolArgs *args = data;

  return TAUBE_SPOOL_GET_IFACE (object)->open_journal (object, args->path, args->flags, cancellable, error);
}

static const TaubeJobKind open_journal_kind
    = { "TaubeFolder.open_journal", check_open_journal, NULL, spool_args_free, NULL, do_open_journal, NULL };

static TaubeJobRequest
open_journal_job (TaubeFolder *self, const char *path, TaubeJournalFlags flags)
{
  SpoolArgs *args = spool_args_new (NULL, NULL);

  args->path = g_strdup (path);
  args->flags = flags;
  return spool_job (self, &open_journal_kind, args);
}

/**
 * taube_folder_open_journal:
 * @path: (type filename): the file, which is made when it is not there, readable by its owner alone
 * @flags: usually none
 * @cancellable: (nullable): cancels
 *
 * Opens the file in which is kept what of this folder was stored, and locks it, so that no other program uses it at the
 * same time. Nothing is sent. It stays open until [method@Folder.close_journal], or until the folder is no longer held
 * by anybody: hold it. Blocking; see [method@Folder.open_journal_async].
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_NOT_SUPPORTED where nothing is retrieved in this way,
 *   %TAUBE_ERROR_EXISTS when the folder has a journal open, %TAUBE_ERROR_STORAGE when the file cannot be read or
 *   written, is no journal, or another program has it, %TAUBE_ERROR_CONFLICT when it is that of another mailbox: with
 *   %TAUBE_JOURNAL_FLAGS_MOVED it is taken as this one's
 */
gboolean
taube_folder_open_journal (TaubeFolder *self, const char *path, TaubeJournalFlags flags, GCancellable *cancellable,
                           GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  job = open_journal_job (self, path, flags);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_folder_open_journal_async:
 * @path: (type filename): the file, which is made when it is not there, readable by its owner alone
 * @flags: usually none
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Opens the file in which is kept what of this folder was stored. See [method@Folder.open_journal].
 */
void
taube_folder_open_journal_async (TaubeFolder *self, const char *path, TaubeJournalFlags flags,
                                 GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (path != NULL);
  job = open_journal_job (self, path, flags);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_open_journal_finish:
 * @result: what the callback got
 *
 * Whether [method@Folder.open_journal_async] opened the journal. See [method@Folder.open_journal] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_folder_open_journal_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&open_journal_kind, self, result, error) != NULL;
}

/**
 * taube_folder_has_journal:
 *
 * Whether a journal is open.
 *
 * Returns: whether [method@Folder.open_journal] has opened one which is not closed yet
 */
gboolean
taube_folder_has_journal (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), FALSE);
  return TAUBE_IS_SPOOL (self) && TAUBE_SPOOL_GET_IFACE (self)->has_journal (self);
}

/**
 * taube_folder_close_journal:
 *
 * Closes the journal and gives its file free. All that was confirmed is in it. Without a journal it does nothing.
 */
void
taube_folder_close_journal (TaubeFolder *self)
{
  g_return_if_fail (TAUBE_IS_FOLDER (self));
  if (TAUBE_IS_SPOOL (self))
    TAUBE_SPOOL_GET_IFACE (self)->close_journal (self);
}

/* List. */

static gboolean
check_list_unstored (gpointer object, gpointer args, GError **error)
{
  return require_journal (object, "list_unstored", error);
}

static gpointer
run_list_unstored (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  return TAUBE_SPOOL_GET_IFACE (object)->list_unstored (object, session, args, cancellable, error);
}

static const TaubeJobKind list_unstored_kind
    = { "TaubeFolder.list_unstored", check_list_unstored, run_list_unstored, g_object_unref, g_object_unref };

static void
deliver (gpointer target, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  taube_frame_deliver (target, func, data, notify);
}

static TaubeJobRequest
list_unstored_job (TaubeFolder *self, TaubeListRequest *request)
{
  return spool_job (self, &list_unstored_kind,
                    taube_list_request_bind (request, deliver, taube_folder_get_account (self)));
}

/**
 * taube_folder_list_unstored:
 * @request: (nullable): which columns; %NULL for the default ones
 * @cancellable: (nullable): cancels
 *
 * Lists the messages on the server that have not been confirmed as stored. Blocking; see
 * [method@Folder.list_unstored_async].
 *
 * Ids alone cost least. When the server has given its messages other ids than it had, which happens when a mailbox
 * moves to other software, that is found out and told instead of listing everything as new; open the journal with
 * %TAUBE_JOURNAL_FLAGS_MOVED to go on.
 *
 * Returns: (transfer full): the rows, immutable, oldest first; for mail a [class@MessageList]; or %NULL with @error:
 *   %TAUBE_ERROR_INVALID when no journal is open, %TAUBE_ERROR_CONFLICT when the ids are others, %TAUBE_ERROR_STORAGE
 */
TaubeItemList *
taube_folder_list_unstored (TaubeFolder *self, TaubeListRequest *request, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  job = list_unstored_job (self, request);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_list_unstored_async:
 * @request: (nullable): which columns; %NULL for the default ones
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Lists the messages on the server that have not been confirmed as stored. See [method@Folder.list_unstored].
 */
void
taube_folder_list_unstored_async (TaubeFolder *self, TaubeListRequest *request, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = list_unstored_job (self, request);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_list_unstored_finish:
 * @result: what the callback got
 *
 * The rows that [method@Folder.list_unstored_async] asked for; see [method@Folder.list_unstored] for the errors.
 *
 * Returns: (transfer full): the rows, immutable, or %NULL with @error
 */
TaubeItemList *
taube_folder_list_unstored_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&list_unstored_kind, self, result, error);
}

/* Retrieve. */

static gboolean
check_retrieve (gpointer object, gpointer args, GError **error)
{
  return require (object, "retrieve", error);
}

static gpointer
run_retrieve (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const SpoolArgs *args = data;

  return TAUBE_SPOOL_GET_IFACE (object)->retrieve (object, session, args->ids, args->receiver, args->progress,
                                                   cancellable, error);
}

static const TaubeJobKind retrieve_kind = { "TaubeFolder.retrieve", check_retrieve, run_retrieve, spool_args_free,
                                            (GDestroyNotify) taube_batch_result_unref };

static TaubeJobRequest
retrieve_job (TaubeFolder *self, const TaubeIdSet *ids, TaubeReceiver *receiver, TaubeProgress *progress)
{
  SpoolArgs *args = spool_args_new (ids, progress);

  args->receiver = g_object_ref (receiver);
  return spool_job (self, &retrieve_kind, args);
}

/**
 * taube_folder_retrieve:
 * @ids: which messages
 * @receiver: who takes them
 * @progress: (nullable): told how many bytes have come
 * @cancellable: (nullable): cancels
 *
 * Retrieves many messages one after the other, without waiting for the server between them where it can do that, in
 * constant memory. Blocking; see [method@Folder.retrieve_async].
 *
 * Done is what the receiver has taken. When the receiver fails, or it is cancelled, or the connection breaks, the
 * messages that did not come have failed with that error. Needs no journal, and writes none.
 *
 * Returns: (transfer full): what became of each message, or %NULL with @error when none came:
 *   %TAUBE_ERROR_NOT_SUPPORTED where nothing is retrieved in this way
 */
TaubeBatchResult *
taube_folder_retrieve (TaubeFolder *self, const TaubeIdSet *ids, TaubeReceiver *receiver, TaubeProgress *progress,
                       GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  g_return_val_if_fail (TAUBE_IS_RECEIVER (receiver), NULL);
  job = retrieve_job (self, ids, receiver, progress);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_retrieve_async:
 * @ids: which messages
 * @receiver: who takes them, on a thread of the library
 * @progress: (nullable): told how many bytes have come
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Retrieves many messages one after the other. See [method@Folder.retrieve].
 */
void
taube_folder_retrieve_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeReceiver *receiver,
                             TaubeProgress *progress, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (ids != NULL);
  g_return_if_fail (TAUBE_IS_RECEIVER (receiver));
  job = retrieve_job (self, ids, receiver, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_retrieve_finish:
 * @result: what the callback got
 *
 * What became of the messages that [method@Folder.retrieve_async] was to bring; see [method@Folder.retrieve] for the
 * errors.
 *
 * Returns: (transfer full): the outcomes, or %NULL with @error when none came
 */
TaubeBatchResult *
taube_folder_retrieve_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&retrieve_kind, self, result, error);
}

/* Confirm. */

static gboolean
check_confirm_stored (gpointer object, gpointer args, GError **error)
{
  return require_journal (object, "confirm_stored", error);
}

static gboolean
do_confirm_stored (gpointer object, gpointer data, GCancellable *cancellable, GError **error)
{
  const SpoolArgs *args = data;

  return TAUBE_SPOOL_GET_IFACE (object)->confirm (object, args->ids, FALSE, cancellable, error);
}

static const TaubeJobKind confirm_stored_kind
    = { "TaubeFolder.confirm_stored", check_confirm_stored, NULL, spool_args_free, NULL, do_confirm_stored, NULL };

/**
 * taube_folder_confirm_stored:
 * @ids: which messages
 * @cancellable: (nullable): cancels
 *
 * Remembers that messages were stored durably: they are not listed as unstored any more, and may
 * leave the server when the policy says so.
 * Nothing is sent; it may be called from inside a [iface@Receiver]. Blocking; see
 * [method@Folder.confirm_stored_async].
 *
 * Returns: %TRUE once it is on the disk, or %FALSE with @error: %TAUBE_ERROR_INVALID when no journal is open,
 *   %TAUBE_ERROR_STORAGE, %TAUBE_ERROR_NOT_FOUND when there was never such a message
 */
gboolean
taube_folder_confirm_stored (TaubeFolder *self, const TaubeIdSet *ids, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), FALSE);
  g_return_val_if_fail (ids != NULL, FALSE);
  job = spool_job (self, &confirm_stored_kind, spool_args_new (ids, NULL));
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_folder_confirm_stored_async:
 * @ids: which messages
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Remembers that messages were stored. See [method@Folder.confirm_stored].
 */
void
taube_folder_confirm_stored_async (TaubeFolder *self, const TaubeIdSet *ids, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (ids != NULL);
  job = spool_job (self, &confirm_stored_kind, spool_args_new (ids, NULL));
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_confirm_stored_finish:
 * @result: what the callback got
 *
 * Whether [method@Folder.confirm_stored_async] has put it on the disk. See [method@Folder.confirm_stored] for the
 * errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_folder_confirm_stored_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&confirm_stored_kind, self, result, error) != NULL;
}

static gboolean
check_confirm_removed (gpointer object, gpointer args, GError **error)
{
  return require_journal (object, "confirm_removed", error);
}

static gboolean
do_confirm_removed (gpointer object, gpointer data, GCancellable *cancellable, GError **error)
{
  const SpoolArgs *args = data;

  return TAUBE_SPOOL_GET_IFACE (object)->confirm (object, args->ids, TRUE, cancellable, error);
}

static const TaubeJobKind confirm_removed_kind
    = { "TaubeFolder.confirm_removed", check_confirm_removed, NULL, spool_args_free, NULL, do_confirm_removed, NULL };

/**
 * taube_folder_confirm_removed:
 * @ids: which messages
 * @cancellable: (nullable): cancels
 *
 * Remembers that messages which had been stored were removed there by the user: with
 * %TAUBE_LEAVE_KIND_UNTIL_REMOVED they may leave the server.
 * Nothing is sent; it may be called from inside a [iface@Receiver]. Blocking; see
 * [method@Folder.confirm_removed_async].
 *
 * Returns: %TRUE once it is on the disk, or %FALSE with @error: %TAUBE_ERROR_INVALID when no journal is open,
 *   %TAUBE_ERROR_STORAGE, %TAUBE_ERROR_NOT_FOUND when there was never such a message
 */
gboolean
taube_folder_confirm_removed (TaubeFolder *self, const TaubeIdSet *ids, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), FALSE);
  g_return_val_if_fail (ids != NULL, FALSE);
  job = spool_job (self, &confirm_removed_kind, spool_args_new (ids, NULL));
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_folder_confirm_removed_async:
 * @ids: which messages
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Remembers that messages were removed. See [method@Folder.confirm_removed].
 */
void
taube_folder_confirm_removed_async (TaubeFolder *self, const TaubeIdSet *ids, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (ids != NULL);
  job = spool_job (self, &confirm_removed_kind, spool_args_new (ids, NULL));
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_confirm_removed_finish:
 * @result: what the callback got
 *
 * Whether [method@Folder.confirm_removed_async] has put it on the disk. See [method@Folder.confirm_removed] for the
 * errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_folder_confirm_removed_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&confirm_removed_kind, self, result, error) != NULL;
}

/* Settle. */

static gboolean
check_settle (gpointer object, gpointer args, GError **error)
{
  return require_journal (object, "settle", error);
}

static gpointer
run_settle (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  SpoolArgs *args = data;

  args->attempt.again = FALSE;
  return TAUBE_SPOOL_GET_IFACE (object)->settle (object, session, args->policy, &args->attempt, args->progress,
                                                 cancellable, error);
}

/* For TaubeJobKind.again: once is enough. */
static gboolean
wants_again (gpointer data)
{
  SpoolArgs *args = data;
  gboolean again = args->attempt.again && !args->ran;

  args->ran = TRUE;
  return again;
}

static const TaubeJobKind settle_kind = { "TaubeFolder.settle", check_settle, run_settle, spool_args_free,
                                          (GDestroyNotify) taube_batch_result_unref, NULL, wants_again };

static TaubeJobRequest
settle_job (TaubeFolder *self, const TaubeLeavePolicy *policy, TaubeProgress *progress)
{
  SpoolArgs *args = spool_args_new (NULL, progress);

  args->policy = policy != NULL ? taube_leave_policy_copy (policy)
                                : taube_settings_get_leave_policy (
                                    taube_account_get_settings (taube_folder_get_account (self)));
  return spool_job (self, &settle_kind, args);
}

/**
 * taube_folder_settle:
 * @policy: (nullable): what is to stay on the server; %NULL for what the account's setting `leave` says
 * @progress: (nullable): told how many messages are done
 * @cancellable: (nullable): cancels
 *
 * Removes from the server what may leave it: messages that were confirmed as stored and that the policy does not keep.
 * Blocking; see [method@Folder.settle_async].
 *
 * When the connection breaks, the library looks on a new one what became of it; what cannot be found out is unknown in
 * the result and is looked after when it is called the next time. Nothing that is in doubt is removed.
 *
 * Returns: (transfer full): what became of each message that was to go, maybe none, or %NULL with @error:
 *   %TAUBE_ERROR_INVALID when no journal is open, %TAUBE_ERROR_CONFLICT when the server's ids are others than they
 *   were, %TAUBE_ERROR_STORAGE
 */
TaubeBatchResult *
taube_folder_settle (TaubeFolder *self, const TaubeLeavePolicy *policy, TaubeProgress *progress,
                     GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  job = settle_job (self, policy, progress);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_settle_async:
 * @policy: (nullable): what is to stay on the server; %NULL for what the account's setting `leave` says
 * @progress: (nullable): told how many messages are done
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Removes from the server what may leave it. See [method@Folder.settle].
 */
void
taube_folder_settle_async (TaubeFolder *self, const TaubeLeavePolicy *policy, TaubeProgress *progress,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = settle_job (self, policy, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_settle_finish:
 * @result: what the callback got
 *
 * What became of the messages that [method@Folder.settle_async] was to remove; see [method@Folder.settle] for the
 * errors.
 *
 * Returns: (transfer full): the outcomes, or %NULL with @error
 */
TaubeBatchResult *
taube_folder_settle_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&settle_kind, self, result, error);
}
