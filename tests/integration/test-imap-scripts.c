/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* Servers that are odd, broken or hostile, each by a script of what it says. */

#define OK (-1)

typedef struct
{
  const char *script;
  const char *query;
  ImapClientFunc func;
  int code;          /* of TAUBE_ERROR, or OK */
  const char *words; /* that the error must have, or NULL */
  const char *never; /* what the client must not have said */
} Case;

static const Case cases[] = {
  /* quirk 9 */
  { "exchange/not-connected", "?tls=none", imap_client_list, TAUBE_ERROR_AUTH, "not connected", NULL },
  /* quirk 20 */
  { "gmail/too-many", "?tls=none", imap_client_connect, TAUBE_ERROR_THROTTLED, "Too many", NULL },
  { "generic/nul-bytes", "?tls=none", imap_client_connect, OK, NULL, NULL },
  { "generic/gone", "?tls=none", imap_client_list, TAUBE_ERROR_NOT_FOUND, "no such mailbox", NULL },
  { "generic/store", "?tls=none", imap_client_store, OK, NULL, NULL },
  { "generic/compress", "?tls=none&compress=yes", imap_client_list, OK, NULL, "SELECT" },
  { "generic/compress-refused", "?tls=none&compress=yes", imap_client_list, OK, NULL, NULL },
  { "generic/compress-bad", "?tls=none&compress=yes", imap_client_list, OK, NULL, NULL },
  { "hostile/compress-garbage", "?tls=none&compress=yes", imap_client_list, TAUBE_ERROR_PROTOCOL, "decompress", NULL },
  { "hostile/compress-bomb", "?tls=none&compress=yes", imap_client_fetch, TAUBE_ERROR_LIMIT, "unpacks", NULL },
  { "hostile/preauth", "?tls=none", imap_client_connect, OK, NULL, "LOGIN" },

  { "hostile/starttls-injection", "", imap_client_connect, TAUBE_ERROR_TLS, NULL, "AUTHENTICATE" },
  { "hostile/starttls-missing", "", imap_client_connect, TAUBE_ERROR_TLS, "STARTTLS", "AUTHENTICATE" },
  { "hostile/starttls-no", "", imap_client_connect, TAUBE_ERROR_TLS, "not today", "AUTHENTICATE" },
  { "hostile/starttls-bad", "", imap_client_connect, TAUBE_ERROR_TLS, "what", "AUTHENTICATE" },
  { "hostile/starttls-preauth", "", imap_client_connect, TAUBE_ERROR_TLS, "PREAUTH", "SELECT" },
  { "hostile/forget-before-tls", "", imap_client_connect, OK, NULL, "LOGIN alice" },
  { "hostile/login-disabled", "?tls=none", imap_client_connect, TAUBE_ERROR_NOT_SUPPORTED, NULL, "LOGIN alice" },
  { "hostile/referral", "?tls=none", imap_client_connect, TAUBE_ERROR_AUTH, "try there", NULL },
  { "hostile/greeting-garbage", "?tls=none", imap_client_connect, TAUBE_ERROR_PROTOCOL, "greeting", "LOGIN" },
  { "hostile/greeting-other", "?tls=none", imap_client_connect, TAUBE_ERROR_PROTOCOL, "greeting", "LOGIN" },
  { "hostile/greeting-bye", "?tls=none", imap_client_connect, -2, "too many connections", "LOGIN" },
  { "hostile/literal-huge", "?tls=none", imap_client_list, TAUBE_ERROR_LIMIT, NULL, NULL },
  { "hostile/literal-longer-than-64-bits", "?tls=none", imap_client_list, -2, NULL, NULL },
  { "hostile/literal-negative", "?tls=none", imap_client_fetch, -2, NULL, NULL },
  { "hostile/flood", "?tls=none", imap_client_list, TAUBE_ERROR_LIMIT, "nobody asked for", NULL },
  { "hostile/exists", "?tls=none", imap_client_list, TAUBE_ERROR_LIMIT, NULL, NULL },
};

static TaubeTestServer *
serve (const char *script)
{
  g_autofree char *name = g_strconcat ("imap/", script, NULL);

  return taube_test_server_new (name);
}

static TaubeAccount *
open_account (TaubeTestServer *server, const char *query)
{
  return imap_client_new ("imap", taube_test_server_get_port (server), query,
                          taube_test_pki_get_ca_file (taube_test_server_get_pki (server)));
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  TaubeTestServer *server = serve (test->script);
  g_autoptr (TaubeAccount) account = open_account (server, test->query);
  g_autoptr (GError) error = NULL;
  gboolean ok = test->func (account, &error);
  g_autofree char *received = NULL;

  if (test->code == OK)
    g_assert_no_error (error);
  else if (test->code >= 0)
    g_assert_error (error, TAUBE_ERROR, test->code);
  else
    g_assert_nonnull (error);
  g_assert_cmpint (ok, ==, error == NULL);
  if (test->words != NULL && (error == NULL || strstr (error->message, test->words) == NULL))
    g_error ("\"%s\" is not in: %s", test->words, error != NULL ? error->message : "(nothing)");
  if (error != NULL && strchr (error->message, '\n') != NULL)
    g_error ("more than one line: %s", error->message);
  g_clear_object (&account);
  received = taube_test_server_get_received (server);
  if (test->never != NULL && received != NULL && strstr (received, test->never) != NULL)
    g_error ("the client said: %s", received);
  taube_test_server_finish (server);
}

/* MESSAGELIMIT: pieces are no greater, and what a server leaves out at its limit is asked for again. */
static void
test_message_limit (void)
{
  TaubeTestServer *server = serve ("generic/message-limit");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = imap_client_list_inbox (account, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 3);
  g_clear_object (&list);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
assert_listed (TaubeAccount *account, guint64 newest, const char *const *ids)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (GError) error = NULL;

  taube_list_request_set_newest (request, newest);
  taube_list_request_set_newest_first (request, FALSE);
  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_FLAGS);
  list = taube_folder_list (inbox, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, g_strv_length ((char **) ids));
  for (guint i = 0; ids[i] != NULL; i++)
    g_assert_true (taube_item_list_find (list, ids[i], NULL));
}

/* UIDONLY: the server has no sequence numbers; the newest are found by PARTIAL. */
static void
test_uidonly (void)
{
  static const char *const two[] = { "7.11", "7.12", NULL }, *const three[] = { "7.10", "7.11", "7.12", NULL };
  TaubeTestServer *server = serve ("generic/uidonly");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  assert_listed (account, 2, two);
  assert_listed (account, 0, three);
  text = imap_client_fetch_section (account, "7.11", "", 0, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "Taube.\r\n");
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static TaubePart *
load_structure (TaubeAccount *account, const char *id, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeItem) item = taube_folder_get_item (inbox, id, NULL, error);

  return item != NULL ? taube_message_load_structure (TAUBE_MESSAGE (item), NULL, error) : NULL;
}

/* 1, 2, 3 */
static void
test_structures (void)
{
  static const char *const expected[][2]
    = { { "7.10", "multipart/mixed" }, { "7.11", "multipart/related" }, { "7.12", "text/plain" } };
  TaubeTestServer *server = serve ("exchange/structures");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubePart) part = load_structure (account, expected[i][0], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (taube_part_get_media_type (part), ==, expected[i][1]);
      if (i > 0)
        continue;
      g_assert_cmpuint (taube_part_get_n_children (part), ==, 2);
      g_assert_cmpstr (taube_part_get_disposition (taube_part_get_child (part, 0)), ==, "inline");
      g_assert_cmpstr (taube_part_get_filename (taube_part_get_child (part, 1)), ==, "a.png");
    }
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* 18 */
static void
test_gmail_structure (void)
{
  TaubeTestServer *server = serve ("gmail/structure");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubePart) part = load_structure (account, "7.10", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (taube_part_get_n_children (part), ==, 2);
  g_assert_cmpuint (taube_part_get_n_children (taube_part_get_child (part, 0)), ==, 2);
  g_assert_cmpstr (taube_part_get_section (taube_part_get_child (part, 1)), ==, "2");
  g_assert_true (taube_part_is_attachment (taube_part_get_child (part, 1)));
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* S15: what the server says of the structure is of no use, so the message itself is looked at. */
static void
test_deep_structure (void)
{
  TaubeTestServer *server = serve ("hostile/deep-structure");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubePart) part = load_structure (account, "7.10", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (taube_part_get_media_type (part), ==, "text/plain");
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* 4, 5, 10 */
static void
test_exchange_folders (void)
{
  TaubeTestServer *server = serve ("exchange/folders");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, ==, 3);
  g_assert_cmpint (taube_folder_get_total (folders->pdata[0]), ==, 3);
  g_assert_cmpint (taube_folder_get_unread (folders->pdata[0]), ==, 1);
  g_assert_true (taube_folder_get_flags (folders->pdata[0]) & TAUBE_FOLDER_FLAGS_SUBSCRIBED);
  g_assert_cmpint (taube_folder_get_total (folders->pdata[1]), ==, -1);
  g_assert_false (taube_folder_get_flags (folders->pdata[2]) & TAUBE_FOLDER_FLAGS_SELECTABLE);
  g_ptr_array_set_free_func (folders, g_object_unref);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* 6, 7, 8: the order of items, a size that is too large, sets that are empty. */
static void
test_exchange_order (void)
{
  TaubeTestServer *server = serve ("exchange/order");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = imap_client_list_inbox (account, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 2);
  g_assert_cmpuint (taube_message_list_get_message_size (list, 0), ==, 1000000);
  g_assert_cmpstr (taube_message_list_get_subject (list, 1), ==, "second");
  text = imap_client_fetch_section (account, "7.10", "", 0, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "abcd");
  g_clear_object (&list);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* 11, 12 */
static void
test_folders_fallback (gconstpointer script)
{
  TaubeTestServer *server = serve (script);
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, >=, 1);
  if (folders->len > 1)
    {
      g_assert_cmpstr (taube_folder_get_display_name (folders->pdata[1]), ==, "Entwürfe");
      g_assert_cmpint (taube_folder_get_role (folders->pdata[1]), ==, TAUBE_FOLDER_ROLE_DRAFTS);
    }
  g_ptr_array_set_free_func (folders, g_object_unref);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* 15 */
static void
test_literal_refused (gconstpointer data)
{
  const char *script = data;
  TaubeTestServer *server = serve (script);
  g_autoptr (TaubeAccount) account
    = imap_client_new_as ("alice", "Brieftaube-\xc3\xa4", taube_test_server_get_port (server), "?tls=none");
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_nonnull (strstr (error->message, "literal"));
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* 16, 17, 19 */
static void
test_gmail (void)
{
  TaubeTestServer *server = serve ("gmail/list");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none&compress=yes");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = imap_client_list_inbox (account, &error);
  const char *const *keywords;

  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 1);
  g_assert_cmpuint (taube_message_list_get_message_size (list, 0), ==, G_GUINT64_CONSTANT (5000000000));
  keywords = taube_message_list_get_keywords (list, 0);
  g_assert_cmpstr (keywords[0], ==, "[Mailspring]Snoozed");
  g_clear_object (&list);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* 25: one message that the server cannot give. */
static void
test_skip_one (void)
{
  TaubeTestServer *server = serve ("generic/skip-one");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = imap_client_list_inbox (account, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 2);
  g_assert_cmpstr (taube_message_list_get_subject (list, 1), ==, "third");
  g_clear_object (&list);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_select_and_fetch (void)
{
  TaubeTestServer *server = serve ("generic/select-and-fetch");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = imap_client_fetch_section (account, "7.11", "", 0, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "0123456789");
  g_assert_null (imap_client_fetch_section (account, "7.x", "", 0, -1, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* The connection goes on after a folder that is not there, and not after one that is another by now. */
static void
test_select_and_fetch_fails (gconstpointer script)
{
  gboolean gone = g_str_has_suffix (script, "gone");
  int code = gone ? TAUBE_ERROR_NOT_FOUND : TAUBE_ERROR_CONFLICT;
  TaubeTestServer *server = serve (script);
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_folder_fetch (inbox, "7.11", "", 0, -1, sink, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, code);
  g_assert_cmpuint (g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (sink)), ==, 0);
  g_clear_error (&error);
  g_assert_cmpint (imap_client_refresh (account, &error), ==, !gone);
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, gone ? 1 : 2);
  g_clear_object (&inbox);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_ranges (void)
{
  TaubeTestServer *server = serve ("generic/ranges");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = imap_client_fetch_section (account, "7.10", "", 2, 3, &error);
  g_autofree char *short_one = NULL;
  g_autofree char *late = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (whole, ==, "234");
  short_one = imap_client_fetch_section (account, "11", "1", 5, 3, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (short_one, ==, "56");
  g_assert_null (imap_client_fetch_section (account, "7.12", "3", 0, -1, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (imap_client_fetch_section (account, "7.12", "4", 0, -1, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  late = imap_client_fetch_section (account, "7.14", "1", 0, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (late, ==, "new");

  /* Ids of a folder that was made anew in the meantime, and what is none: nothing is sent. */
  g_assert_null (imap_client_fetch_section (account, "6.12", "", 0, -1, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_null (imap_client_fetch_section (account, "7.0", "", 0, -1, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_store (void)
{
  TaubeTestServer *server = serve ("dovecot/store");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeBatchResult) result
    = imap_client_set_flags (account, "7.10 7.12 7.13", TAUBE_MESSAGE_FLAGS_FLAGGED, "work", &error);
  g_autoptr (GError) missing = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (taube_batch_result_get_status (result, "7.10"), ==, TAUBE_BATCH_STATUS_DONE);
  g_assert_cmpint (taube_batch_result_get_status (result, "7.12"), ==, TAUBE_BATCH_STATUS_DONE);
  g_assert_cmpint (taube_batch_result_get_status (result, "7.13"), ==, TAUBE_BATCH_STATUS_FAILED);
  missing = taube_batch_result_get_error (result, "7.13");
  g_assert_error (missing, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_store_refused (void)
{
  TaubeTestServer *server = serve ("generic/read-only");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GError) error = NULL;

  g_assert_false (imap_client_store (account, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION);
  g_assert_true (taube_folder_get_flags (inbox) & TAUBE_FOLDER_FLAGS_READ_ONLY);
  g_clear_object (&inbox);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_store_keyword_refused (void)
{
  TaubeTestServer *server = serve ("hostile/wrong-uidvalidity");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;

  g_assert_false (imap_client_store_keyword (account, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (imap_client_set_flags (account, "7.10", TAUBE_MESSAGE_FLAGS_ANSWERED, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION);
  g_clear_error (&error);
  g_assert_null (imap_client_set_flags (account, "9.10", TAUBE_MESSAGE_FLAGS_FLAGGED, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* S8: nothing that ends a line leaves the library. */
static void
test_no_line_ends (void)
{
  TaubeTestServer *server = serve ("generic/login");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  const char *const path[] = { "a\r\nT9 DELETE INBOX", NULL };
  g_autoptr (TaubeFolder) folder = taube_account_get_folder (account, path);
  g_autoptr (GError) error = NULL;
  g_autofree char *received = NULL;

  g_assert_true (taube_account_connect (account, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (folder != NULL && taube_folder_refresh (folder, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (imap_client_fetch_section (account, "7.10", "1]\r\nT9 X", 0, -1, &error));
  g_assert_nonnull (error);
  g_clear_object (&folder);
  g_clear_object (&account);
  received = taube_test_server_get_received (server);
  g_assert_null (strstr (received, "DELETE"));
  g_assert_null (strstr (received, "\nT9"));
  g_free (taube_test_server_stop (server));
}

/* S8 again, for what is said at sign-in. */
static void
test_no_line_ends_in_credentials (void)
{
  static const char script[] = "S: * OK [CAPABILITY IMAP4rev1] ready\nmay-close\n";
  TaubeTestServer *server = taube_test_server_new_for_text ("login", script);
  g_autoptr (TaubeAccount) account
    = imap_client_new_as ("alice", "x\r\nT9 DELETE INBOX", taube_test_server_get_port (server), "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autofree char *received = NULL;

  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_object (&account);
  received = taube_test_server_get_received (server);
  g_assert_true (received == NULL || strstr (received, "DELETE") == NULL);
  taube_test_server_finish (server);
}

/* S10 */
static void
test_quoting (void)
{
  TaubeTestServer *server = serve ("hostile/quoting");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  const char *const path[] = { "a {5+}", NULL };
  g_autoptr (TaubeFolder) folder = taube_account_get_folder (account, path);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) list = taube_folder_list (folder, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, 0);
  g_clear_object (&list);
  g_clear_object (&folder);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* S15: a hostile sequence set costs nothing. */
static void
test_sequence_set (void)
{
  TaubeTestServer *server = serve ("hostile/sequence-set");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeBatchResult) result
    = imap_client_set_flags (account, "10", TAUBE_MESSAGE_FLAGS_FLAGGED, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (taube_batch_result_get_status (result, "10"), ==, TAUBE_BATCH_STATUS_DONE);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_other_message (void)
{
  TaubeTestServer *server = serve ("hostile/other-message");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autofree char *text = imap_client_fetch_section (account, "7.10", "", 0, -1, &error);

  g_assert_null (text);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* Ids alone are not fetched message by message. */
static void
test_list_ids (gconstpointer data)
{
  const char *esearch = data;
  g_autofree char *script = g_strdup_printf (
    "S: * OK [CAPABILITY IMAP4rev1%s] ready\nC: {tag} LOGIN alice *\nS: {tag} OK [CAPABILITY IMAP4rev1%s] welcome\n"
    "C: {tag} SELECT INBOX\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] valid\nS: {tag} OK [READ-WRITE] open\n"
    "C: {tag} UID SEARCH %sUID 1:4294967294\nS: %s\nS: {tag} OK\n",
    esearch, esearch, *esearch != '\0' ? "RETURN (ALL) " : "",
    *esearch != '\0' ? "* ESEARCH (TAG \"{tag}\") UID ALL 10:12" : "* SEARCH 12 10 11");
  TaubeTestServer *server = taube_test_server_new_for_text ("list-ids", script);
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (GError) error = NULL;

  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_NONE);
  taube_list_request_set_newest_first (request, TRUE);
  list = taube_folder_list (inbox, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);
      g_autofree char *expected = g_strdup_printf ("7.%u", 12 - i);

      g_assert_cmpstr (id, ==, expected);
    }
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
answer_second_right (TaubeQuestion *question, gpointer user_data)
{
  guint attempt = taube_question_get_attempt (question);

  g_assert_cmpint (attempt > 0, ==, taube_question_get_refusal (question) != NULL);
  taube_question_answer_password (question, attempt == 0 ? "wrong" : TAUBE_TEST_PASSWORD);
}

/* The server hangs up over the first; a line that breaks anew is told. */
static void
test_second_password (gconstpointer data)
{
  const char *script = data;
  TaubeTestServer *server = serve (script);
  g_autoptr (TaubeAccount) account = imap_client_new ("imap", taube_test_server_get_port (server), "?tls=none", NULL);
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_callback (answer_second_right, NULL, NULL);
  g_autoptr (GError) error = NULL;

  taube_account_set_credentials (account, credentials);
  if (g_str_has_suffix (script, "-always"))
    {
      g_assert_false (taube_account_connect (account, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
    }
  else
    {
      taube_account_connect (account, NULL, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, 2);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/imap/script/", cases[i].script, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/imap/script/exchange/structures", test_structures);
  g_test_add_func ("/imap/script/gmail/structure", test_gmail_structure);
  g_test_add_func ("/imap/script/hostile/deep-structure", test_deep_structure);
  g_test_add_func ("/imap/script/exchange/folders", test_exchange_folders);
  g_test_add_func ("/imap/script/exchange/order", test_exchange_order);
  g_test_add_data_func ("/imap/script/exchange/rev2-list", "exchange/rev2-list", test_folders_fallback);
  g_test_add_data_func ("/imap/script/exchange-2003/namespace", "exchange-2003/folders", test_folders_fallback);
  g_test_add_data_func ("/imap/script/literal/untagged", "generic/literal-untagged-no", test_literal_refused);
  g_test_add_data_func ("/imap/script/literal/tagged", "generic/literal-tagged-no", test_literal_refused);
  g_test_add_func ("/imap/script/gmail/list", test_gmail);
  g_test_add_func ("/imap/script/generic/skip-one", test_skip_one);
  g_test_add_func ("/imap/script/generic/ranges", test_ranges);
  g_test_add_func ("/imap/script/generic/select-and-fetch", test_select_and_fetch);
  g_test_add_data_func ("/imap/script/generic/select-and-fetch-gone", "generic/select-and-fetch-gone",
                        test_select_and_fetch_fails);
  g_test_add_data_func ("/imap/script/generic/select-and-fetch-other", "generic/select-and-fetch-other",
                        test_select_and_fetch_fails);
  g_test_add_func ("/imap/script/dovecot/store", test_store);
  g_test_add_func ("/imap/script/generic/read-only", test_store_refused);
  g_test_add_data_func ("/imap/script/second-password/late", "generic/hangs-up-late", test_second_password);
  g_test_add_data_func ("/imap/script/second-password/bye", "generic/hangs-up-bye", test_second_password);
  g_test_add_data_func ("/imap/script/second-password/always", "generic/hangs-up-always", test_second_password);
  g_test_add_func ("/imap/script/generic/keyword", test_store_keyword_refused);
  g_test_add_func ("/imap/script/hostile/line-ends", test_no_line_ends);
  g_test_add_func ("/imap/script/hostile/line-ends-credentials", test_no_line_ends_in_credentials);
  g_test_add_func ("/imap/script/hostile/quoting", test_quoting);
  g_test_add_func ("/imap/script/hostile/sequence-set", test_sequence_set);
  g_test_add_func ("/imap/scripts/message-limit", test_message_limit);
  g_test_add_func ("/imap/scripts/uidonly", test_uidonly);
  g_test_add_data_func ("/imap/scripts/list-ids/ranges", " ESEARCH", test_list_ids);
  g_test_add_data_func ("/imap/scripts/list-ids/plain", "", test_list_ids);
  g_test_add_func ("/imap/script/hostile/other-message", test_other_message);
  return g_test_run ();
}
