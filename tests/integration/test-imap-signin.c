/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

#include "signin-server.h"
#include "taube-test-dir.h"

/* Signing in over real TLS, with a server of our own that can do what others cannot. */

static TaubeAccount *
open_account (SigninServer *server, const char *query)
{
  return imap_client_new ("imaps", signin_server_get_port (server), query,
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
  { "sha1", { "AUTH=SCRAM-SHA-1-PLUS AUTH=SCRAM-SHA-256", 0, "tls-exporter" }, "", -1, "SCRAM-SHA-1-PLUS", "SHA-256" },
  { "not-offered", { SCRAMS }, "", -1, "AUTHENTICATE SCRAM-SHA-256 eSws", "-PLUS" }, /* "y,," */
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
  /* S14: a server that would keep our processor busy for a day, or ours alone would be easy to crack */
  { "iteration-bomb", { .mechanisms = SCRAMS, .iterations = 2147483647 }, "", TAUBE_ERROR_LIMIT, "iteration", "PLAIN" },
  { "few-iterations", { .mechanisms = SCRAMS, .iterations = 1 }, "", TAUBE_ERROR_LIMIT, "iteration", "PLAIN" },
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

/* A certificate of ours. */

typedef struct
{
  TaubeTestDir *dir;
  char *cert; /* with its key */
} OurCertificate;

static void
our_certificate_make (OurCertificate *self, SigninServer *server, const char *name, const char *password)
{
  self->dir = taube_test_dir_new ();
  self->cert = g_build_filename (self->dir->path, "ours.pem", NULL);
  taube_test_pki_save_client (signin_server_get_pki (server), name, self->cert, password);
}

static void
our_certificate_clear (OurCertificate *self)
{
  g_free (self->cert);
  taube_test_dir_free (self->dir);
}

static void
assert_connected (SigninServer *server, TaubeCredentials *credentials, const char *query, const char *cert,
                  gboolean expected)
{
  g_autofree char *uri = g_strdup_printf ("imaps://alice@localhost:%u%s", signin_server_get_port (server), query);
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = NULL;

  taube_settings_set (settings, "ca-file", taube_test_pki_get_ca_file (signin_server_get_pki (server)), &error);
  if (cert != NULL)
    taube_settings_set (settings, "client-cert", cert, &error);
  g_assert_no_error (error);
  account = taube_account_create_with_settings (uri, settings, credentials, &error);
  g_assert_no_error (error);
  if (expected)
    {
      assert_connects (account);
      return;
    }
  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_null (strstr (error->message, "key-password"));
}

static void
test_external (void)
{
  const SigninOptions options = { .mechanisms = "AUTH=PLAIN AUTH=EXTERNAL", .wants_certificate = TRUE };
  SigninServer *server = signin_server_start (&options);
  g_autoptr (TaubeCredentials) key = taube_credentials_new_password ("key-password");
  g_autoptr (TaubeCredentials) account = taube_credentials_new_password (TAUBE_TEST_PASSWORD);
  OurCertificate alice, mallory;

  our_certificate_make (&alice, server, "alice", NULL);
  assert_connected (server, NULL, "", alice.cert, TRUE); /* no password is asked for */
  assert_said (server, "AUTHENTICATE EXTERNAL YWxpY2U=", TRUE);
  assert_connected (server, NULL, "", NULL, FALSE);
  our_certificate_clear (&alice);

  our_certificate_make (&alice, server, "alice", "key-password");
  assert_connected (server, key, "", alice.cert, TRUE);
  assert_connected (server, NULL, "", alice.cert, FALSE);
  assert_connected (server, account, "", alice.cert, FALSE); /* not that of the key */
  our_certificate_clear (&alice);
  assert_said (server, "AUTHENTICATE PLAIN", FALSE);

  /* the server does not know whose it is: the password will do, unless the certificate was demanded */
  our_certificate_make (&mallory, server, "mallory", NULL);
  assert_connected (server, NULL, "", mallory.cert, FALSE);
  assert_connected (server, account, "?auth=EXTERNAL", mallory.cert, FALSE);
  assert_said (server, "AUTHENTICATE PLAIN", FALSE);
  assert_connected (server, account, "", mallory.cert, TRUE);
  assert_said (server, "AUTHENTICATE PLAIN", TRUE);
  our_certificate_clear (&mallory);
  signin_server_stop (server);
}

/* TLS goes on in the account's next connection, not in that of another account. */
static void
test_resumed (gconstpointer data)
{
  const SigninOptions options = { .mechanisms = ALL, .version = GPOINTER_TO_INT (data),
                                  .binding_type = data == NULL ? "tls-exporter" : "tls-unique" };
  SigninServer *server = signin_server_start (&options);
  TaubeAccount *account = open_account (server, ""), *other = open_account (server, "");

  assert_connects (account);
  g_assert_cmpuint (signin_server_get_count (server).resumed, ==, 0);
  assert_connects (account); /* and the binding is right for a resumed connection, too */
  g_assert_cmpuint (signin_server_get_count (server).resumed, ==, 1);
  assert_connects (other);
  g_assert_cmpuint (signin_server_get_count (server).resumed, ==, 1);
  assert_connects (other);
  g_assert_cmpuint (signin_server_get_count (server).resumed, ==, 2);
  g_object_unref (account);
  g_object_unref (other);
  signin_server_stop (server);
}

/* Tokens. */

/* Gives the tokens one after the other, the next when one was refused. */
#define TEST_TYPE_TOKENS (test_tokens_get_type ())
G_DECLARE_FINAL_TYPE (TestTokens, test_tokens, TEST, TOKENS, GObject)

struct _TestTokens
{
  GObject parent_instance;
  guint at;
};

static void
test_tokens_get_async (TaubeTokenSource *source, const char *host, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (source, cancellable, callback, user_data);

  g_assert_cmpstr (host, ==, "localhost"); /* S32: a token is for one host */
  g_task_return_pointer (task, g_strdup_printf ("token-%u", TEST_TOKENS (source)->at), g_free);
  g_object_unref (task);
}

static char *
test_tokens_get_finish (TaubeTokenSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_tokens_invalidate (TaubeTokenSource *source, const char *token)
{
  g_autofree char *last = g_strdup_printf ("token-%u", TEST_TOKENS (source)->at);

  g_assert_cmpstr (token, ==, last);
  TEST_TOKENS (source)->at++;
}

static void
test_tokens_iface_init (TaubeTokenSourceInterface *iface)
{
  iface->get_token_async = test_tokens_get_async;
  iface->get_token_finish = test_tokens_get_finish;
  iface->invalidate = test_tokens_invalidate;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestTokens, test_tokens, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TAUBE_TYPE_TOKEN_SOURCE, test_tokens_iface_init))

static void
test_tokens_class_init (TestTokensClass *klass)
{
}

static void
test_tokens_init (TestTokens *self)
{
}

/* The token expires in the middle of the session's life: one operation says so, the next signs in with a new one. */
static void
test_expired (gconstpointer words)
{
  SigninOptions options = { .mechanisms = "AUTH=OAUTHBEARER", .token = "token-0" };
  SigninServer *server = signin_server_start (&options);
  g_autofree char *uri = g_strdup_printf ("imaps://alice@localhost:%u", signin_server_get_port (server));
  g_autoptr (TestTokens) tokens = g_object_new (TEST_TYPE_TOKENS, NULL);
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_token_source (TAUBE_TOKEN_SOURCE (tokens));
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (GError) error = NULL;
  int code = g_str_has_prefix (words, "*") ? TAUBE_ERROR_CONNECTION : TAUBE_ERROR_AUTH;

  taube_settings_set (settings, "ca-file", taube_test_pki_get_ca_file (signin_server_get_pki (server)), &error);
  account = taube_account_create_with_settings (uri, settings, credentials, &error);
  g_assert_no_error (error);
  g_assert_true (imap_client_refresh (account, &error));

  options.token = "token-1";
  options.expired = words;
  signin_server_set_options (server, &options);
  g_assert_false (imap_client_refresh (account, &error));
  g_assert_error (error, TAUBE_ERROR, code);
  g_clear_error (&error);
  imap_client_refresh (account, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tokens->at, ==, 1);
  g_assert_cmpuint (signin_server_get_count (server).signed_in, ==, 2);
  g_assert_cmpuint (signin_server_get_count (server).refused, ==, 1);

  /* none that it takes: the second refusal is the end, for asking on would not help */
  options.token = "another";
  options.expired = words;
  signin_server_set_options (server, &options);
  g_assert_false (imap_client_refresh (account, &error));
  g_clear_error (&error);
  g_assert_false (imap_client_refresh (account, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_null (strstr (error->message, "token-"));
  g_assert_cmpuint (signin_server_get_count (server).refused, ==, 3);
  g_clear_object (&account);
  signin_server_stop (server);
}

/* S18: challenges that are too long, or whose base64 does not come out even. */
static void
test_bad_challenge (gconstpointer text)
{
  g_autofree char *huge = g_strnfill (200000, 'A');
  g_autofree char *script = g_strdup_printf (
    "S: * OK [CAPABILITY IMAP4rev1 SASL-IR LOGINDISABLED AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-1] ready\n"
    "C: {tag} AUTHENTICATE SCRAM-SHA-256 *\nS: + %s\nC: *\nS: {tag} BAD given up\n",
    *(const char *) text != '\0' ? (const char *) text : huge);
  TaubeTestServer *server = taube_test_server_new_for_text ("challenge", script);
  g_autoptr (TaubeAccount) account = imap_client_new ("imap", taube_test_server_get_port (server), "?tls=none", NULL);
  g_autoptr (GError) error = NULL;
  int code = *(const char *) text != '\0' ? TAUBE_ERROR_PROTOCOL : TAUBE_ERROR_LIMIT;

  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, code);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* Whatever happens in the middle of it. */

typedef struct
{
  const char *name;
  const char *query;
  gboolean certificate;
} Way;

static const Way ways[] = {
  { "PLAIN", "", FALSE },
  { "LOGIN", "", FALSE },
  { "CRAM-MD5", "&allow-cram-md5=yes", FALSE },
  { "SCRAM-SHA-1", "", FALSE },
  { "SCRAM-SHA-256", "", FALSE },
  { "SCRAM-SHA-256-PLUS", "", FALSE },
  { "EXTERNAL", "", TRUE },
};

/* The way is demanded: a server before this one may have had the same port, and have been safer. */
static TaubeAccount *
open_way (SigninServer *server, const Way *way, OurCertificate *ours)
{
  g_autofree char *query = g_strdup_printf ("?auth=%s%s%s%s", way->name, way->query,
                                            way->certificate ? "&client-cert=" : "",
                                            way->certificate ? ours->cert : "");

  return open_account (server, query);
}

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
  g_autofree char *mechanisms = g_strconcat ("AUTH=", way->name, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const SigninOptions options = { .mechanisms = mechanisms, .binding_type = "tls-exporter",
                                  .wants_certificate = way->certificate, .fault = fault, .fault_at = at,
                                  .cancellable = cancel ? cancellable : NULL };
  SigninServer *server = signin_server_start (&options);
  OurCertificate ours = { NULL, NULL };
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok, failed, slow;

  if (way->certificate)
    our_certificate_make (&ours, server, "alice", NULL);
  account = open_way (server, way, &ours);
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
  g_clear_object (&account);
  if (way->certificate)
    our_certificate_clear (&ours);
  signin_server_stop (server);
  return failed || slow;
}

static void
test_faults (gconstpointer data)
{
  static const TaubeTestFault faults[] = { TAUBE_TEST_FAULT_CLOSE, TAUBE_TEST_FAULT_STALL, TAUBE_TEST_FAULT_GARBAGE,
                                           TAUBE_TEST_FAULT_BYE };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      guint at = 1;

      imap_client_timeout = faults[i] == TAUBE_TEST_FAULT_STALL ? "1" : "30";
      while (run_with_fault (data, faults[i], at, FALSE))
        at++;
      g_assert_cmpuint (at, >, 2);
    }
  imap_client_timeout = NULL;
}

static void
test_cancelled (gconstpointer data)
{
  guint at = 1;

  while (run_with_fault (data, TAUBE_TEST_FAULT_NONE, at, TRUE))
    at++;
  g_assert_cmpuint (at, >, 2);
}

static void
note_resumed (const char *category, const char *line, gpointer user_data)
{
  if (strstr (line, " TLS: ") != NULL)
    g_atomic_int_add ((gint *) user_data, g_str_has_suffix (line, ", resumed") ? 1000 : 1);
}

/* The same with a server that was written by somebody else, from the first byte and by STARTTLS. */
static void
test_resumed_by_dovecot (gconstpointer scheme)
{
  TaubeTestMail *mail = taube_test_mail_share (TAUBE_TEST_DOVECOT);
  g_autoptr (TaubeAccount) account = NULL;
  gint counts = 0; /* atomic: 1 for each whole handshake, 1,000 for each resumed one */

  if (mail == NULL)
    return;
  account = imap_client_new (scheme, taube_test_mail_get_port (mail, scheme), "",
                             taube_test_mail_get (mail, "ca-file"));
  taube_log_set_handler (note_resumed, &counts, NULL);
  taube_log_set_categories ("net");
  for (guint i = 0; i < 3; i++)
    assert_connects (account);
  taube_log_set_categories (NULL);
  taube_log_set_handler (NULL, NULL, NULL);
  g_assert_cmpint (g_atomic_int_get (&counts), ==, 2001);
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
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *faults = g_strdup_printf ("/imap/signin/faults/%s", ways[i].name);
      g_autofree char *cancelled = g_strdup_printf ("/imap/signin/cancelled/%s", ways[i].name);

      g_test_add_data_func (faults, &ways[i], test_faults);
      g_test_add_data_func (cancelled, &ways[i], test_cancelled);
    }
  g_test_add_func ("/imap/signin/downgrade", test_downgrade);
  g_test_add_data_func ("/imap/signin/expired/no", "NO [EXPIRED] your token is too old", test_expired);
  g_test_add_data_func ("/imap/signin/expired/bye", "* BYE Session expired, please login again.", test_expired);
  g_test_add_data_func ("/imap/signin/challenge/long", "", test_bad_challenge);
  g_test_add_data_func ("/imap/signin/challenge/odd", "cj0", test_bad_challenge);
  g_test_add_data_func ("/imap/signin/challenge/padding", "cj==", test_bad_challenge);
  g_test_add_data_func ("/imap/signin/challenge/alphabet", "c\xc3\xa4==", test_bad_challenge);
  g_test_add_data_func ("/imap/signin/challenge/nul", "AAAA", test_bad_challenge);
  g_test_add_func ("/imap/signin/external", test_external);
  g_test_add_data_func ("/imap/signin/resumed/dovecot/imaps", "imaps", test_resumed_by_dovecot);
  g_test_add_data_func ("/imap/signin/resumed/dovecot/imap", "imap", test_resumed_by_dovecot);
  g_test_add_data_func ("/imap/signin/resumed/1.3", NULL, test_resumed);
  g_test_add_data_func ("/imap/signin/resumed/1.2", GINT_TO_POINTER (TLS1_2_VERSION), test_resumed);
  return taube_test_mail_run ();
}
