/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-folder.h"

#include <string.h>

#include "exchange-gettext.h"
#include "exchange-narrow.h"
#include "exchange-pages.h"

/* A search from beginning to end: what the server finds, what of it is left here, sorted, in threads, and the columns
 * of the part that is wanted. */

typedef struct
{
  TaubeFolder *folder;
  TaubeSession *session;
  ExchangeAccount *account;
  const ExchangeWire *wire;
  TaubeQuery *query;
  TaubeSearchRequest *request;
  char *folder_id, *what;
  gint64 now;
  guint refused; /* what the server does not take */
  guint last;    /* of it, what was given up last */
  gboolean again; /* the same was asked twice */

  ExchangePlan plan;
  ExchangeOrder order;
  const char *order_reason;
  ExchangeNarrow narrow;
  ExchangePages pages;
  gboolean partial;      /* the candidates are only the range that was asked for */
  GPtrArray *candidates; /* of ExchangeCandidate, in the order of the server */
  GArray *numbers;       /* guint32: what is left of them, counted from 1, in order */
  guint64 total;
  TaubeForest *forest;   /* NULL: no threads */
  TaubeSearchPlace places[3];
  char *reasons[3];
} Job;

static void
job_clear (Job *self)
{
  exchange_plan_clear (&self->plan);
  exchange_pages_clear (&self->pages);
  g_clear_pointer (&self->narrow.sorter, taube_sorter_free);
  g_clear_pointer (&self->narrow.threader, taube_threader_free);
  g_clear_pointer (&self->candidates, g_ptr_array_unref);
  g_clear_pointer (&self->numbers, g_array_unref);
  g_clear_pointer (&self->forest, taube_forest_free);
  for (guint i = 0; i < G_N_ELEMENTS (self->reasons); i++)
    g_free (self->reasons[i]);
  g_free (self->folder_id);
  g_free (self->what);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)

static gboolean
wants_sort (const Job *job)
{
  return taube_search_request_get_n_sort_keys (job->request) > 0;
}

static gboolean
wants_threads (const Job *job)
{
  return taube_search_request_get_threading (job->request) != TAUBE_THREADING_NONE;
}

static void
set_place (Job *job, TaubeSearchStep step, TaubeSearchPlace place, const char *reason)
{
  job->places[step] = place;
  g_free (job->reasons[step]);
  job->reasons[step] = g_strdup (reason);
}

/* The steps. */

static void
tell_find (Job *job)
{
  const ExchangePlan *plan = &job->plan;
  gboolean asked = plan->raw != NULL || taube_query_get_kind (plan->server) != TAUBE_QUERY_KIND_ALL;
  g_autofree char *reason = NULL;

  if (plan->nothing)
    set_place (job, TAUBE_SEARCH_STEP_FIND, TAUBE_SEARCH_PLACE_NOWHERE, "Exchange has no message of that kind");
  else if (plan->local == NULL)
    set_place (job, TAUBE_SEARCH_STEP_FIND, TAUBE_SEARCH_PLACE_SERVER, job->wire->describe_used (plan->used));
  else
    {
      reason = plan->raw != NULL ? g_strdup ("the server's own language has no place for the rest")
                                 : job->wire->describe_missed (plan->missed, job->refused);
      set_place (job, TAUBE_SEARCH_STEP_FIND, asked ? TAUBE_SEARCH_PLACE_PARTLY : TAUBE_SEARCH_PLACE_LOCAL, reason);
    }
}

static void
tell_order (Job *job)
{
  if (wants_sort (job))
    set_place (job, TAUBE_SEARCH_STEP_SORT,
               job->order == EXCHANGE_ORDER_KEYS ? TAUBE_SEARCH_PLACE_SERVER : TAUBE_SEARCH_PLACE_LOCAL,
               job->order_reason);
  if (wants_threads (job))
    set_place (job, TAUBE_SEARCH_STEP_THREAD, TAUBE_SEARCH_PLACE_LOCAL,
               "the conversations of the server do not say what answers what");
}

static gboolean
make_plan (Job *job, GError **error)
{
  TaubeThreading threading = taube_search_request_get_threading (job->request);

  exchange_plan_clear (&job->plan);
  g_clear_pointer (&job->narrow.sorter, taube_sorter_free);
  g_clear_pointer (&job->narrow.threader, taube_threader_free);
  if (!job->wire->plan (job->account, job->query, job->refused, job->now, &job->plan, error))
    return FALSE;
  job->order = job->wire->get_order (job->request, job->refused, &job->order_reason);
  job->narrow.query = job->plan.local;
  if (wants_sort (job) && job->order != EXCHANGE_ORDER_KEYS)
    job->narrow.sorter = taube_sorter_new (job->request);
  if (threading != TAUBE_THREADING_NONE)
    job->narrow.threader = taube_threader_new (threading);
  return TRUE;
}

static gboolean
needs_narrow (const Job *job)
{
  return job->narrow.query != NULL || job->narrow.sorter != NULL || job->narrow.threader != NULL;
}

/* When the server's order is the one that is wanted, a range of it is all that is read. */
static void
set_pages (Job *job)
{
  ExchangePageRequest *request = &job->pages.request;
  gboolean newest_first = taube_search_request_get_newest_first (job->request);

  request->plan = &job->plan;
  request->sort = wants_sort (job) ? job->request : NULL;
  request->refused = job->refused;
  request->now = job->now;
  request->newest_first = newest_first && !wants_sort (job) && !wants_threads (job);
  request->facts = exchange_narrow_get_listed (&job->narrow);
  if (job->order == EXCHANGE_ORDER_NONE)
    request->facts |= TAUBE_FACTS_DATE;
  job->partial = !needs_narrow (job) && job->order != EXCHANGE_ORDER_NONE
                 && (taube_search_request_get_limit (job->request) > 0
                     || taube_search_request_get_offset (job->request) > 0);
  job->pages.first = job->partial ? taube_search_request_get_offset (job->request) : 0;
  job->pages.most = job->partial ? taube_search_request_get_limit (job->request) : 0;
}

static gboolean
read_pages (Job *job, GCancellable *cancellable, GError **error)
{
  g_ptr_array_set_size (job->candidates, 0);
  exchange_pages_restart (&job->pages);
  while (!job->pages.last)
    {
      GPtrArray *fresh = job->pages.candidates;

      if (!exchange_pages_next (&job->pages, cancellable, error))
        return FALSE;
      g_ptr_array_extend_and_steal (job->candidates, g_ptr_array_ref (fresh));
      taube_progress_update (taube_search_request_get_progress (job->request), job->candidates->len,
                             MAX (job->candidates->len, (guint64) MAX (job->pages.total, 0)));
    }
  return TRUE;
}

/* What the server refuses is left out, one thing after the other, until it does not; the last of them was to blame, and
 * is not tried again with this account. An error inside the server may be about something else the first time. */
static gboolean
find (Job *job, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) local = NULL;

      if (!make_plan (job, error))
        return FALSE;
      if (job->plan.nothing)
        return TRUE;
      set_pages (job);
      if (read_pages (job, cancellable, &local))
        {
          exchange_account_add_refused (job->account, job->last);
          return TRUE;
        }
      if (job->pages.blamed == 0)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (job->pages.internal && !job->again)
        {
          job->again = TRUE;
          continue;
        }
      job->last = job->pages.blamed;
      job->refused |= job->last;
    }
}

static ExchangeCandidate *
get_candidate (const Job *job, guint32 number)
{
  return job->candidates->pdata[number - 1];
}

static void
list_all (Job *job)
{
  job->numbers = g_array_sized_new (FALSE, FALSE, sizeof (guint32), job->candidates->len);
  for (guint32 i = 1; i <= job->candidates->len; i++)
    g_array_append_val (job->numbers, i);
}

static gboolean
narrow (Job *job, GCancellable *cancellable, GError **error)
{
  if (!needs_narrow (job))
    {
      list_all (job);
      job->total = job->partial && job->pages.total >= 0 ? (guint64) job->pages.total : job->numbers->len;
      return TRUE;
    }
  job->numbers = exchange_narrow_run (&job->narrow, job->candidates, cancellable, error);
  if (job->numbers == NULL)
    return FALSE;
  if (job->narrow.sorter != NULL)
    {
      g_array_unref (job->numbers);
      job->numbers = taube_sorter_end (job->narrow.sorter);
    }
  if (job->narrow.threader != NULL)
    job->forest = taube_threader_end (job->narrow.threader);
  job->total = job->numbers->len;
  return TRUE;
}

/* Order and range. */

static int
compare_arrival (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Job *job = user_data;
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;
  const ExchangeCandidate *left = get_candidate (job, x), *right = get_candidate (job, y);

  if (left->subject.date != right->subject.date)
    return left->subject.date < right->subject.date ? -1 : 1;
  return (x > y) - (x < y);
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

static guint
rank_of (guint32 number, gpointer user_data)
{
  return ((const guint *) user_data)[number];
}

static void
order_threads (Job *job)
{
  g_autofree guint *ranks = g_new0 (guint, job->candidates->len + 1);

  for (guint i = 0; i < job->numbers->len; i++)
    ranks[g_array_index (job->numbers, guint32, i)] = i;
  if (wants_sort (job))
    taube_forest_sort (job->forest, rank_of, ranks);
  else if (taube_search_request_get_newest_first (job->request))
    taube_forest_reverse (job->forest);
}

static void
cut_range (Job *job)
{
  guint64 offset = taube_search_request_get_offset (job->request);
  guint64 limit = taube_search_request_get_limit (job->request);

  if (limit == 0)
    limit = G_MAXUINT64;
  if (job->forest != NULL)
    {
      taube_forest_cut (job->forest, offset, limit);
      g_array_set_size (job->numbers, 0);
      for (guint i = 0; i < job->forest->n_nodes; i++)
        g_array_append_val (job->numbers, job->forest->nodes[i].number);
      return;
    }
  if (job->partial)
    return;
  g_array_remove_range (job->numbers, 0, (guint) MIN (offset, job->numbers->len));
  if (limit < job->numbers->len)
    g_array_set_size (job->numbers, (guint) limit);
}

static void
bring_in_order (Job *job)
{
  gboolean unsorted = job->order == EXCHANGE_ORDER_NONE && !wants_sort (job);

  if (unsorted)
    g_array_sort_with_data (job->numbers, compare_arrival, job);
  if (job->forest != NULL)
    order_threads (job);
  else if (unsorted && taube_search_request_get_newest_first (job->request))
    reverse (job->numbers);
  cut_range (job);
}

/* Columns. */

static gboolean
has_row (guint32 number, gpointer user_data)
{
  return ((const gboolean *) user_data)[number];
}

/* Rows come in the order in which they are asked for; what went meanwhile has none. */
static void
drop_gone (Job *job, TaubeItemList *list)
{
  g_autofree gboolean *there = g_new0 (gboolean, job->candidates->len + 1);
  guint row = 0, n = taube_item_list_get_size (list);

  for (guint i = 0; i < job->numbers->len && row < n; i++)
    {
      guint32 number = g_array_index (job->numbers, guint32, i);
      const ExchangeCandidate *candidate = get_candidate (job, number);
      g_autofree char *id = taube_item_list_get_id (list, row);

      there[number] = strcmp (id, candidate->id) == 0;
      row += there[number] ? 1 : 0;
    }
  taube_forest_filter (job->forest, has_row, there);
}

static TaubeItemList *
fetch_list (Job *job, GCancellable *cancellable, GError **error)
{
  TaubeListFields fields = taube_search_request_get_fields (job->request);
  g_autoptr (TaubeMessageListBuilder) builder = taube_message_list_builder_new (job->folder, fields);
  g_autofree const char **ids = g_new (const char *, job->numbers->len + 1);
  guint n = job->numbers->len;

  for (guint i = 0; i < n; i++)
    {
      ids[i] = get_candidate (job, g_array_index (job->numbers, guint32, i))->id;
      if (fields == TAUBE_LIST_FIELDS_NONE)
        taube_message_list_builder_add_id (builder, ids[i]);
    }
  for (guint at = 0; at < n && fields != TAUBE_LIST_FIELDS_NONE; at += job->wire->batch_size)
    if (!job->wire->get_rows (job->account, ids + at, MIN (n - at, job->wire->batch_size), fields, job->what, builder,
                              NULL, cancellable, error))
      return NULL;
  return TAUBE_ITEM_LIST (taube_message_list_builder_end (g_steal_pointer (&builder)));
}

static TaubeSearchResult *
run (Job *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeItemList) list = NULL;
  TaubeSearchResult *result;

  job->folder_id = exchange_account_find_folder_id (job->account, job->folder, cancellable, error);
  if (job->folder_id == NULL)
    return NULL;
  exchange_pages_init (&job->pages, job->account, job->folder_id, job->what);
  if (!find (job, cancellable, error) || !narrow (job, cancellable, error))
    return NULL;
  tell_find (job);
  tell_order (job);
  bring_in_order (job);
  list = fetch_list (job, cancellable, error);
  if (list == NULL)
    return NULL;
  if (job->forest != NULL)
    drop_gone (job, list);
  result = taube_search_result_new (list, job->forest, job->total);
  for (guint i = 0; i < G_N_ELEMENTS (job->places); i++)
    taube_search_result_set_place (result, (TaubeSearchStep) i, job->places[i], job->reasons[i]);
  return result;
}

/* TaubeFolderClass.search */
TaubeSearchResult *
exchange_folder_search (TaubeFolder *folder, TaubeSession *session, TaubeQuery *query, TaubeSearchRequest *request,
                        GCancellable *cancellable, GError **error)
{
  g_auto (Job) job = { .folder = folder, .session = session, .query = query, .request = request };
  TaubeSearchResult *result;
  GError *problem = NULL;

  job.account = exchange_folder_get_account (folder);
  job.wire = exchange_account_get_wire (job.account);
  job.what = g_strdup_printf (_ ("cannot search folder \"%s\""), taube_folder_get_name (folder));
  job.now = g_get_real_time () / G_USEC_PER_SEC;
  job.refused = exchange_account_get_refused (job.account);
  job.candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) exchange_candidate_free);
  job.narrow = (ExchangeNarrow){ .folder = folder, .session = session, .what = job.what, .now = job.now,
                                 .progress = taube_search_request_get_progress (request) };
  result = run (&job, cancellable, &problem);
  if (result != NULL)
    return result;
  exchange_folder_note_failure (folder, problem);
  g_propagate_error (error, problem);
  return NULL;
}

/* TaubeFolderClass.get_search_language */
const char *
exchange_folder_get_search_language (TaubeFolder *folder)
{
  return "aqs";
}
