/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Signing in to Exchange, and who gets to know what for. */
#include "exchange-world.h"
#include "purse.h"

#include <string.h>

#include <glib/gstdio.h>

static gboolean
connects (TaubeAccount *account, GError **error)
{
  return taube_account_connect (account, NULL, error);
}

static void
assert_says (const GError *error, TaubeError code, const char *words)
{
  g_assert_error (error, TAUBE_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

/* How requests were signed in: the schemes in the server's own record. */
static gboolean
was_used (ExchangeWorld *world, const char *scheme)
{
  g_autofree char *requests = exchange_world_ask (world, "GET", "requests", NULL);
  g_autofree char *wanted = g_strdup_printf ("\"scheme\": \"%s\"", scheme);

  return strstr (requests, wanted) != NULL;
}

static void
test_each_scheme (void)
{
  static const char *const offers[] = { "basic", "ntlm", "ntlm,basic" };
  static const char *const used[] = { "basic", "ntlm", "ntlm" };

  for (guint i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      g_autofree char *option = g_strconcat ("--messages=2 --auth=", offers[i], NULL);
      g_autoptr (ExchangeWorld) world = exchange_world_start (option);
      g_autoptr (TaubeAccount) account = exchange_world_connect (world);
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeMessageList) list = exchange_world_list (account, "INBOX", &error);

      g_assert_no_error (error);
      g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 2);
      g_assert_true (was_used (world, used[i]));
    }
}

/* Over TLS Basic is what reaches every server. */
static void
test_basic_over_tls (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--tls --auth=ntlm,basic");
  g_autoptr (TaubeAccount) account
    = exchange_world_open_trusting (world);
  g_autoptr (GError) error = NULL;

  connects (account, &error);
  g_assert_no_error (error);
  g_assert_true (was_used (world, "basic"));
  g_assert_false (was_used (world, "ntlm"));
}

static void
test_wrong_password (void)
{
  static const char *const offers[] = { "--auth=basic", "--auth=ntlm" };

  for (guint i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start (offers[i]);
      g_autoptr (TaubeCredentials) wrong = taube_credentials_new_password ("wrong");
      g_autoptr (TaubeAccount) account = exchange_world_open (world, wrong, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (connects (account, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
    }
}

/* A server with Extended Protection: the reason is said. */
static void
test_extended_protection (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--tls --auth=ntlm --bind-channel");
  g_autoptr (TaubeAccount) account
    = exchange_world_open_trusting (world);
  g_autoptr (GError) error = NULL;

  g_assert_false (connects (account, &error));
  assert_says (error, TAUBE_ERROR_AUTH, "Extended Protection");
}

static void
on_question (TaubeQuestion *question, gpointer user_data)
{
  guint *asked = user_data;

  ++*asked;
  taube_question_answer_password (question, *asked == 1 ? "wrong" : "pigeon-Post-7");
}

static void
test_asked_again (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--auth=basic");
  guint asked = 0;
  g_autoptr (TaubeCredentials) callback = taube_credentials_new_callback (on_question, &asked, NULL);
  g_autoptr (TaubeAccount) account = exchange_world_open (world, callback, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (exchange_world_get (world, "password"), ==, "pigeon-Post-7");
  connects (account, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (asked, ==, 2);
}

/* Tokens. */

/* CASES.md 63: a token that ends between two pages costs nothing but another one. */
static void
test_token_expires (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1500 --small --auth=bearer");
  g_autoptr (Purse) purse = purse_new (exchange_world_get (world, "token"));
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_token_source (TAUBE_TOKEN_SOURCE (purse));
  g_autoptr (TaubeAccount) account = exchange_world_open (world, credentials, NULL);
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (GError) error = NULL;

  connects (account, &error);
  g_assert_no_error (error);
  exchange_world_order (world, "{\"fault\": \"unauthorized\", \"operation\": \"FindItem\", \"skip\": 1}");
  list = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 1500);
  g_assert_cmpuint (purse->invalidated, ==, 1);
  g_assert_cmpstr (purse->host, ==, "127.0.0.1");
}

/* In the middle of a watch, too. */
static void
test_token_expires_in_watch (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--auth=bearer");
  g_autoptr (Purse) purse = purse_new (exchange_world_get (world, "token"));
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_token_source (TAUBE_TOKEN_SOURCE (purse));
  g_autoptr (TaubeAccount) account = exchange_world_open (world, credentials, NULL);
  g_autoptr (TaubeWatchEvent) event = NULL;
  g_autoptr (TaubeWatch) watch = NULL;
  g_autoptr (GError) error = NULL;

  purse_add (purse, "another-token");
  watch = taube_account_watch (account, NULL, &error);
  g_assert_no_error (error);
  while (!taube_watch_is_online (watch))
    g_main_context_iteration (NULL, TRUE);
  g_free (exchange_world_ask (world, "POST", "tokens", "{\"another-token\": \"alice\"}"));
  g_free (exchange_world_ask (world, "POST", "cut", NULL));
  exchange_world_deliver (world, "Subject: Coo\r\n\r\nCoo.\r\n");
  event = taube_watch_next (watch, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_id_set_get_size (taube_changes_get_added (taube_watch_event_get_changes (event))), ==, 1);
  g_assert_cmpuint (purse->invalidated, ==, 1);
  g_assert_cmpstr (purse->host, ==, "127.0.0.1");
  taube_watch_stop (watch);
}

/* A server that takes no tokens says so by what it offers; that is no fault of the token. */
static void
test_token_refused (void)
{
  static const struct
  {
    const char *options;
    gboolean takes_tokens;
  } cases[] = { { "--auth=bearer", TRUE }, { "--auth=basic", FALSE }, { "--auth=ntlm,basic", FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start (cases[i].options);
      g_autoptr (Purse) purse = purse_new ("no-token-of-anybody");
      g_autoptr (TaubeCredentials) credentials = taube_credentials_new_token_source (TAUBE_TOKEN_SOURCE (purse));
      g_autoptr (TaubeAccount) account = exchange_world_open (world, credentials, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (connects (account, &error));
      assert_says (error, TAUBE_ERROR_AUTH, "refused the token");
      g_assert_true ((strstr (error->message, "no sign-in by token, but") == NULL) == cases[i].takes_tokens);
      g_assert_true ((strstr (error->message, "Basic") == NULL) == cases[i].takes_tokens);
      g_assert_cmpuint (purse->invalidated, ==, 1);
      g_assert_cmpstr (purse->host, ==, "127.0.0.1");
    }
}

/* Certificates, as on the other backends. */

static void
test_unknown_authority (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--tls");
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, NULL);
  g_autoptr (TaubeCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (connects (account, &error));
  assert_says (error, TAUBE_ERROR_CERTIFICATE, "trusted authority");
  assert_says (error, TAUBE_ERROR_CERTIFICATE, "SHA-256");
  certificate = taube_account_get_certificate (account);
  g_assert_nonnull (certificate);
  assert_says (error, TAUBE_ERROR_CERTIFICATE, taube_certificate_get_fingerprint (certificate));
  assert_says (error, TAUBE_ERROR_CERTIFICATE, taube_certificate_get_subject (certificate));
  g_assert_cmpuint (exchange_world_count (world, NULL), ==, 0);
}

static void
on_certificate (TaubeQuestion *question, gpointer user_data)
{
  ++*(guint *) user_data;
  taube_question_answer_trust (question);
}

/* The user trusts it: asked once, for all connections. */
static void
test_trusted_by_user (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--tls --messages=1");
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, NULL);
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (GError) error = NULL;
  guint asked = 0;

  taube_account_set_certificate_func (account, on_certificate, &asked, NULL);
  connects (account, &error);
  g_assert_no_error (error);
  list = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (asked, ==, 1);
}

static char *
get_pin (ExchangeWorld *world)
{
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, NULL);
  g_autoptr (TaubeCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (connects (account, &error));
  certificate = taube_account_get_certificate (account);
  return g_strdup (taube_certificate_get_key_pin (certificate));
}

static void
test_pin (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--tls");
  g_autofree char *pin = get_pin (world), *other = g_strnfill (64, 'a');
  g_autofree char *good_pin = g_strconcat ("pin=", pin, NULL);
  g_autofree char *bad_pin = g_strconcat ("pin=", other, "&ca-file=", exchange_world_get (world, "ca-file"), NULL);
  g_autoptr (TaubeAccount) good = exchange_world_open (world, NULL, good_pin);
  g_autoptr (TaubeAccount) bad = exchange_world_open (world, NULL, bad_pin);
  g_autoptr (GError) error = NULL;
  guint asked = 0;

  taube_account_set_certificate_func (bad, on_certificate, &asked, NULL);
  g_assert_false (connects (bad, &error));
  assert_says (error, TAUBE_ERROR_CERTIFICATE, "pinned");
  g_assert_cmpuint (asked, ==, 0);
  g_assert_cmpuint (exchange_world_count (world, NULL), ==, 0);
  g_clear_error (&error);
  connects (good, &error);
  g_assert_no_error (error);
}

/* Whoever shows a certificate of an authority that the server knows needs no password. */
static void
test_client_certificate (void)
{
  g_autoptr (TaubeTestPki) pki = taube_test_pki_new ();
  g_autofree char *folder = g_dir_make_tmp ("taube-test-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "alice.pem", NULL);
  g_autofree char *options = g_strconcat ("--tls --messages=1 --client-ca=", taube_test_pki_get_ca_file (pki), NULL);
  g_autoptr (ExchangeWorld) world = exchange_world_start (options);
  g_autoptr (TaubeCredentials) wrong = taube_credentials_new_password ("wrong");
  g_autofree char *settings
    = g_strconcat ("ca-file=", exchange_world_get (world, "ca-file"), "&client-cert=", file, NULL);
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (GError) error = NULL;

  taube_test_pki_save_client (pki, "alice@example.org", file, NULL);
  account = exchange_world_open (world, wrong, settings);
  connects (account, &error);
  g_assert_no_error (error);
  list = exchange_world_list (account, "INBOX", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (TAUBE_ITEM_LIST (list)), ==, 1);
  g_remove (file);
  g_rmdir (folder);
}

/* What stands in the place of an answer. */

static void
check_in_place (const char *fault, TaubeError code, const char *words)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, NULL);
  g_autoptr (GError) error = NULL;

  exchange_world_order (world, fault);
  g_assert_false (connects (account, &error));
  assert_says (error, code, words);
}

static void
test_in_place_of_an_answer (void)
{
  check_in_place ("{\"fault\": \"login-page\", \"count\": 0}", TAUBE_ERROR_AUTH, "web page");
  check_in_place ("{\"fault\": \"login-timeout\", \"count\": 0}", TAUBE_ERROR_AUTH, "440");
  check_in_place ("{\"fault\": \"redirect\", \"location\": \"/owa/auth/logon.aspx?url=secret\", \"count\": 0}",
                  TAUBE_ERROR_AUTH, "/owa/auth/logon.aspx");
  check_in_place ("{\"fault\": \"garbage\", \"count\": 0}", TAUBE_ERROR_PROTOCOL, "");
  check_in_place ("{\"fault\": \"entities\", \"count\": 0}", TAUBE_ERROR_PROTOCOL, "document type");
  check_in_place ("{\"fault\": \"doctype\", \"count\": 0}", TAUBE_ERROR_PROTOCOL, "document type");
}

/* A blocked tenant is no wrong password, and the table says why nothing can be had. */
static void
test_tenant_blocked (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, NULL);
  g_autoptr (TaubeCapabilities) live = NULL;
  g_autoptr (GError) error = NULL;

  exchange_world_order (world, "{\"fault\": \"tenant-blocked\", \"count\": 0}");
  g_assert_false (connects (account, &error));
  assert_says (error, TAUBE_ERROR_PERMISSION, "403");
  assert_says (error, TAUBE_ERROR_PERMISSION, "EWS is disabled for this organization.");
  live = taube_account_get_capabilities (account);
  g_assert_cmpint (taube_capabilities_get_support (live, TAUBE_CAPABILITY_RETRIEVAL), ==, TAUBE_SUPPORT_NO);
  g_assert_nonnull (strstr (taube_capabilities_get_evidence (live, TAUBE_CAPABILITY_RETRIEVAL), "403"));
}

/* CASES.md S23: another origin gets nothing at all, not even the request. */
static void
test_cross_origin_redirect (void)
{
  static const guint statuses[] = { 301, 302, 307, 308 };
  g_autoptr (ExchangeWorld) thief = exchange_world_start ("");

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start ("");
      g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, NULL);
      g_autofree char *fault
        = g_strdup_printf ("{\"fault\": \"redirect\", \"status\": %u, \"location\": \"%s\", \"count\": 0}", statuses[i],
                           exchange_world_get (thief, "url"));
      g_autoptr (GError) error = NULL;

      exchange_world_order (world, fault);
      g_assert_false (connects (account, &error));
      g_assert_cmpint (error->domain, ==, TAUBE_ERROR);
      g_assert_nonnull (strstr (error->message, "127.0.0.1"));
    }
  g_assert_cmpuint (exchange_world_count (thief, NULL), ==, 0);
}

static void
test_redirect_within (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("");
  g_autoptr (TaubeAccount) account = exchange_world_open (world, NULL, NULL);
  g_autoptr (GError) error = NULL;

  exchange_world_order (world, "{\"fault\": \"redirect\", \"status\": 307, \"location\": \"/ews/exchange.asmx\"}");
  connects (account, &error);
  g_assert_no_error (error);
}

/* CASES.md S31. */

static void
collect (const char *category, const char *text, gpointer user_data)
{
  static GMutex lock;

  g_mutex_lock (&lock);
  g_string_append (user_data, text);
  g_string_append_c (user_data, '\n');
  g_mutex_unlock (&lock);
}

static void
test_no_secret_in_trace (void)
{
  static const char *const offers[] = { "--auth=basic", "--auth=ntlm", "--auth=bearer" };

  for (guint i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      g_autoptr (ExchangeWorld) world = exchange_world_start (offers[i]);
      g_autoptr (GString) trace = g_string_new (NULL);
      const char *password = exchange_world_get (world, "password"), *token = exchange_world_get (world, "token");
      g_autoptr (Purse) purse = g_object_new (purse_get_type (), NULL);
      g_autoptr (TaubeCredentials) credentials = taube_credentials_new_token_source (TAUBE_TOKEN_SOURCE (purse));
      g_autofree char *pair = g_strdup_printf ("alice@example.org:%s", password);
      g_autofree char *basic = g_base64_encode ((const guchar *) pair, strlen (pair));
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (purse->tokens, g_strdup (token));
      taube_log_set_handler (collect, trace, NULL);
      taube_log_set_categories ("all");
      {
        g_autoptr (TaubeAccount) account = exchange_world_open (world, i == 2 ? credentials : NULL, NULL);
        g_autoptr (TaubeMessageList) list = NULL;

        connects (account, &error);
        g_assert_no_error (error);
        list = exchange_world_list (account, "INBOX", &error);
        g_assert_no_error (error);
      }
      taube_log_set_categories (NULL);
      taube_log_set_handler (NULL, NULL, NULL);
      g_assert_nonnull (strstr (trace->str, "GetFolder"));
      g_assert_null (strstr (trace->str, password));
      g_assert_null (strstr (trace->str, basic));
      g_assert_null (strstr (trace->str, token));
    }
}

static void
test_settings (void)
{
  static const char *const wrong[] = {
    "exchange://alice@mail.example.org/?url=http://mail.example.org/EWS/Exchange.asmx",
    "exchange://alice;AUTH=SCRAM-SHA-1@mail.example.org/",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (taube_account_create (wrong[i], NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/signin/each-scheme", test_each_scheme);
  g_test_add_func ("/exchange/signin/basic-over-tls", test_basic_over_tls);
  g_test_add_func ("/exchange/signin/wrong-password", test_wrong_password);
  g_test_add_func ("/exchange/signin/extended-protection", test_extended_protection);
  g_test_add_func ("/exchange/signin/asked-again", test_asked_again);
  g_test_add_func ("/exchange/signin/token-expires", test_token_expires);
  g_test_add_func ("/exchange/signin/token-expires-in-watch", test_token_expires_in_watch);
  g_test_add_func ("/exchange/signin/token-refused", test_token_refused);
  g_test_add_func ("/exchange/signin/unknown-authority", test_unknown_authority);
  g_test_add_func ("/exchange/signin/trusted-by-user", test_trusted_by_user);
  g_test_add_func ("/exchange/signin/pin", test_pin);
  g_test_add_func ("/exchange/signin/client-certificate", test_client_certificate);
  g_test_add_func ("/exchange/signin/in-place-of-an-answer", test_in_place_of_an_answer);
  g_test_add_func ("/exchange/signin/tenant-blocked", test_tenant_blocked);
  g_test_add_func ("/exchange/signin/cross-origin-redirect", test_cross_origin_redirect);
  g_test_add_func ("/exchange/signin/redirect-within", test_redirect_within);
  g_test_add_func ("/exchange/signin/no-secret-in-trace", test_no_secret_in_trace);
  g_test_add_func ("/exchange/signin/settings", test_settings);
  return g_test_run ();
}
