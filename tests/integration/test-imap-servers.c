/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* More servers that are odd or hostile, each by a script of what it says: what a session gets through, and where it
 * ends. */

typedef struct
{
  const char *script;
  const char *query;
  ImapClientFunc func;
  int code; /* of TAUBE_ERROR */
  const char *words;
} Refusal;

static const Refusal refusals[] = {
  { "hostile/folders-without-end", "?tls=none", imap_client_folders, TAUBE_ERROR_LIMIT, "more than" },
  { "hostile/one-folder-without-end", "?tls=none", imap_client_folders, TAUBE_ERROR_LIMIT, "end of its answer" },
  { "hostile/search-without-end", "?tls=none", imap_client_store, TAUBE_ERROR_UNKNOWN_OUTCOME, "found more" },
  { "hostile/wrong-host", "", imap_client_connect, TAUBE_ERROR_CERTIFICATE, "localhost" },
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
test_refusal (gconstpointer data)
{
  const Refusal *test = data;
  TaubeTestServer *server = serve (test->script);
  g_autoptr (TaubeAccount) account = open_account (server, test->query);
  g_autoptr (GError) error = NULL;
  g_autofree char *received = NULL;

  g_assert_false (test->func (account, &error));
  g_assert_error (error, TAUBE_ERROR, test->code);
  g_assert_nonnull (strstr (error->message, test->words));
  g_clear_object (&account);
  received = taube_test_server_get_received (server);
  g_assert_true (test->code != TAUBE_ERROR_CERTIFICATE || strstr (received, "AUTHENTICATE") == NULL);
  taube_test_server_finish (server);
}

/* S7, with TLS from the first byte */
static void
test_wrong_host_tls (void)
{
  TaubeTestServer *server = serve ("hostile/wrong-host-tls");
  g_autoptr (TaubeAccount) account
    = imap_client_new ("imaps", taube_test_server_get_port (server), "",
                       taube_test_pki_get_ca_file (taube_test_server_get_pki (server)));
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  g_clear_object (&account);
  g_free (taube_test_server_stop (server));
}

/* 13, S17 */
static void
test_empty_replies (void)
{
  TaubeTestServer *server = serve ("generic/empty-replies");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);
  g_autoptr (TaubeMessageList) list = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, ==, 1);
  g_assert_cmpstr (taube_folder_get_name (folders->pdata[0]), ==, "INBOX");
  list = imap_client_list_inbox (account, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 2);
  g_ptr_array_set_free_func (folders, g_object_unref);
  g_clear_object (&list);
  g_clear_object (&account);
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, 1);
  taube_test_server_finish (server);
}

/* 20 */
static void
test_throttled (void)
{
  static const guint waits[] = { 60, 600, 300, 30 };
  TaubeTestServer *server = serve ("gmail/throttled");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_assert_false (imap_client_list (account, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_THROTTLED);
      g_assert_cmpuint (taube_error_get_retry_after (error), ==, waits[i]);
      g_clear_error (&error);
    }
  g_assert_true (imap_client_list (account, &error));
  g_assert_no_error (error);
  g_clear_object (&account);
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, 1);
  taube_test_server_finish (server);
}

/* S6 */
static void
test_data_before_login (void)
{
  TaubeTestServer *server = serve ("hostile/data-before-login");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, ==, 1);
  g_assert_cmpint (taube_folder_get_total (folders->pdata[0]), ==, 1);
  g_ptr_array_set_free_func (folders, g_object_unref);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_expunge_issued (void)
{
  TaubeTestServer *server = serve ("generic/expunge-issued");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeMessageList) list = imap_client_list_inbox (account, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 2);
      g_assert_cmpstr (taube_message_list_get_subject (list, 1), ==, "third");
    }
  g_clear_object (&account);
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, 1);
  taube_test_server_finish (server);
}

/* 43 */
static void
test_courier (void)
{
  TaubeTestServer *server = serve ("courier/folders");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, ==, 3);
  g_assert_cmpint (taube_folder_get_role (folders->pdata[0]), ==, TAUBE_FOLDER_ROLE_DRAFTS);
  g_assert_false (taube_folder_get_flags (folders->pdata[1]) & TAUBE_FOLDER_FLAGS_SELECTABLE);
  g_assert_cmpint (taube_folder_get_total (folders->pdata[2]), ==, 5);
  g_ptr_array_set_free_func (folders, g_object_unref);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static TaubeWatchEvent *
next_event (TaubeWatch *watch)
{
  g_autoptr (GError) error = NULL;
  TaubeWatchEvent *event = taube_watch_next (watch, NULL, &error);

  g_assert_no_error (error);
  return event;
}

static void
test_watch_late_mail (void)
{
  TaubeTestServer *server = serve ("generic/watch-late-mail");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none&poll-interval=1");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeWatch) watch = NULL;
  gboolean first = FALSE, second = FALSE, reset = FALSE;

  g_ptr_array_add (folders, inbox);
  watch = taube_account_watch (account, folders, &error);
  g_assert_no_error (error);
  while (!first || !second || !reset)
    {
      g_autoptr (TaubeWatchEvent) event = next_event (watch);
      TaubeChanges *changes = taube_watch_event_get_changes (event);

      first |= taube_id_set_contains (taube_changes_get_added (changes), "7.11");
      second |= taube_id_set_contains (taube_changes_get_added (changes), "7.12");
      reset |= taube_changes_is_reset (changes);
    }
  taube_watch_stop (watch);
  g_clear_object (&watch);
  g_clear_object (&inbox);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_watch_uidonly (void)
{
  TaubeTestServer *server = serve ("generic/watch-uidonly");
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none&poll-interval=1");
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeWatch) watch = NULL;
  gboolean added = FALSE, changed = FALSE, removed = FALSE;

  g_ptr_array_add (folders, inbox);
  watch = taube_account_watch (account, folders, &error);
  g_assert_no_error (error);
  while (!added || !changed || !removed)
    {
      g_autoptr (TaubeWatchEvent) event = next_event (watch);
      TaubeChanges *changes = taube_watch_event_get_changes (event);

      g_assert_false (taube_changes_is_reset (changes));
      added |= taube_id_set_contains (taube_changes_get_added (changes), "7.12");
      changed |= taube_id_set_contains (taube_changes_get_changed (changes), "7.11");
      removed |= taube_id_set_contains (taube_changes_get_removed (changes), "7.10");
    }
  taube_watch_stop (watch);
  g_clear_object (&watch);
  g_clear_object (&inbox);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
collect_trace (const char *category, const char *line, gpointer data)
{
  g_string_append_printf (data, "%s: %s\n", category, line);
}

/* S31: neither the password nor what is made of it is in the trace, however it is sent. */
static void
test_trace (gconstpointer script)
{
  TaubeTestServer *server = serve (script);
  g_autoptr (TaubeAccount) account = open_account (server, "?tls=none");
  g_autofree char *base64 = NULL;
  g_autoptr (GString) raw = g_string_new (NULL);
  g_autoptr (GString) trace = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_string_append_len (raw, "\0alice\0", 7);
  g_string_append (raw, TAUBE_TEST_PASSWORD);
  base64 = g_base64_encode ((const guchar *) raw->str, raw->len);
  taube_log_set_handler (collect_trace, trace, NULL);
  taube_log_set_categories ("all");
  taube_account_connect (account, NULL, &error);
  g_clear_object (&account);
  taube_test_server_finish (server);
  taube_log_set_categories (NULL);
  taube_log_set_handler (NULL, NULL, NULL);
  g_assert_nonnull (strstr (trace->str, "***"));
  g_assert_null (strstr (trace->str, TAUBE_TEST_PASSWORD));
  g_assert_null (strstr (trace->str, base64));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/imap/servers/", refusals[i].script, NULL);

      g_test_add_data_func (path, &refusals[i], test_refusal);
    }
  g_test_add_func ("/imap/servers/hostile/wrong-host-tls", test_wrong_host_tls);
  g_test_add_func ("/imap/servers/generic/empty-replies", test_empty_replies);
  g_test_add_func ("/imap/servers/gmail/throttled", test_throttled);
  g_test_add_func ("/imap/servers/hostile/data-before-login", test_data_before_login);
  g_test_add_func ("/imap/servers/generic/expunge-issued", test_expunge_issued);
  g_test_add_func ("/imap/servers/courier/folders", test_courier);
  g_test_add_func ("/imap/servers/generic/watch-late-mail", test_watch_late_mail);
  g_test_add_func ("/imap/servers/generic/watch-uidonly", test_watch_uidonly);
  g_test_add_data_func ("/imap/servers/trace/login", "generic/trace-login", test_trace);
  g_test_add_data_func ("/imap/servers/trace/plain", "generic/trace-plain", test_trace);
  g_test_add_data_func ("/imap/servers/trace/initial", "generic/trace-initial", test_trace);
  return g_test_run ();
}
