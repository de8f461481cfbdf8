/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-client.h"

#include <taube-backend/taube-testing.h>

#include <openssl/ssl.h>
#include <string.h>

#include "signin-server.h"

/* Signing in over real TLS, with a server of our own that can do what others cannot. */

static TaubeAccount *
open_account (SigninServer *server, const char *query)
{
  return pop3_client_new ("pop3s", signin_server_get_port (server), query,
                          taube_test_pki_get_ca_file (signin_server_get_pki (server)));
}

/* What must not be said is at least five characters long: what is random in SCRAM must not contain it by chance. */
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

#define SCRAMS "PLAIN SCRAM-SHA-1 SCRAM-SHA-256"
#define ALL SCRAMS " SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS"

typedef struct
{
  const char *name;
  SigninOptions options;
  const char *query;
  int code;          /* -1: success */
  const char *words; /* of the error, or what is said */
  const char *never; /* what must not be said */
} Case;

static const Case cases[] = {
  { "exporter", { .pop3 = TRUE, .mechanisms = ALL, .binding_type = "tls-exporter" }, "", -1,
    "AUTH SCRAM-SHA-256-PLUS", "PLAIN" },
  { "unique", { .pop3 = TRUE, .mechanisms = ALL, .version = TLS1_2_VERSION, .binding_type = "tls-unique" }, "", -1,
    "AUTH SCRAM-SHA-256-PLUS", "PLAIN" },
  { "not-offered", { .pop3 = TRUE, .mechanisms = SCRAMS }, "", -1, "AUTH SCRAM-SHA-256 eSws", "-PLUS" }, /* "y,," */
  { "other-type", { .pop3 = TRUE, .mechanisms = ALL, .binding_type = "tls-server-end-point" }, "", -1,
    "AUTH SCRAM-SHA-256 biws", "PLAIN" },
  { "refused-at-once", { .pop3 = TRUE, .mechanisms = ALL, .refuses_at_once = TRUE }, "", -1,
    "AUTH SCRAM-SHA-256 biws", "PLAIN" },
  { "in-between", { .pop3 = TRUE, .mechanisms = ALL, .binding_type = "tls-exporter", .in_between = TRUE }, "",
    TAUBE_ERROR_AUTH, "channel-bindings-dont-match", "SCRAM-SHA-256 " },
  /* S14 */
  { "iteration-bomb", { .pop3 = TRUE, .mechanisms = SCRAMS, .iterations = 2147483647 }, "", TAUBE_ERROR_LIMIT,
    "iteration", "PLAIN" },
  { "few-iterations", { .pop3 = TRUE, .mechanisms = SCRAMS, .iterations = 1 }, "", TAUBE_ERROR_LIMIT, "iteration",
    "PLAIN" },
  { "wrong-signature",
    { .pop3 = TRUE, .mechanisms = ALL, .binding_type = "tls-exporter", .wrong_signature = TRUE }, "", TAUBE_ERROR_AUTH,
    "signature", "PLAIN" },
  { "plain-before-apop", { .pop3 = TRUE, .mechanisms = "PLAIN", .stamp = "<1.2@h>" }, "", -1, "AUTH PLAIN", "APOP " },
  { "user-before-apop", { .pop3 = TRUE, .mechanisms = "GSSAPI", .stamp = "<1.2@h>", .has_user = TRUE }, "", -1,
    "PASS", "APOP " },
  { "apop-alone", { .pop3 = TRUE, .mechanisms = "GSSAPI", .stamp = "<1.2@h>" }, "", -1, "APOP alice", "USER " },
  { "apop-demanded", { .pop3 = TRUE, .mechanisms = SCRAMS, .stamp = "<1.2@h>" }, "?auth=%2BAPOP", -1, "APOP alice",
    "AUTH " },
  { "apop-not-there", { .pop3 = TRUE, .mechanisms = SCRAMS }, "?auth=%2BAPOP", TAUBE_ERROR_NOT_SUPPORTED, "+APOP",
    "AUTH " },
  { "cram-not-allowed", { .pop3 = TRUE, .mechanisms = "CRAM-MD5" }, "", TAUBE_ERROR_AUTH, "only when the settings",
    "AUTH " },
  { "cram-allowed", { .pop3 = TRUE, .mechanisms = "CRAM-MD5" }, "?allow-cram-md5=yes", -1, "AUTH CRAM-MD5", "APOP " },
};

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  SigninServer *server = signin_server_start (&test->options);
  TaubeAccount *account = open_account (server, test->query);

  taube_sasl_forget_logins ();
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
  const SigninOptions strong = { .pop3 = TRUE, .mechanisms = ALL, .binding_type = "tls-exporter" },
                      unbound = { .pop3 = TRUE, .mechanisms = SCRAMS },
                      weak = { .pop3 = TRUE, .mechanisms = "PLAIN", .has_user = TRUE, .stamp = "<1.2@h>" },
                      refusing = { .pop3 = TRUE, .mechanisms = ALL, .refuses_at_once = TRUE };
  SigninServer *server = signin_server_start (&strong);
  TaubeAccount *account = open_account (server, "");
  TaubeAccount *insistent = open_account (server, "?auth=PLAIN");

  taube_sasl_forget_logins ();
  assert_connects (account);
  signin_server_set_options (server, &weak);
  assert_fails (account, TAUBE_ERROR_TLS, "safer");
  signin_server_set_options (server, &unbound);
  assert_fails (account, TAUBE_ERROR_TLS, "safer");
  signin_server_set_options (server, &refusing);
  assert_fails (account, TAUBE_ERROR_AUTH, "no");
  assert_said (server, "PLAIN", FALSE);
  assert_said (server, "APOP ", FALSE);
  assert_said (server, "USER ", FALSE);
  assert_said (server, "AUTH SCRAM-SHA-256 ", FALSE);
  signin_server_set_options (server, &weak);
  assert_connects (insistent);
  signin_server_set_options (server, &strong);
  assert_connects (account);
  g_object_unref (account);
  g_object_unref (insistent);
  signin_server_stop (server);
}

/* Faults and cancelling, at each thing that the server says, for each way to sign in. */

typedef struct
{
  const char *name;
  const char *mechanisms;
  const char *auth; /* of the query */
} Way;

static const Way ways[] = {
  { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS" },
  { "SCRAM-SHA-256", "SCRAM-SHA-256", "SCRAM-SHA-256" },
  { "CRAM-MD5", "CRAM-MD5", "CRAM-MD5&allow-cram-md5=yes" },
  { "PLAIN", "PLAIN", "PLAIN" },
  { "LOGIN", "LOGIN", "LOGIN" },
  { "APOP", "GSSAPI", "%2BAPOP" },
  { "USER", "GSSAPI", "%2BLOGIN" },
};

/* Silence is waited for as shortly as can be. A machine that is slower than that is met with patience: whatever else it
 * tells of this step, the next tries get through. */
static void
assert_gets_through (TaubeAccount *account)
{
  taube_settings_set (taube_account_get_settings (account), "timeout", "10", NULL);
  for (guint tries = 0;; tries++)
    {
      g_autoptr (GError) error = NULL;

      if (taube_account_connect (account, NULL, &error))
        return;
      if (tries > 0 || strstr (error->message, "says nothing") == NULL)
        g_assert_no_error (error);
    }
}

/* FALSE: nothing has happened, for it was over before. */
static gboolean
run_with_fault (const Way *way, TaubeTestFault fault, guint at, gboolean cancel)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const SigninOptions options = { .pop3 = TRUE, .mechanisms = way->mechanisms, .binding_type = "tls-exporter",
                                  .stamp = "<1.2@h>", .has_user = TRUE, .fault = fault, .fault_at = at,
                                  .cancellable = cancel ? cancellable : NULL };
  SigninServer *server = signin_server_start (&options);
  g_autofree char *query = g_strconcat ("?auth=", way->auth, NULL);
  TaubeAccount *account = open_account (server, query);
  g_autoptr (GError) error = NULL;
  gboolean ok, failed, slow;

  ok = taube_account_connect (account, cancellable, &error);
  failed = signin_server_has_failed (server);
  g_assert_cmpint (ok, ==, error == NULL);
  if (cancel && error != NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  else if (error != NULL)
    g_assert_true (error->domain == TAUBE_ERROR);
  slow = fault == TAUBE_TEST_FAULT_STALL && !failed && !ok;
  if (!failed && !slow)
    g_assert_true (ok);
  if (error != NULL && strstr (error->message, TAUBE_TEST_PASSWORD) != NULL)
    g_error ("%s", error->message);

  /* it came once */
  assert_gets_through (account);
  g_object_unref (account);
  signin_server_stop (server);
  return failed || slow;
}

static void
test_faults (gconstpointer data)
{
  static const TaubeTestFault faults[] = { TAUBE_TEST_FAULT_CLOSE, TAUBE_TEST_FAULT_STALL, TAUBE_TEST_FAULT_GARBAGE };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      guint at = 1;

      pop3_client_timeout = faults[i] == TAUBE_TEST_FAULT_STALL ? "1" : "30";
      while (run_with_fault (data, faults[i], at, FALSE))
        at++;
      g_assert_cmpuint (at, >, 5);
    }
  pop3_client_timeout = "10";
}

static void
test_cancelled (gconstpointer data)
{
  guint at = 1;

  while (run_with_fault (data, TAUBE_TEST_FAULT_NONE, at, TRUE))
    at++;
  g_assert_cmpuint (at, >, 5);
}

/* The token is refused in the middle of the exchange, and a fresh one is taken. */
static void
test_token (void)
{
  static const char *const tokens[] = { "old", "new", NULL };
  static const char *const bad[] = { "old", "older", "oldest", NULL };
  const SigninOptions options = { .pop3 = TRUE, .mechanisms = "OAUTHBEARER PLAIN", .token = "new" };
  SigninServer *server = signin_server_start (&options);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TaubeCredentials) credentials = pop3_client_tokens (i == 0 ? tokens : bad);
      g_autoptr (TaubeAccount) account
        = pop3_client_new_with ("pop3s", "alice", signin_server_get_port (server), "",
                                taube_test_pki_get_ca_file (signin_server_get_pki (server)), credentials);

      if (i == 0)
        assert_connects (account);
      else
        assert_fails (account, TAUBE_ERROR_AUTH, "invalid_token");
    }
  signin_server_stop (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/pop3/signin/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *faults = g_strconcat ("/pop3/signin/faults/", ways[i].name, NULL);
      g_autofree char *cancelled = g_strconcat ("/pop3/signin/cancelled/", ways[i].name, NULL);

      g_test_add_data_func (faults, &ways[i], test_faults);
      g_test_add_data_func (cancelled, &ways[i], test_cancelled);
    }
  g_test_add_func ("/pop3/signin/downgrade", test_downgrade);
  g_test_add_func ("/pop3/signin/token", test_token);
  return g_test_run ();
}
