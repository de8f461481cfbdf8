/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-folder-private.h"

#include <taube/taube-enum-types.h>
#include <taube/taube-error.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"

/* Importance: on some servers a property of a message that can be changed, elsewhere a field of its header. */

typedef struct
{
  TaubeIdSet *ids;
  TaubeImportance importance;
} ImportanceArgs;

static void
importance_args_free (gpointer data)
{
  ImportanceArgs *args = data;

  taube_id_set_free (args->ids);
  g_free (args);
}

static gboolean
check_set_importance (gpointer object, gpointer data, GError **error)
{
  if (!taube_account_require (taube_folder_get_account (object), TRUE, TAUBE_CAPABILITY_SERVER_FLAGS,
                              "set_importance", error))
    return FALSE;
  if (TAUBE_FOLDER_GET_CLASS (object)->set_importance != NULL)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
               _ ("%s: how important the messages of folder \"%s\" are stands in their headers, which do not change"),
               "set_importance", taube_folder_get_name (object));
  return FALSE;
}

static gpointer
run_set_importance (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const ImportanceArgs *args = data;

  return TAUBE_FOLDER_GET_CLASS (object)->set_importance (object, session, args->ids, args->importance, cancellable,
                                                          error);
}

static const TaubeJobKind set_importance_kind
  = { "TaubeFolder.set_importance", check_set_importance, run_set_importance, importance_args_free,
      (GDestroyNotify) taube_batch_result_unref };

static TaubeJobRequest
set_importance_job (TaubeFolder *self, const TaubeIdSet *ids, TaubeImportance importance)
{
  ImportanceArgs *args = g_new0 (ImportanceArgs, 1);

  args->ids = taube_id_set_copy (ids);
  args->importance = importance;
  return (TaubeJobRequest){ &set_importance_kind, self, taube_folder_get_account (self), TAUBE_PRIORITY_INTERACTIVE,
                            taube_folder_get_name (self), args };
}

static gboolean
is_settable (TaubeImportance importance)
{
  return importance >= TAUBE_IMPORTANCE_LOW && importance <= TAUBE_IMPORTANCE_HIGH;
}

/**
 * taube_folder_set_importance:
 * @ids: which messages
 * @importance: low, normal or high
 * @cancellable: (nullable): cancels
 *
 * Says how important messages are, on servers that keep this apart from the message itself. Blocking; see
 * [method@Folder.set_importance_async].
 *
 * Returns: (transfer full): what became of each message, or %NULL with @error: %TAUBE_ERROR_NOT_SUPPORTED when the
 *   importance stands in the header alone, as over IMAP and POP3; nothing is sent then
 */
TaubeBatchResult *
taube_folder_set_importance (TaubeFolder *self, const TaubeIdSet *ids, TaubeImportance importance,
                             GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  g_return_val_if_fail (is_settable (importance), NULL);
  job = set_importance_job (self, ids, importance);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_set_importance_async:
 * @ids: which messages
 * @importance: low, normal or high
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Says how important messages are, on servers that keep this apart from the message itself.
 */
void
taube_folder_set_importance_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeImportance importance,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (ids != NULL);
  g_return_if_fail (is_settable (importance));
  job = set_importance_job (self, ids, importance);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_set_importance_finish:
 * @result: what the callback got
 *
 * What became of the messages of [method@Folder.set_importance_async]; see [method@Folder.set_importance] for the
 * errors.
 *
 * Returns: (transfer full): what became of each message, or %NULL with @error
 */
TaubeBatchResult *
taube_folder_set_importance_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&set_importance_kind, self, result, error);
}
