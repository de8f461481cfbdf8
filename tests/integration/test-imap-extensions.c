/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

/* What only some servers have, each server by a script of what it says. */

static TaubeMessageList *
list_inbox (TaubeAccount *account, TaubeListFields fields)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (GError) error = NULL;
  TaubeItemList *list;

  taube_list_request_set_newest_first (request, FALSE);
  taube_list_request_set_fields (request, fields);
  list = taube_folder_list (inbox, request, NULL, &error);
  g_assert_no_error (error);
  return TAUBE_MESSAGE_LIST (list);
}

typedef struct
{
  TaubeTestServer *server;
  TaubeAccount *account;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer script)
{
  fixture->server = taube_test_server_new (script);
  fixture->account = imap_client_new ("imap", taube_test_server_get_port (fixture->server), "?tls=none", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer script)
{
  g_clear_object (&fixture->account);
  taube_test_server_finish (fixture->server);
}

static void
test_object_ids (Fixture *fixture, gconstpointer script)
{
  const TaubeListFields wanted = TAUBE_LIST_FIELDS_SIZE | TAUBE_LIST_FIELDS_PREVIEW | TAUBE_LIST_FIELDS_OBJECT_IDS
                                 | TAUBE_LIST_FIELDS_SAVE_DATE;
  g_autoptr (TaubeMessageList) list = list_inbox (fixture->account, wanted | TAUBE_LIST_FIELDS_LABELS);
  gint64 time = 0;

  g_assert_cmpuint (taube_message_list_get_fields (list), ==, wanted);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 3);
  g_assert_cmpstr (taube_message_list_get_email_id (list, 0), ==, "M6d99ac3275bb4e");
  g_assert_cmpstr (taube_message_list_get_thread_id (list, 0), ==, "T64b478a75b7ea9");
  g_assert_cmpstr (taube_message_list_get_preview (list, 0), ==, "Dear Ms \"Smith\", =?x?= ");
  g_assert_true (taube_message_list_get_save_date (list, 0, &time));
  g_assert_cmpint (time, ==, 1793883787);
  g_assert_cmpstr (taube_message_list_get_email_id (list, 1), ==, "M288836c4c7a762");
  g_assert_null (taube_message_list_get_thread_id (list, 1));
  g_assert_null (taube_message_list_get_preview (list, 1));
  g_assert_false (taube_message_list_get_save_date (list, 1, NULL));
  g_assert_cmpstr (taube_message_list_get_preview (list, 2), ==, "zwölf");
  g_assert_cmpstr (taube_message_list_get_thread_id (list, 2), ==, "T64b478a75b7ea9");
  g_assert_false (taube_message_list_get_save_date (list, 2, NULL));
}

/* 21: the same message in several folders has the same id. */
static void
test_labels (Fixture *fixture, gconstpointer script)
{
  const TaubeListFields wanted = TAUBE_LIST_FIELDS_FLAGS | TAUBE_LIST_FIELDS_OBJECT_IDS | TAUBE_LIST_FIELDS_LABELS;
  g_autoptr (TaubeMessageList) list = list_inbox (fixture->account, wanted | TAUBE_LIST_FIELDS_PREVIEW);
  g_autofree char *labels = NULL;

  g_assert_cmpuint (taube_message_list_get_fields (list), ==, wanted);
  g_assert_cmpstr (taube_message_list_get_email_id (list, 0), ==, "1278455344230334865");
  g_assert_cmpstr (taube_message_list_get_thread_id (list, 0), ==, "18446744073709551615");
  labels = g_strjoinv ("|", (char **) taube_message_list_get_labels (list, 0));
  g_assert_cmpstr (labels, ==, "\\Important|\\Inbox|work|日本語|two words");
  g_assert_null (taube_message_list_get_labels (list, 1)[0]);
  g_assert_cmpstr (taube_message_list_get_email_id (list, 1), ==, "1266894439832287888");
}

/* What stands in the header is asked for with the other columns; one that sends more than was asked for, or nothing,
 * costs that column. */
static void
test_importance (Fixture *fixture, gconstpointer script)
{
  static const TaubeImportance wanted[] = { TAUBE_IMPORTANCE_HIGH, TAUBE_IMPORTANCE_NORMAL, TAUBE_IMPORTANCE_LOW,
                                            TAUBE_IMPORTANCE_UNKNOWN, TAUBE_IMPORTANCE_UNKNOWN };
  const TaubeListFields fields = TAUBE_LIST_FIELDS_FLAGS | TAUBE_LIST_FIELDS_IMPORTANCE;
  g_autoptr (TaubeMessageList) list = list_inbox (fixture->account, fields);
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (fixture->account, "INBOX");
  g_autoptr (TaubeIdSet) ids = taube_item_list_get_ids (TAUBE_ITEM_LIST (list));
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (taube_message_list_get_fields (list), ==, fields);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_cmpint (taube_message_list_get_importance (list, i), ==, wanted[i]);
  g_assert_true (taube_message_list_get_flags (list, 4) & TAUBE_MESSAGE_FLAGS_SEEN);
  /* The script would tell of another command. */
  g_assert_null (taube_folder_set_importance (inbox, ids, TAUBE_IMPORTANCE_HIGH, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "stands in their headers"));
}

static void
test_set_labels (Fixture *fixture, gconstpointer script)
{
  const char *const labels[] = { "\\Important", "work", "two words", "日本語", "R&D", "\\odd one", NULL };
  const char *const wrong[] = { "line\nbreak", NULL };
  const char *const empty[] = { "fine", "", NULL };
  const char *const words[] = { "7.10", "7.12", NULL };
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (fixture->account, "INBOX");
  g_autoptr (TaubeIdSet) ids = taube_id_set_new_from_ids (words);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeBatchResult) result = NULL;

  g_assert_null (taube_folder_set_labels (inbox, ids, TAUBE_FLAGS_MODE_ADD, empty, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  result = taube_folder_set_labels (inbox, ids, TAUBE_FLAGS_MODE_ADD, labels, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (taube_batch_result_get_status (result, "7.10"), ==, TAUBE_BATCH_STATUS_DONE);
  g_assert_cmpint (taube_batch_result_get_status (result, "7.12"), ==, TAUBE_BATCH_STATUS_FAILED);
  g_assert_null (taube_folder_set_labels (inbox, ids, TAUBE_FLAGS_MODE_ADD, wrong, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
}

static void
test_no_labels (Fixture *fixture, gconstpointer script)
{
  const char *const labels[] = { "work", NULL };
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (fixture->account, "INBOX");
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_folder_set_labels (inbox, ids, TAUBE_FLAGS_MODE_ADD, labels, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
}

static void
test_facts (Fixture *fixture, gconstpointer script)
{
  g_autoptr (GVariant) facts = taube_account_get_server_facts (fixture->account);
  g_autoptr (GError) error = NULL;
  const char *text;

  g_assert_cmpuint (g_variant_n_children (facts), ==, 0);
  g_assert_true (taube_account_connect (fixture->account, NULL, &error));
  g_assert_no_error (error);
  g_clear_pointer (&facts, g_variant_unref);
  facts = taube_account_get_server_facts (fixture->account);
  g_assert_true (g_variant_lookup (facts, "append-limit", "&s", &text));
  g_assert_cmpstr (text, ==, "35651584");
  g_assert_true (g_variant_lookup (facts, "jmap-session", "&s", &text));
  g_assert_cmpstr (text, ==, "https://example.com/.s/[jmap]");
}

static void
test_rev2 (Fixture *fixture, gconstpointer script)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeBatchResult) result
    = imap_client_set_flags (fixture->account, "7.10 7.11", TAUBE_MESSAGE_FLAGS_SEEN, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (taube_batch_result_is_all_done (result));
}

/* 50: whatever happens to the preview, no row is lost, and it is not asked for again. */
static void
test_no_preview (Fixture *fixture, gconstpointer script)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TaubeMessageList) list
        = list_inbox (fixture->account, TAUBE_LIST_FIELDS_FLAGS | TAUBE_LIST_FIELDS_PREVIEW);
      g_autoptr (TaubeIdSet) ids = taube_item_list_get_ids (TAUBE_ITEM_LIST (list));

      g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 2);
      g_assert_true (taube_id_set_contains (ids, "7.10"));
      g_assert_true (taube_id_set_contains (ids, "7.11"));
    }
}

#define ADD(path, script, func) g_test_add ("/imap/extensions/" path, Fixture, script, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("object-ids", "imap/cyrus/columns", test_object_ids);
  ADD ("importance", "imap/generic/importance", test_importance);
  ADD ("labels", "imap/gmail/columns", test_labels);
  ADD ("set-labels", "imap/gmail/store-labels", test_set_labels);
  ADD ("no-labels", "imap/generic/login", test_no_labels);
  ADD ("facts", "imap/cyrus/facts", test_facts);
  ADD ("rev2", "imap/generic/rev2-store", test_rev2);
  ADD ("preview-refused", "imap/generic/preview-refused", test_no_preview);
  ADD ("preview-broken", "imap/generic/preview-broken", test_no_preview);
  return g_test_run ();
}
