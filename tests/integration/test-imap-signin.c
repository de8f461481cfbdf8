/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

#include "signin-server.h"

/* Signing in over real TLS, with a server of our own that can do what others cannot. */

static TaubeAccount *
open_account (SigninServer *server, const char *query)
{
  return imap_client_new ("imaps", signin_server_get_port (server), query,
                          taube_test_pki_get_ca_file (signin_server_get_pki (server)));
}

static void
assert_said (SigninServer *server, const char *words, gboolean wanted)
{
  g_autofree char *said = signin_server_get_said (server);

  if ((strstr (said, words) != NULL) != wanted)
    g_error ("\"%s\" was %ssaid:\n%s", words, wanted ? "not " : "", said);
}

static void
assert_connects (TaubeAccount *account)
{
  g_autoptr (GError) error = NULL;

  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  taube_account_disconnect (account, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_fails (TaubeAccount *account, TaubeError code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" is not in: %s", words, error->message);
  g_assert_null (strstr (error->message, TAUBE_TEST_PASSWORD));
}

/* Bound to the connection. */

#define SCRAMS "AUTH=PLAIN AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-256"
#define ALL SCRAMS " AUTH=SCRAM-SHA-1-PLUS AUTH=SCRAM-SHA-256-PLUS"

typedef struct
{
  const char *name;
  SigninOptions options;
  const char *query;
  int code;            /* -1: success */
  const char *words;   /* of the error, or what is said */
  const char *never;   /* what must not be said */
} Case;

static const Case cases[] = {
  { "exporter", { ALL, 0, "tls-exporter" }, "", -1, "AUTHENTICATE SCRAM-SHA-256-PLUS", "PLAIN" },
  { "unique", { ALL, TLS1_2_VERSION, "tls-unique" }, "", -1, "AUTHENTICATE SCRAM-SHA-256-PLUS", "PLAIN" },
  { "sha1", { "AUTH=SCRAM-SHA-1-PLUS AUTH=SCRAM-SHA-256", 0, "tls-exporter" }, "", -1, "SCRAM-SHA-1-PLUS", "256" },
  { "not-offered", { SCRAMS }, "", -1, "AUTHENTICATE SCRAM-SHA-256 eSws", "PLUS" }, /* "y,," */
  { "demanded", { SCRAMS, 0, "tls-exporter" }, "?auth=SCRAM-SHA-256-PLUS", TAUBE_ERROR_NOT_SUPPORTED,
    "does not offer it", "AUTHENTICATE" },
  { "other-type", { ALL, 0, "tls-server-end-point" }, "", -1, "AUTHENTICATE SCRAM-SHA-256 biws", "PLAIN" },
  { "other-type-demanded", { ALL, 0, "tls-server-end-point" }, "?auth=SCRAM-SHA-256-PLUS", TAUBE_ERROR_AUTH,
    "unsupported-channel-binding-type", "SCRAM-SHA-256 " },
  { "refused-at-once", { .mechanisms = ALL, .refuses_at_once = TRUE }, "", -1, "AUTHENTICATE SCRAM-SHA-256 biws",
    "PLAIN" },
  { "in-between", { ALL, 0, "tls-exporter", TRUE }, "", TAUBE_ERROR_AUTH, "channel-bindings-dont-match",
    "SCRAM-SHA-256 " },
  { "in-between-unique", { ALL, TLS1_2_VERSION, "tls-unique", TRUE }, "", TAUBE_ERROR_AUTH,
    "channel-bindings-dont-match", "SCRAM-SHA-256 " },
  { "wrong-signature", { .mechanisms = ALL, .binding_type = "tls-exporter", .wrong_signature = TRUE }, "",
    TAUBE_ERROR_AUTH, "signature", "PLAIN" },
};

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  SigninServer *server = signin_server_start (&test->options);
  TaubeAccount *account = open_account (server, test->query);

  if (test->code >= 0)
    assert_fails (account, (TaubeError) test->code, test->words);
  else
    {
      assert_connects (account);
      assert_said (server, test->words, TRUE);
    }
  assert_said (server, test->never, FALSE);
  g_object_unref (account);
  signin_server_stop (server);
}

/* S34: the same server is suddenly less safe. */
static void
test_downgrade (void)
{
  const SigninOptions strong = { ALL, 0, "tls-exporter" }, unbound = { SCRAMS }, weak = { "AUTH=PLAIN" },
                      refusing = { .mechanisms = ALL, .refuses_at_once = TRUE };
  SigninServer *server = signin_server_start (&strong);
  TaubeAccount *account = open_account (server, "");
  TaubeAccount *insistent = open_account (server, "?auth=PLAIN");

  assert_connects (account);
  signin_server_set_options (server, &weak);
  assert_fails (account, TAUBE_ERROR_TLS, "safer");
  signin_server_set_options (server, &unbound);
  assert_fails (account, TAUBE_ERROR_TLS, "safer");
  signin_server_set_options (server, &refusing);
  assert_fails (account, TAUBE_ERROR_AUTH, "no");
  assert_said (server, "AUTHENTICATE PLAIN", FALSE);
  assert_said (server, "AUTHENTICATE SCRAM-SHA-256 ", FALSE);
  signin_server_set_options (server, &weak);
  assert_connects (insistent);
  signin_server_set_options (server, &strong);
  assert_connects (account);
  g_object_unref (account);
  g_object_unref (insistent);
  signin_server_stop (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/signin/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/imap/signin/downgrade", test_downgrade);
  return g_test_run ();
}
