/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What other servers than the newest Exchange do: their ways of writing, their ids, what they do not know, and what
 * else than mail lies in their folders. */
#include "exchange-world.h"

#include <string.h>

#include <json-glib/json-glib.h>

#define FOREVER "\"count\": 0"
#define BLAMED "\"fault\": \"fault\", \"plain\": true, \"code\": \"Client\", \"message\": \"Unknown request\""

static void
assert_ok (TaubeBatchResult *result, const TaubeIdSet *ids, GError *error)
{
  g_assert_no_error (error);
  g_assert_cmpuint (taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE), ==, taube_id_set_get_size (ids));
}

static TaubeIdSet *
collect_ids (TaubeMessageList *list)
{
  TaubeIdSet *ids = taube_id_set_new ();

  for (guint i = 0; i < taube_item_list_get_size (TAUBE_ITEM_LIST (list)); i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);

      taube_id_set_add (ids, id);
    }
  return ids;
}

/* Of every request so far, MEMBER of the last one for OPERATION. (transfer full) */
static char *
find_last (ExchangeWorld *world, const char *operation, const char *member)
{
  g_autofree char *text = exchange_world_ask (world, "GET", "requests", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *requests;

  json_parser_load_from_data (parser, text, -1, NULL);
  requests = json_node_get_array (json_parser_get_root (parser));
  for (guint i = json_array_get_length (requests); i > 0; i--)
    {
      JsonObject *request = json_array_get_object_element (requests, i - 1);

      if (g_strcmp0 (json_object_get_string_member_with_default (request, "operation", NULL), operation) == 0)
        {
          JsonNode *node = json_object_get_member (request, member);

          return json_node_get_value_type (node) == G_TYPE_STRING ? json_node_dup_string (node)
                                                                  : g_strdup_printf ("%" G_GINT64_FORMAT,
                                                                                     json_node_get_int (node));
        }
    }
  g_error ("there was no %s", operation);
}

/* Folders, a list, a message, flags, changes: what a program does all day. */
static void
check_all_day (TaubeAccount *account, guint n)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeFolder) archive = taube_account_get_folder_by_name (account, "Archive");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);
  g_autoptr (TaubeMessageList) list = NULL, flagged = NULL, left = NULL;
  g_autoptr (TaubeIdSet) ids = NULL, first = taube_id_set_new ();
  g_autoptr (TaubeChanges) changes = NULL, none = NULL;
  g_autoptr (TaubeBatchResult) set = NULL, moved = NULL;
  g_autofree char *id = NULL, *mime = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, >=, 6);
  list = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  ids = collect_ids (list);
  g_assert_cmpuint (taube_id_set_get_size (ids), ==, n);
  g_assert_cmpuint (strlen (taube_message_list_get_subject (list, 0)), >, 0);
  id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), 0);
  taube_id_set_add (first, id);
  mime = exchange_world_fetch (account, id, "", &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (mime, "Subject: "));
  set = taube_folder_set_flags (inbox, first, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_FLAGGED,
                                (const char *const[]) { "Rot", NULL }, NULL, &error);
  assert_ok (set, first, error);
  flagged = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_message_list_get_flags (flagged, 0) & TAUBE_MESSAGE_FLAGS_FLAGGED, !=, 0);
  g_assert_true (g_strv_contains (taube_message_list_get_keywords (flagged, 0), "Rot"));
  changes = taube_folder_get_changes (inbox, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (changes)), ==, n);
  none = taube_folder_get_changes (inbox, taube_changes_get_token (changes), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_changes_is_empty (none));
  moved = taube_folder_move (inbox, first, archive, NULL, NULL, &error);
  assert_ok (moved, first, error);
  left = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (left)), ==, n - 1);
}

/* The same said in other ways. */
static const struct
{
  const char *name;
  const char *order; /* of a rewriting */
} dialects[] = {
  { "byte-order-mark", "\"before\": \"\\ufeff\"" },
  { "blanks", "\"changes\": [[\"><(?=.:)\", \">\\n\\t <\"]]" },
  { "comments", "\"changes\": [[\"><(?=.:)\", \"><!-- a --><?b c?><\"]]" },
  { "prefixes", "\"changes\": [[\"<(/?)t:\", \"<\\\\1ns1:\"], [\"<(/?)m:\", \"<\\\\1q-2:\"],"
                " [\"<(/?)s:\", \"<\\\\1SOAP:\"],"
                " [\"xmlns:t=\", \"xmlns:ns1=\"], [\"xmlns:m=\", \"xmlns:q-2=\"], [\"xmlns:s=\", \"xmlns:SOAP=\"]]" },
  { "https", "\"changes\": [[\"http://schemas.microsoft.com\", \"https://schemas.microsoft.com\"]]" },
  { "soap-1.2", "\"type\": \"application/soap+xml; charset=utf-8\", \"changes\":"
                " [[\"http://schemas.xmlsoap.org/soap/envelope/\", \"http://www.w3.org/2003/05/soap-envelope\"]]" },
  { "other-type", "\"type\": \"Application/XML;charset=\\\"utf-8\\\"\"" },
  { "no-build", "\"changes\": [[\"<t:ServerVersionInfo[^>]*/>\", \"\"]]" },
  { "no-change-keys", "\"changes\": [[\" ChangeKey=\\\"[^\\\"]*\\\"\", \"\"]]" },
  { "no-paging-facts", "\"changes\": [[\"<m:RootFolder[^>]*>\", \"<m:RootFolder>\"]]" },
  { "no-end-of-changes", "\"changes\": [[\"<m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>\", \"\"]]" },
  { "no-class-of-response", "\"changes\": [[\" ResponseClass=\\\"Success\\\"\", \"\"]]" },
  { "no-counts", "\"changes\":"
                 " [[\"<t:(TotalCount|UnreadCount|ChildFolderCount|EffectiveRights)>.*?</t:\\\\1>\", \"\"]]" },
  { "no-class-of-folder", "\"changes\": [[\"<t:FolderClass>IPF.Note</t:FolderClass>\", \"\"]]" },
  { "nil", "\"changes\": [[\"<t:(DateTimeSent|InReplyTo|From|Size)>.*?</t:\\\\1>\","
           " \"<t:\\\\1 xmlns:x=\\\"http://www.w3.org/2001/XMLSchema-instance\\\" x:nil=\\\"true\\\"/>\"]]" },
};

static void
test_dialect (gconstpointer data)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=3 --regenerate-mime");
  g_autoptr (TaubeAccount) account = NULL;
  g_autofree char *order = g_strdup_printf ("{\"fault\": \"rewrite\", " FOREVER ", %s}", (const char *) data);

  exchange_world_order (world, order);
  account = exchange_world_connect (world);
  check_all_day (account, 3);
}

/* Microsoft allows an id 512 bytes. */
static void
test_ids (gconstpointer data)
{
  g_autofree char *options = g_strdup_printf ("--messages=120 --small --ids=%s", (const char *) data);
  g_autoptr (ExchangeWorld) world = exchange_world_start (options);
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);

  check_all_day (account, 120);
}

/* What is not in UTF-8 is refused by name, whatever it is. */
static void
test_charset (void)
{
  static const char *const orders[] = {
    "\"charset\": \"utf-16\"",
    "\"charset\": \"iso-8859-1\", \"changes\": [[\"encoding=.utf-8.\", \"encoding=\\\"iso-8859-1\\\"\"]]",
  };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("");
      g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, NULL);
      g_autofree char *order = g_strdup_printf ("{\"fault\": \"rewrite\", " FOREVER ", %s}", orders[i]);
      g_autoptr (GError) error = NULL;

      exchange_world_order (world, order);
      g_assert_false (taube_account_connect (account, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
      g_test_message ("%s", error->message);
    }
}

/* A date that was never set is none. */
static void
test_never (void)
{
  static const char *const never[] = { "0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "1601-01-01T00:00:00Z" };

  for (guint i = 0; i < G_N_ELEMENTS (never); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=2");
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autofree char *order
        = g_strdup_printf ("{\"fault\": \"rewrite\", " FOREVER ", \"changes\":"
                           " [[\"(<t:DateTime(Sent|Received)>)[^<]*\", \"\\\\g<1>%s\"]]}", never[i]);
      g_autoptr (TaubeMessageList) list = NULL;
      g_autoptr (GError) error = NULL;
      gint64 when;
      int offset;

      exchange_world_order (world, order);
      list = exchange_world_list (account, "INBOX", &error);
      g_assert_no_error (error);
      g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 2);
      g_assert_false (taube_message_list_get_date (list, 0, &when, &offset));
      g_assert_false (taube_message_list_get_sent_date (list, 0, &when, &offset));
    }
}

static gboolean
has_folder (TaubeAccount *account, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_ANY, NULL, &error);
  gboolean found = FALSE;

  g_assert_no_error (error);
  for (guint i = 0; i < folders->len; i++)
    {
      g_assert_cmpuint (strlen (taube_folder_get_name (folders->pdata[i])), >, 0);
      found |= strcmp (taube_folder_get_name (folders->pdata[i]), name) == 0;
    }
  return found;
}

/* A server that knows no pages of folders, and does not say that it told all. */
static void
test_unpaged (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=5");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);

  exchange_world_order (world, "{\"fault\": \"unpaged\", " FOREVER "}");
  g_assert_true (has_folder (account, "Archive"));
  g_assert_cmpuint (exchange_world_count (world, "FindFolder"), <=, 2);
  check_all_day (account, 5);
}

/* Folders that came along from an account over IMAP hold mail; one without a name costs only itself. */
static void
test_folders (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);

  exchange_world_order (world, "{\"fault\": \"rewrite\", \"operation\": \"FindFolder\", \"changes\": [[\"IPF.Note"
                               "(</t:FolderClass><t:DisplayName>Archive<)\", \"IPF.Imap\\\\1\"]]}");
  g_assert_true (has_folder (account, "Archive"));
  exchange_world_order (world, "{\"fault\": \"rewrite\", \"operation\": \"FindFolder\", \"changes\":"
                               " [[\"<t:DisplayName>Archive<\", \"<t:DisplayName><\"]]}");
  g_assert_false (has_folder (account, "Archive"));
  g_assert_true (has_folder (account, "Drafts"));
}

/* The build stands in the head of the very refusal of a version: one step down is enough. */
static void
test_old_version (void)
{
  static const struct
  {
    const char *build, *version;
    TaubeSupport push;
  } cases[] = {
    { "--build=14.0", "Exchange2007_SP1", TAUBE_SUPPORT_NO },
    { "--build=14.2", "Exchange2010_SP2", TAUBE_SUPPORT_YES },
    { "--build=15.1", "Exchange2013_SP1", TAUBE_SUPPORT_YES },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start (cases[i].build);
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autoptr (TaubeCapabilities) capabilities = taube_account_get_capabilities (account);
      g_autofree char *version = find_last (world, "GetFolder", "version");

      g_assert_cmpstr (version, ==, cases[i].version);
      g_assert_cmpint (taube_capabilities_get_support (capabilities, TAUBE_CAPABILITY_PUSH), ==, cases[i].push);
    }
}

/* The mailbox of a newer server may lie on an older one, which says so in its own way. */
static void
test_older_mailbox (void)
{
  static const char *const orders[] = {
    "{\"fault\": \"item-error\", \"code\": \"ErrorInvalidSchemaVersionForMailboxVersion\"}",
    "{\"fault\": \"fault\", \"code\": \"ErrorInvalidSchemaVersionForMailboxVersion\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=2");
      g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, NULL);
      g_autofree char *version = NULL;
      g_autoptr (GError) error = NULL;

      exchange_world_order (world, orders[i]);
      taube_account_connect (account, NULL, &error);
      g_assert_no_error (error);
      version = find_last (world, "GetFolder", "version");
      g_assert_cmpstr (version, ==, "Exchange2010_SP2");
      check_all_day (account, 2);
    }
}

/* Whoever refuses has understood: the connection stays. */
static void
test_refusal_keeps_connection (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1");
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, "max-connections=1");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) before = exchange_world_list (account, "INBOX", &error), after = NULL;
  g_autofree char *first = NULL, *second = NULL;

  g_assert_no_error (error);
  first = find_last (world, "FindItem", "connection");
  exchange_world_order (world, "{\"fault\": \"fault\", \"code\": \"ErrorADOperation\", \"operation\": \"FindItem\"}");
  g_assert_null (exchange_world_list (account, "INBOX", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  g_clear_error (&error);
  after = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  second = find_last (world, "FindItem", "connection");
  g_assert_cmpstr (first, ==, second);
}

/* What blocks a tenant may say so in SOAP. */
static void
test_blocked_by_word (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, NULL);
  g_autoptr (GError) error = NULL;

  exchange_world_order (world, "{\"fault\": \"fault\", \"code\": \"ErrorOrganizationAccessBlocked\", " FOREVER "}");
  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION);
}

/* An item for which the server had no time is not left out of the list: it is asked for again, and stands where it
 * belongs. */
static void
test_busy_item (void)
{
  static const char *const codes[] = { "ErrorServerBusy", "ErrorTimeoutExpired" };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=10");
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autofree char *order = g_strdup_printf ("{\"fault\": \"item-error\", \"operation\": \"GetItem\", \"index\": 4,"
                                                " \"code\": \"%s\"}", codes[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeMessageList) before = exchange_world_list (account, "INBOX", &error), list = NULL;

      g_assert_no_error (error);
      exchange_world_order (world, order);
      list = exchange_world_list (account, "INBOX", &error);
      g_assert_no_error (error);
      g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 10);
      for (guint row = 0; row < 10; row++)
        g_assert_cmpstr (taube_message_list_get_message_id (list, row), ==,
                         taube_message_list_get_message_id (before, row));
      g_assert_cmpuint (exchange_world_count (world, "GetItem"), ==, 3);
    }
}

/* The value of the first attribute Id in the answer. (transfer full) */
static char *
find_id (const char *answer)
{
  const char *at = strstr (answer, " Id=\"");

  g_assert_nonnull (at);
  return g_strndup (at + 5, strcspn (at + 5, "\""));
}

/* An appointment or a task that somebody threw away. */
static void
throw_away (ExchangeWorld *world, const char *item)
{
  g_autofree char *create
    = g_strdup_printf ("<m:CreateItem SendMeetingInvitations=\"SendToNone\"><m:Items>%s</m:Items></m:CreateItem>",
                       item);
  g_autofree char *made = exchange_world_post (world, create);
  g_autofree char *id = find_id (strstr (made, "<m:Items>"));
  g_autofree char *move = g_strdup_printf (
    "<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id=\"deleteditems\"/></m:ToFolderId>"
    "<m:ItemIds><t:ItemId Id=\"%s\"/></m:ItemIds></m:MoveItem>", id);
  g_autofree char *moved = exchange_world_post (world, move);

  g_assert_nonnull (strstr (moved, "NoError"));
}

static void
fill_trash (ExchangeWorld *world)
{
  throw_away (world, "<t:CalendarItem><t:Subject>Standup</t:Subject><t:Start>2026-11-27T09:00:00Z</t:Start>"
                     "<t:End>2026-11-27T09:30:00Z</t:End></t:CalendarItem>");
  throw_away (world, "<t:Task><t:Subject>Feed the pigeons</t:Subject></t:Task>");
}

/* Appointments and tasks lie in the trash beside mail: they are listed, and can go. */
static void
test_other_items (void)
{
  static const TaubeDiscardMode modes[] = { TAUBE_DISCARD_MODE_FOR_GOOD, TAUBE_DISCARD_MODE_RECOVERABLE };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1");
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autoptr (TaubeFolder) trash = taube_account_get_folder_by_name (account, "Deleted Items");
      g_autoptr (TaubeMessageList) list = NULL, left = NULL;
      g_autoptr (TaubeIdSet) ids = NULL;
      g_autoptr (TaubeBatchResult) named = NULL, gone = NULL;
      g_autoptr (GError) error = NULL;

      fill_trash (world);
      list = exchange_world_list (account, "Deleted Items", &error);
      g_assert_no_error (error);
      ids = collect_ids (list);
      g_assert_cmpuint (taube_id_set_get_size (ids), ==, 2);
      named = taube_folder_set_flags (trash, ids, TAUBE_FLAGS_MODE_ADD, 0, (const char *const[]) { "Rot", NULL }, NULL,
                                      &error);
      assert_ok (named, ids, error);
      gone = taube_folder_discard (trash, ids, modes[i], NULL, NULL, &error);
      assert_ok (gone, ids, error);
      left = exchange_world_list (account, "Deleted Items", &error);
      g_assert_no_error (error);
      g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (left)), ==, 0);
    }
}

/* A folder that somebody deleted and made again is found again, also as the target. */
static void
test_made_anew (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=2");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeFolder) club = taube_account_get_folder_by_name (account, "Club");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error);
  g_autoptr (TaubeIdSet) ids = collect_ids (list);
  g_autoptr (TaubeBatchResult) first = NULL, second = NULL;
  g_autoptr (GPtrArray) folders = NULL;

  g_free (exchange_world_ask (world, "POST", "folder?folder=Club", ""));
  folders = taube_account_list_folders (account, TAUBE_CONTENT_ANY, NULL, &error);
  g_assert_no_error (error);
  g_free (exchange_world_ask (world, "POST", "folder?folder=Club&gone=true", ""));
  g_free (exchange_world_ask (world, "POST", "folder?folder=Club", ""));
  first = taube_folder_move (inbox, ids, club, NULL, NULL, NULL);
  g_assert_true (first == NULL || taube_batch_result_count (first, TAUBE_BATCH_STATUS_UNKNOWN) == 0);
  if (first == NULL || taube_batch_result_count (first, TAUBE_BATCH_STATUS_DONE) == 0)
    {
      second = taube_folder_move (inbox, ids, club, NULL, NULL, &error);
      assert_ok (second, ids, error);
    }
}

/* A server that blames the client for an operation that it does not know: what it has instead is used. */
static void
test_unknown_operations (void)
{
  static const char *const operations[] = { "EmptyFolder", "MarkAllItemsAsRead", "GetAttachment" };
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=4");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree char *order
        = g_strdup_printf ("{" BLAMED ", \"operation\": \"%s\", " FOREVER "}", operations[i]);

      exchange_world_order (world, order);
    }
  taube_folder_mark_all_seen (inbox, NULL, &error);
  g_assert_no_error (error);
  taube_folder_empty (inbox, TAUBE_DISCARD_MODE_FOR_GOOD, FALSE, NULL, NULL, &error);
  g_assert_no_error (error);
  list = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 0);
}

/* And so it is with news: whoever blames the client for Subscribe, with HTTP 500 or 200, is asked from time to time. */
static void
test_no_subscriptions (void)
{
  static const guint statuses[] = { 500, 200 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("");
      g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, "poll-interval=1");
      g_autofree char *order = g_strdup_printf ("{" BLAMED ", \"operation\": \"Subscribe\", \"status\": %u, " FOREVER
                                                "}", statuses[i]);
      g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_object_unref);
      g_autoptr (TaubeWatch) watch = NULL;
      g_autoptr (TaubeWatchEvent) event = NULL;
      g_autoptr (TaubeCapabilities) capabilities = NULL;
      g_autoptr (GError) error = NULL;

      exchange_world_order (world, order);
      g_ptr_array_add (folders, taube_account_get_folder_by_name (account, "INBOX"));
      watch = taube_account_watch (account, folders, &error);
      g_assert_no_error (error);
      while (!taube_watch_is_online (watch))
        g_main_context_iteration (NULL, TRUE);
      exchange_world_deliver (world, "Subject: Coo\r\n\r\nCoo.\r\n");
      event = taube_watch_next (watch, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (taube_watch_event_get_changes (event))), ==, 1);
      /* Each of the two ways was tried twice at the most. */
      g_assert_cmpuint (exchange_world_count (world, "Subscribe"), <=, 4);
      capabilities = taube_account_get_capabilities (account);
      g_assert_cmpint (taube_capabilities_get_support (capabilities, TAUBE_CAPABILITY_PUSH), ==, TAUBE_SUPPORT_NO);
      taube_watch_stop (watch);
      taube_account_disconnect (account, NULL, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++)
    {
      g_autofree char *path = g_strconcat ("/exchange/foreign/dialect/", dialects[i].name, NULL);

      g_test_add_data_func (path, dialects[i].order, test_dialect);
    }
  g_test_add_data_func ("/exchange/foreign/ids/short", "short", test_ids);
  g_test_add_data_func ("/exchange/foreign/ids/long", "long", test_ids);
#define ADD(path, func) g_test_add_func ("/exchange/foreign/" path, func)
  ADD ("charset", test_charset);
  ADD ("never", test_never);
  ADD ("unpaged", test_unpaged);
  ADD ("folders", test_folders);
  ADD ("old-version", test_old_version);
  ADD ("older-mailbox", test_older_mailbox);
  ADD ("refusal-keeps-connection", test_refusal_keeps_connection);
  ADD ("blocked-by-word", test_blocked_by_word);
  ADD ("busy-item", test_busy_item);
  ADD ("other-items", test_other_items);
  ADD ("made-anew", test_made_anew);
  ADD ("unknown-operations", test_unknown_operations);
  ADD ("no-subscriptions", test_no_subscriptions);
  return g_test_run ();
}
