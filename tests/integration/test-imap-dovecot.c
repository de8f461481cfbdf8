/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* The IMAP backend against a private Dovecot, through the public API only. */

#define N_MESSAGES 300

static TaubeTestDovecot *dovecot;

static const char mail[] = "From: Anna <anna@example.org>\r\n"
                           "To: alice@example.org\r\n"
                           "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n"
                           "Date: Thu, 05 Nov 2026 14:03:07 +0100\r\n"
                           "Message-ID: <gruss@example.org>\r\n"
                           "MIME-Version: 1.0\r\n"
                           "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
                           "--x\r\nContent-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: quoted-printable\r\n\r\nSch=C3=B6ne Taube\r\n"
                           "--x\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
                           "Content-Disposition: attachment; filename*=utf-8''R%C3%A4tsel.pdf\r\n\r\nYWJjZGVm\r\n"
                           "--x--\r\n";

static TaubeAccount *
open_as (const char *user, const char *password, const char *scheme, const char *query, const char *setting,
         const char *value)
{
  g_autofree char *uri = g_strdup_printf ("%s://%s@localhost:%u/%s", scheme, user,
                                          taube_test_dovecot_get_port (dovecot, scheme), query);
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (password);
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autoptr (GError) error = NULL;
  TaubeAccount *account;

  if (setting != NULL)
    taube_settings_set (settings, setting, value, &error);
  g_assert_no_error (error);
  account = taube_account_create_with_settings (uri, settings, credentials, &error);
  g_assert_no_error (error);
  return account;
}

static TaubeAccount *
open_account (const char *scheme, const char *query)
{
  return open_as ("alice", TAUBE_TEST_PASSWORD, scheme, query, "ca-file", taube_test_dovecot_get (dovecot, "ca-file"));
}

static void
assert_connects (TaubeAccount *account)
{
  g_autoptr (GError) error = NULL;

  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (taube_account_get_state (account), ==, TAUBE_ACCOUNT_STATE_CONNECTED);
  taube_account_disconnect (account, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_fails (TaubeAccount *account, TaubeError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, (int) code);
  g_assert_null (strchr (error->message, '\n'));
  g_assert_null (strstr (error->message, TAUBE_TEST_PASSWORD));
}

static void
test_connect (gconstpointer data)
{
  const char *const *way = data;
  g_autoptr (TaubeAccount) account = open_account (way[0], way[1]);

  assert_connects (account);
  if (strcmp (way[1], "?tls=none") == 0)
    g_assert_null (taube_account_get_certificate (account));
  else
    g_assert_nonnull (taube_account_get_certificate (account));
  g_clear_object (&account);
}

static void
test_mechanism (gconstpointer data)
{
  g_autofree char *uri = g_strdup_printf ("imap://alice;AUTH=%s@localhost:%u/?tls=none", (const char *) data,
                                          taube_test_dovecot_get_port (dovecot, "imap"));
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (TAUBE_TEST_PASSWORD);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = taube_account_create (uri, credentials, &error);

  g_assert_no_error (error);
  assert_connects (account);
}

static void
test_wrong_password (void)
{
  g_autoptr (TaubeAccount) account = open_as ("alice", "wrong", "imap", "?tls=none", NULL, NULL);

  assert_fails (account, TAUBE_ERROR_AUTH);
}

static void
test_untrusted (void)
{
  g_autoptr (TaubeAccount) account = open_as ("alice", TAUBE_TEST_PASSWORD, "imaps", "", NULL, NULL);
  g_autoptr (TaubeAccount) other = open_as ("alice", TAUBE_TEST_PASSWORD, "imap", "", "ca-file",
                                            taube_test_dovecot_get (dovecot, "wrong-ca-file"));
  g_autoptr (TaubeAccount) pinned = NULL;
  g_autoptr (TaubeAccount) wrong_pin = NULL;
  g_autoptr (TaubeCertificate) certificate = NULL;

  assert_fails (account, TAUBE_ERROR_CERTIFICATE);
  assert_fails (other, TAUBE_ERROR_CERTIFICATE);
  certificate = taube_account_get_certificate (account);
  g_assert_nonnull (certificate);
  g_assert_true (taube_certificate_get_problems (certificate) & TAUBE_CERTIFICATE_PROBLEMS_UNTRUSTED);
  pinned = open_as ("alice", TAUBE_TEST_PASSWORD, "imaps", "", "pin", taube_certificate_get_key_pin (certificate));
  assert_connects (pinned);
  wrong_pin = open_as ("alice", TAUBE_TEST_PASSWORD, "imaps", "", "pin",
                       "0000000000000000000000000000000000000000000000000000000000000000");
  assert_fails (wrong_pin, TAUBE_ERROR_CERTIFICATE);
}

static void
test_refused_port (void)
{
  g_autofree char *uri = g_strdup_printf ("imap://alice@127.0.0.1:%u/?tls=none", taube_test_free_port ());
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (TAUBE_TEST_PASSWORD);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = taube_account_create (uri, credentials, &error);

  g_assert_no_error (error);
  assert_fails (account, TAUBE_ERROR_CONNECTION);
}

static void
test_capabilities (void)
{
  g_autoptr (TaubeAccount) account = open_account ("imaps", "");
  g_autoptr (TaubeCapabilities) capabilities = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_auto (GStrv) extensions = NULL;

  g_assert_true (taube_account_connect (account, NULL, &error));
  g_assert_no_error (error);
  capabilities = taube_account_get_capabilities (account);
  for (int row = 0; row < TAUBE_N_CAPABILITIES; row++)
    g_assert_cmpint (taube_capabilities_get_support (capabilities, row), !=, TAUBE_SUPPORT_CONDITIONAL);
  g_assert_cmpint (taube_capabilities_get_support (capabilities, TAUBE_CAPABILITY_MAIL_SYNC), ==, TAUBE_SUPPORT_YES);
  g_assert_cmpint (taube_capabilities_get_support (capabilities, TAUBE_CAPABILITY_PUSH), ==, TAUBE_SUPPORT_YES);
  g_assert_cmpstr (taube_capabilities_get_evidence (capabilities, TAUBE_CAPABILITY_PUSH), ==, "CAPABILITY IDLE");
  g_assert_cmpint (taube_capabilities_get_support (capabilities, TAUBE_CAPABILITY_SENDING), ==, TAUBE_SUPPORT_NO);
  name = taube_account_get_server_name (account);
  g_assert_nonnull (strstr (name, "Dovecot"));
  extensions = taube_account_get_server_extensions (account);
  g_assert_true (g_strv_contains ((const char *const *) extensions, "IDLE"));
}

static TaubeFolder *
find_folder (GPtrArray *folders, const char *name)
{
  for (guint i = 0; i < folders->len; i++)
    if (strcmp (taube_folder_get_name (folders->pdata[i]), name) == 0)
      return folders->pdata[i];
  return NULL;
}

static void
test_folders (void)
{
  g_autoptr (TaubeAccount) account = open_account ("imap", "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);
  TaubeFolder *folder;
  gint64 total = 0;

  g_assert_no_error (error);
  folder = find_folder (folders, "Projekte/Brücke");
  g_assert_nonnull (folder);
  g_assert_cmpint (taube_folder_get_total (folder), >, 0);
  g_assert_cmpint (taube_folder_get_role (find_folder (folders, "Sent")), ==, TAUBE_FOLDER_ROLE_SENT);
  g_assert_cmpint (taube_folder_get_role (find_folder (folders, "INBOX")), ==, TAUBE_FOLDER_ROLE_INBOX);
  for (guint i = 0; i < folders->len; i++)
    total += MAX (taube_folder_get_total (folders->pdata[i]), 0);
  g_assert_cmpint (total, ==, N_MESSAGES);

  /* A folder by its path, on an account that has not listed anything: the delimiter is asked for. */
  {
    g_autoptr (TaubeAccount) second = open_account ("imap", "?tls=none");
    g_autoptr (TaubeFolder) bridge = taube_account_get_folder_by_name (second, "Projekte/Brücke");

    g_assert_true (taube_folder_refresh (bridge, NULL, &error));
    g_assert_no_error (error);
    g_assert_cmpint (taube_folder_get_total (bridge), ==, taube_folder_get_total (folder));
  }
}

static void
test_missing_folder (void)
{
  g_autoptr (TaubeAccount) account = open_account ("imap", "?tls=none");
  g_autoptr (TaubeFolder) folder = taube_account_get_folder_by_name (account, "Nirgendwo");
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_folder_list (folder, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (taube_folder_refresh (folder, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
}

static void
count_chunk (TaubeItemList *chunk, gpointer user_data)
{
  GPtrArray *ids = user_data;

  for (guint i = 0; i < taube_item_list_get_size (chunk); i++)
    g_ptr_array_add (ids, taube_item_list_get_id (chunk, i));
}

static void
test_list (void)
{
  g_autoptr (TaubeAccount) account = open_account ("imap", "?tls=none");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) all = NULL;
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeItemList) newest = NULL;
  g_autoptr (TaubeItemList) some = NULL;
  g_autoptr (TaubeIdSet) set = NULL;
  guint n;

  taube_list_request_set_newest_first (request, FALSE);
  all = taube_folder_list (inbox, request, NULL, &error);
  g_assert_no_error (error);
  n = taube_item_list_get_size (all);
  g_assert_cmpuint (n, >, 50);
  taube_list_request_set_newest_first (request, TRUE);
  taube_list_request_set_chunk_func (request, 20, count_chunk, ids, NULL);
  list = taube_folder_list (inbox, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, n);
  g_assert_cmpuint (ids->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = taube_item_list_get_id (list, i);

      g_autofree char *turned = taube_item_list_get_id (all, n - 1 - i);

      g_assert_cmpstr (id, ==, ids->pdata[i]);
      g_assert_cmpstr (id, ==, turned);
    }

  taube_list_request_set_chunk_func (request, 0, NULL, NULL, NULL);
  taube_list_request_set_newest (request, 7);
  newest = taube_folder_list (inbox, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (newest), ==, 7);
  {
    g_autofree char *id = taube_item_list_get_id (newest, 0);

    g_assert_cmpstr (id, ==, ids->pdata[0]);
  }

  taube_list_request_set_newest (request, 0);
  set = taube_id_set_new ();
  taube_id_set_add (set, ids->pdata[3]);
  taube_id_set_add (set, ids->pdata[9]);
  taube_list_request_set_ids (request, set);
  some = taube_folder_list (inbox, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (some), ==, 2);
}

static char *
newest_id (TaubeFolder *folder)
{
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (GError) error = NULL;

  taube_list_request_set_newest (request, 1);
  list = taube_folder_list (folder, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, 1);
  return taube_item_list_get_id (list, 0);
}

static void
test_message (void)
{
  g_autoptr (TaubeAccount) account = open_account ("imaps", "");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autofree char *id = NULL;
  g_autoptr (TaubeItem) item = NULL;
  g_autoptr (TaubePart) part = NULL;
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) raw = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  taube_test_dovecot_deliver (dovecot, "alice", "INBOX", mail, -1);
  id = newest_id (inbox);
  item = taube_folder_get_item (inbox, id, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (taube_message_get_subject (TAUBE_MESSAGE (item)), ==, "Grüße");
  part = taube_message_load_structure (TAUBE_MESSAGE (item), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_part_get_n_children (part), ==, 2);
  g_assert_cmpstr (taube_part_get_filename (taube_part_get_child (part, 1)), ==, "Rätsel.pdf");
  text = taube_message_load_text (TAUBE_MESSAGE (item), NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (text, "Schöne Taube"));
  g_assert_true (taube_folder_fetch (inbox, id, "2", 2, 4, sink, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (sink)),
                   g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (sink)), "JjZG", 4);
  raw = taube_message_load_raw (TAUBE_MESSAGE (item), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), mail, strlen (mail));
}

static void
test_missing_item (void)
{
  g_autoptr (TaubeAccount) account = open_account ("imap", "?tls=none");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_folder_get_item (inbox, "4000000000", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (taube_folder_get_item (inbox, "1.1", NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT);
}

static void
test_flags (void)
{
  g_autoptr (TaubeAccount) a = open_account ("imap", "?tls=none");
  g_autoptr (TaubeAccount) b = open_account ("imaps", "");
  g_autoptr (TaubeFolder) inbox_a = taube_account_get_folder_by_name (a, "INBOX");
  g_autoptr (TaubeFolder) inbox_b = taube_account_get_folder_by_name (b, "INBOX");
  g_autofree char *id = newest_id (inbox_b);
  const char *keywords[] = { "taube", NULL };
  g_autoptr (TaubeIdSet) set = taube_id_set_new ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (TaubeItem) item = NULL;
  g_autoptr (GError) error = NULL;

  taube_id_set_add (set, id);
  taube_id_set_add (set, "4000000000");
  result = taube_folder_set_flags (inbox_a, set, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_FLAGGED, keywords, NULL,
                                   &error);
  g_assert_no_error (error);
  g_assert_cmpint (taube_batch_result_get_status (result, id), ==, TAUBE_BATCH_STATUS_DONE);
  g_assert_cmpint (taube_batch_result_get_status (result, "4000000000"), ==, TAUBE_BATCH_STATUS_FAILED);
  item = taube_folder_get_item (inbox_b, id, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_message_get_flags (TAUBE_MESSAGE (item)) & TAUBE_MESSAGE_FLAGS_FLAGGED);
  g_assert_true (g_strv_contains (taube_message_get_keywords (TAUBE_MESSAGE (item)), "taube"));
}

static TaubeIdSet *
wait_for (TaubeWatch *watch, const TaubeIdSet *(*get) (TaubeChanges *))
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeWatchEvent) event = taube_watch_next (watch, NULL, &error);
      const TaubeIdSet *ids;

      g_assert_no_error (error);
      ids = get (taube_watch_event_get_changes (event));
      if (taube_id_set_get_size (ids) > 0)
        return taube_id_set_copy (ids);
    }
}

/* QUERY: with IDLE, or on one shared connection that asks now and then. */
static void
test_watch (gconstpointer query)
{
  g_autoptr (TaubeAccount) a = open_account ("imap", query);
  g_autoptr (TaubeAccount) b = open_account ("imap", "?tls=none");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (a, "INBOX");
  g_autoptr (TaubeFolder) inbox_b = taube_account_get_folder_by_name (b, "INBOX");
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autoptr (TaubeWatch) watch = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  const char *const expunge[]
    = { "expunge", "-u", "alice", "mailbox", "INBOX", "header", "Message-ID", "watched", NULL };
  g_autofree char *output = NULL;

  g_ptr_array_add (folders, inbox);
  watch = taube_account_watch (a, folders, &error);
  g_assert_no_error (error);
  while (!taube_watch_is_online (watch))
    g_usleep (1000);
  taube_test_dovecot_deliver (dovecot, "alice", "INBOX", "Message-ID: <watched>\r\nSubject: new\r\n\r\nnew\r\n", -1);
  {
    g_autoptr (TaubeIdSet) added = wait_for (watch, taube_changes_get_added);
    g_auto (GStrv) ids = taube_id_set_to_strv (added);

    g_assert_cmpuint (taube_id_set_get_size (added), ==, 1);
    id = g_strdup (ids[0]);
  }
  {
    g_autoptr (TaubeIdSet) set = taube_id_set_new ();
    g_autoptr (TaubeBatchResult) result = NULL;
    g_autoptr (TaubeIdSet) changed = NULL;

    taube_id_set_add (set, id);
    result = taube_folder_set_flags (inbox_b, set, TAUBE_FLAGS_MODE_ADD, TAUBE_MESSAGE_FLAGS_SEEN, NULL, NULL, &error);
    g_assert_no_error (error);
    changed = wait_for (watch, taube_changes_get_changed);
    g_assert_true (taube_id_set_contains (changed, id));
  }
  output = taube_test_dovecot_doveadm (dovecot, expunge);
  {
    g_autoptr (TaubeIdSet) removed = wait_for (watch, taube_changes_get_removed);

    g_assert_true (taube_id_set_contains (removed, id));
  }
  taube_watch_stop (watch);
}

int
main (int argc, char **argv)
{
  static const char *const options[] = { "--messages=300", "--spread", NULL };
  static const char *const plain[] = { "imap", "?tls=none" };
  static const char *const starttls[] = { "imap", "" };
  static const char *const tls[] = { "imaps", "" };
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/imap/dovecot/connect/plain", plain, test_connect);
  g_test_add_data_func ("/imap/dovecot/connect/starttls", starttls, test_connect);
  g_test_add_data_func ("/imap/dovecot/connect/tls", tls, test_connect);
  g_test_add_data_func ("/imap/dovecot/mechanism/plain", "PLAIN", test_mechanism);
  g_test_add_data_func ("/imap/dovecot/mechanism/login", "LOGIN", test_mechanism);
  g_test_add_data_func ("/imap/dovecot/mechanism/scram-sha-1", "SCRAM-SHA-1", test_mechanism);
  g_test_add_data_func ("/imap/dovecot/mechanism/scram-sha-256", "SCRAM-SHA-256", test_mechanism);
  g_test_add_func ("/imap/dovecot/wrong-password", test_wrong_password);
  g_test_add_func ("/imap/dovecot/untrusted", test_untrusted);
  g_test_add_func ("/imap/dovecot/refused-port", test_refused_port);
  g_test_add_func ("/imap/dovecot/capabilities", test_capabilities);
  g_test_add_func ("/imap/dovecot/folders", test_folders);
  g_test_add_func ("/imap/dovecot/missing-folder", test_missing_folder);
  g_test_add_func ("/imap/dovecot/list", test_list);
  g_test_add_func ("/imap/dovecot/message", test_message);
  g_test_add_func ("/imap/dovecot/missing-item", test_missing_item);
  g_test_add_func ("/imap/dovecot/flags", test_flags);
  g_test_add_data_func ("/imap/dovecot/watch/idle", "?tls=none", test_watch);
  g_test_add_data_func ("/imap/dovecot/watch/poll", "?tls=none&max-connections=1&poll-interval=1", test_watch);
  dovecot = taube_test_dovecot_start (options);
  if (dovecot == NULL)
    return 77;
  status = g_test_run ();
  taube_test_dovecot_stop (dovecot);
  return status;
}
