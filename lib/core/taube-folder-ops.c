/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-folder-private.h"

#include <taube/taube-error.h>

#include "core/taube-account-private.h"
#include "core/taube-job.h"
#include "core/taube-list-request-private.h"

/* What a folder does, each operation in its three forms: a kind, and few-line shims over one job. */

static TaubeJobRequest
folder_job (TaubeFolder *self, const TaubeJobKind *kind, TaubePriority priority, gpointer args)
{
  return (TaubeJobRequest){ kind, self, taube_folder_get_account (self), priority, taube_folder_get_name (self), args };
}

/* The row of the table that speaks of a folder's items. */
static TaubeCapability
content_row (TaubeFolder *self)
{
  return taube_account_content_row (taube_folder_get_content (self));
}

/* Refresh. */

static gboolean
check_refresh (gpointer object, gpointer args, GError **error)
{
  return taube_account_require (taube_folder_get_account (object), TAUBE_FOLDER_GET_CLASS (object)->refresh != NULL,
                                content_row (object), "refresh", error);
}

static gpointer
run_refresh (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (TAUBE_FOLDER_GET_CLASS (object)->refresh (object, session, cancellable, error));
}

static const TaubeJobKind refresh_kind = { "TaubeFolder.refresh", check_refresh, run_refresh, NULL, NULL };

/**
 * taube_folder_refresh:
 * @cancellable: (nullable): cancels
 *
 * Asks the server for the folder's counts and flags. Blocking; see [method@Folder.refresh_async].
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_NOT_FOUND when there is no such folder
 */
gboolean
taube_folder_refresh (TaubeFolder *self, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), FALSE);
  job = folder_job (self, &refresh_kind, TAUBE_PRIORITY_NORMAL, NULL);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_folder_refresh_async:
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Asks the server for the folder's counts and flags.
 */
void
taube_folder_refresh_async (TaubeFolder *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = folder_job (self, &refresh_kind, TAUBE_PRIORITY_NORMAL, NULL);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_refresh_finish:
 * @result: what the callback got
 *
 * Whether [method@Folder.refresh_async] brought the folder up to date: its getters give the new values by now. See
 * [method@Folder.refresh] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_folder_refresh_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&refresh_kind, self, result, error) != NULL;
}

/* List. */

static gboolean
check_list (gpointer object, gpointer args, GError **error)
{
  return taube_account_require (taube_folder_get_account (object), TAUBE_FOLDER_GET_CLASS (object)->list != NULL,
                                content_row (object), "list", error);
}

static gpointer
run_list (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  return TAUBE_FOLDER_GET_CLASS (object)->list (object, session, args, cancellable, error);
}

static const TaubeJobKind list_kind = { "TaubeFolder.list", check_list, run_list, g_object_unref, g_object_unref };

static void
deliver (gpointer target, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  taube_frame_deliver (target, func, data, notify);
}

static TaubeJobRequest
list_job (TaubeFolder *self, TaubeListRequest *request)
{
  TaubePriority priority = request != NULL ? taube_list_request_get_priority (request) : TAUBE_PRIORITY_NORMAL;

  return folder_job (self, &list_kind, priority,
                     taube_list_request_bind (request, deliver, taube_folder_get_account (self)));
}

/**
 * taube_folder_list:
 * @request: (nullable): which rows and columns, in which order; %NULL for all rows with the default columns
 * @cancellable: (nullable): cancels
 *
 * Lists the items of the folder. Blocking; see [method@Folder.list_async]. The request is read once, at the call.
 *
 * Returns: (transfer full): the rows, immutable; for mail a [class@MessageList]
 */
TaubeItemList *
taube_folder_list (TaubeFolder *self, TaubeListRequest *request, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  job = list_job (self, request);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_list_async:
 * @request: (nullable): which rows and columns, in which order; %NULL for all rows with the default columns
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Lists the items of the folder. The request is read once, at the call.
 */
void
taube_folder_list_async (TaubeFolder *self, TaubeListRequest *request, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = list_job (self, request);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_list_finish:
 * @result: what the callback got
 *
 * The rows that [method@Folder.list_async] asked for; see [method@Folder.list].
 *
 * Returns: (transfer full): the rows, immutable, or %NULL with @error
 */
TaubeItemList *
taube_folder_list_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&list_kind, self, result, error);
}

/* One item. */

static gboolean
check_get_item (gpointer object, gpointer args, GError **error)
{
  return taube_account_require (taube_folder_get_account (object), TAUBE_FOLDER_GET_CLASS (object)->get_item != NULL,
                                content_row (object), "get_item", error);
}

static gpointer
run_get_item (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  return TAUBE_FOLDER_GET_CLASS (object)->get_item (object, session, args, cancellable, error);
}

static const TaubeJobKind get_item_kind
    = { "TaubeFolder.get_item", check_get_item, run_get_item, g_free, g_object_unref };

/**
 * taube_folder_get_item:
 * @id: the item's id in this folder
 * @cancellable: (nullable): cancels
 *
 * Gives one item with all that a list would tell of it. Blocking; see [method@Folder.get_item_async].
 *
 * Returns: (transfer full): the item, or %NULL with @error: %TAUBE_ERROR_NOT_FOUND when it is not there,
 *   %TAUBE_ERROR_CONFLICT when the folder's ids are others by now
 */
TaubeItem *
taube_folder_get_item (TaubeFolder *self, const char *id, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);
  job = folder_job (self, &get_item_kind, TAUBE_PRIORITY_INTERACTIVE, g_strdup (id));
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_get_item_async:
 * @id: the item's id in this folder
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Gives one item with all that a list would tell of it.
 */
void
taube_folder_get_item_async (TaubeFolder *self, const char *id, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (id != NULL);
  job = folder_job (self, &get_item_kind, TAUBE_PRIORITY_INTERACTIVE, g_strdup (id));
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_get_item_finish:
 * @result: what the callback got
 *
 * The item that [method@Folder.get_item_async] asked for; see [method@Folder.get_item] for the errors.
 *
 * Returns: (transfer full): the item, or %NULL with @error
 */
TaubeItem *
taube_folder_get_item_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&get_item_kind, self, result, error);
}

/* Fetch. */

typedef struct
{
  char *id;
  char *section;
  guint64 offset;
  gint64 length;
  GOutputStream *sink;
  TaubeProgress *progress;
} FetchArgs;

static void
fetch_args_free (gpointer data)
{
  FetchArgs *args = data;

  g_free (args->id);
  g_free (args->section);
  g_object_unref (args->sink);
  g_clear_object (&args->progress);
  g_free (args);
}

/* The whole and its header can be had everywhere; a part or a range where the table says so. */
static gboolean
check_fetch (gpointer object, gpointer data, GError **error)
{
  TaubeAccount *account = taube_folder_get_account (object);
  const FetchArgs *args = data;
  gboolean has = TAUBE_FOLDER_GET_CLASS (object)->fetch != NULL;
  gboolean is_part = args->section[0] != '\0' && g_ascii_strcasecmp (args->section, "HEADER") != 0;
  gboolean is_range = args->offset > 0 || args->length >= 0;

  return taube_account_require (account, has, content_row (object), "fetch", error)
         && (!is_part || taube_account_require (account, has, TAUBE_CAPABILITY_ATTACHMENTS_ON_DEMAND, "fetch", error))
         && (!is_range || taube_account_require (account, has, TAUBE_CAPABILITY_PARTIAL_FETCH, "fetch", error));
}

static gpointer
run_fetch (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const FetchArgs *args = data;

  return GINT_TO_POINTER (TAUBE_FOLDER_GET_CLASS (object)->fetch (object, session, args->id, args->section,
                                                                   args->offset, args->length, args->sink,
                                                                   args->progress, cancellable, error));
}

static const TaubeJobKind fetch_kind = { "TaubeFolder.fetch", check_fetch, run_fetch, fetch_args_free, NULL };

static TaubeJobRequest
fetch_job (TaubeFolder *self, const char *id, const char *section, guint64 offset, gint64 length, GOutputStream *sink,
           TaubeProgress *progress)
{
  FetchArgs *args = g_new0 (FetchArgs, 1);

  args->id = g_strdup (id);
  args->section = g_strdup (section != NULL ? section : "");
  args->offset = offset;
  args->length = length;
  args->sink = g_object_ref (sink);
  args->progress = progress != NULL ? g_object_ref (progress) : NULL;
  return folder_job (self, &fetch_kind, TAUBE_PRIORITY_INTERACTIVE, args);
}

/**
 * taube_folder_fetch:
 * @id: the item's id in this folder
 * @section: (nullable): which part: %NULL or empty for the whole, `HEADER`, or as in IMAP's `BODY[]`, such as `1.2` or
 *   `1.2.MIME`
 * @offset: where to begin, in bytes
 * @length: how many bytes at most, -1 for all that follow
 * @sink: takes the bytes as they come; it is neither flushed nor closed
 * @progress: (nullable): tells how far it is
 * @cancellable: (nullable): cancels
 *
 * Streams the raw bytes of an item, or of a part of it, in constant memory. Blocking; see [method@Folder.fetch_async].
 * The sink is written to on the caller's thread; from inside it, a blocking call of the same account gives
 * %G_IO_ERROR_PENDING.
 *
 * A part needs the row `attachments-on-demand`, a range the row `partial-fetch`: where one of them is `no`, this fails
 * before anything is sent. [method@Message.save_part] falls back on fetching the whole.
 *
 * Returns: %TRUE, or %FALSE with @error; bytes may have been written by then
 */
gboolean
taube_folder_fetch (TaubeFolder *self, const char *id, const char *section, guint64 offset, gint64 length,
                    GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (sink), FALSE);
  job = fetch_job (self, id, section, offset, length, sink, progress);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_folder_fetch_async:
 * @id: the item's id in this folder
 * @section: (nullable): as in [method@Folder.fetch]
 * @offset: where to begin, in bytes
 * @length: how many bytes at most, -1 for all that follow
 * @sink: takes the bytes as they come, on a thread of the library; it is neither flushed nor closed
 * @progress: (nullable): tells how far it is
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Streams the raw bytes of an item, or of a part of it, in constant memory.
 */
void
taube_folder_fetch_async (TaubeFolder *self, const char *id, const char *section, guint64 offset, gint64 length,
                          GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (id != NULL);
  g_return_if_fail (G_IS_OUTPUT_STREAM (sink));
  job = fetch_job (self, id, section, offset, length, sink, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_fetch_finish:
 * @result: what the callback got
 *
 * Whether the sink of [method@Folder.fetch_async] has got all of the bytes; see [method@Folder.fetch] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error; bytes may have been written by then
 */
gboolean
taube_folder_fetch_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&fetch_kind, self, result, error) != NULL;
}

/* Flags. */

typedef struct
{
  TaubeIdSet *ids;
  TaubeFlagsMode mode;
  TaubeMessageFlags flags;
  char **keywords;
} FlagsArgs;

static void
flags_args_free (gpointer data)
{
  FlagsArgs *args = data;

  taube_id_set_free (args->ids);
  g_strfreev (args->keywords);
  g_free (args);
}

static gboolean
check_set_flags (gpointer object, gpointer args, GError **error)
{
  return taube_account_require (taube_folder_get_account (object), TAUBE_FOLDER_GET_CLASS (object)->set_flags != NULL,
                                TAUBE_CAPABILITY_SERVER_FLAGS, "set_flags", error);
}

static gpointer
run_set_flags (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const FlagsArgs *args = data;

  return TAUBE_FOLDER_GET_CLASS (object)->set_flags (object, session, args->ids, args->mode, args->flags,
                                                     (const char *const *) args->keywords, cancellable, error);
}

static const TaubeJobKind set_flags_kind = { "TaubeFolder.set_flags", check_set_flags, run_set_flags, flags_args_free,
                                             (GDestroyNotify) taube_batch_result_unref };

static TaubeJobRequest
set_flags_job (TaubeFolder *self, const TaubeIdSet *ids, TaubeFlagsMode mode, TaubeMessageFlags flags,
               const char *const *keywords)
{
  FlagsArgs *args = g_new0 (FlagsArgs, 1);

  args->ids = taube_id_set_copy (ids);
  args->mode = mode;
  args->flags = flags;
  args->keywords = keywords != NULL ? g_strdupv ((char **) keywords) : g_new0 (char *, 1);
  return folder_job (self, &set_flags_kind, TAUBE_PRIORITY_INTERACTIVE, args);
}

/**
 * taube_folder_set_flags:
 * @ids: which messages
 * @mode: add, remove or replace
 * @flags: the system flags
 * @keywords: (nullable) (array zero-terminated=1): further flags by their names
 * @cancellable: (nullable): cancels
 *
 * Changes flags on the server. Blocking; see [method@Folder.set_flags_async].
 *
 * Returns: (transfer full): what became of each message, or %NULL with @error when nothing can be said of any
 */
TaubeBatchResult *
taube_folder_set_flags (TaubeFolder *self, const TaubeIdSet *ids, TaubeFlagsMode mode, TaubeMessageFlags flags,
                        const char *const *keywords, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  job = set_flags_job (self, ids, mode, flags, keywords);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_set_flags_async:
 * @ids: which messages
 * @mode: add, remove or replace
 * @flags: the system flags
 * @keywords: (nullable) (array zero-terminated=1): further flags by their names
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Changes flags on the server.
 */
void
taube_folder_set_flags_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeFlagsMode mode, TaubeMessageFlags flags,
                              const char *const *keywords, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (ids != NULL);
  job = set_flags_job (self, ids, mode, flags, keywords);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_set_flags_finish:
 * @result: what the callback got
 *
 * What became of each message that [method@Folder.set_flags_async] was given; see [method@Folder.set_flags] for the
 * errors.
 *
 * Returns: (transfer full): the outcomes, or %NULL with @error when nothing can be said of any
 */
TaubeBatchResult *
taube_folder_set_flags_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&set_flags_kind, self, result, error);
}

/* For jobs on other objects, which hold the lease already. */

gboolean
taube_folder_run_fetch (TaubeFolder *self, TaubeSession *session, const char *id, const char *section, guint64 offset,
                        gint64 length, GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable,
                        GError **error)
{
  FetchArgs args = { (char *) id, (char *) section, offset, length, sink, progress };
  GError *problem = NULL;
  gpointer done;

  if (!check_fetch (self, &args, error))
    return FALSE;
  done = taube_job_check_result (self, fetch_kind.name, run_fetch (self, session, &args, cancellable, &problem), NULL,
                                 &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return done != NULL;
}

TaubePart *
taube_folder_run_get_structure (TaubeFolder *self, TaubeSession *session, const char *id, GCancellable *cancellable,
                                GError **error)
{
  TaubeFolderClass *klass = TAUBE_FOLDER_GET_CLASS (self);
  GError *problem = NULL;
  gpointer part;

  if (!taube_account_require (taube_folder_get_account (self), klass->get_structure != NULL,
                              TAUBE_CAPABILITY_ATTACHMENTS_ON_DEMAND, "get_structure", error))
    return NULL;
  part = klass->get_structure (self, session, id, cancellable, &problem);
  part = taube_job_check_result (self, "TaubeFolder.get_structure", part, NULL, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return part;
}

TaubeItem *
taube_folder_run_get_item (TaubeFolder *self, TaubeSession *session, const char *id, GCancellable *cancellable,
                           GError **error)
{
  GError *problem = NULL;
  gpointer item;

  if (!check_get_item (self, NULL, error))
    return NULL;
  item = run_get_item (self, session, (gpointer) id, cancellable, &problem);
  item = taube_job_check_result (self, get_item_kind.name, item, g_object_unref, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return item;
}
