/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-changes-impl.h>

#include "core/taube-account-private.h"
#include "core/taube-changes-private.h"
#include "core/taube-folder-private.h"
#include "core/taube-job.h"

/* What happened in a folder since a token, in the three forms. */

typedef struct
{
  GBytes *token; /* NULL: from nothing */
  TaubeProgress *progress;
} ChangesArgs;

static void
changes_args_free (gpointer data)
{
  ChangesArgs *args = data;

  g_clear_pointer (&args->token, g_bytes_unref);
  g_clear_object (&args->progress);
  g_free (args);
}

static gboolean
check_changes (gpointer object, gpointer data, GError **error)
{
  const ChangesArgs *args = data;
  TaubeFolder *self = object;
  TaubeCapability row = taube_account_content_row (taube_folder_get_content (self));
  g_autoptr (GBytes) state = NULL;

  return taube_account_require (taube_folder_get_account (self), TAUBE_FOLDER_GET_CLASS (self)->get_changes != NULL,
                                row, "get_changes", error)
         && (args->token == NULL || taube_token_open (self, args->token, &state, error));
}

static gpointer
run_changes (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const ChangesArgs *args = data;
  TaubeFolder *self = object;
  g_autoptr (GBytes) state = NULL;
  TaubeChanges *changes;

  if (args->token != NULL && !taube_token_open (self, args->token, &state, error))
    return NULL;
  if (args->token != NULL && state == NULL)
    return taube_changes_new (NULL, NULL, NULL, TRUE);
  changes = TAUBE_FOLDER_GET_CLASS (self)->get_changes (self, session, state, args->progress, cancellable, error);
  if (changes != NULL)
    taube_changes_seal (changes, self);
  return changes;
}

static const TaubeJobKind changes_kind
    = { "TaubeFolder.get_changes", check_changes, run_changes, changes_args_free, (GDestroyNotify)taube_changes_unref };

static TaubeJobRequest
changes_job (TaubeFolder *self, GBytes *token, TaubeProgress *progress)
{
  ChangesArgs *args = g_new0 (ChangesArgs, 1);

  args->token = token != NULL ? g_bytes_ref (token) : NULL;
  args->progress = progress != NULL ? g_object_ref (progress) : NULL;
  return (TaubeJobRequest){
    &changes_kind, self, taube_folder_get_account (self), TAUBE_PRIORITY_NORMAL, taube_folder_get_name (self), args
  };
}

/**
 * taube_folder_get_changes:
 * @token: (nullable): what [method@Changes.get_token] gave the last time, %NULL for from nothing
 * @progress: (nullable): tells how far it is
 * @cancellable: (nullable): cancels
 *
 * Tells what happened in the folder since a token was given out. Without a token all that is there is added.
 * Blocking; see [method@Folder.get_changes_async].
 *
 * A token names its account and its folder. One that can tell nothing any more, because the server has forgotten, or
 * made the folder anew, or because the token was damaged or comes from a later version of the library, gives a reset
 * ([method@Changes.is_reset]): forget what you knew and ask without a token, which never gives a reset. Nothing is ever
 * left out silently; what happens while the answer is on its way is told next time. An id may be told as changed
 * although nothing that you look at is different, and as removed although you never knew it.
 *
 * With a server that counts changes and remembers removed messages a token has some 50 bytes, otherwise up to 8 bytes a
 * message.
 *
 * Returns: (transfer full): the changes with the next token, or %NULL with @error: %TAUBE_ERROR_INVALID when @token is
 *   none, or one of another account or folder, before anything is sent; %TAUBE_ERROR_CONFLICT when the folder is made
 *   anew just while it is looked at for the first time
 */
TaubeChanges *
taube_folder_get_changes (TaubeFolder *self, GBytes *token, TaubeProgress *progress, GCancellable *cancellable,
                          GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  job = changes_job (self, token, progress);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_get_changes_async:
 * @token: (nullable): as in [method@Folder.get_changes]
 * @progress: (nullable): tells how far it is
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Tells what happened in the folder since a token was given out.
 */
void
taube_folder_get_changes_async (TaubeFolder *self, GBytes *token, TaubeProgress *progress, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = changes_job (self, token, progress);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_get_changes_finish:
 * @result: what the callback got
 *
 * The changes that [method@Folder.get_changes_async] asked for; see [method@Folder.get_changes] for what they mean
 * and for the errors.
 *
 * Returns: (transfer full): the changes with the next token, or %NULL with @error
 */
TaubeChanges *
taube_folder_get_changes_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&changes_kind, self, result, error);
}
