/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* What only Dovecot has, through the public API: mechanisms, pinned certificates. test-imap-real.c has the rest. */

static TaubeTestDovecot *dovecot;

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
  g_assert_cmpstr (taube_capabilities_get_evidence (capabilities, TAUBE_CAPABILITY_PUSH), ==, "CAPABILITY NOTIFY IDLE");
  g_assert_cmpint (taube_capabilities_get_support (capabilities, TAUBE_CAPABILITY_SENDING), ==, TAUBE_SUPPORT_NO);
  name = taube_account_get_server_name (account);
  g_assert_nonnull (strstr (name, "Dovecot"));
  extensions = taube_account_get_server_extensions (account);
  g_assert_true (g_strv_contains ((const char *const *) extensions, "IDLE"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/imap/dovecot/mechanism/plain", "PLAIN", test_mechanism);
  g_test_add_data_func ("/imap/dovecot/mechanism/login", "LOGIN", test_mechanism);
  g_test_add_data_func ("/imap/dovecot/mechanism/scram-sha-1", "SCRAM-SHA-1", test_mechanism);
  g_test_add_data_func ("/imap/dovecot/mechanism/scram-sha-256", "SCRAM-SHA-256", test_mechanism);
  g_test_add_func ("/imap/dovecot/untrusted", test_untrusted);
  g_test_add_func ("/imap/dovecot/refused-port", test_refused_port);
  g_test_add_func ("/imap/dovecot/capabilities", test_capabilities);
  dovecot = taube_test_dovecot_start (NULL);
  if (dovecot == NULL)
    return 77;
  status = g_test_run ();
  taube_test_dovecot_stop (dovecot);
  return status;
}
