/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Finding the server: what one signs in with on the way, and what becomes of what was found. */
#include "discover-world.h"
#include "purse.h"

#include <string.h>

#define OWN "autodiscover.example.org"
#define HERE "'mail.example.org': {'serves': ['ews']}"

static void
assert_says (const GError *error, TaubeError code, const char *words)
{
  g_assert_error (error, TAUBE_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

/* Passwords and tokens. */

static void
test_wrong_password (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  g_autoptr (TaubeCredentials) wrong = taube_credentials_new_password ("wrong");
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (GError) error = NULL;

  discover_world_set_sites (world, "{'" OWN "': {'serves': ['soap', 'pox']}, " HERE "}");
  account = discover_world_open (world, "alice@example.org", wrong, NULL);
  g_assert_false (taube_account_connect (account, NULL, &error));
  assert_says (error, TAUBE_ERROR_AUTH, "refused the password of alice@example.org");
  g_assert_cmpuint (discover_world_count (world, OWN, ".svc", "basic"), ==, 1);
  g_assert_cmpuint (discover_world_count (world, OWN, ".xml", "basic"), ==, 1);
}

static void
on_two_passwords (TaubeQuestion *question, gpointer user_data)
{
  guint *asked = user_data;

  taube_question_answer_password (question, ++*asked == 1 ? "wrong" : "pigeon-Post-7");
}

/* Asked until it is right, and not once more for the services themselves. */
static void
test_asked_again (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  guint asked = 0;
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_callback (on_two_passwords, &asked, NULL);
  g_autoptr (TaubeAccount) account = discover_world_open (world, "alice@example.org", credentials, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (exchange_world_get (world, "password"), ==, "pigeon-Post-7");
  discover_world_set_sites (
      world, "{'" OWN "': {'serves': ['soap'], 'url': 'https://mail.example.org/EWS/Exchange.asmx'}, " HERE "}");
  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (asked, ==, 2);
}

/* A token opens more than this mailbox: a host that only a convention names does not get it, one that the user names
 * does. */

static void
test_token (void)
{
  static const struct
  {
    const char *form;
    const char *settings;
    gboolean found;
  } cases[] = { { "json", NULL, TRUE }, { "soap", NULL, FALSE }, { "soap", "allow-hosts=" OWN, TRUE } };
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "--auth=bearer");
  g_autoptr (Purse) purse = purse_new (exchange_world_get (world, "token"));
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_token_source (TAUBE_TOKEN_SOURCE (purse));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *sites
        = g_strdup_printf ("{'" OWN "': {'serves': ['%s'], 'url': 'https://mail.example.org/EWS/Exchange.asmx'}, " HERE
                           "}", cases[i].form);
      g_autoptr (TaubeAccount) account = NULL;

      discover_world_set_sites (world, sites);
      g_free (exchange_world_ask (world, "DELETE", "requests", NULL));
      account = discover_world_open (world, "alice@example.org", credentials, cases[i].settings);
      g_assert_cmpint (taube_account_connect (account, NULL, NULL), ==, cases[i].found);
      g_assert_cmpuint (discover_world_count (world, OWN, "", "bearer"), ==, cases[i].settings != NULL ? 1 : 0);
      g_assert_cmpint (discover_world_count (world, "mail.example.org", "", "bearer") > 0, ==, cases[i].found);
    }
}

/* Where the services are may change. */
static void
test_moved (void)
{
  static const char *const gone[] = {
    "{'status': 404}",
    "{'status': 410}",
    "{'status': 307, 'location': 'https://mail.example.net/EWS/Exchange.asmx'}",
    "{'status': 302, 'location': 'https://mail.example.net/owa/'}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (gone); i++)
    {
      g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
      g_autoptr (TaubeAccount) account = discover_world_open (world, "alice@example.org", NULL, NULL);
      g_autofree char *moved
          = g_strdup_printf ("{'" OWN "': {'serves': ['soap'], 'url': 'https://www.example.org/EWS/Exchange.asmx'},"
                             "'www.example.org': {'serves': ['ews']}, 'mail.example.org': {'answers': {'ews': %s}}}",
                             gone[i]);
      g_autoptr (TaubeMessageList) list = NULL;
      g_autoptr (GError) error = NULL;
      guint asked;

      discover_world_set_sites (world, "{'" OWN "': {'serves': ['soap'],"
                                       " 'url': 'https://mail.example.org/EWS/Exchange.asmx'}, " HERE "}");
      taube_account_connect (account, NULL, &error);
      g_assert_no_error (error);
      asked = discover_world_count (world, OWN, "", "basic");
      g_object_unref (exchange_world_list (account, "INBOX", &error));
      g_assert_no_error (error);
      g_assert_cmpuint (discover_world_count (world, OWN, "", "basic"), ==, asked);
      discover_world_set_sites (world, moved);
      list = exchange_world_list (account, "INBOX", &error);
      g_assert_no_error (error);
      g_assert_cmpuint (discover_world_count (world, OWN, "", "basic"), ==, asked + 1);
      g_assert_cmpuint (discover_world_count (world, "www.example.org", "EWS", "basic"), >, 0);
      g_assert_false (discover_world_has_connected (world, "mail.example.net"));
    }
}

/* The server itself says that the mailbox is elsewhere: the next call asks where. */
static void
test_misplaced (void)
{
  g_autoptr (ExchangeWorld) world = discover_world_start (NULL, "");
  g_autoptr (TaubeAccount) account = discover_world_open (world, "alice@example.org", NULL, NULL);
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (GError) error = NULL;

  discover_world_set_sites (world, "{'" OWN "': {'serves': ['soap'],"
                                   " 'url': 'https://mail.example.org/EWS/Exchange.asmx'}, " HERE "}");
  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  exchange_world_order (world, "{\"fault\": \"fault\", \"code\": \"ErrorNonExistentMailbox\"}");
  g_assert_null (exchange_world_list (account, "INBOX", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  list = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (discover_world_count (world, OWN, ".svc", "basic"), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add_func ("/exchange/place/" path, func)
  ADD ("wrong-password", test_wrong_password);
  ADD ("asked-again", test_asked_again);
  ADD ("token", test_token);
  ADD ("moved", test_moved);
  ADD ("misplaced", test_misplaced);
  return g_test_run ();
}
