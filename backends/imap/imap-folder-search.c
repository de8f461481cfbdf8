/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-folder.h"

#include <taube-backend/taube-message-list-builder.h>

#include <string.h>

#include "imap-columns.h"
#include "imap-narrow.h"
#include "imap-search.h"

/* A search from beginning to end: what the server finds, what of it is left here, sorted, in threads, and the columns
 * of the part that is wanted. */

typedef struct
{
  ImapSearch search;
  TaubeForest *forest;   /* NULL: no threads */
  TaubeSearchPlace places[3];
  char *reasons[3];
} Job;

static gboolean
wants_sort (const Job *job)
{
  return taube_search_request_get_n_sort_keys (job->search.request) > 0;
}

static gboolean
wants_threads (const Job *job)
{
  return taube_search_request_get_threading (job->search.request) != TAUBE_THREADING_NONE;
}

static void
set_place (Job *job, TaubeSearchStep step, TaubeSearchPlace place, const char *reason)
{
  job->places[step] = place;
  g_free (job->reasons[step]);
  job->reasons[step] = g_strdup (reason);
}

/* Ids of another UIDVALIDITY, or of no message, are refused as everywhere. */
static gboolean
check_ids (Job *job, TaubeQuery *query, GError **error)
{
  if (taube_query_get_kind (query) == TAUBE_QUERY_KIND_IDS)
    return imap_folder_check_set (job->search.session, job->search.folder, taube_query_get_ids (query), error);
  for (guint i = 0; i < taube_query_get_n_children (query); i++)
    if (!check_ids (job, taube_query_get_child (query, i), error))
      return FALSE;
  return TRUE;
}

/* UIDs as a set for looking up: a list of them in ascending order. */

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

  return (x > y) - (x < y);
}

static GArray *
dup_ascending (const GArray *numbers)
{
  GArray *copy = g_array_sized_new (FALSE, FALSE, sizeof (guint32), numbers->len);

  g_array_append_vals (copy, numbers->data, numbers->len);
  g_array_sort (copy, compare_numbers);
  return copy;
}

/* Leaves those of ORDER that are in KEPT, which is ascending. */
static void
filter_order (GArray *order, GArray *kept)
{
  guint n = 0;

  for (guint i = 0; i < order->len; i++)
    if (g_array_binary_search (kept, &g_array_index (order, guint32, i), compare_numbers, NULL))
      g_array_index (order, guint32, n++) = g_array_index (order, guint32, i);
  g_array_set_size (order, n);
}

/* The steps. */

static void
tell_find (Job *job)
{
  ImapQueryPlan *plan = &job->search.plan;
  g_autofree char *reason = NULL;

  if (plan->local == NULL)
    {
      set_place (job, TAUBE_SEARCH_STEP_FIND, TAUBE_SEARCH_PLACE_SERVER,
                 job->search.session->quirks.shows_only_newest ? "the server shows only the newest messages" : NULL);
      return;
    }
  reason = imap_query_describe_missed (plan->missed, job->search.refused);
  set_place (job, TAUBE_SEARCH_STEP_FIND,
             taube_query_get_kind (plan->server) == TAUBE_QUERY_KIND_ALL ? TAUBE_SEARCH_PLACE_LOCAL
                                                                         : TAUBE_SEARCH_PLACE_PARTLY,
             reason);
}

/* The messages are looked at here: those that QUERY (NULL: any) does not match are left out, the others sorted and put
 * into threads, as far as the server has left something to do. */
static gboolean
narrow (Job *job, TaubeQuery *query, TaubeSorter *sorter, TaubeThreader *threader, GCancellable *cancellable,
        GError **error)
{
  ImapSearch *search = &job->search;
  g_autoptr (GArray) candidates = dup_ascending (search->numbers);
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (guint32));
  ImapNarrow narrow = { .folder = search->folder, .session = search->session, .query = query,
                        .sorter = sorter, .threader = threader, .prefix = search->prefix,
                        .now = search->dialect.now, .kept = kept,
                        .progress = taube_search_request_get_progress (search->request) };

  if (!imap_narrow_run (&narrow, candidates, cancellable, error))
    return FALSE;
  filter_order (search->numbers, kept);
  if (sorter != NULL)
    {
      g_array_unref (search->numbers);
      search->numbers = taube_sorter_end (sorter);
    }
  search->total = search->numbers->len;
  return TRUE;
}

/* Threads by the server, if it can and what is left of the messages can be told it. */
static gboolean
thread_on_server (Job *job, GCancellable *cancellable, GError **error)
{
  const char *reason;

  if (!imap_search_can_thread (&job->search, &reason))
    {
      set_place (job, TAUBE_SEARCH_STEP_THREAD, TAUBE_SEARCH_PLACE_LOCAL, reason);
      return TRUE;
    }
  if (!imap_search_thread (&job->search, &job->forest, cancellable, error))
    return FALSE;
  if (job->forest != NULL)
    set_place (job, TAUBE_SEARCH_STEP_THREAD, TAUBE_SEARCH_PLACE_SERVER, NULL);
  else if (!imap_search_can_thread (&job->search, &reason))
    set_place (job, TAUBE_SEARCH_STEP_THREAD, TAUBE_SEARCH_PLACE_LOCAL, reason);
  else
    set_place (job, TAUBE_SEARCH_STEP_THREAD, TAUBE_SEARCH_PLACE_LOCAL,
               "what was found does not fit in a command, or the answer could not be read");
  return TRUE;
}

static gboolean
thread_here (Job *job, TaubeQuery *query, TaubeSorter *sorter, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeThreader) threader
      = taube_threader_new (taube_search_request_get_threading (job->search.request));

  if (!narrow (job, query, sorter, threader, cancellable, error))
    return FALSE;
  job->forest = taube_threader_end (threader);
  return TRUE;
}

/* What is left to do behind the server's search. Threads that it cannot make are made of what is fetched for finding
 * and sorting anyway; those of what is left over here it is asked for when that is known. */
static gboolean
finish_here (Job *job, TaubeSorter *sorter, GCancellable *cancellable, GError **error)
{
  ImapSearch *search = &job->search;
  gboolean threads = wants_threads (job) && job->forest == NULL;
  const char *reason;

  if (threads && (search->plan.local == NULL || !imap_search_can_thread (search, &reason)))
    {
      if (search->plan.local != NULL)
        set_place (job, TAUBE_SEARCH_STEP_THREAD, TAUBE_SEARCH_PLACE_LOCAL, reason);
      return thread_here (job, search->plan.local, sorter, cancellable, error);
    }
  if ((search->plan.local != NULL || sorter != NULL)
      && !narrow (job, search->plan.local, sorter, NULL, cancellable, error))
    return FALSE;
  if (!threads || search->numbers->len == 0)
    return TRUE;
  if (!thread_on_server (job, cancellable, error))
    return FALSE;
  return job->forest != NULL || thread_here (job, NULL, NULL, cancellable, error);
}

static gboolean
find (Job *job, GCancellable *cancellable, GError **error)
{
  ImapSearch *search = &job->search;
  g_autoptr (TaubeSorter) sorter = NULL;
  const char *reason = NULL;

  if (!imap_search_find (search, cancellable, error))
    return FALSE;
  tell_find (job);
  if (wants_sort (job))
    {
      imap_search_can_sort (search, &reason);
      set_place (job, TAUBE_SEARCH_STEP_SORT, search->sorted ? TAUBE_SEARCH_PLACE_SERVER : TAUBE_SEARCH_PLACE_LOCAL,
                 search->sorted ? NULL : reason);
      sorter = search->sorted ? NULL : taube_sorter_new (search->request);
    }
  if (wants_threads (job) && search->plan.local == NULL && !thread_on_server (job, cancellable, error))
    return FALSE;
  return finish_here (job, sorter, cancellable, error);
}

/* Order and range. */

typedef struct
{
  GArray *sorted; /* UIDs, ascending */
  guint *ranks;   /* of each of them */
} Ranks;

static guint
rank_of (guint32 number, gpointer user_data)
{
  const Ranks *ranks = user_data;
  guint at;

  return g_array_binary_search (ranks->sorted, &number, compare_numbers, &at) ? ranks->ranks[at] : G_MAXUINT;
}

static gboolean
is_found (guint32 number, gpointer user_data)
{
  return rank_of (number, user_data) != G_MAXUINT;
}

/* The server may have seen a message come or go between SEARCH and THREAD. */
static void
order_threads (Job *job)
{
  ImapSearch *search = &job->search;
  g_autoptr (GArray) sorted = dup_ascending (search->numbers);
  g_autofree guint *places = g_new (guint, sorted->len + 1);
  Ranks ranks = { sorted, places };

  for (guint i = 0; i < search->numbers->len; i++)
    {
      guint at;

      g_array_binary_search (sorted, &g_array_index (search->numbers, guint32, i), compare_numbers, &at);
      places[at] = i;
    }
  taube_forest_filter (job->forest, is_found, &ranks);
  if (wants_sort (job))
    taube_forest_sort (job->forest, rank_of, &ranks);
  else if (taube_search_request_get_newest_first (search->request))
    taube_forest_reverse (job->forest);
}

static void
reverse (GArray *numbers)
{
  for (guint i = 0, j = numbers->len; i + 1 < j; i++)
    {
      guint32 swapped = g_array_index (numbers, guint32, i);

      j--;
      g_array_index (numbers, guint32, i) = g_array_index (numbers, guint32, j);
      g_array_index (numbers, guint32, j) = swapped;
    }
}

static void
cut_range (Job *job)
{
  TaubeSearchRequest *request = job->search.request;
  GArray *numbers = job->search.numbers;
  guint64 offset = taube_search_request_get_offset (request), limit = taube_search_request_get_limit (request);

  if (limit == 0)
    limit = G_MAXUINT64;
  if (job->forest != NULL)
    {
      taube_forest_cut (job->forest, offset, limit);
      g_array_set_size (numbers, 0);
      for (guint i = 0; i < job->forest->n_nodes; i++)
        g_array_append_val (numbers, job->forest->nodes[i].number);
      return;
    }
  if (job->search.partial)
    return;
  g_array_remove_range (numbers, 0, (guint) MIN (offset, numbers->len));
  if (limit < numbers->len)
    g_array_set_size (numbers, (guint) limit);
}

static void
bring_in_order (Job *job)
{
  if (job->forest != NULL)
    order_threads (job);
  else if (!wants_sort (job) && taube_search_request_get_newest_first (job->search.request))
    reverse (job->search.numbers);
  cut_range (job);
}

/* Columns. */

/* Puts the rows, which came as they came, in the order of the search; those that did not come are gone. */
static void
arrange (Job *job, TaubeMessageListBuilder *builder, GArray *rows)
{
  GArray *numbers = job->search.numbers;
  g_autoptr (GArray) sorted = dup_ascending (rows);
  g_autofree guint *places = g_new (guint, rows->len + 1);
  g_autofree guint *positions = g_new (guint, numbers->len + 1);
  Ranks ranks = { sorted, places };
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      guint at;

      g_array_binary_search (sorted, &g_array_index (rows, guint32, i), compare_numbers, &at);
      places[at] = i;
    }
  for (guint i = 0; i < numbers->len; i++)
    {
      guint position = rank_of (g_array_index (numbers, guint32, i), &ranks);

      if (position != G_MAXUINT)
        positions[n++] = position;
    }
  taube_message_list_builder_arrange (builder, positions, n);
  if (job->forest != NULL)
    taube_forest_filter (job->forest, is_found, &ranks);
}

/* The UIDs of the rows, in the order in which they came. */
static GArray *
list_rows (TaubeMessageListBuilder *builder)
{
  g_autoptr (TaubeMessageList) list = taube_message_list_builder_peek (builder, 0);
  guint n = taube_item_list_get_size (TAUBE_ITEM_LIST (list));
  GArray *rows = g_array_sized_new (FALSE, FALSE, sizeof (guint32), n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);
      guint32 uid = (guint32) g_ascii_strtoull (strchr (id, '.') + 1, NULL, 10);

      g_array_append_val (rows, uid);
    }
  return rows;
}

/* Rows with the ids alone: nothing has to be asked. */
static void
add_ids (Job *job, TaubeMessageListBuilder *builder)
{
  for (guint i = 0; i < job->search.numbers->len; i++)
    imap_columns_add_row (builder, job->search.prefix,
                          &(ImapFetch){ .uid = g_array_index (job->search.numbers, guint32, i) });
}

static TaubeItemList *
fetch_list (Job *job, GCancellable *cancellable, GError **error)
{
  ImapSearch *search = &job->search;
  TaubeListFields fields = imap_columns_offered (search->session, taube_search_request_get_fields (search->request));
  g_autoptr (TaubeMessageListBuilder) builder = taube_message_list_builder_new (search->folder, fields);
  g_autoptr (GArray) ascending = dup_ascending (search->numbers);
  g_autoptr (GArray) rows = NULL;
  g_autoptr (ImapSeqset) uids = imap_seqset_new ();
  ImapRowsRequest request = { uids, fields, FALSE, taube_search_request_get_progress (search->request) };

  for (guint i = 0; i < ascending->len; i++)
    imap_seqset_add (uids, g_array_index (ascending, guint32, i));
  if (fields == TAUBE_LIST_FIELDS_NONE || ascending->len == 0)
    {
      add_ids (job, builder);
      return TAUBE_ITEM_LIST (taube_message_list_builder_end (g_steal_pointer (&builder)));
    }
  request.saved = search->saved && search->plan.local == NULL && ascending->len == search->total;
  if (!imap_folder_fill_rows (search->folder, search->session, &request, builder, cancellable, error))
    return NULL;
  rows = list_rows (builder);
  arrange (job, builder, rows);
  return TAUBE_ITEM_LIST (taube_message_list_builder_end (g_steal_pointer (&builder)));
}

static TaubeSearchResult *
run (Job *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeItemList) list = NULL;
  TaubeSearchResult *result;

  if (!find (job, cancellable, error))
    return NULL;
  bring_in_order (job);
  list = fetch_list (job, cancellable, error);
  if (list == NULL)
    return NULL;
  result = taube_search_result_new (list, job->forest, job->search.total);
  for (guint i = 0; i < G_N_ELEMENTS (job->places); i++)
    taube_search_result_set_place (result, (TaubeSearchStep) i, job->places[i], job->reasons[i]);
  return result;
}

/* TaubeFolderClass.get_search_language: before the first connection nothing says that there is none. */
const char *
imap_folder_get_search_language (TaubeFolder *folder)
{
  g_auto (GStrv) extensions = taube_account_get_server_extensions (taube_folder_get_account (folder));

  return extensions == NULL || extensions[0] == NULL
                 || g_strv_contains ((const char *const *) extensions, "X-GM-EXT-1")
             ? "gmail"
             : NULL;
}

/* TaubeFolderClass.search */
TaubeSearchResult *
imap_folder_search (TaubeFolder *folder, TaubeSession *session, TaubeQuery *query, TaubeSearchRequest *request,
                    GCancellable *cancellable, GError **error)
{
  ImapSession *imap = IMAP_SESSION (session);
  TaubeSearchResult *result = NULL;
  Job job = { 0 };

  if (!imap_session_begin (imap, cancellable, error)
      || !imap_session_select (imap, folder, IMAP_SELECT_ANY, cancellable, error)
      || !imap_session_refresh (imap, cancellable, error))
    return NULL;
  imap_search_init (&job.search, folder, imap, query, request);
  if (check_ids (&job, query, error))
    result = run (&job, cancellable, error);
  imap_search_clear (&job.search);
  g_clear_pointer (&job.forest, taube_forest_free);
  for (guint i = 0; i < G_N_ELEMENTS (job.reasons); i++)
    g_free (job.reasons[i]);
  return result;
}
