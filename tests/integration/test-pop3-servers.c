/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-client.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

/* Signing in, capabilities and counts on Dovecot, Cyrus and Courier. */

static void
assert_connects (TaubeAccount *account)
{
  g_autoptr (GError) error = NULL;

  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  taube_account_disconnect (account, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
says (TaubeAccount *account, const char *line)
{
  g_auto (GStrv) lines = taube_account_get_server_extensions (account);

  return g_strv_contains ((const char *const *) lines, line);
}

/* TLS at once, TLS by STLS, and none at all: each with the strongest way that the server offers there. */
static void
test_sign_in (gconstpointer kind)
{
  static const char *const ways[][2] = { { "pop3s", "" }, { "pops", "" }, { "pop3", "" }, { "pop", "?tls=none" } };
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));

  if (mail == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *port_name = g_strconcat ("pop3", g_str_has_suffix (ways[i][0], "s") ? "s" : "", NULL);
      g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (TAUBE_TEST_PASSWORD);
      g_autoptr (TaubeAccount) account
        = pop3_client_new_with (ways[i][0], "alice", taube_test_mail_get_port (mail, port_name), ways[i][1],
                                taube_test_mail_get (mail, "ca-file"), credentials);

      assert_connects (account);
    }
}

static void
test_mechanisms (gconstpointer kind)
{
  static const char *const ways[] = { "PLAIN", "LOGIN", "%2BLOGIN" };
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));

  if (mail == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *query = g_strconcat ("?auth=", ways[i], NULL);
      g_autoptr (TaubeAccount) account = pop3_client_open (mail, "alice", "pop3s", query);

      assert_connects (account);
    }
}

static void
test_wrong (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (TaubeCredentials) wrong = taube_credentials_new_password ("wrong");
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeAccount) stranger = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  account = pop3_client_new_with ("pop3s", "alice", taube_test_mail_get_port (mail, "pop3s"), "",
                                  taube_test_mail_get (mail, "ca-file"), wrong);
  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_clear_error (&error);
  stranger = pop3_client_new_with ("pop3", "alice", taube_test_mail_get_port (mail, "pop3"), "",
                                   taube_test_mail_get (mail, "wrong-ca-file"), wrong);
  g_assert_false (taube_account_connect (stranger, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
}

static void
test_counts (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) error = NULL;
  gboolean pause;

  if (mail == NULL)
    return;
  for (guint i = 0; i < 3; i++)
    taube_test_mail_deliver (mail, "bob", "INBOX", "Subject: coo\n\nCoo.\n", -1);
  account = pop3_client_open (mail, "bob", "pop3s", "");
  folders = taube_account_list_folders (account, TAUBE_CONTENT_ANY, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, ==, 1);
  g_assert_cmpstr (taube_folder_get_name (folders->pdata[0]), ==, "INBOX");
  g_assert_cmpint (taube_folder_get_total (folders->pdata[0]), ==, 3);
  g_assert_cmpint (taube_folder_get_unread (folders->pdata[0]), ==, -1);
  g_assert_cmpint (taube_folder_get_size (folders->pdata[0]), >=, 3 * 18);

  /* A maildrop is shown as it was at sign-in: to see more, another one is made, where the server allows. */
  taube_test_mail_deliver (mail, "bob", "INBOX", "Subject: coo\n\nCoo.\n", -1);
  g_assert_true (taube_folder_refresh (folders->pdata[0], NULL, &error));
  g_assert_no_error (error);
  pause = says (account, "LOGIN-DELAY 10");
  g_assert_cmpint (taube_folder_get_total (folders->pdata[0]), ==, pause ? 3 : 4);
  taube_account_disconnect (account, NULL, NULL);
}

static void
test_capabilities (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeAccount) taking = NULL;
  g_autoptr (TaubeCapabilities) table = NULL;
  g_autoptr (TaubeCapabilities) other = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  account = pop3_client_open (mail, "alice", "pop3s", "");
  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  table = taube_account_get_capabilities (account);
  g_assert_cmpint (taube_capabilities_get_support (table, TAUBE_CAPABILITY_RETRIEVAL), ==, TAUBE_SUPPORT_YES);
  g_assert_cmpint (taube_capabilities_get_support (table, TAUBE_CAPABILITY_KEEPS_ON_SERVER), ==, TAUBE_SUPPORT_YES);
  g_assert_cmpint (taube_capabilities_get_support (table, TAUBE_CAPABILITY_MULTI_DEVICE), ==, TAUBE_SUPPORT_YES);
  g_assert_cmpint (taube_capabilities_get_support (table, TAUBE_CAPABILITY_FOLDERS), ==, TAUBE_SUPPORT_NO);
  g_assert_nonnull (strstr (taube_capabilities_get_evidence (table, TAUBE_CAPABILITY_MULTI_DEVICE), "CAPA UIDL"));
  g_assert_true (says (account, "UIDL") && says (account, "TOP") && says (account, "PIPELINING"));
  taube_account_disconnect (account, NULL, NULL);

  taking = pop3_client_open (mail, "alice", "pop3s", "?leave=no");
  taube_account_connect (taking, NULL, &error);
  g_assert_no_error (error);
  other = taube_account_get_capabilities (taking);
  g_assert_cmpint (taube_capabilities_get_support (other, TAUBE_CAPABILITY_KEEPS_ON_SERVER), ==, TAUBE_SUPPORT_NO);
  g_assert_cmpint (taube_capabilities_get_support (other, TAUBE_CAPABILITY_MULTI_DEVICE), ==, TAUBE_SUPPORT_NO);
  taube_account_disconnect (taking, NULL, NULL);
}

/* Two devices at the same time: some servers let both in, others say that the maildrop is in use, and that is "later",
 * not "wrong password". */
static void
test_in_use (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (TaubeAccount) first = NULL;
  g_autoptr (TaubeAccount) second = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  first = pop3_client_open (mail, "carol", "pop3s", "");
  second = pop3_client_open (mail, "carol", "pop3s", "");
  taube_account_connect (first, NULL, &error);
  g_assert_no_error (error);
  if (!taube_account_connect (second, NULL, &error))
    {
      g_test_message ("%s", error->message);
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_THROTTLED);
      g_assert_cmpuint (taube_error_get_retry_after (error), >, 0);
    }
  taube_account_disconnect (first, NULL, NULL);
  g_clear_error (&error);
  taube_account_connect (second, NULL, &error);
  g_assert_no_error (error);
  taube_account_disconnect (second, NULL, NULL);
}

static guint
rest_not (guint attempt, guint milliseconds)
{
  return 0;
}

/* Nobody tells: the maildrop is looked into again and again. Courier would not let us within ten seconds. */
static void
test_watch (gconstpointer kind)
{
  TaubeTestMail *mail = taube_test_mail_share (GPOINTER_TO_INT (kind));
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autoptr (TaubeWatch) watch = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL || GPOINTER_TO_INT (kind) == TAUBE_TEST_COURIER)
    return;
  taube_watch_set_test_pause (rest_not);
  taube_test_mail_deliver (mail, "carol", "INBOX", "Subject: old\n\nCoo.\n", -1);
  account = pop3_client_open (mail, "carol", "pop3s", "");
  inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_ptr_array_add (folders, inbox);
  watch = taube_account_watch (account, folders, &error);
  g_assert_no_error (error);
  while (!taube_watch_is_online (watch))
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TaubeWatchEvent) event = NULL;

      taube_test_mail_deliver (mail, "carol", "INBOX", "Subject: new\n\nCoo.\n", -1);
      event = taube_watch_next (watch, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (taube_watch_event_get_folder (event) == inbox);
      g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (taube_watch_event_get_changes (event))), ==, 1);
    }
  taube_watch_stop (watch);
  taube_watch_set_test_pause (NULL);
  taube_account_disconnect (account, NULL, NULL);
}

/* What only Dovecot has. */
static void
test_oauth (void)
{
  static const char *const ways[] = { "?auth=XOAUTH2", "?auth=OAUTHBEARER", "" };
  TaubeTestMail *mail = taube_test_mail_share (TAUBE_TEST_DOVECOT);

  if (mail == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      /* Dovecot takes its time after each refusal: one is enough. */
      const char *const tokens[] = { "eyJhbGciOiJub25lIn0.e30.", taube_test_mail_get (mail, "token"), NULL };
      g_autoptr (TaubeCredentials) credentials = pop3_client_tokens (i == 0 ? tokens : tokens + 1);
      g_autoptr (TaubeAccount) account
        = pop3_client_new_with ("pop3s", "alice", taube_test_mail_get_port (mail, "pop3s"), ways[i],
                                taube_test_mail_get (mail, "ca-file"), credentials);

      assert_connects (account);
    }
}

static void
test_scram (void)
{
  static const char *const ways[] = { "?auth=SCRAM-SHA-1", "?auth=SCRAM-SHA-256", "" };
  TaubeTestMail *mail = taube_test_mail_share (TAUBE_TEST_DOVECOT);

  if (mail == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (TaubeAccount) account = pop3_client_open (mail, "alice", "pop3s", ways[i]);

      assert_connects (account);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  taube_sasl_forget_logins ();
  pop3_client_timeout = "60";
  taube_test_mail_add_each ("/pop3/servers", "sign-in", test_sign_in);
  taube_test_mail_add_each ("/pop3/servers", "mechanisms", test_mechanisms);
  taube_test_mail_add_each ("/pop3/servers", "wrong", test_wrong);
  taube_test_mail_add_each ("/pop3/servers", "counts", test_counts);
  taube_test_mail_add_each ("/pop3/servers", "capabilities", test_capabilities);
  taube_test_mail_add_each ("/pop3/servers", "in-use", test_in_use);
  taube_test_mail_add_each ("/pop3/servers", "watch", test_watch);
  g_test_add_func ("/pop3/servers/dovecot/oauth", test_oauth);
  g_test_add_func ("/pop3/servers/dovecot/scram", test_scram);
  return taube_test_mail_run ();
}
