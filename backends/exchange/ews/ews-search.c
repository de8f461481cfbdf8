/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-search.h"

#include <string.h>

#include "ews/ews-call.h"
#include "exchange-gettext.h"

gboolean
ews_search_plan (ExchangeAccount *account, TaubeQuery *query, guint refused, gint64 now, ExchangePlan *plan_out,
                 GError **error)
{
  if (taube_query_has_raw (query) && exchange_account_get_version (account) < EWS_VERSION_2010_SP2)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
                   _ ("cannot search: Exchange 2007 has no search language of its own"));
      return FALSE;
    }
  return ews_query_plan (query, refused, now, plan_out, error);
}

ExchangeOrder
ews_search_get_order (TaubeSearchRequest *sort, guint refused, const char **reason_out)
{
  guint used = ews_order_get_used (sort, refused);

  *reason_out = NULL;
  if (sort != NULL && taube_search_request_get_n_sort_keys (sort) > 0)
    ews_order_can (sort, refused, reason_out);
  if (used & EWS_ORDER_KEYS)
    return EXCHANGE_ORDER_KEYS;
  return used != 0 ? EXCHANGE_ORDER_ARRIVAL : EXCHANGE_ORDER_NONE;
}

/* FindItem. */

typedef struct
{
  const ExchangePageRequest *request;
  ExchangePage *page;
  const TaubeLimits *limits;
  guint found;
} Find;

static EwsWriter *
write_find (EwsVersion version, gconstpointer args)
{
  const ExchangePageRequest *request = args;
  const EwsFind find = { .folder = { .id = request->folder_id }, .offset = request->offset, .count = request->count,
                         .newest_first = request->newest_first, .plan = request->plan, .sort = request->sort,
                         .facts = request->facts, .refused = request->refused, .now = request->now };

  return ews_request_find_item (version, &find);
}

static gboolean
on_found (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Find *find = user_data;
  const char *id = ews_item_get_id (unit);
  ExchangeCandidate *candidate;

  find->found++;
  if (id == NULL)
    return TRUE;
  candidate = exchange_candidate_new (id);
  g_ptr_array_add (find->page->candidates, candidate);
  if (find->request->facts != TAUBE_FACTS_NONE)
    ews_facts_take (unit, find->request->facts, EWS_ASK_FIND, candidate, find->limits);
  return TRUE;
}

/* CASES.md 64: where the next page begins is counted, whatever the server says of that. */
static gboolean
on_find_page (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Find *find = user_data;
  const EwsNode *root = ews_node_find (message, "RootFolder");
  gint64 number;

  if (!ews_text_to_boolean (ews_node_get_attribute (root, "IncludesLastItemInRange"), &find->page->last))
    find->page->last = find->found < find->request->count;
  if (ews_text_to_number (ews_node_get_attribute (root, "TotalItemsInView"), &number) && number >= 0)
    find->page->total = number;
  find->page->next = find->request->offset + find->found;
  return TRUE;
}

static void
on_find_refused (const EwsVerdict *verdict, gpointer user_data)
{
  Find *find = user_data;
  const ExchangePageRequest *request = find->request;
  guint used = ews_order_get_used (request->sort, request->refused);

  if (request->plan != NULL && request->plan->raw == NULL)
    used |= request->plan->used;
  find->page->blamed = ews_query_find_blame (verdict->code, verdict->path, used);
  find->page->internal = strcmp (verdict->code, "ErrorInternalServerError") == 0;
  find->page->too_many = strcmp (verdict->code, "ErrorExceededFindCountLimit") == 0;
}

gboolean
ews_search_find (ExchangeAccount *account, const ExchangePageRequest *request, ExchangePage *page,
                 GCancellable *cancellable, GError **error)
{
  Find find = { .request = request, .page = page,
                .limits = taube_account_get_limits (TAUBE_ACCOUNT (account)) };
  const EwsCall call = { .operation = EWS_OPERATION_FIND_ITEM, .write = write_find, .args = request,
                         .what = request->what, .unit = on_found, .message = on_find_page,
                         .refused = on_find_refused, .user_data = &find };

  page->total = -1;
  page->last = TRUE;
  page->next = request->offset;
  page->blamed = 0;
  page->internal = page->too_many = FALSE;
  return ews_call_run (account, &call, cancellable, error);
}

/* Facts. */

typedef struct
{
  ExchangeCandidate *const *candidates;
  const char **ids;
  guint n;
  TaubeFacts facts;
  const TaubeLimits *limits;
} Facts;

static EwsWriter *
write_facts (EwsVersion version, gconstpointer args)
{
  const Facts *facts = args;

  return ews_request_get_facts (version, facts->ids, facts->n, facts->facts);
}

static gboolean
on_facts (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Facts *facts = user_data;
  const char *id = ews_item_get_id (unit);

  if (index >= facts->n)
    return TRUE;
  if (id != NULL && strcmp (id, facts->ids[index]) != 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                   _ ("the server answered about another message: the connection is out of step"));
      return FALSE;
    }
  ews_facts_take (unit, facts->facts, EWS_ASK_GET, facts->candidates[index], facts->limits);
  return TRUE;
}

/* It went between the search and now, or cannot be read; or the server does not give this of any item, and nothing
 * becomes known. */
static gboolean
on_no_facts (const EwsVerdict *verdict, guint index, gpointer user_data, GError **error)
{
  Facts *facts = user_data;

  if (index < facts->n && ews_errors_find (verdict->code) == TAUBE_ERROR_NOT_FOUND)
    g_clear_pointer (&facts->candidates[index]->id, g_free);
  return TRUE;
}

gboolean
ews_search_get_facts (ExchangeAccount *account, ExchangeCandidate *const *candidates, guint n, TaubeFacts facts,
                      const char *what, GCancellable *cancellable, GError **error)
{
  g_autofree const char **ids = g_new (const char *, n + 1);
  Facts args = { candidates, ids, n, facts, taube_account_get_limits (TAUBE_ACCOUNT (account)) };
  const EwsCall call = { .operation = EWS_OPERATION_GET_ITEM, .write = write_facts, .args = &args, .what = what,
                         .unit = on_facts, .failed = on_no_facts, .user_data = &args };

  for (guint i = 0; i < n; i++)
    ids[i] = candidates[i]->id;
  return ews_call_run (account, &call, cancellable, error);
}
