/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

/* What calls give: folders, lists, ids, texts. */

static void
test_same_folder (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (TaubeAccount) b = contract_new_device (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, a);
  g_autoptr (TaubeFolder) by_path = contract_get_folder (contract, a);
  g_autoptr (TaubeFolder) by_name = taube_account_get_folder_by_name (a, taube_folder_get_name (folder));
  g_autoptr (TaubeFolder) of_b = contract_get_folder (contract, b);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_for_role (a, TAUBE_FOLDER_ROLE_INBOX);
  g_autoptr (GPtrArray) folders = taube_account_list_folders (a, TAUBE_CONTENT_ANY, NULL, &error);
  g_autoptr (TaubeMessageList) list = contract_list (folder);

  g_assert_no_error (error);
  g_assert_nonnull (inbox);
  g_assert_true (by_path == folder);
  g_assert_true (by_name == folder);
  g_assert_true (of_b != folder);
  g_assert_true (taube_folder_get_account (folder) == a);
  g_assert_true (g_ptr_array_find (folders, folder, NULL));
  g_assert_true (taube_item_list_get_folder (TAUBE_ITEM_LIST (list)) == folder);
  g_assert_true (g_strv_equal (taube_folder_get_path (folder), (const char *const *) contract->box->path));
}

static void
test_counts (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);

  for (guint i = 1; i <= 2; i++)
    {
      contract_deliver (contract, i);
      g_assert_true (taube_folder_refresh (folder, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (taube_folder_get_total (folder), ==, i);
      if (contract_get_live (account, TAUBE_CAPABILITY_SERVER_FLAGS) == TAUBE_SUPPORT_YES)
        g_assert_cmpint (taube_folder_get_unread (folder), ==, i);
      else
        g_assert_cmpint (taube_folder_get_unread (folder), ==, -1);
    }
}

/* A list stays as it was made, whatever happens on the server. */
static void
test_immutable_list (Contract *contract)
{
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (TaubeMessageList) old = NULL, new = NULL;
  g_autofree char *id = NULL, *new_id = NULL;

  contract_deliver (contract, 1);
  old = contract_list (folder);
  id = taube_item_list_get_id (TAUBE_ITEM_LIST (old), 0);
  contract->world->empty (contract->server, contract->box);
  contract_deliver (contract, 2);
  contract_deliver (contract, 3);
  new = contract_list (folder);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (new)), ==, 2);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (old)), ==, 1);
  new_id = taube_item_list_get_id (TAUBE_ITEM_LIST (old), 0);
  g_assert_cmpstr (new_id, ==, id);
  g_assert_cmpstr (taube_message_list_get_subject (old, 0), ==, "Letter 1");
}

/* An id is opaque: it goes through the text of a URI, and the message is found again by another device. */
static void
test_uri (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) a = contract_connect (contract);
  g_autoptr (TaubeAccount) b = contract_new_device (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, a);
  g_autoptr (TaubeMessage) message = NULL;

  contract_deliver (contract, 1);
  message = contract_get_only (folder);
  g_autoptr (TaubeUri) uri = taube_item_get_uri (TAUBE_ITEM (message));
  g_autofree char *text = taube_uri_to_string (uri);
  g_autoptr (TaubeUri) parsed = taube_uri_parse (text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (taube_uri_get_item_id (parsed), ==, taube_item_get_id (TAUBE_ITEM (message)));
  g_assert_true (g_strv_equal (taube_uri_get_folder_path (parsed), (const char *const *) contract->box->path));
  contract_make_way (contract, a);
  g_autoptr (TaubeFolder) other = taube_account_get_folder (b, taube_uri_get_folder_path (parsed));
  g_autoptr (TaubeItem) item = taube_folder_get_item (other, taube_uri_get_item_id (parsed), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (taube_message_get_subject (TAUBE_MESSAGE (item)), ==, "Letter 1");
  g_autofree char *again = taube_uri_to_string (parsed);
  g_assert_cmpstr (again, ==, text);
}

static void
assert_utf8 (const char *text)
{
  g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
}

/* Bytes of no known charset, wrong and unfinished encoded words: what comes out is text all the same. */
static void
test_utf8 (Contract *contract)
{
  static const char *const messages[] = {
    "From: J\xfcrgen <j@example.org>\r\nSubject: Gr\xfc\xdf" "e\r\n\r\nK\xf6ln\r\n",
    "From: =?x-none?Q?=FF=FE?= <j@example.org>\r\nSubject: =?utf-8?Q?=C3?=\r\n\r\n\xc3\r\n",
    "From: =?utf-8?B?////?= <j@example.org>\r\nSubject: =?utf-8?B?\r\n"
    "Content-Type: text/plain; charset=utf-16\r\n\r\n\xd8\r\n",
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (TaubeMessageList) list = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    contract->world->deliver (contract->server, contract->box, messages[i]);
  list = contract_list (folder);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, G_N_ELEMENTS (messages));
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (TaubeItem) item = taube_item_list_get_item (TAUBE_ITEM_LIST (list), i);
      g_autofree char *text = taube_message_load_text (TAUBE_MESSAGE (item), NULL, &error);
      g_autofree char *headers = taube_message_load_headers (TAUBE_MESSAGE (item), NULL, &error);

      g_assert_no_error (error);
      assert_utf8 (text);
      assert_utf8 (headers);
      assert_utf8 (taube_message_list_get_subject (list, i));
      assert_utf8 (taube_message_list_get_from (list, i));
      assert_utf8 (taube_item_get_id (item));
    }
}

static TaubeItemList *
list_with (TaubeFolder *folder, TaubeListRequest *request)
{
  g_autoptr (GError) error = NULL;
  TaubeItemList *list = taube_folder_list (folder, request, NULL, &error);

  g_assert_no_error (error);
  return list;
}

static void
assert_subjects (TaubeItemList *list, guint first, int step, guint count)
{
  g_assert_cmpuint (taube_item_list_get_size (list), ==, count);
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *subject = g_strdup_printf ("Letter %d", (int) first + step * (int) i);

      g_assert_cmpstr (taube_message_list_get_subject (TAUBE_MESSAGE_LIST (list), i), ==, subject);
    }
}

static void
test_list_request (Contract *contract)
{
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeItemList) all = NULL, newest = NULL, reversed = NULL, some = NULL, bare = NULL;
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();

  for (guint i = 1; i <= 5; i++)
    contract_deliver (contract, i);
  all = list_with (folder, request);
  assert_subjects (all, 1, 1, 5);
  taube_list_request_set_newest (request, 2);
  newest = list_with (folder, request);
  assert_subjects (newest, 4, 1, 2);
  taube_list_request_set_newest_first (request, TRUE);
  reversed = list_with (folder, request);
  assert_subjects (reversed, 5, -1, 2);

  g_clear_object (&request);
  request = taube_list_request_new ();
  for (guint i = 1; i <= 3; i += 2)
    {
      g_autofree char *id = taube_item_list_get_id (all, i);

      taube_id_set_add (ids, id);
    }
  taube_list_request_set_ids (request, ids);
  some = list_with (folder, request);
  assert_subjects (some, 2, 2, 2);
  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_SIZE);
  bare = list_with (folder, request);
  g_assert_cmpuint (taube_item_list_get_size (bare), ==, 2);
  g_assert_cmpint (taube_message_list_get_fields (TAUBE_MESSAGE_LIST (bare)) & TAUBE_LIST_FIELDS_SIZE, !=, 0);
  g_assert_cmpuint (taube_message_list_get_message_size (TAUBE_MESSAGE_LIST (bare), 0), >, 0);
}

static void
count_rows (TaubeItemList *chunk, gpointer data)
{
  *(guint *) data += taube_item_list_get_size (chunk);
}

/* Rows in chunks are the list's rows, each once; or none, from a backend that has them all at once. */
static void
test_chunks (Contract *contract)
{
  g_autoptr (TaubeAccount) account = contract_connect (contract);
  g_autoptr (TaubeFolder) folder = contract_get_folder (contract, account);
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeItemList) list = NULL;
  guint rows = 0;

  for (guint i = 1; i <= 5; i++)
    contract_deliver (contract, i);
  taube_list_request_set_newest_first (request, TRUE);
  taube_list_request_set_chunk_func (request, 2, count_rows, &rows, NULL);
  list = list_with (folder, request);
  assert_subjects (list, 5, -1, 5);
  g_assert_true (rows == 5 || rows == 0);
}

/* The snapshot that a getter gave is not changed by what comes later. */
static void
test_snapshots (Contract *contract)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = contract_new_device (contract);
  g_autoptr (TaubeCapabilities) before = taube_account_get_capabilities (account);
  g_auto (GStrv) extensions = NULL;
  g_autofree char *name = NULL;

  g_assert_false (taube_capabilities_lookup (before, TAUBE_CAPABILITY_PUSH, TAUBE_CAPABILITY_LEVEL_LIVE, NULL, NULL,
                                             NULL));
  g_assert_true (taube_account_connect (account, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (taube_capabilities_lookup (before, TAUBE_CAPABILITY_PUSH, TAUBE_CAPABILITY_LEVEL_LIVE, NULL, NULL,
                                             NULL));
  g_autoptr (TaubeCapabilities) after = taube_account_get_capabilities (account);
  g_assert_true (taube_capabilities_lookup (after, TAUBE_CAPABILITY_PUSH, TAUBE_CAPABILITY_LEVEL_LIVE, NULL, NULL,
                                            NULL));
  name = taube_account_get_server_name (account);
  extensions = taube_account_get_server_extensions (account);
  g_assert_nonnull (name);
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_cmpuint (g_strv_length (extensions), >, 0);
}

static const ContractCase cases[] = {
  { "same-folder", test_same_folder },
  { "counts", test_counts },
  { "immutable-list", test_immutable_list },
  { "uri", test_uri },
  { "utf8", test_utf8 },
  { "list-request", test_list_request },
  { "chunks", test_chunks },
  { "snapshots", test_snapshots },
};

int
main (int argc, char **argv)
{
  return contract_main (argc, argv, cases, G_N_ELEMENTS (cases));
}
