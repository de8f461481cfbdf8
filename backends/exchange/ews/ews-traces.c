/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Items that are looked for after a request of which nobody knows what became of it, or whose answer names none. */
#include "ews/ews-call.h"
#include "ews/ews-items.h"

#include "exchange-gettext.h"

typedef struct
{
  const char *folder_id;
  const char *const *traces;
  guint n;
  const char *token; /* NULL: it is about traces */
  guint offset;
  guint found;
  gboolean last;
  ExchangeFoundFunc func;
  gpointer user_data;
} Search;

static EwsWriter *
write_search (EwsVersion version, gconstpointer args)
{
  const Search *search = args;

  if (search->token != NULL)
    return ews_request_find_token (version, search->folder_id, search->token);
  return ews_request_find_traces (version, search->folder_id, search->traces, search->n, search->offset);
}

static gboolean
on_item (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Search *search = user_data;
  const char *id = ews_item_get_id (unit);

  search->found++;
  if (id != NULL)
    search->func (ews_item_get_trace (unit), id, search->user_data);
  return TRUE;
}

static gboolean
on_page (const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  Search *search = user_data;
  const char *last = ews_node_get_attribute (ews_node_find (message, "RootFolder"), "IncludesLastItemInRange");

  if (!ews_text_to_boolean (last, &search->last))
    search->last = TRUE;
  return TRUE;
}

static gboolean
run (ExchangeAccount *account, Search *search, const char *what, GCancellable *cancellable, GError **error)
{
  const EwsCall call = { .operation = EWS_OPERATION_FIND_ITEM, .write = write_search, .args = search, .what = what,
                         .unit = on_item, .message = on_page, .user_data = search };

  do
    {
      guint before = search->found;

      search->last = TRUE;
      if (!ews_call_run (account, &call, cancellable, error))
        return FALSE;
      search->offset = search->found;
      if (search->found == before)
        break;
    }
  while (!search->last);
  return TRUE;
}

gboolean
ews_items_find_traces (ExchangeAccount *account, const char *folder_id, const char *const *traces, guint n,
                       const char *what, ExchangeFoundFunc func, gpointer user_data, GCancellable *cancellable,
                       GError **error)
{
  Search search = { .folder_id = folder_id, .traces = traces, .n = n, .func = func, .user_data = user_data };

  return n == 0 || run (account, &search, what, cancellable, error);
}

static void
keep_id (const char *trace, const char *id, gpointer user_data)
{
  char **found = user_data;

  if (*found == NULL)
    *found = g_strdup (id);
}

gboolean
ews_items_find_token (ExchangeAccount *account, const char *folder_id, const char *token, const char *what,
                      char **id, GCancellable *cancellable, GError **error)
{
  Search search = { .folder_id = folder_id, .token = token, .func = keep_id, .user_data = id };

  *id = NULL;
  return run (account, &search, what, cancellable, error);
}
