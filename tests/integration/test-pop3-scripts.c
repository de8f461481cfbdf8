/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-client.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

/* Sessions with servers that are odd, old or hostile, each by a script of what it says. */

static TaubeTestServer *
serve (const char *script)
{
  g_autofree char *name = g_strconcat ("pop3/", script, NULL);

  /* A server before this one may have had the same port, and have been safer. */
  taube_sasl_forget_logins ();
  return taube_test_server_new (name);
}

static const char *
get_ca_file (TaubeTestServer *server)
{
  return taube_test_pki_get_ca_file (taube_test_server_get_pki (server));
}

static TaubeAccount *
open_account (TaubeTestServer *server, const char *scheme, const char *query)
{
  return pop3_client_new (scheme, taube_test_server_get_port (server), query, get_ca_file (server));
}

static void
assert_in (const char *text, const char *words)
{
  if (strstr (text, words) == NULL)
    g_error ("\"%s\" is not in: %s", words, text);
}

static void
assert_never_received (TaubeTestServer *server, const char *words)
{
  g_autofree char *received = taube_test_server_get_received (server);

  if (received != NULL && strstr (received, words) != NULL)
    g_error ("\"%s\" was sent: %s", words, received);
}

static void
assert_connects (TaubeAccount *account)
{
  g_autoptr (GError) error = NULL;

  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_fails (TaubeAccount *account, int code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, code);
  assert_in (error->message, words);
  g_assert_null (strstr (error->message, TAUBE_TEST_PASSWORD));
}

/* What gets in. */

typedef struct
{
  const char *script;
  const char *scheme;
  const char *query;
  const char *user;     /* NULL: alice */
  const char *password; /* NULL: the usual one */
  gint64 total;
} Success;

static const Success successes[] = {
  { "rfc/apop", "pop3", "?tls=none", "mrose", "tanstaaf", 1 },
  { "rfc/apop-in-vain", "pop", "", NULL, NULL, 0 },
  { "rfc/apop-over-tls", "pops", "", NULL, NULL, 0 },
  { "rfc/apop-over-tls", "pop3s", "?auth=%2BAPOP", NULL, NULL, 0 },
  { "rfc/stamp-forged", "pop3", "?tls=none", NULL, NULL, 0 },
  { "generic/bare", "pop3", "?tls=none", NULL, NULL, 3 },
  { "generic/utf8-refused", "pop3", "?tls=none", NULL, NULL, 0 },
  { "generic/utf8-hangs-up", "pop3", "?tls=none", NULL, NULL, 0 },
  { "generic/login", "pop3", "?tls=none", NULL, NULL, 2 },
  { "generic/capa-differs", "pop3", "", NULL, NULL, 5 },
};

static void
test_success (gconstpointer data)
{
  const Success *test = data;
  TaubeTestServer *server = serve (test->script);
  g_autoptr (TaubeCredentials) credentials
    = taube_credentials_new_password (test->password != NULL ? test->password : TAUBE_TEST_PASSWORD);
  g_autoptr (TaubeAccount) account
    = pop3_client_new_with (test->scheme, test->user != NULL ? test->user : "alice",
                            taube_test_server_get_port (server), test->query, get_ca_file (server), credentials);
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GError) error = NULL;

  assert_connects (account);
  folders = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, ==, 1);
  g_assert_cmpint (taube_folder_get_total (folders->pdata[0]), ==, test->total);
  g_assert_cmpint (taube_folder_get_role (folders->pdata[0]), ==, TAUBE_FOLDER_ROLE_INBOX);
  g_clear_pointer (&folders, g_ptr_array_unref);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* What does not, and nothing secret is said. */

typedef struct
{
  const char *script;
  const char *scheme;
  const char *query;
  int code;
  const char *words;
  gboolean silent; /* nothing of a sign-in is sent */
} Refusal;

static const Refusal refusals[] = {
  { "hostile/stls-injection", "pop3", "", TAUBE_ERROR_TLS, "", TRUE },
  { "hostile/stls-missing", "pop3", "", TAUBE_ERROR_TLS, "STLS", TRUE },
  { "hostile/stls-refused", "pop3", "", TAUBE_ERROR_TLS, "not now", TRUE },
  { "hostile/stls-without-capa", "pop3", "", TAUBE_ERROR_TLS, "cannot start TLS", TRUE },
  { "hostile/wrong-host", "pop3", "", TAUBE_ERROR_CERTIFICATE, "localhost", TRUE },
  { "hostile/greeting-other", "pop3", "?tls=none", TAUBE_ERROR_PROTOCOL, "greeting", TRUE },
  { "hostile/greeting-refused", "pop3", "?tls=none", TAUBE_ERROR_THROTTLED, "too busy", TRUE },
  { "hostile/greeting-continued", "pop3", "?tls=none", TAUBE_ERROR_PROTOCOL, "greeting", TRUE },
  { "hostile/capa-without-end", "pop3", "?tls=none", TAUBE_ERROR_LIMIT, "", TRUE },
  { "hostile/line-without-end", "pop3", "?tls=none", TAUBE_ERROR_PROTOCOL, "greeting", TRUE },
  { "hostile/stat-nonsense", "pop3", "?tls=none", TAUBE_ERROR_PROTOCOL, "how many", FALSE },
  { "hostile/stat-huge", "pop3", "?tls=none", TAUBE_ERROR_LIMIT, "too many", FALSE },
  { "hostile/password-echoed", "pop3", "?tls=none", TAUBE_ERROR_AUTH, "***", FALSE },
  { "hostile/challenge-for-pass", "pop3", "?tls=none", TAUBE_ERROR_PROTOCOL, "asks on", FALSE },
  { "generic/auth-cancelled", "pop3", "?tls=none", TAUBE_ERROR_PROTOCOL, "base64", FALSE },
  { "generic/auth-cancel-ignored", "pop3", "?tls=none", TAUBE_ERROR_PROTOCOL, "base64", FALSE },
  { "generic/scram-success-at-once", "pop3", "?tls=none", TAUBE_ERROR_AUTH, "proof", FALSE },
  { "outlook/plain", "pop3s", "", TAUBE_ERROR_THROTTLED, "unavailable", FALSE },
};

static void
test_refusal (gconstpointer data)
{
  const Refusal *test = data;
  TaubeTestServer *server = serve (test->script);
  g_autoptr (TaubeAccount) account = open_account (server, test->scheme, test->query);

  assert_fails (account, test->code, test->words);
  g_clear_object (&account);
  for (guint i = 0; i < 4 && test->silent; i++)
    {
      static const char *const words[] = { "USER", "PASS", "APOP", "AUTH" };

      assert_never_received (server, words[i]);
    }
  taube_test_server_finish (server);
}

/* 56: the reasons for which a sign-in is refused. Only a wrong password is a wrong password. */

typedef struct
{
  const char *words;
  int code;
  guint retry_after;
} Reason;

static const Reason reasons[] = {
  { "[IN-USE] Do you have another POP session running?", TAUBE_ERROR_THROTTLED, 30 },
  { "[LOGIN-DELAY] minimum time between mail checks violation", TAUBE_ERROR_THROTTLED, 900 },
  { "[SYS/TEMP] no disk", TAUBE_ERROR_THROTTLED, 60 },
  { "[SYS/PERM] ask somebody", TAUBE_ERROR_PERMISSION, 0 },
  { "[AUTH] wrong", TAUBE_ERROR_AUTH, 0 },
  { "maildrop already locked", TAUBE_ERROR_THROTTLED, 30 },
  { "wrong", TAUBE_ERROR_AUTH, 0 },
};

static void
test_reasons (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autofree char *text
        = g_strdup_printf ("S: +OK ready\nC: CAPA\nS: +OK\nS: USER\nS: LOGIN-DELAY 900\nS: .\nC: USER alice\nS: +OK\n"
                           "C: PASS *\nS: -ERR %s\n", reasons[i].words);
      TaubeTestServer *server = taube_test_server_new_for_text ("reason", text);
      g_autoptr (TaubeAccount) account = open_account (server, "pop3", "?tls=none");
      g_autoptr (GError) error = NULL;

      taube_sasl_forget_logins ();
      g_assert_false (taube_account_connect (account, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, reasons[i].code);
      g_assert_cmpuint (taube_error_get_retry_after (error), ==, reasons[i].retry_after);
      g_clear_object (&account);
      taube_test_server_finish (server);
    }
}

/* LOGIN-DELAY: the second sign-in would be too early by an hour. It is not even tried. */
static void
test_login_delay (void)
{
  TaubeTestServer *server = serve ("generic/login-delay");
  g_autoptr (TaubeAccount) account = open_account (server, "pop3", "?tls=none");
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (GError) error = NULL;

  assert_connects (account);
  inbox = taube_account_get_folder_by_name (account, "INBOX");
  /* What is asked for anew is what this sign-in shows: nobody may see more before the hour is over. */
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (taube_folder_refresh (inbox, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (taube_folder_get_total (inbox), ==, 4);
      g_assert_cmpint (taube_folder_get_size (inbox), ==, 400);
    }
  taube_account_disconnect (account, NULL, NULL);
  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_THROTTLED);
  g_assert_cmpuint (taube_error_get_retry_after (error), >, 3000);
  g_assert_cmpuint (taube_error_get_retry_after (error), <=, 3600);
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, 1);
  g_clear_object (&inbox);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* A pause that is short is waited for, and no second less; that can be cancelled. */
static gpointer
cancel_it (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_short_delay (void)
{
  static const char script[] = "S: +OK\nC: CAPA\nS: +OK\nS: USER\nS: LOGIN-DELAY 1\nS: .\nC: USER alice\nS: +OK\n"
                               "C: PASS *\nS: +OK\nC: CAPA\nS: +OK\nS: UIDL\nS: LOGIN-DELAY 1\nS: .\nC: STAT\n"
                               "S: +OK 0 0\naccept\nS: +OK\nC: CAPA\nS: +OK\nS: USER\nS: .\nC: USER alice\n"
                               "S: +OK\nC: PASS *\nS: +OK\nC: CAPA\nS: +OK\nS: UIDL\nS: LOGIN-DELAY 8\nS: .\n"
                               "C: STAT\nS: +OK 0 0\n";
  TaubeTestServer *server = taube_test_server_new_for_text ("short-delay", script);
  g_autoptr (TaubeAccount) account = open_account (server, "pop3", "?tls=none");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread;
  gint64 start;

  taube_sasl_forget_logins ();
  start = g_get_monotonic_time ();
  for (guint i = 0; i < 2; i++)
    {
      assert_connects (account);
      taube_account_disconnect (account, NULL, NULL);
    }
  g_assert_cmpint (g_get_monotonic_time () - start, >=, G_USEC_PER_SEC);

  thread = g_thread_new ("cancel", cancel_it, cancellable);
  g_assert_false (taube_account_connect (account, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, 2);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* The server said that it was too early, without LOGIN-DELAY in CAPA: it is left alone as long as we told. */
static void
test_put_off (void)
{
  TaubeTestServer *server = taube_test_server_new_for_text (
    "put-off", "S: +OK\nC: CAPA\nS: -ERR\nC: USER alice\nS: +OK\nC: PASS *\nS: -ERR [LOGIN-DELAY] wait\n");
  g_autoptr (TaubeAccount) account = open_account (server, "pop3", "?tls=none&timeout=5");

  taube_sasl_forget_logins ();
  assert_fails (account, TAUBE_ERROR_THROTTLED, "wait");
  assert_fails (account, TAUBE_ERROR_THROTTLED, "pause between two logins");
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, 1);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* The live table. */

static void
assert_row (TaubeAccount *account, TaubeCapability row, TaubeSupport support, const char *evidence)
{
  g_autoptr (TaubeCapabilities) table = taube_account_get_capabilities (account);

  g_assert_cmpint (taube_capabilities_get_support (table, row), ==, support);
  g_assert_cmpstr (taube_capabilities_get_evidence (table, row), ==, evidence);
}

typedef struct
{
  const char *script;
  const char *query;
  TaubeSupport keeps;
  const char *keeps_evidence;
  TaubeSupport devices;
  const char *devices_evidence;
} Table;

#define YES TAUBE_SUPPORT_YES
#define NO TAUBE_SUPPORT_NO

static const Table tables[] = {
  { "generic/login", "?tls=none", YES, "leave=forever, CAPA EXPIRE NEVER", YES,
    "leave=forever, CAPA UIDL, CAPA EXPIRE NEVER" },
  { "generic/login", "?tls=none&leave=no", NO, "leave=no, CAPA EXPIRE NEVER", NO,
    "leave=no, CAPA UIDL, CAPA EXPIRE NEVER" },
  { "generic/login", "?tls=none&leave=days=30", YES, "leave=days=30, CAPA EXPIRE NEVER", YES,
    "leave=days=30, CAPA UIDL, CAPA EXPIRE NEVER" },
  { "generic/login", "?tls=none&leave=days%3D30", YES, "leave=days=30, CAPA EXPIRE NEVER", YES,
    "leave=days=30, CAPA UIDL, CAPA EXPIRE NEVER" },
  { "generic/login", "?tls=none&leave=until-removed", YES, "leave=until-removed, CAPA EXPIRE NEVER", YES,
    "leave=until-removed, CAPA UIDL, CAPA EXPIRE NEVER" },
  { "generic/login-delay", "?tls=none", NO, "leave=forever, CAPA EXPIRE 0 USER", NO,
    "leave=forever, CAPA UIDL, CAPA EXPIRE 0 USER, CAPA LOGIN-DELAY 3600 USER" },
  { "generic/capa-differs", "", YES, "leave=forever, CAPA EXPIRE 30 USER", YES,
    "leave=forever, CAPA UIDL, CAPA EXPIRE 30 USER" },
  { "generic/bare", "?tls=none", YES, "leave=forever, no CAPA", NO, "leave=forever, no CAPA, -ERR to UIDL" },
  { "gmail/once", "?tls=none", YES, "leave=forever, CAPA EXPIRE NEVER", NO,
    "leave=forever, CAPA UIDL, CAPA EXPIRE NEVER" },
  { "rfc/apop", "?tls=none", YES, "leave=forever, no CAPA", YES, "leave=forever, no CAPA, +OK to UIDL" },
};

static void
test_table (gconstpointer data)
{
  const Table *test = data;
  TaubeTestServer *server = serve (test->script);
  gboolean rfc = g_str_has_prefix (test->script, "rfc");
  g_autoptr (TaubeCredentials) credentials
    = taube_credentials_new_password (rfc ? "tanstaaf" : TAUBE_TEST_PASSWORD);
  g_autoptr (TaubeAccount) account
    = pop3_client_new_with ("pop3", rfc ? "mrose" : "alice", taube_test_server_get_port (server), test->query,
                            get_ca_file (server), credentials);

  assert_connects (account);
  assert_row (account, TAUBE_CAPABILITY_KEEPS_ON_SERVER, test->keeps, test->keeps_evidence);
  assert_row (account, TAUBE_CAPABILITY_MULTI_DEVICE, test->devices, test->devices_evidence);
  assert_row (account, TAUBE_CAPABILITY_MAIL_SYNC, NO, NULL);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_server_name (void)
{
  TaubeTestServer *server = serve ("generic/capa-differs");
  g_autoptr (TaubeAccount) account = open_account (server, "pop3", "");
  g_autofree char *name = NULL;

  assert_connects (account);
  name = taube_account_get_server_name (account);
  g_assert_cmpstr (name, ==, "Honest 1.0");
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* Secrets. */

static void
answer_second_right (TaubeQuestion *question, gpointer user_data)
{
  guint attempt = taube_question_get_attempt (question);

  g_assert_cmpint (attempt > 0, ==, taube_question_get_refusal (question) != NULL);
  taube_question_answer_password (question, attempt == 0 ? "wrong" : TAUBE_TEST_PASSWORD);
}

/* The server hangs up over the first; a line that breaks anew is told. */
static void
test_second_password (gconstpointer data)
{
  const char *script = data;
  TaubeTestServer *server = serve (script);
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_callback (answer_second_right, NULL, NULL);
  g_autoptr (TaubeAccount) account = pop3_client_new_with ("pop3", "alice", taube_test_server_get_port (server),
                                                           "?tls=none", NULL, credentials);

  if (g_str_has_suffix (script, "-always"))
    assert_fails (account, TAUBE_ERROR_CONNECTION, "localhost");
  else
    assert_connects (account);
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, 2);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

static void
test_long_tokens (void)
{
  g_autofree char *fill = g_strnfill (600, 'x');
  g_autofree char *old = g_strconcat ("old", fill, NULL);
  g_autofree char *new = g_strconcat ("new", fill, NULL);
  const char *const tokens[] = { old, new, NULL };
  TaubeTestServer *server = serve ("outlook/xoauth2");
  g_autoptr (TaubeCredentials) credentials = pop3_client_tokens (tokens);
  g_autoptr (TaubeAccount) account = pop3_client_new_with ("pop3s", "alice", taube_test_server_get_port (server), "",
                                                           get_ca_file (server), credentials);

  assert_connects (account);
  g_clear_object (&account);
  taube_test_server_finish (server);
}

/* S8: what cannot stand in a line is not sent, nor anything before it. */
static void
test_unfit_secrets (void)
{
  g_autofree char *much = g_strnfill (300, 'x');
  const char *const bad[] = { "a\r\nDELE 1", "a\nb", "\x01", much };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      TaubeTestServer *server = taube_test_server_new_for_text ("unfit", "S: +OK\nC: CAPA\nS: -ERR\nmay-close\n");
      g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (bad[i]);
      g_autoptr (TaubeAccount) account = pop3_client_new_with ("pop3", "alice", taube_test_server_get_port (server),
                                                               "?tls=none", NULL, credentials);

      taube_sasl_forget_logins ();
      assert_fails (account, TAUBE_ERROR_INVALID, bad[i] == much ? "255" : "password");
      g_clear_object (&account);
      assert_never_received (server, "USER");
      taube_test_server_finish (server);
    }
}

static void
test_unfit_user (void)
{
  TaubeTestServer *server = taube_test_server_new_for_text ("unfit", "S: +OK\nC: CAPA\nS: -ERR\nmay-close\n");
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password ("x");
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = g_strdup_printf ("pop3://a%%0d%%0aDELE%%201@localhost:%u/?tls=none",
                                          taube_test_server_get_port (server));
  g_autoptr (TaubeAccount) account = taube_account_create (uri, credentials, &error);

  if (account != NULL)
    taube_account_connect (account, NULL, &error);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_object (&account);
  assert_never_received (server, "DELE");
  g_free (taube_test_server_stop (server));
}

static void
collect_trace (const char *category, const char *line, gpointer data)
{
  g_string_append_printf (data, "%s: %s\n", category, line);
}

/* S31: neither the password nor what is made of it is in the trace, however it is sent. */
static void
test_trace (gconstpointer script)
{
  gboolean apop = strcmp (script, "rfc/apop") == 0;
  const char *password = apop ? "tanstaaf" : TAUBE_TEST_PASSWORD;
  TaubeTestServer *server = serve (script);
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (password);
  g_autoptr (TaubeAccount) account
    = pop3_client_new_with (g_str_has_prefix (script, "outlook") ? "pop3s" : "pop3", apop ? "mrose" : "alice",
                            taube_test_server_get_port (server),
                            g_str_has_prefix (script, "outlook") ? "" : "?tls=none", get_ca_file (server), credentials);
  g_autoptr (GString) raw = g_string_new (NULL);
  g_autoptr (GString) trace = g_string_new (NULL);
  g_autofree char *base64 = NULL;

  g_string_append_len (raw, "\0alice\0", 7);
  g_string_append (raw, password);
  base64 = g_base64_encode ((const guchar *) raw->str, raw->len);
  taube_log_set_handler (collect_trace, trace, NULL);
  taube_log_set_categories ("all");
  taube_account_connect (account, NULL, NULL);
  g_clear_object (&account);
  taube_test_server_finish (server);
  taube_log_set_categories (NULL);
  taube_log_set_handler (NULL, NULL, NULL);
  g_assert_nonnull (strstr (trace->str, "***"));
  g_assert_null (strstr (trace->str, password));
  g_assert_null (strstr (trace->str, base64));
  g_assert_null (strstr (trace->str, "c4c9334bac560ecc979e58001b3e22fb"));
}

/* S34: once signed in by APOP, not by less: neither where it is refused, nor where it is offered no more. */
static void
test_downgrade (void)
{
  TaubeTestServer *server = serve ("generic/apop-was-good");
  g_autoptr (TaubeAccount) account = open_account (server, "pop3", "?tls=none");

  assert_connects (account);
  taube_account_disconnect (account, NULL, NULL);
  assert_fails (account, TAUBE_ERROR_AUTH, "no");
  assert_fails (account, TAUBE_ERROR_TLS, "safer");
  g_clear_object (&account);
  assert_never_received (server, "USER");
  taube_test_server_finish (server);
}

static void
test_apop_refused (void)
{
  TaubeTestServer *server = serve ("generic/apop-refused");
  g_autoptr (TaubeAccount) account = open_account (server, "pop3", "?tls=none");

  assert_connects (account);
  taube_account_disconnect (account, NULL, NULL);
  assert_connects (account);
  g_clear_object (&account);
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, 2);
  taube_test_server_finish (server);
}

/* An answer that was said too early ends the session: it is not taken for one to the next command. */
static void
test_early_word (void)
{
  TaubeTestServer *server = serve ("generic/early-word");
  g_autoptr (TaubeAccount) account = open_account (server, "pop3", "?tls=none");
  g_autoptr (TaubeFolder) inbox = NULL;
  g_autoptr (GError) error = NULL;

  assert_connects (account);
  inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_assert_true (taube_folder_refresh (inbox, NULL, &error) || error != NULL);
  g_assert_cmpint (taube_folder_get_total (inbox), !=, 99);
  g_clear_object (&inbox);
  g_clear_object (&account);
  g_free (taube_test_server_stop (server));
}

/* There is one maildrop, and one connection to it: whoever comes second waits. */
static void *
refresh_in_thread (gpointer data)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (data, "INBOX");
  g_autoptr (GError) error = NULL;

  taube_folder_refresh (inbox, NULL, &error);
  g_assert_no_error (error);
  return NULL;
}

static void
test_one_connection (void)
{
  TaubeTestServer *server = serve ("generic/login-delay");
  TaubeAccount *account = open_account (server, "pop3", "?tls=none&max-connections=8");
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", refresh_in_thread, account);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, 1);
  g_object_unref (account);
  taube_test_server_finish (server);
}

static void
add_each (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (successes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/pop3/scripts/in/%s%s", successes[i].script, successes[i].query);

      g_test_add_data_func (path, &successes[i], test_success);
    }
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/pop3/scripts/out/", refusals[i].script, NULL);

      g_test_add_data_func (path, &refusals[i], test_refusal);
    }
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autofree char *path = g_strdup_printf ("/pop3/scripts/table/%s%s", tables[i].script, tables[i].query);

      g_test_add_data_func (path, &tables[i], test_table);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_each ();
  g_test_add_func ("/pop3/scripts/reasons", test_reasons);
  g_test_add_func ("/pop3/scripts/login-delay", test_login_delay);
  g_test_add_func ("/pop3/scripts/short-delay", test_short_delay);
  g_test_add_func ("/pop3/scripts/put-off", test_put_off);
  g_test_add_func ("/pop3/scripts/server-name", test_server_name);
  g_test_add_data_func ("/pop3/scripts/second-password", "generic/hangs-up-after-refusal", test_second_password);
  g_test_add_data_func ("/pop3/scripts/second-password/late", "generic/hangs-up-late", test_second_password);
  g_test_add_data_func ("/pop3/scripts/second-password/always", "generic/hangs-up-always", test_second_password);
  g_test_add_func ("/pop3/scripts/long-tokens", test_long_tokens);
  g_test_add_func ("/pop3/scripts/unfit-secrets", test_unfit_secrets);
  g_test_add_func ("/pop3/scripts/unfit-user", test_unfit_user);
  g_test_add_data_func ("/pop3/scripts/trace/apop", "rfc/apop", test_trace);
  g_test_add_data_func ("/pop3/scripts/trace/pass", "generic/bare", test_trace);
  g_test_add_data_func ("/pop3/scripts/trace/initial", "generic/login", test_trace);
  g_test_add_data_func ("/pop3/scripts/trace/asked", "outlook/plain", test_trace);
  g_test_add_func ("/pop3/scripts/downgrade", test_downgrade);
  g_test_add_func ("/pop3/scripts/apop-refused", test_apop_refused);
  g_test_add_func ("/pop3/scripts/early-word", test_early_word);
  g_test_add_func ("/pop3/scripts/one-connection", test_one_connection);
  return g_test_run ();
}
