/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

#include "signin-server.h"

/* Servers that let fewer connections in than an account would like (quirks 20, 40): whoever works, works with what
 * there is. */

#define MECHANISMS "AUTH=PLAIN"
#define N_CALLERS 8

typedef struct
{
  const char *name;
  const char *words;
  int code; /* when there is no connection at all */
} Limit;

static const Limit limits[] = {
  { "dovecot", "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=2)",
    TAUBE_ERROR_THROTTLED },
  { "gmail", "NO [ALERT] Too many simultaneous connections. (Failure)", TAUBE_ERROR_THROTTLED },
  { "limit", "NO [LIMIT] no more of you", TAUBE_ERROR_THROTTLED },
  { "exchange", "NO Server Unavailable. 15", TAUBE_ERROR_THROTTLED },
  { "words", "NO Login failed: too many logins", TAUBE_ERROR_THROTTLED },
  { "as-if-wrong", "NO [AUTHENTICATIONFAILED] Authentication failed.", TAUBE_ERROR_AUTH },
  { "greeting", "* BYE [UNAVAILABLE] Too many connections from 192.0.2.1", TAUBE_ERROR_THROTTLED },
  { "greeting-words", "* BYE go away", TAUBE_ERROR_CONNECTION },
};

static TaubeAccount *
open_account (SigninServer *server)
{
  return imap_client_new ("imaps", signin_server_get_port (server), "",
                          taube_test_pki_get_ca_file (signin_server_get_pki (server)));
}

static gpointer
call (gpointer account)
{
  GError *error = NULL;

  imap_client_refresh (account, &error);
  return error;
}

/* Eight callers want four connections, and the server gives two: nobody fails, and the server is not asked over and
 * over. */
static void
test_fewer (gconstpointer data)
{
  const Limit *limit = data;
  const SigninOptions options = { .mechanisms = MECHANISMS, .holds = TRUE, .limit = 2, .limit_words = limit->words };
  SigninServer *server = signin_server_start (&options);
  TaubeAccount *account = open_account (server);
  GThread *callers[N_CALLERS];
  SigninCount count;

  for (guint i = 0; i < N_CALLERS; i++)
    callers[i] = g_thread_new ("caller", call, account);
  signin_server_wait_refused (server, 1);
  signin_server_release (server);
  for (guint i = 0; i < N_CALLERS; i++)
    {
      g_autoptr (GError) error = g_thread_join (callers[i]);

      g_assert_no_error (error);
    }
  count = signin_server_get_count (server);
  g_assert_cmpuint (count.most, ==, 2);
  g_assert_cmpuint (count.refused, ==, 1);
  g_object_unref (account);
  signin_server_stop (server);
}

/* Somebody else has all of them: then the caller is told, in the server's words. */
static void
test_none (gconstpointer data)
{
  const Limit *limit = data;
  SigninOptions options = { .mechanisms = MECHANISMS, .limit = 1, .limit_words = limit->words };
  SigninServer *server = signin_server_start (&options);
  TaubeAccount *first = open_account (server);
  TaubeAccount *second = open_account (server);
  const char *words = strchr (strchr (limit->words, ' ') + 1, ' ') + 1;
  g_autoptr (GError) error = NULL;

  taube_account_connect (first, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (taube_account_connect (second, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, limit->code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" is not in: %s", words, error->message);
  g_clear_error (&error);

  /* and when there is room again, it goes on */
  taube_account_disconnect (first, NULL, &error);
  g_assert_no_error (error);
  options.limit = 0;
  signin_server_set_options (server, &options);
  taube_account_connect (second, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (first);
  g_object_unref (second);
  signin_server_stop (server);
}

/* All connections break at once: the next calls make new ones. */
static void
test_cut (void)
{
  const SigninOptions options = { .mechanisms = MECHANISMS };
  SigninServer *server = signin_server_start (&options);
  TaubeAccount *account = open_account (server);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5; i++)
    {
      g_assert_true (imap_client_refresh (account, &error));
      g_assert_no_error (error);
      signin_server_cut (server);
      /* it may be noticed in the middle of the command, and then that call says so */
      if (!imap_client_refresh (account, &error))
        g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
      g_clear_error (&error);
    }
  g_object_unref (account);
  signin_server_stop (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *fewer = g_strconcat ("/imap/pool/fewer/", limits[i].name, NULL);
      g_autofree char *none = g_strconcat ("/imap/pool/none/", limits[i].name, NULL);

      g_test_add_data_func (fewer, &limits[i], test_fewer);
      g_test_add_data_func (none, &limits[i], test_none);
    }
  g_test_add_func ("/imap/pool/cut", test_cut);
  return g_test_run ();
}
