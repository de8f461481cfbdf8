/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-events.h"
#include "ews/ews-facts.h"
#include "ews/ews-folders.h"
#include "ews/ews-items.h"
#include "ews/ews-manage.h"
#include "ews/ews-parts.h"
#include "ews/ews-whole.h"
#include "ews/ews-search.h"

/* Exchange gives no more than 1,000 items of a folder at once; of items by their ids it takes as many as fit into a
 * request, but answers when all are ready. */
const ExchangeWire exchange_wire_ews = {
  .name = "EWS",
  .page_size = 1000,
  .batch_size = 100,
  .open = ews_folders_open,
  .find_roles = ews_folders_find_roles,
  .list_folders = ews_folders_list,
  .get_folder = ews_folders_get,
  .plan = ews_search_plan,
  .describe_missed = ews_query_describe_missed,
  .describe_used = ews_query_describe_used,
  .get_order = ews_search_get_order,
  .listed_headers = ews_facts_listed_headers,
  .find_items = ews_search_find,
  .get_rows = ews_items_get_rows,
  .get_facts = ews_search_get_facts,
  .fetch = ews_items_fetch,
  .get_parts = ews_parts_get,
  .fetch_part = ews_parts_fetch,
  .sync_items = ews_items_sync,
  .get_states = ews_items_get_states,
  .find_traces = ews_items_find_traces,
  .find_token = ews_items_find_token,
  .update = ews_items_update,
  .transfer = ews_items_transfer,
  .append = ews_manage_append,
  .send = ews_manage_send,
  .create_folder = ews_manage_create_folder,
  .rename_folder = ews_manage_rename_folder,
  .move_folder = ews_manage_move_folder,
  .delete_folder = ews_manage_delete_folder,
  .remove = ews_items_remove,
  .empty_folder = ews_whole_empty,
  .mark_all_seen = ews_whole_mark_all_seen,
  .subscribe = ews_events_subscribe,
  .unsubscribe = ews_events_unsubscribe,
  .ask_news = ews_events_ask,
  .open_stream = ews_events_open_stream,
};
