/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* Signing in without a password at a Dovecot: by a ticket of a private Kerberos realm (GSSAPI), by a certificate
 * (EXTERNAL). What libkrb5 goes by stands in the environment, which is set before there are threads. */

static TaubeTestMail *mail;

static TaubeAccount *
open_as (const char *user, const char *scheme, const char *query, const char *password, const char *cert)
{
  g_autofree char *uri
    = g_strdup_printf ("%s://%s@localhost:%u/%s", scheme, user, taube_test_mail_get_port (mail, scheme), query);
  g_autoptr (TaubeCredentials) credentials = password != NULL ? taube_credentials_new_password (password) : NULL;
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autoptr (GError) error = NULL;
  TaubeAccount *account;

  taube_settings_set (settings, "ca-file", taube_test_mail_get (mail, "ca-file"), &error);
  g_assert_no_error (error);
  if (cert != NULL)
    taube_settings_set (settings, "client-cert", cert, &error);
  g_assert_no_error (error);
  account = taube_account_create_with_settings (uri, settings, credentials, &error);
  g_assert_no_error (error);
  return account;
}

static GString *trace;
static GMutex trace_lock;

static void
collect (const char *category, const char *line, gpointer user_data)
{
  g_mutex_lock (&trace_lock);
  g_string_append_printf (trace, "%s\n", line);
  g_mutex_unlock (&trace_lock);
}

/* What was signed in with; NULL: it failed, with CODE. */
static void
assert_signs_in (TaubeAccount *account, const char *mechanism, int code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;

  trace = g_string_new (NULL);
  taube_log_set_handler (collect, NULL, NULL);
  taube_log_set_categories ("sasl,imap");
  taube_account_connect (account, NULL, &error);
  if (code < 0)
    {
      g_assert_no_error (error);
      taube_account_disconnect (account, NULL, &error);
      g_assert_no_error (error);
    }
  else
    {
      g_assert_error (error, TAUBE_ERROR, code);
      if (strstr (error->message, words) == NULL)
        g_error ("\"%s\" is not in: %s", words, error->message);
      g_assert_null (strchr (error->message, '\n'));
    }
  taube_log_set_categories (NULL);
  taube_log_set_handler (NULL, NULL, NULL);
  said = g_string_free (g_steal_pointer (&trace), FALSE);
  if (mechanism != NULL)
    {
      g_autofree char *wanted = g_strdup_printf ("signing in with %s", mechanism);

      if (strstr (said, wanted) == NULL)
        g_error ("not %s:\n%s", wanted, said);
    }
  g_object_unref (account);
}

static void
test_ticket (void)
{
  assert_signs_in (open_as ("alice", "imap", "?tls=none", NULL, NULL), "GSSAPI", -1, NULL);
  assert_signs_in (open_as ("alice", "imap", "", NULL, NULL), "GSSAPI", -1, NULL);
  assert_signs_in (open_as ("alice", "imaps", "", NULL, NULL), "GSSAPI", -1, NULL);
  assert_signs_in (open_as ("alice", "imaps", "?auth=GSSAPI", TAUBE_TEST_PASSWORD, NULL), "GSSAPI", -1, NULL);
  /* with a password no ticket is asked for */
  assert_signs_in (open_as ("alice", "imaps", "", TAUBE_TEST_PASSWORD, NULL), "SCRAM-SHA-256", -1, NULL);
}

/* One's own ticket does not open another one's mailbox. */
static void
test_other_mailbox (void)
{
  assert_signs_in (open_as ("bob", "imaps", "", NULL, NULL), "GSSAPI", TAUBE_ERROR_AUTH, "bob");
}

static void
test_several_connections (void)
{
  g_autoptr (TaubeAccount) account = open_as ("alice", "imaps", "", NULL, NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    {
      taube_account_connect (account, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (imap_client_refresh (account, &error));
      taube_account_disconnect (account, NULL, &error);
      g_assert_no_error (error);
    }
}

static void
test_certificate (void)
{
  const char *cert = taube_test_mail_get (mail, "client-cert");

  assert_signs_in (open_as ("alice", "imaps", "", NULL, cert), "EXTERNAL", -1, NULL);
  assert_signs_in (open_as ("alice", "imap", "", NULL, cert), "EXTERNAL", -1, NULL);
  assert_signs_in (open_as ("alice", "imaps", "", TAUBE_TEST_PASSWORD, cert), "EXTERNAL", -1, NULL);
  assert_signs_in (open_as ("alice", "imaps", "?auth=EXTERNAL", NULL, NULL), NULL, TAUBE_ERROR_AUTH, "certificate");
}

/* The same over POP3, whose service is another one: "pop". */
static void
test_pop3 (void)
{
  const char *cert = taube_test_mail_get (mail, "client-cert");

  assert_signs_in (open_as ("alice", "pop3", "?tls=none", NULL, NULL), "GSSAPI", -1, NULL);
  assert_signs_in (open_as ("alice", "pop3", "", NULL, NULL), "GSSAPI", -1, NULL);
  assert_signs_in (open_as ("alice", "pop3s", "", NULL, NULL), "GSSAPI", -1, NULL);
  assert_signs_in (open_as ("bob", "pop3s", "", NULL, NULL), "GSSAPI", TAUBE_ERROR_AUTH, "bob");
  assert_signs_in (open_as ("alice", "pop3s", "", TAUBE_TEST_PASSWORD, NULL), "SCRAM-SHA-256", -1, NULL);
  assert_signs_in (open_as ("alice", "pop3s", "", NULL, cert), "EXTERNAL", -1, NULL);
  assert_signs_in (open_as ("alice", "pop3", "", TAUBE_TEST_PASSWORD, cert), "EXTERNAL", -1, NULL);
  assert_signs_in (open_as ("alice", "pop3s", "?auth=EXTERNAL", NULL, NULL), NULL, TAUBE_ERROR_AUTH, "certificate");
}

/* This Dovecot breaks over TLS sessions that it gave away, for it looks at certificates of clients: a connection that
 * had to be made twice is kept all the same. */
static void
test_made_twice (gconstpointer scheme)
{
  g_autoptr (TaubeAccount) account = open_as ("alice", scheme, "", TAUBE_TEST_PASSWORD, NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      taube_account_connect (account, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (imap_client_refresh (account, &error));
      g_assert_cmpint (taube_account_get_state (account), ==, TAUBE_ACCOUNT_STATE_CONNECTED);
      if (i == 1)
        break;
      taube_account_disconnect (account, NULL, &error);
      g_assert_no_error (error);
    }
}

/* In a process of its own: libkrb5 reads the name of the cache once. */
static void
test_no_ticket (void)
{
  if (!g_test_subprocess ())
    {
      g_setenv ("KRB5CCNAME", "FILE:/nonexistent/cache", TRUE);
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_setenv ("KRB5CCNAME", taube_test_mail_get (mail, "ticket"), TRUE);
      g_test_trap_assert_passed ();
      return;
    }
  assert_signs_in (open_as ("alice", "imaps", "", NULL, NULL), "GSSAPI", TAUBE_ERROR_AUTH, "ticket");
  assert_signs_in (open_as ("alice", "imaps", "?auth=GSSAPI", TAUBE_TEST_PASSWORD, NULL), "GSSAPI", TAUBE_ERROR_AUTH,
                   "ticket");
}

int
main (int argc, char **argv)
{
  static const char *const options[] = { "--kerberos", "--certificates", NULL };
  int status;

  g_test_init (&argc, &argv, NULL);
  mail = taube_test_mail_start (TAUBE_TEST_DOVECOT, options);
  if (mail == NULL)
    return 77;
  g_setenv ("KRB5_CONFIG", taube_test_mail_get (mail, "krb5-config"), TRUE);
  if (!g_test_subprocess ())
    g_setenv ("KRB5CCNAME", taube_test_mail_get (mail, "ticket"), TRUE);
  g_test_add_func ("/imap/kerberos/ticket", test_ticket);
  g_test_add_func ("/imap/kerberos/other-mailbox", test_other_mailbox);
  g_test_add_func ("/imap/kerberos/several-connections", test_several_connections);
  g_test_add_func ("/imap/kerberos/no-ticket", test_no_ticket);
  g_test_add_data_func ("/imap/external/made-twice/imap", "imap", test_made_twice);
  g_test_add_data_func ("/imap/external/made-twice/imaps", "imaps", test_made_twice);
  g_test_add_func ("/imap/external/dovecot", test_certificate);
  g_test_add_func ("/pop3/kerberos", test_pop3);
  status = g_test_run ();
  taube_test_mail_stop (mail);
  return status;
}
