/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-folder-private.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"

/* Labels: on some servers a message stands under several names instead of in one folder. */

typedef struct
{
  TaubeIdSet *ids;
  TaubeFlagsMode mode;
  char **labels;
} LabelsArgs;

static void
labels_args_free (gpointer data)
{
  LabelsArgs *args = data;

  taube_id_set_free (args->ids);
  g_strfreev (args->labels);
  g_free (args);
}

/* What is wrong with a label, or NULL. */
static const char *
find_fault (const char *label)
{
  if (label[0] == '\0')
    return _ ("empty");
  if (!g_utf8_validate (label, -1, NULL))
    return _ ("not UTF-8");
  for (const char *p = label; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return _ ("more than one line, or has other control characters");
  return NULL;
}

static gboolean
check_set_labels (gpointer object, gpointer data, GError **error)
{
  const LabelsArgs *args = data;

  for (guint i = 0; args->labels[i] != NULL; i++)
    {
      const char *fault = find_fault (args->labels[i]);

      if (fault == NULL)
        continue;
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("cannot set labels in folder \"%s\": label %u is %s"),
                   taube_folder_get_name (object), i + 1, fault);
      return FALSE;
    }
  return taube_account_require (taube_folder_get_account (object), TAUBE_FOLDER_GET_CLASS (object)->set_labels != NULL,
                                TAUBE_CAPABILITY_SERVER_FLAGS, "set_labels", error);
}

static gpointer
run_set_labels (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const LabelsArgs *args = data;

  return TAUBE_FOLDER_GET_CLASS (object)->set_labels (object, session, args->ids, args->mode,
                                                      (const char *const *) args->labels, cancellable, error);
}

static const TaubeJobKind set_labels_kind = { "TaubeFolder.set_labels", check_set_labels, run_set_labels,
                                              labels_args_free, (GDestroyNotify) taube_batch_result_unref };

static TaubeJobRequest
set_labels_job (TaubeFolder *self, const TaubeIdSet *ids, TaubeFlagsMode mode, const char *const *labels)
{
  LabelsArgs *args = g_new0 (LabelsArgs, 1);

  args->ids = taube_id_set_copy (ids);
  args->mode = mode;
  args->labels = labels != NULL ? g_strdupv ((char **) labels) : g_new0 (char *, 1);
  return (TaubeJobRequest){ &set_labels_kind, self, taube_folder_get_account (self), TAUBE_PRIORITY_INTERACTIVE,
                            taube_folder_get_name (self), args };
}

/**
 * taube_folder_set_labels:
 * @ids: which messages
 * @mode: whether the labels are added, taken away, or all there are afterwards
 * @labels: (nullable) (array zero-terminated=1): the labels, as [method@MessageList.get_labels] gives them
 * @cancellable: (nullable): cancels
 *
 * Labels messages, on servers that have labels. Blocking; see [method@Folder.set_labels_async].
 *
 * Returns: (transfer full): what became of each message, or %NULL with @error: %TAUBE_ERROR_NOT_SUPPORTED when the
 *   server has no labels, %TAUBE_ERROR_INVALID when one cannot be such
 */
TaubeBatchResult *
taube_folder_set_labels (TaubeFolder *self, const TaubeIdSet *ids, TaubeFlagsMode mode, const char *const *labels,
                         GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);
  job = set_labels_job (self, ids, mode, labels);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_set_labels_async:
 * @ids: which messages
 * @mode: whether the labels are added, taken away, or all there are afterwards
 * @labels: (nullable) (array zero-terminated=1): the labels, as [method@MessageList.get_labels] gives them
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Labels messages, on servers that have labels.
 */
void
taube_folder_set_labels_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeFlagsMode mode,
                               const char *const *labels, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (ids != NULL);
  job = set_labels_job (self, ids, mode, labels);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_set_labels_finish:
 * @result: what the callback got
 *
 * What became of the messages of [method@Folder.set_labels_async]; see [method@Folder.set_labels] for the errors.
 *
 * Returns: (transfer full): what became of each message, or %NULL with @error
 */
TaubeBatchResult *
taube_folder_set_labels_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&set_labels_kind, self, result, error);
}
