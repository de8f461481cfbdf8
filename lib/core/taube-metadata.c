/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-error.h>
#include <taube/taube-folder.h>
#include <taube/taube-metadata.h>

#include <string.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"

/* Notes about a folder or an account which the server keeps: names such as "/private/comment" (RFC 5464). */

/* Longer names are nobody's. */
#define MAX_NAME_BYTES 1000

struct _TaubeMetadata
{
  gatomicrefcount refs;
  char *name;
  GBytes *value;
};

/**
 * TaubeMetadata:
 *
 * Something that is noted about a folder or an account. Immutable.
 */
G_DEFINE_BOXED_TYPE (TaubeMetadata, taube_metadata, taube_metadata_copy, taube_metadata_free)

/**
 * taube_metadata_copy:
 * @self: a note
 *
 * Gives another reference to the same note, which never changes.
 *
 * Returns: (transfer full): the note
 */
TaubeMetadata *
taube_metadata_copy (TaubeMetadata *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * taube_metadata_free:
 * @self: (transfer full): a note
 *
 * Drops one reference.
 */
void
taube_metadata_free (TaubeMetadata *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->name);
  g_bytes_unref (self->value);
  g_free (self);
}

/**
 * taube_metadata_get_name:
 * @self: a note
 *
 * What it is called, in lower case: `/private/…` for this login alone, `/shared/…` for everybody.
 *
 * Returns: such as `/private/comment`
 */
const char *
taube_metadata_get_name (TaubeMetadata *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->name;
}

/**
 * taube_metadata_get_value:
 * @self: a note
 *
 * What is noted: mostly text in UTF-8, but it may be any bytes.
 *
 * Returns: (transfer none): the value
 */
GBytes *
taube_metadata_get_value (TaubeMetadata *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->value;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(TaubeMetadata *const *) a)->name, (*(TaubeMetadata *const *) b)->name);
}

static GPtrArray *
make_list (GHashTable *found)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) taube_metadata_free);
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      TaubeMetadata *note = g_new (TaubeMetadata, 1);

      g_atomic_ref_count_init (&note->refs);
      note->name = g_strdup (name);
      note->value = g_bytes_ref (value);
      g_ptr_array_add (list, note);
    }
  g_ptr_array_sort (list, compare_names);
  return list;
}

typedef struct
{
  TaubeFolder *folder; /* not owned: the job holds it; NULL for the account's own */
  char **names;        /* NULL: all */
  GBytes *value;
} MetadataArgs;

static void
metadata_args_free (gpointer data)
{
  MetadataArgs *args = data;

  g_strfreev (args->names);
  g_clear_pointer (&args->value, g_bytes_unref);
  g_free (args);
}

static TaubeAccount *
get_account (gpointer object)
{
  return TAUBE_IS_FOLDER (object) ? taube_folder_get_account (object) : object;
}

static TaubeJobRequest
metadata_job (gpointer object, const TaubeJobKind *kind, const char *const *names, GBytes *value)
{
  TaubeFolder *folder = TAUBE_IS_FOLDER (object) ? object : NULL;
  MetadataArgs *args = g_new0 (MetadataArgs, 1);

  args->folder = folder;
  args->names = g_strdupv ((char **) names);
  args->value = value != NULL ? g_bytes_ref (value) : NULL;
  return (TaubeJobRequest){ kind, object, get_account (object), TAUBE_PRIORITY_NORMAL, NULL, args };
}

/* entry = astring: slash-separated path to an entry; it MUST NOT contain "*" or "%", two slashes, or one at its end
 * (RFC 5464). For everybody or for oneself alone: the first word says it. */
static gboolean
check_names (char **names, GError **error)
{
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      const char *name = names[i];
      gsize length = strlen (name);
      gboolean good = length > 0 && length <= MAX_NAME_BYTES && name[length - 1] != '/' && strstr (name, "//") == NULL
                      && (g_ascii_strncasecmp (name, "/private/", 9) == 0
                          || g_ascii_strncasecmp (name, "/shared/", 8) == 0);

      for (gsize j = 0; good && j < length; j++)
        good = name[j] >= ' ' && name[j] < 0x7f && name[j] != '*' && name[j] != '%';
      if (good)
        continue;
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                   _ ("\"%s\" cannot be the name of metadata: such are \"/private/comment\" and \"/shared/comment\""),
                   name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_load_metadata (gpointer object, gpointer data, GError **error)
{
  TaubeAccount *account = get_account (object);
  const MetadataArgs *args = data;

  return taube_account_require (account, TAUBE_ACCOUNT_GET_CLASS (account)->load_metadata != NULL,
                                TAUBE_CAPABILITY_FOLDERS, "load_metadata", error)
         && check_names (args->names, error);
}

static gpointer
run_load_metadata (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  TaubeAccount *account = get_account (object);
  const MetadataArgs *args = data;

  g_autoptr (GHashTable) found = TAUBE_ACCOUNT_GET_CLASS (account)->load_metadata (
      account, session, args->folder, (const char *const *) args->names, cancellable, error);

  return found != NULL ? make_list (found) : NULL;
}

static const TaubeJobKind load_metadata_kind = { "TaubeAccount.load_metadata", check_load_metadata, run_load_metadata,
                                                 metadata_args_free, (GDestroyNotify) g_ptr_array_unref };

static TaubeJobRequest
load_metadata_job (gpointer object, const char *const *names)
{
  return metadata_job (object, &load_metadata_kind, names, NULL);
}

static gboolean
check_set_metadata (gpointer object, gpointer data, GError **error)
{
  TaubeAccount *account = get_account (object);
  const MetadataArgs *args = data;

  return taube_account_require (account, TAUBE_ACCOUNT_GET_CLASS (account)->set_metadata != NULL,
                                TAUBE_CAPABILITY_FOLDERS, "set_metadata", error)
         && check_names (args->names, error);
}

static gpointer
run_set_metadata (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  TaubeAccount *account = get_account (object);
  const MetadataArgs *args = data;

  return GINT_TO_POINTER (TAUBE_ACCOUNT_GET_CLASS (account)->set_metadata (
      account, session, args->folder, args->names[0], args->value, cancellable, error));
}

static const TaubeJobKind set_metadata_kind
    = { "TaubeAccount.set_metadata", check_set_metadata, run_set_metadata, metadata_args_free, NULL };

static TaubeJobRequest
set_metadata_job (gpointer object, const char *name, GBytes *value)
{
  return metadata_job (object, &set_metadata_kind, (const char *const[]) { name, NULL }, value);
}

/* Of the account. */

/**
 * taube_account_load_metadata:
 * @names: (nullable) (array zero-terminated=1): which notes, such as `/private/comment` or `/shared/comment`; %NULL
 *   for all
 * @cancellable: (nullable): cancels
 *
 * Asks for what is noted about the account as a whole: for this login alone (`/private/…`) or for everybody
 * (`/shared/…`). Notes that are not there, and those over 64 KiB, are left out. Blocking; see
 * [method@Account.load_metadata_async].
 *
 * Returns: (transfer container) (element-type TaubeMetadata): the notes, sorted by name, or %NULL
 *   with @error: %TAUBE_ERROR_NOT_SUPPORTED when the server keeps none, %TAUBE_ERROR_NOT_FOUND,
 *   %TAUBE_ERROR_PERMISSION
 */
GPtrArray *
taube_account_load_metadata (TaubeAccount *self, const char *const *names, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), NULL);
  job = load_metadata_job (self, names);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_account_load_metadata_async:
 * @names: (nullable) (array zero-terminated=1): which notes, such as `/private/comment` or `/shared/comment`; %NULL
 *   for all
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Asks for what is noted about the account as a whole: for this login alone (`/private/…`) or for everybody
 * (`/shared/…`). Notes that are not there, and those over 64 KiB, are left out.
 */
void
taube_account_load_metadata_async (TaubeAccount *self, const char *const *names, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));
  job = load_metadata_job (self, names);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_account_load_metadata_finish:
 * @result: what the callback got
 *
 * The notes that [method@Account.load_metadata_async] asked for. See [method@Account.load_metadata] for the errors.
 *
 * Returns: (transfer container) (element-type TaubeMetadata): the notes, or %NULL with @error
 */
GPtrArray *
taube_account_load_metadata_finish (TaubeAccount *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&load_metadata_kind, self, result, error);
}

/**
 * taube_account_set_metadata:
 * @name: which note, such as `/private/comment`
 * @value: (nullable): what is to be noted; %NULL to take the note away
 * @cancellable: (nullable): cancels
 *
 * Notes something about the account as a whole: for this login alone (`/private/…`) or for everybody (`/shared/…`).
 * Blocking; see [method@Account.set_metadata_async].
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_NOT_SUPPORTED when the server keeps no notes,
 *   %TAUBE_ERROR_INVALID when it is too long for it, %TAUBE_ERROR_QUOTA when it has too many,
 *   %TAUBE_ERROR_PERMISSION, %TAUBE_ERROR_UNKNOWN_OUTCOME when the connection broke in the middle: repeating it does
 *   no harm
 */
gboolean
taube_account_set_metadata (TaubeAccount *self, const char *name, GBytes *value, GCancellable *cancellable,
                            GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_ACCOUNT (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  job = set_metadata_job (self, name, value);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_account_set_metadata_async:
 * @name: which note, such as `/private/comment`
 * @value: (nullable): what is to be noted; %NULL to take the note away
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Notes something about the account as a whole: for this login alone (`/private/…`) or for everybody (`/shared/…`).
 */
void
taube_account_set_metadata_async (TaubeAccount *self, const char *name, GBytes *value, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_ACCOUNT (self));
  g_return_if_fail (name != NULL);
  job = set_metadata_job (self, name, value);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_account_set_metadata_finish:
 * @result: what the callback got
 *
 * Whether [method@Account.set_metadata_async] noted it. See [method@Account.set_metadata] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_account_set_metadata_finish (TaubeAccount *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&set_metadata_kind, self, result, error) != NULL;
}

/* Of a folder. */

/**
 * taube_folder_load_metadata:
 * @names: (nullable) (array zero-terminated=1): which notes, such as `/private/comment` or `/shared/comment`; %NULL
 *   for all
 * @cancellable: (nullable): cancels
 *
 * Asks for what is noted about the folder: for this login alone (`/private/…`) or for everybody (`/shared/…`). Notes
 * that are not there, and those over 64 KiB, are left out. Blocking; see [method@Folder.load_metadata_async].
 *
 * Returns: (transfer container) (element-type TaubeMetadata): the notes, sorted by name, or %NULL
 *   with @error: %TAUBE_ERROR_NOT_SUPPORTED when the server keeps none, %TAUBE_ERROR_NOT_FOUND,
 *   %TAUBE_ERROR_PERMISSION
 */
GPtrArray *
taube_folder_load_metadata (TaubeFolder *self, const char *const *names, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  job = load_metadata_job (self, names);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_load_metadata_async:
 * @names: (nullable) (array zero-terminated=1): which notes, such as `/private/comment` or `/shared/comment`; %NULL
 *   for all
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Asks for what is noted about the folder: for this login alone (`/private/…`) or for everybody (`/shared/…`). Notes
 * that are not there, and those over 64 KiB, are left out.
 */
void
taube_folder_load_metadata_async (TaubeFolder *self, const char *const *names, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = load_metadata_job (self, names);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_load_metadata_finish:
 * @result: what the callback got
 *
 * The notes that [method@Folder.load_metadata_async] asked for. See [method@Folder.load_metadata] for the errors.
 *
 * Returns: (transfer container) (element-type TaubeMetadata): the notes, or %NULL with @error
 */
GPtrArray *
taube_folder_load_metadata_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&load_metadata_kind, self, result, error);
}

/**
 * taube_folder_set_metadata:
 * @name: which note, such as `/private/comment`
 * @value: (nullable): what is to be noted; %NULL to take the note away
 * @cancellable: (nullable): cancels
 *
 * Notes something about the folder: for this login alone (`/private/…`) or for everybody (`/shared/…`). Blocking; see
 * [method@Folder.set_metadata_async].
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_NOT_SUPPORTED when the server keeps no notes,
 *   %TAUBE_ERROR_INVALID when it is too long for it, %TAUBE_ERROR_QUOTA when it has too many,
 *   %TAUBE_ERROR_PERMISSION, %TAUBE_ERROR_UNKNOWN_OUTCOME when the connection broke in the middle: repeating it does
 *   no harm
 */
gboolean
taube_folder_set_metadata (TaubeFolder *self, const char *name, GBytes *value, GCancellable *cancellable,
                           GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  job = set_metadata_job (self, name, value);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_folder_set_metadata_async:
 * @name: which note, such as `/private/comment`
 * @value: (nullable): what is to be noted; %NULL to take the note away
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Notes something about the folder: for this login alone (`/private/…`) or for everybody (`/shared/…`).
 */
void
taube_folder_set_metadata_async (TaubeFolder *self, const char *name, GBytes *value, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (name != NULL);
  job = set_metadata_job (self, name, value);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_set_metadata_finish:
 * @result: what the callback got
 *
 * Whether [method@Folder.set_metadata_async] noted it. See [method@Folder.set_metadata] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_folder_set_metadata_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&set_metadata_kind, self, result, error) != NULL;
}
