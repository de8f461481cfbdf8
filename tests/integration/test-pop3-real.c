/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-post.h"

#include <string.h>

/* The folder on Dovecot, Cyrus and Courier: lists, letters, changes, removal, and whole runs of one who retrieves. Each
 * run has an account of its own, as if it were another program. */

static void
deliver (TaubeTestMail *mail, const char *user, guint number)
{
  g_autofree char *text = pop3_model_make_text (number);

  taube_test_mail_deliver (mail, user, "INBOX", text, -1);
}

static TaubeFolder *
get_inbox (TaubeAccount *account)
{
  return taube_account_get_folder_by_name (account, "INBOX");
}

static void
check_list (TaubeFolder *inbox)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeListRequest) newest = taube_list_request_new ();
  g_autoptr (TaubeItemList) list = taube_folder_list (inbox, NULL, NULL, &error), short_list = NULL;
  TaubeMessageList *messages = TAUBE_MESSAGE_LIST (list);

  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, 3);
  /* Letters that came in one second stand in any order. */
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (g_str_has_prefix (taube_message_list_get_subject (messages, i), "letter "));
      g_assert_cmpuint (taube_message_list_get_message_size (messages, i), >, 100);
    }
  taube_list_request_set_newest (newest, 2);
  taube_list_request_set_newest_first (newest, TRUE);
  short_list = taube_folder_list (inbox, newest, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (short_list), ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpstr (taube_message_list_get_subject (TAUBE_MESSAGE_LIST (short_list), i), ==,
                     taube_message_list_get_subject (messages, 2 - i));
}

static TaubeMessage *
find_letter (TaubeItemList *list, const char *subject)
{
  for (guint i = 0; i < taube_item_list_get_size (list); i++)
    if (strcmp (taube_message_list_get_subject (TAUBE_MESSAGE_LIST (list), i), subject) == 0)
      return TAUBE_MESSAGE (taube_item_list_get_item (list, i));
  g_error ("there is no \"%s\"", subject);
}

static void
check_message (TaubeFolder *inbox)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) list = taube_folder_list (inbox, NULL, NULL, &error);
  g_autoptr (TaubeMessage) message = find_letter (list, "letter 2");
  g_autofree char *text = NULL, *headers = NULL;
  g_autoptr (GBytes) raw = NULL;

  g_assert_cmpstr (taube_message_get_from (message), ==, "Bob <bob@example.org>");
  text = taube_message_load_text (message, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (text, "Coo 2."));
  g_assert_nonnull (strstr (text, "\n.dot"));
  g_assert_nonnull (strstr (text, "\n..dots"));
  headers = taube_message_load_headers (message, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (headers, "Subject: letter 2\n"));
  raw = taube_message_load_raw (message, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (raw, NULL), (gssize) g_bytes_get_size (raw), "\r\n\r\nCoo 2.\r\n"));
}

static void
test_reading (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) inbox = NULL;

  if (mail == NULL)
    return;
  for (guint i = 1; i <= 3; i++)
    deliver (mail, "carol", i);
  account = pop3_client_open (mail, "carol", "pop3s", "");
  inbox = get_inbox (account);
  check_list (inbox);
  check_message (inbox);
  taube_account_disconnect (account, NULL, NULL);
}

/* By tokens, over sign-ins: one more, and two fewer, one of them by us. */
static void
test_changes (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (GBytes) token = NULL;
  g_autoptr (TaubeIdSet) ids = NULL;

  if (mail == NULL)
    return;
  for (guint round = 0; round < 3; round++)
    {
      g_autoptr (TaubeAccount) account = pop3_client_open (mail, "alice", "pop3s", "");
      g_autoptr (TaubeFolder) inbox = get_inbox (account);
      g_autoptr (TaubeChanges) changes = NULL;
      g_autoptr (TaubeBatchResult) result = NULL;
      g_autoptr (GError) error = NULL;

      if (round < 2)
        deliver (mail, "alice", round + 1);
      changes = taube_folder_get_changes (inbox, token, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_false (taube_changes_is_reset (changes));
      g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (changes)), ==, round < 2 ? 1 : 0);
      g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_removed (changes)), ==, round < 2 ? 0 : 1);
      g_clear_pointer (&token, g_bytes_unref);
      token = g_bytes_ref (taube_changes_get_token (changes));
      if (round == 0)
        ids = taube_id_set_copy (taube_changes_get_added (changes));
      else if (round == 2)
        g_assert_true (taube_id_set_equal (taube_changes_get_removed (changes), ids));
      if (round == 1)
        {
          result = taube_folder_remove (inbox, ids, NULL, NULL, &error);
          g_assert_no_error (error);
          g_assert_true (taube_batch_result_is_all_done (result));
        }
      taube_account_disconnect (account, NULL, NULL);
    }
}

static void
assert_run (TaubeTestMail *mail, Pop3Post *post, const char *leave)
{
  g_autoptr (TaubeAccount) account = pop3_client_open (mail, "bob", "pop3s", "");
  g_autoptr (GError) error = NULL;

  pop3_post_run (post, account, TAUBE_JOURNAL_FLAGS_NONE, leave, NULL, &error);
  g_assert_no_error (error);
  taube_account_disconnect (account, NULL, NULL);
}

static gint64
count_left (TaubeTestMail *mail)
{
  g_autoptr (TaubeAccount) account = pop3_client_open (mail, "bob", "pop3s", "");
  g_autoptr (TaubeFolder) inbox = get_inbox (account);
  g_autoptr (GError) error = NULL;

  taube_folder_refresh (inbox, NULL, &error);
  g_assert_no_error (error);
  taube_account_disconnect (account, NULL, NULL);
  return taube_folder_get_total (inbox);
}

static void
test_runs (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (Pop3Post) post = pop3_post_new ();
  guint n = 0;

  if (mail == NULL)
    return;
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < 3; i++)
        deliver (mail, "bob", ++n);
      assert_run (mail, post, "forever");
      assert_run (mail, post, "until-removed");
      g_assert_cmpuint (pop3_post_count_all (post), ==, n);
      g_assert_cmpint (count_left (mail), ==, n);
    }
  deliver (mail, "bob", ++n);
  assert_run (mail, post, "no");
  g_assert_cmpuint (pop3_post_count_all (post), ==, n);
  g_assert_cmpint (count_left (mail), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  taube_sasl_forget_logins ();
  pop3_client_timeout = "60";
  taube_test_mail_add_each ("/pop3/real", "reading", test_reading);
  taube_test_mail_add_each ("/pop3/real", "changes", test_changes);
  taube_test_mail_add_each ("/pop3/real", "runs", test_runs);
  return taube_test_mail_run ();
}
