/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every request that can be sent is valid by Microsoft's schema: its folder is in TAUBE_EWS_SCHEMA_DIR. */
#include <gio/gio.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlschemastypes.h>

#include <taube/taube-error.h>

#include "ews/ews-notify.h"

static const EwsFolderRef inbox = { .distinguished = "inbox" };
static const EwsFolderRef by_id = { .id = "AAMk<&\"'>=" };
static const char *const categories[] = { "Red Category", "a & b", NULL };
static const char *const ids[] = { "AAMkAD==", "AAMk&<x>" };

static EwsWriter *
get_folder (EwsVersion version)
{
  const EwsFolderRef folders[] = { inbox, by_id };

  return ews_request_get_folder (version, folders, 2);
}

static EwsWriter *
find_folder (EwsVersion version)
{
  return ews_request_find_folder (version, &inbox, 1000, 500);
}

static EwsWriter *
create_folder (EwsVersion version)
{
  return ews_request_create_folder (version, &by_id, "Entwürfe & <mehr>", "IPF.Note");
}

static EwsWriter *
rename_folder (EwsVersion version)
{
  return ews_request_rename_folder (version, "AAMk", "Neu");
}

static EwsWriter *
move_folder (EwsVersion version)
{
  return ews_request_move_folder (version, "AAMk", &inbox);
}

static EwsWriter *
delete_folder (EwsVersion version)
{
  return ews_request_delete_folder (version, "AAMk");
}

static EwsWriter *
find_item (EwsVersion version)
{
  const EwsFind find = { inbox, 0x1ff, 5000, 1000, TRUE };

  return ews_request_find_item (version, &find);
}

static EwsWriter *
find_ids (EwsVersion version)
{
  const EwsFind find = { by_id, TAUBE_LIST_FIELDS_NONE, 0, 1, FALSE };

  return ews_request_find_item (version, &find);
}

/* Everything that a server can be asked about, and in every order. */
static EwsWriter *
search (EwsVersion version)
{
  static const char text[]
    = "is:seen -is:draft is:flagged,answered is:forwarded keyword:work keyword:$Forwarded"
      " (from:a OR to:b OR -cc:\"<c>\")"
      " bcc:d ~subject:e body:f g header:X-H header:Message-ID:i -header:References:j larger:1k smaller:2G"
      " since:2026-01-01 before:0001-01-02 on:9999-12-31 sent-since:2026-01-01 -sent-before:2026-01-01"
      " sent-on:2026-01-01 older:1d newer:52w -has:attachment";
  g_autoptr (TaubeQuery) query = taube_query_parse (text, NULL, NULL);
  g_autoptr (TaubeSearchRequest) sort = taube_search_request_new ();
  g_auto (ExchangePlan) plan = { 0 };
  EwsFind find = { by_id, TAUBE_LIST_FIELDS_NONE, 5, 1000, TRUE };

  g_assert_true (ews_query_plan (query, 0, 1800000000, &plan, NULL));
  taube_search_request_set_sort (sort, "arrival,-date,size,-subject,display-from", NULL);
  find.plan = &plan;
  find.sort = sort;
  find.facts = TAUBE_FACTS_FLAGS | TAUBE_FACTS_SIZE | TAUBE_FACTS_DATE | TAUBE_FACTS_HEADERS | TAUBE_FACTS_ATTACHMENT;
  find.now = 1800000000;
  return ews_request_find_item (version, &find);
}

static EwsWriter *
search_unsorted (EwsVersion version)
{
  const EwsFind find = { .folder = inbox, .count = 10, .facts = TAUBE_FACTS_DATE, .refused = EWS_ORDER_EVERYTHING };

  return ews_request_find_item (version, &find);
}

static EwsWriter *
search_raw (EwsVersion version)
{
  g_autoptr (TaubeQuery) query = taube_query_parse ("is:unread raw:\"from:<a> & \\\"b\\\"\"", NULL, NULL);
  g_auto (ExchangePlan) plan = { 0 };
  EwsFind find = { .folder = inbox, .count = 10, .plan = &plan };

  g_assert_true (ews_query_plan (query, 0, 0, &plan, NULL));
  return ews_request_find_item (version, &find);
}

static EwsWriter *
get_facts (EwsVersion version)
{
  return ews_request_get_facts (version, ids, 2, TAUBE_FACTS_HEADERS | TAUBE_FACTS_FLAGS);
}

static EwsWriter *
get_item (EwsVersion version)
{
  return ews_request_get_item (version, ids, 2, 0xff);
}

static EwsWriter *
get_mime (EwsVersion version)
{
  return ews_request_get_mime (version, ids[0]);
}

static EwsWriter *
get_parts (EwsVersion version)
{
  return ews_request_get_parts (version, ids[1]);
}

static EwsWriter *
get_body (EwsVersion version)
{
  return ews_request_get_body (version, ids[0], TRUE);
}

static EwsWriter *
get_text (EwsVersion version)
{
  return ews_request_get_body (version, ids[0], FALSE);
}

static EwsWriter *
get_attachment (EwsVersion version)
{
  return ews_request_get_attachment (version, "AAMk&<x>=");
}

static EwsWriter *
sync_first (EwsVersion version)
{
  return ews_request_sync_items (version, &inbox, NULL, 512);
}

static EwsWriter *
sync_next (EwsVersion version)
{
  return ews_request_sync_items (version, &by_id, "H4sIAAA==", 1);
}

static EwsWriter *
create_item (EwsVersion version)
{
  EwsWriter *writer = ews_request_begin_item (version, &inbox, EWS_SEND_SAVE_ONLY);

  ews_request_end_item (writer, "4a6f-41", 0x7f & ~(guint) TAUBE_MESSAGE_FLAGS_DRAFT, categories, 1795741323);
  return writer;
}

static EwsWriter *
send_item (EwsVersion version)
{
  EwsWriter *writer = ews_request_begin_item (version, &by_id, EWS_SEND_AND_SAVE);

  ews_request_end_sent_item (writer);
  return writer;
}

static EwsWriter *
find_traces (EwsVersion version)
{
  static const char *const traces[] = { "AAECAw==", "BAUG" };

  return ews_request_find_traces (version, by_id.id, traces, 2, 1000);
}

static EwsWriter *
find_trace (EwsVersion version)
{
  static const char *const traces[] = { "AAECAw==" };

  return ews_request_find_traces (version, by_id.id, traces, 1, 0);
}

static EwsWriter *
find_token (EwsVersion version)
{
  return ews_request_find_token (version, by_id.id, "4a6f-41");
}

static EwsWriter *
get_states (EwsVersion version)
{
  return ews_request_get_states (version, ids, 2);
}

static EwsWriter *
update_flags (EwsVersion version)
{
  const ExchangeUpdate updates[] = {
    { ids[0], NULL, EWS_SETTABLE_FLAGS, TAUBE_MESSAGE_FLAGS_FLAGGED, NULL },
    { ids[1], NULL, EWS_SETTABLE_FLAGS, TAUBE_MESSAGE_FLAGS_FLAGGED, NULL, TAUBE_IMPORTANCE_HIGH },
  };

  return ews_request_update (version, updates, 2);
}

static EwsWriter *
update_importance (EwsVersion version)
{
  const ExchangeUpdate updates[] = {
    { .id = ids[0], .importance = TAUBE_IMPORTANCE_LOW },
    { .id = ids[1], .change_key = "CQAAAA==", .importance = TAUBE_IMPORTANCE_NORMAL },
  };

  return ews_request_update (version, updates, 2);
}

static EwsWriter *
update_categories (EwsVersion version)
{
  static const char *const none[] = { NULL };
  const ExchangeUpdate updates[] = { { ids[0], "CQAAAA==", 0, 0, categories }, { ids[1], "CQAAAB==", 0, 0, none } };

  return ews_request_update (version, updates, 2);
}

static EwsWriter *
move_item (EwsVersion version)
{
  return ews_request_transfer (version, EWS_OPERATION_MOVE_ITEM, ids, 2, &inbox);
}

static EwsWriter *
copy_item (EwsVersion version)
{
  return ews_request_transfer (version, EWS_OPERATION_COPY_ITEM, ids, 2, &by_id);
}

static EwsWriter *
delete_item (EwsVersion version)
{
  return ews_request_delete_item (version, ids, 2, TAUBE_DISCARD_MODE_FOR_GOOD);
}

static EwsWriter *
delete_softly (EwsVersion version)
{
  return ews_request_delete_item (version, ids, 2, TAUBE_DISCARD_MODE_RECOVERABLE);
}

static EwsWriter *
empty_folder (EwsVersion version)
{
  return ews_request_empty_folder (version, by_id.id, TAUBE_DISCARD_MODE_TO_TRASH, TRUE);
}

static EwsWriter *
mark_all_seen (EwsVersion version)
{
  return ews_request_mark_all_seen (version, by_id.id);
}

static EwsWriter *
subscribe_all (EwsVersion version)
{
  const EwsSubscribe subscribe = { NULL, 0, FALSE, 0 };

  return ews_request_subscribe (version, &subscribe);
}

static EwsWriter *
subscribe_some (EwsVersion version)
{
  const EwsSubscribe subscribe = { ids, 2, FALSE, 0 };

  return ews_request_subscribe (version, &subscribe);
}

static EwsWriter *
subscribe_pull (EwsVersion version)
{
  const EwsSubscribe subscribe = { ids, 1, TRUE, 60 };

  return ews_request_subscribe (version, &subscribe);
}

static EwsWriter *
subscribe_pull_all (EwsVersion version)
{
  const EwsSubscribe subscribe = { NULL, 0, TRUE, 1440 };

  return ews_request_subscribe (version, &subscribe);
}

static EwsWriter *
unsubscribe (EwsVersion version)
{
  return ews_request_unsubscribe (version, "HABl<&>==");
}

static EwsWriter *
get_events (EwsVersion version)
{
  return ews_request_get_events (version, "HABl", "AQAA<&>");
}

static EwsWriter *
get_streaming_events (EwsVersion version)
{
  return ews_request_get_streaming_events (version, ids, 2, 30);
}

static const struct
{
  const char *name;
  EwsOperation operation;
  EwsWriter *(*make) (EwsVersion version);
} requests[] = {
  { "get-folder", EWS_OPERATION_GET_FOLDER, get_folder },
  { "find-folder", EWS_OPERATION_FIND_FOLDER, find_folder },
  { "create-folder", EWS_OPERATION_CREATE_FOLDER, create_folder },
  { "rename-folder", EWS_OPERATION_UPDATE_FOLDER, rename_folder },
  { "move-folder", EWS_OPERATION_MOVE_FOLDER, move_folder },
  { "delete-folder", EWS_OPERATION_DELETE_FOLDER, delete_folder },
  { "find-item", EWS_OPERATION_FIND_ITEM, find_item },
  { "find-ids", EWS_OPERATION_FIND_ITEM, find_ids },
  { "search", EWS_OPERATION_FIND_ITEM, search },
  { "search-unsorted", EWS_OPERATION_FIND_ITEM, search_unsorted },
  { "search-raw", EWS_OPERATION_FIND_ITEM, search_raw },
  { "get-facts", EWS_OPERATION_GET_ITEM, get_facts },
  { "get-item", EWS_OPERATION_GET_ITEM, get_item },
  { "get-mime", EWS_OPERATION_GET_ITEM, get_mime },
  { "get-parts", EWS_OPERATION_GET_ITEM, get_parts },
  { "get-body", EWS_OPERATION_GET_ITEM, get_body },
  { "get-text", EWS_OPERATION_GET_ITEM, get_text },
  { "get-attachment", EWS_OPERATION_GET_ATTACHMENT, get_attachment },
  { "sync-first", EWS_OPERATION_SYNC_FOLDER_ITEMS, sync_first },
  { "sync-next", EWS_OPERATION_SYNC_FOLDER_ITEMS, sync_next },
  { "create-item", EWS_OPERATION_CREATE_ITEM, create_item },
  { "send-item", EWS_OPERATION_CREATE_ITEM, send_item },
  { "find-traces", EWS_OPERATION_FIND_ITEM, find_traces },
  { "find-trace", EWS_OPERATION_FIND_ITEM, find_trace },
  { "find-token", EWS_OPERATION_FIND_ITEM, find_token },
  { "get-states", EWS_OPERATION_GET_ITEM, get_states },
  { "update-flags", EWS_OPERATION_UPDATE_ITEM, update_flags },
  { "update-importance", EWS_OPERATION_UPDATE_ITEM, update_importance },
  { "update-categories", EWS_OPERATION_UPDATE_ITEM, update_categories },
  { "move-item", EWS_OPERATION_MOVE_ITEM, move_item },
  { "copy-item", EWS_OPERATION_COPY_ITEM, copy_item },
  { "delete-item", EWS_OPERATION_DELETE_ITEM, delete_item },
  { "delete-softly", EWS_OPERATION_DELETE_ITEM, delete_softly },
  { "empty-folder", EWS_OPERATION_EMPTY_FOLDER, empty_folder },
  { "mark-all-seen", EWS_OPERATION_MARK_ALL_ITEMS_AS_READ, mark_all_seen },
  { "subscribe-all", EWS_OPERATION_SUBSCRIBE, subscribe_all },
  { "subscribe-some", EWS_OPERATION_SUBSCRIBE, subscribe_some },
  { "subscribe-pull", EWS_OPERATION_SUBSCRIBE, subscribe_pull },
  { "subscribe-pull-all", EWS_OPERATION_SUBSCRIBE, subscribe_pull_all },
  { "unsubscribe", EWS_OPERATION_UNSUBSCRIBE, unsubscribe },
  { "get-events", EWS_OPERATION_GET_EVENTS, get_events },
  { "get-streaming-events", EWS_OPERATION_GET_STREAMING_EVENTS, get_streaming_events },
};

static xmlSchemaPtr schema;

static void
validate (xmlDocPtr document, const char *text)
{
  xmlSchemaValidCtxtPtr context = xmlSchemaNewValidCtxt (schema);
  int result = xmlSchemaValidateDoc (context, document);

  xmlSchemaFreeValidCtxt (context);
  if (result != 0)
    g_error ("not valid by the schema (%d):\n%s", result, text);
}

static void
check_request (gconstpointer data)
{
  guint at = GPOINTER_TO_UINT (data);

  for (EwsVersion version = EWS_VERSION_2007_SP1; version <= EWS_VERSION_2013_SP1; version++)
    {
      g_autoptr (EwsWriter) writer = requests[at].make (version);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = ews_writer_end (writer, &error);
      g_autofree char *text = NULL;
      const EwsOperationInfo *info = ews_operation_get_info (requests[at].operation);
      gsize length;
      const char *xml;
      xmlDocPtr document;

      g_assert_no_error (error);
      xml = g_bytes_get_data (bytes, &length);
      text = g_strndup (xml, length);
      g_assert_nonnull (strstr (text, ews_version_get_name (version)));
      g_assert_nonnull (strstr (text, info->element));
      document = xmlReadMemory (xml, (int) length, NULL, NULL, XML_PARSE_NONET);
      g_assert_nonnull (document);
      if (schema != NULL)
        validate (document, text);
      xmlFreeDoc (document);
    }
  if (schema == NULL)
    g_test_skip ("NOT VALIDATED: TAUBE_EWS_SCHEMA_DIR does not name the folder of Microsoft's schema");
}

/* No operation is without a request above. */
static void
test_complete (void)
{
  for (EwsOperation operation = 0; operation < EWS_N_OPERATIONS; operation++)
    {
      gboolean found = FALSE;

      for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
        found |= requests[i].operation == operation;
      if (!found)
        g_error ("nobody looks at %s", ews_operation_get_info (operation)->element);
    }
}

/* What was given is what a parser reads back. */
static void
test_escaping (void)
{
  g_autoptr (EwsWriter) writer = create_folder (EWS_VERSION_2013_SP1);
  g_autoptr (GBytes) bytes = ews_writer_end (writer, NULL);
  gsize length;
  const char *xml = g_bytes_get_data (bytes, &length);
  xmlDocPtr document = xmlReadMemory (xml, (int) length, NULL, NULL, XML_PARSE_NONET);
  xmlChar *content = xmlNodeGetContent (xmlDocGetRootElement (document));

  g_assert_cmpstr ((const char *) content, ==, "IPF.NoteEntwürfe & <mehr>");
  g_assert_nonnull (strstr (xml, "Id=\"AAMk&lt;&amp;&quot;'&gt;=\""));
  xmlFree (content);
  xmlFreeDoc (document);
}

/* What XML cannot hold is said before anything is sent. */
static void
test_unspeakable (void)
{
  static const char *const names[] = { "bell\a", "\x1b[2J", "\xff", "\xef\xbf\xbf" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (EwsWriter) writer = ews_request_create_folder (EWS_VERSION_2013_SP1, &inbox, names[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (ews_writer_end (writer, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, "DisplayName"));
    }
}

static void
load_schema (void)
{
  const char *folder = g_getenv ("TAUBE_EWS_SCHEMA_DIR");
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "soap11.xsd", NULL) : NULL;
  xmlSchemaParserCtxtPtr parser;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  parser = xmlSchemaNewParserCtxt (path);
  schema = xmlSchemaParse (parser);
  xmlSchemaFreeParserCtxt (parser);
  g_assert_nonnull (schema);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  load_schema ();
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *path = g_strconcat ("/exchange/requests/valid/", requests[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), check_request);
    }
  g_test_add_func ("/exchange/requests/complete", test_complete);
  g_test_add_func ("/exchange/requests/escaping", test_escaping);
  g_test_add_func ("/exchange/requests/unspeakable", test_unspeakable);
  result = g_test_run ();
  g_clear_pointer (&schema, xmlSchemaFree);
  xmlSchemaCleanupTypes ();
  xmlCleanupParser ();
  return result;
}
