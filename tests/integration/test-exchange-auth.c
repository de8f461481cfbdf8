/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Signing in to Exchange by tickets, by keys with passwords, anew; and what is said of a server with Extended
 * Protection. */
#include "exchange-world.h"

#include <string.h>

#include <glib/gstdio.h>

static ExchangeWorld *realm; /* takes tickets, over TLS */

static void
assert_says (const GError *error, TaubeError code, const char *words)
{
  g_assert_error (error, TAUBE_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

static void
assert_connects (TaubeAccount *account)
{
  g_autoptr (GError) error = NULL;

  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_refused (TaubeAccount *account, TaubeError code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_account_connect (account, NULL, &error));
  assert_says (error, code, words);
}

static guint
count_words (ExchangeWorld *world, const char *words)
{
  g_autofree char *requests = exchange_world_ask (world, "GET", "requests", NULL);
  guint n = 0;

  for (const char *at = requests; (at = strstr (at, words)) != NULL; at++)
    n++;
  return n;
}

/* CREDENTIALS NULL: none at all. */
static TaubeAccount *
open_at (ExchangeWorld *world, const char *user, const char *query, const char *password)
{
  g_autofree char *url = g_uri_escape_string (exchange_world_get (world, "url"), NULL, FALSE);
  g_autofree char *uri = g_strdup_printf ("exchange://%s@localhost/?url=%s&ca-file=%s%s", user, url,
                                          exchange_world_get (world, "ca-file"), query);
  g_autoptr (TaubeCredentials) credentials = password != NULL ? taube_credentials_new_password (password) : NULL;
  g_autoptr (GError) error = NULL;
  TaubeAccount *account = taube_account_create (uri, credentials, &error);

  g_assert_no_error (error);
  return account;
}

/* Tickets. */

static void
test_ticket (void)
{
  g_autoptr (TaubeAccount) account = open_at (realm, "alice", "", NULL);
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (GError) error = NULL;
  guint before = count_words (realm, "\"scheme\": \"negotiate\"");

  assert_connects (account);
  list = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 3);
  g_assert_cmpuint (count_words (realm, "\"scheme\": \"negotiate\""), >, before);
  /* not with a password, unless it is demanded */
  g_object_unref (account);
  before = count_words (realm, "\"scheme\": \"negotiate\"");
  account = open_at (realm, "alice", "", "some-password");
  assert_refused (account, TAUBE_ERROR_AUTH, ";AUTH=Negotiate");
  g_assert_cmpuint (count_words (realm, "\"scheme\": \"negotiate\""), ==, before);
  g_object_unref (account);
  account = open_at (realm, "alice", "&auth=Negotiate", "some-password");
  assert_connects (account);
}

/* In a process of its own: libkrb5 reads the name of the cache once. */
static void
test_no_ticket (void)
{
  if (!g_test_subprocess ())
    {
      g_setenv ("KRB5CCNAME", "FILE:/nonexistent/cache", TRUE);
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_setenv ("KRB5CCNAME", exchange_world_get (realm, "ticket"), TRUE);
      g_test_trap_assert_passed ();
      return;
    }
  {
    g_autoptr (TaubeAccount) account = open_at (realm, "alice", "", NULL);

    assert_refused (account, TAUBE_ERROR_AUTH, "kinit");
    g_assert_cmpuint (count_words (realm, "\"scheme\": \"negotiate\""), ==, 0);
  }
}

/* A host that the realm has no key for: no ticket, and not one byte of one. */
static void
test_other_host (void)
{
  g_autoptr (TaubeAccount) account = NULL;
  g_autofree char *url = g_strdup (exchange_world_get (realm, "url"));
  g_auto (GStrv) halves = g_strsplit (url, "localhost", 2);
  g_autofree char *other = g_strjoinv ("127.0.0.1", halves);
  g_autofree char *escaped = g_uri_escape_string (other, NULL, FALSE);
  g_autofree char *uri = g_strdup_printf ("exchange://alice@localhost/?url=%s&ca-file=%s", escaped,
                                          exchange_world_get (realm, "ca-file"));
  guint before = count_words (realm, "\"scheme\": \"negotiate\"");

  account = taube_account_create (uri, NULL, NULL);
  assert_refused (account, TAUBE_ERROR_AUTH, "127.0.0.1 by Negotiate");
  g_assert_cmpuint (count_words (realm, "\"scheme\": \"negotiate\""), ==, before);
}

/* Another host that the server names gets neither a request nor a ticket. */
static void
test_no_ticket_for_redirect (void)
{
  g_autoptr (ExchangeWorld) thief = exchange_world_start ("--tls");
  g_autoptr (TaubeAccount) account = open_at (realm, "alice", "", NULL);
  g_autofree char *fault = g_strdup_printf (
    "{\"fault\": \"redirect\", \"status\": 307, \"location\": \"%s\", \"count\": 1}",
    exchange_world_get (thief, "url"));

  exchange_world_order (realm, fault);
  assert_refused (account, TAUBE_ERROR_CONNECTION, "neither password nor request");
  g_assert_cmpuint (exchange_world_count (thief, NULL), ==, 0);
  assert_connects (account);
}

/* Extended Protection. */

static void
test_bound_ticket (void)
{
  g_autoptr (ExchangeWorld) world = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }
  world = exchange_world_start ("--tls --kerberos --auth=negotiate --bind-channel");
  g_setenv ("KRB5_CONFIG", exchange_world_get (world, "krb5-config"), TRUE);
  g_setenv ("KRB5CCNAME", exchange_world_get (world, "ticket"), TRUE);
  {
    g_autoptr (TaubeAccount) account = open_at (world, "alice", "", NULL);

    assert_refused (account, TAUBE_ERROR_AUTH, "valid ticket");
    g_clear_object (&account);
    account = open_at (world, "alice", "", NULL);
    assert_refused (account, TAUBE_ERROR_AUTH, "Extended Protection");
  }
}

static void
on_question (TaubeQuestion *question, gpointer user_data)
{
  guint *asked = user_data;

  taube_question_answer_password (question, ++*asked == 2 ? "pigeon-Post-7" : "wrong");
}

/* What is known decides what is blamed: without TLS only the password, with it both; whoever can be asked is asked. */
static void
test_bound_password (void)
{
  static const struct
  {
    const char *options;
    gboolean right;
    const char *says, *says_not;
  } cases[] = {
    { "--auth=ntlm", FALSE, "refused the password", "Extended Protection" },
    { "--tls --auth=ntlm", FALSE, "Either the password is wrong", "ticket" },
    { "--tls --auth=ntlm --bind-channel", TRUE, "Extended Protection", "ticket" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start (cases[i].options);
      g_autofree char *authority = strstr (cases[i].options, "--tls") != NULL
                                     ? g_strconcat ("ca-file=", exchange_world_get (world, "ca-file"), NULL)
                                     : NULL;
      g_autoptr (TaubeCredentials) wrong = taube_credentials_new_password ("wrong");
      g_autoptr (TaubeAccount) account = exchange_world_open (world, cases[i].right ? NULL : wrong, authority);
      g_autoptr (TaubeCredentials) asks = NULL;
      g_autoptr (TaubeAccount) patient = NULL;
      g_autoptr (GError) error = NULL;
      guint asked = 0;

      g_assert_false (taube_account_connect (account, NULL, &error));
      assert_says (error, TAUBE_ERROR_AUTH, cases[i].says);
      g_assert_null (strstr (error->message, cases[i].says_not));
      asks = taube_credentials_new_callback (on_question, &asked, NULL);
      patient = exchange_world_open (world, asks, authority);
      if (cases[i].right)
        {
          assert_refused (patient, TAUBE_ERROR_AUTH, cases[i].says);
          g_assert_cmpuint (asked, ==, 4);
        }
      else
        {
          assert_connects (patient);
          g_assert_cmpuint (asked, ==, 2);
        }
    }
}

/* A key with a password: the account's, as on the other protocols. */

static void
on_key_question (TaubeQuestion *question, gpointer user_data)
{
  guint *asked = user_data;

  taube_question_answer_password (question, ++*asked == 1 ? "wrong" : "key-Word-5");
}

static void
test_key_with_password (void)
{
  g_autoptr (TaubeTestPki) pki = taube_test_pki_new ();
  g_autofree char *folder = g_dir_make_tmp ("taube-test-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "alice.pem", NULL);
  g_autofree char *options = g_strconcat ("--tls --messages=1 --client-ca=", taube_test_pki_get_ca_file (pki), NULL);
  g_autoptr (ExchangeWorld) world = exchange_world_start (options);
  g_autofree char *settings
    = g_strconcat ("ca-file=", exchange_world_get (world, "ca-file"), "&client-cert=", file, NULL);
  g_autoptr (TaubeCredentials) right = taube_credentials_new_password ("key-Word-5");
  g_autoptr (TaubeCredentials) wrong = taube_credentials_new_password ("wrong");
  g_autoptr (TaubeCredentials) asks = NULL;
  g_autoptr (TaubeAccount) account = NULL;
  guint asked = 0;

  taube_test_pki_save_client (pki, "alice@example.org", file, "key-Word-5");
  account = exchange_world_open (world, right, settings);
  assert_connects (account);
  g_clear_object (&account);
  account = exchange_world_open (world, wrong, settings);
  assert_refused (account, TAUBE_ERROR_AUTH, "alice.pem");
  g_assert_cmpuint (count_words (world, "\"user\": null"), ==, 0);
  g_clear_object (&account);
  asks = taube_credentials_new_callback (on_key_question, &asked, NULL);
  account = exchange_world_open (world, asks, settings);
  assert_connects (account);
  g_assert_cmpuint (asked, ==, 2);
  g_remove (file);
  g_rmdir (folder);
}

/* Other credentials. */

static void
test_other_credentials (void)
{
  static const char *const offers[] = { "--auth=basic --messages=1", "--auth=ntlm --messages=1" };

  for (guint i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start (offers[i]);
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autoptr (TaubeCredentials) wrong = taube_credentials_new_password ("wrong");
      g_autoptr (TaubeCredentials) right = taube_credentials_new_password (exchange_world_get (world, "password"));
      g_autoptr (TaubeMessageList) list = NULL;
      g_autoptr (GError) error = NULL;

      taube_account_set_credentials (account, wrong);
      list = exchange_world_list (account, "INBOX", &error);
      g_assert_null (list);
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
      g_clear_error (&error);
      taube_account_set_credentials (account, right);
      list = exchange_world_list (account, "INBOX", &error);
      g_assert_no_error (error);
      g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 1);
    }
}

static void
assert_retrieval (TaubeAccount *account, TaubeSupport support)
{
  g_autoptr (TaubeCapabilities) live = taube_account_get_capabilities (account);
  const char *evidence = taube_capabilities_get_evidence (live, TAUBE_CAPABILITY_RETRIEVAL);

  g_assert_cmpint (taube_capabilities_get_support (live, TAUBE_CAPABILITY_RETRIEVAL), ==, support);
  g_assert_cmpint (strstr (evidence, "403") != NULL, ==, support == TAUBE_SUPPORT_NO);
}

static void
assert_lists (TaubeAccount *account, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error);

  if (code < 0)
    g_assert_no_error (error);
  else
    assert_says (error, (TaubeError) code, "403");
}

/* A block that comes in the middle is in the table as long as it is there: each call finds out. One operation alone
 * that is blocked says nothing of the others. */
static void
test_blocked_meanwhile (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1");
  g_autoptr (TaubeAccount) account = exchange_world_connect (world);
  guint asked;

  assert_lists (account, -1);
  for (guint round = 0; round < 2; round++)
    {
      exchange_world_order (world, "{\"fault\": \"tenant-blocked\", \"count\": 0}");
      assert_lists (account, TAUBE_ERROR_PERMISSION);
      assert_retrieval (account, TAUBE_SUPPORT_NO);
      asked = exchange_world_count (world, NULL);
      assert_lists (account, TAUBE_ERROR_PERMISSION);
      g_assert_cmpuint (exchange_world_count (world, NULL), >, asked);
      g_free (exchange_world_ask (world, "DELETE", "faults", NULL));
      assert_retrieval (account, TAUBE_SUPPORT_NO);
      assert_lists (account, -1);
      assert_retrieval (account, TAUBE_SUPPORT_YES);
    }
  exchange_world_order (world, "{\"fault\": \"tenant-blocked\", \"operation\": \"FindItem\"}");
  assert_lists (account, TAUBE_ERROR_PERMISSION);
  assert_retrieval (account, TAUBE_SUPPORT_YES);
  assert_lists (account, -1);
}

/* What was blocked for a while can be had again, and the table says so, when somebody has looked. */
static void
test_no_longer_blocked (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1");
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, NULL);

  exchange_world_order (world, "{\"fault\": \"tenant-blocked\"}");
  assert_refused (account, TAUBE_ERROR_PERMISSION, "403");
  assert_retrieval (account, TAUBE_SUPPORT_NO);
  assert_lists (account, -1);
  assert_retrieval (account, TAUBE_SUPPORT_YES);
}

/* https never becomes http, whoever says so. */
static void
test_never_plain (void)
{
  static const guint statuses[] = { 301, 302, 307, 308 };
  g_autoptr (ExchangeWorld) plain = exchange_world_start (""), world = exchange_world_start ("--tls");

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (TaubeAccount) account = exchange_world_open_trusting (world);
      g_autofree char *fault = g_strdup_printf (
        "{\"fault\": \"redirect\", \"status\": %u, \"location\": \"%s\", \"count\": 0}", statuses[i],
        exchange_world_get (plain, "url"));
      g_autoptr (GError) error = NULL;

      exchange_world_order (world, fault);
      g_assert_false (taube_account_connect (account, NULL, &error));
      g_assert_cmpint (error->domain, ==, TAUBE_ERROR);
    }
  g_assert_cmpuint (exchange_world_count (plain, NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  realm = exchange_world_start ("--tls --kerberos --auth=negotiate --messages=3");
  g_setenv ("KRB5_CONFIG", exchange_world_get (realm, "krb5-config"), TRUE);
  if (!g_test_subprocess ())
    g_setenv ("KRB5CCNAME", exchange_world_get (realm, "ticket"), TRUE);
  g_test_add_func ("/exchange/auth/ticket", test_ticket);
  g_test_add_func ("/exchange/auth/no-ticket", test_no_ticket);
  g_test_add_func ("/exchange/auth/other-host", test_other_host);
  g_test_add_func ("/exchange/auth/no-ticket-for-redirect", test_no_ticket_for_redirect);
  g_test_add_func ("/exchange/auth/bound-ticket", test_bound_ticket);
  g_test_add_func ("/exchange/auth/bound-password", test_bound_password);
  g_test_add_func ("/exchange/auth/key-with-password", test_key_with_password);
  g_test_add_func ("/exchange/auth/other-credentials", test_other_credentials);
  g_test_add_func ("/exchange/auth/no-longer-blocked", test_no_longer_blocked);
  g_test_add_func ("/exchange/auth/blocked-meanwhile", test_blocked_meanwhile);
  g_test_add_func ("/exchange/auth/never-plain", test_never_plain);
  status = g_test_run ();
  exchange_world_stop (realm);
  return status;
}
