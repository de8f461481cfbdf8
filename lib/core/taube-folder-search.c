/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-folder-private.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-search-impl.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"
#include "core/taube-query-private.h"
#include "core/taube-search-private.h"

/* Searching a folder. */

typedef struct
{
  TaubeQuery *query;
  TaubeSearchRequest *request;
} SearchArgs;

static void
search_args_free (gpointer data)
{
  SearchArgs *args = data;

  taube_query_unref (args->query);
  g_object_unref (args->request);
  g_free (args);
}

/**
 * taube_folder_get_search_language:
 *
 * The search language of the server, in which [ctor@Query.new_raw] can be asked: `aqs` for Exchange's Advanced Query
 * Syntax, `gmail` for what can be typed there. What is not known before a connection was made is known afterwards.
 *
 * Returns: (nullable): its name, or %NULL when there is none
 */
const char *
taube_folder_get_search_language (TaubeFolder *self)
{
  TaubeFolderClass *klass;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  klass = TAUBE_FOLDER_GET_CLASS (self);
  return klass->get_search_language != NULL ? klass->get_search_language (self) : NULL;
}

static gboolean
check_raw (TaubeFolder *folder, const TaubeQuery *query, GError **error)
{
  if (!taube_query_has_raw (query) || taube_folder_get_search_language (folder) != NULL)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
               _ ("cannot search folder \"%s\": the server has no search language of its own"),
               taube_folder_get_name (folder));
  return FALSE;
}

static gboolean
check_search (gpointer object, gpointer data, GError **error)
{
  const SearchArgs *args = data;

  return taube_account_require (taube_folder_get_account (object), TAUBE_FOLDER_GET_CLASS (object)->search != NULL,
                                TAUBE_CAPABILITY_SERVER_SEARCH, "search", error)
         && taube_query_check (args->query, error) && check_raw (object, args->query, error);
}

static gpointer
run_search (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const SearchArgs *args = data;

  return TAUBE_FOLDER_GET_CLASS (object)->search (object, session, args->query, args->request, cancellable, error);
}

static const TaubeJobKind search_kind
    = { "TaubeFolder.search", check_search, run_search, search_args_free, g_object_unref };

static TaubeJobRequest
search_job (TaubeFolder *self, TaubeQuery *query, TaubeSearchRequest *request)
{
  SearchArgs *args = g_new0 (SearchArgs, 1);

  args->query = query != NULL ? taube_query_ref (query) : taube_query_new_all ();
  args->request = taube_search_request_bind (request);
  return (TaubeJobRequest){ &search_kind, self, taube_folder_get_account (self),
                            taube_search_request_get_priority (args->request), taube_folder_get_name (self), args };
}

/**
 * taube_folder_search:
 * @query: (nullable): what is searched for; %NULL for all
 * @request: (nullable): which columns, in which order; %NULL for the default columns in the order of arrival
 * @cancellable: (nullable): cancels
 *
 * Finds the items that match. Blocking; see [method@Folder.search_async].
 *
 * The server does what it can. What it cannot is done here, from what it tells of each item that may match: only what
 * is needed is fetched, in pieces. The result says where each step was done, and why.
 *
 * Returns: (transfer full): what was found, or %NULL with @error: %TAUBE_ERROR_NOT_SUPPORTED when this kind of account
 *   cannot search, %TAUBE_ERROR_INVALID when the query cannot be asked
 */
TaubeSearchResult *
taube_folder_search (TaubeFolder *self, TaubeQuery *query, TaubeSearchRequest *request, GCancellable *cancellable,
                     GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  job = search_job (self, query, request);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_search_async:
 * @query: (nullable): what is searched for; %NULL for all
 * @request: (nullable): as in [method@Folder.search]
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Finds the items that match.
 */
void
taube_folder_search_async (TaubeFolder *self, TaubeQuery *query, TaubeSearchRequest *request,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = search_job (self, query, request);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_search_finish:
 * @result: what the callback got
 *
 * What [method@Folder.search_async] found; see [method@Folder.search] for the errors.
 *
 * Returns: (transfer full): what was found, or %NULL with @error
 */
TaubeSearchResult *
taube_folder_search_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&search_kind, self, result, error);
}
