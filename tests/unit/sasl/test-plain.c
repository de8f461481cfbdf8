/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sasl.h>
#include <taube/taube.h>

#include <string.h>

#define SECRET "tanstaaftanstaaf"

static GString *trace;

static void
collect_trace (const char *category, const char *line, gpointer data)
{
  g_string_append_printf (trace, "%s: %s\n", category, line);
}

static TaubeSasl *
start (const char *mechanism, const char *user, const char *authzid, const char *password, GError **error)
{
  const char *offered[] = { mechanism, NULL };
  g_autoptr (TaubeSecret) secret = taube_secret_new (password);
  TaubeSaslRequest request = {
    .user = user, .authzid = authzid, .password = secret, .service = "imap", .host = "h.example", .secure = TRUE,
    .allow_cram_md5 = TRUE, .client_certificate = TRUE, .mechanism = mechanism,
  };

  return taube_sasl_new (offered, &request, error);
}

static void
assert_step (TaubeSasl *sasl, const char *challenge, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSecret) response = taube_sasl_step (sasl, challenge, challenge ? strlen (challenge) : 0, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (taube_secret_peek (response), ==, expected);
}

static void
assert_step_fails (TaubeSasl *sasl, const char *challenge, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_sasl_step (sasl, challenge, strlen (challenge), &error));
  g_assert_error (error, TAUBE_ERROR, code);
  g_assert_null (strstr (error->message, SECRET));
  g_clear_error (&error);
  g_assert_false (taube_sasl_verify_success (sasl, NULL, 0, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
}

/* The example of RFC 2195. */
static void
test_cram_md5 (void)
{
  g_autoptr (TaubeSasl) sasl = start ("CRAM-MD5", "tim", NULL, SECRET, NULL);

  assert_step (sasl, "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+",
               "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw");
  g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, NULL));
}

/* RFC 4422, appendix A: whose mailbox, and nothing else. */
static void
test_external (void)
{
  g_autoptr (TaubeSasl) sasl = start ("EXTERNAL", "fred@example.com", NULL, SECRET, NULL);
  g_autoptr (TaubeSasl) other = start ("EXTERNAL", "tim", "ursel", SECRET, NULL);

  assert_step (sasl, NULL, "ZnJlZEBleGFtcGxlLmNvbQ==");
  g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, NULL));
  assert_step (other, NULL, "dXJzZWw=");
}

/* The examples of RFC 4616: without and with somebody else's mailbox. */
static void
test_plain (void)
{
  g_autoptr (TaubeSasl) sasl = start ("PLAIN", "tim", NULL, SECRET, NULL);
  g_autoptr (TaubeSasl) other = start ("PLAIN", "Kurt", "Ursel", "xipj3plmq", NULL);

  assert_step (sasl, NULL, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
  g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, NULL));
  assert_step (other, "", "VXJzZWwAS3VydAB4aXBqM3BsbXE=");
  g_assert_true (taube_sasl_verify_success (other, NULL, 0, NULL));
}

/* What a server says to "AUTHENTICATE PLAIN" before the client's first word is not looked at. */
static void
test_go_ahead_text (void)
{
  g_autoptr (TaubeSasl) sasl = start ("PLAIN", "tim", NULL, SECRET, NULL);

  assert_step (sasl, "go ahead, please", "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
}

static void
test_plain_asks_on (void)
{
  g_autoptr (TaubeSasl) sasl = start ("PLAIN", "tim", NULL, SECRET, NULL);

  assert_step (sasl, NULL, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
  assert_step_fails (sasl, "UGFzc3dvcmQ6", TAUBE_ERROR_PROTOCOL);
}

static void
test_plain_early_success (void)
{
  g_autoptr (TaubeSasl) sasl = start ("PLAIN", "tim", NULL, SECRET, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_sasl_verify_success (sasl, NULL, 0, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  g_clear_error (&error);
  g_assert_false (taube_sasl_verify_success (sasl, "", 0, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
}

static void
test_login (void)
{
  g_autoptr (TaubeSasl) sasl = start ("LOGIN", "tim", NULL, "stra\303\237e", NULL);

  g_assert_false (taube_sasl_has_initial_response (sasl));
  assert_step (sasl, "VXNlcm5hbWU6", "dGlt");
  g_assert_false (taube_sasl_verify_success (sasl, NULL, 0, NULL));
  g_clear_pointer (&sasl, taube_sasl_free);

  sasl = start ("LOGIN", "tim", NULL, "stra\303\237e", NULL);
  assert_step (sasl, "VXNlcm5hbWU6", "dGlt");
  assert_step (sasl, "UGFzc3dvcmQ6", "c3RyYcOfZQ==");
  g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, NULL));
}

static void
test_login_odd_prompts (void)
{
  g_autoptr (TaubeSasl) sasl = start ("LOGIN", "tim", NULL, "pw", NULL);

  assert_step (sasl, "", "dGlt");
  assert_step (sasl, "", "cHc=");
  assert_step_fails (sasl, "", TAUBE_ERROR_PROTOCOL);
}

/* Not base64: outside of the alphabet, cut, padded in the middle, bits left over, a NUL, blanks. */
static void
test_bad_base64 (void)
{
  static const char *const bad[] = { "!!!!", "VXN", "VX==bmE=", "VX=h", "====", "=", "VXNlcm5hbWU=x", "VXNlcm5hbWV=",
                                     "VB==", "AAAA", " VXN", "VXN\n", "VXNl cm5hbWU6", "VXNlcm5hbWU6====" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (TaubeSasl) sasl = start ("LOGIN", "tim", NULL, "pw", NULL);

      assert_step_fails (sasl, bad[i], TAUBE_ERROR_PROTOCOL);
    }
}

static void
test_huge_challenge (void)
{
  g_autoptr (TaubeSasl) sasl = start ("LOGIN", "tim", NULL, "pw", NULL);
  g_autofree char *most = g_strnfill (64 * 1024 / 3 * 4, 'Q');
  g_autofree char *huge = g_strnfill (100 * 1024, 'Q');

  assert_step (sasl, most, "dGlt");
  assert_step_fails (sasl, huge, TAUBE_ERROR_LIMIT);
}

/* S8: nothing that could end a line or a field, and nothing that is not UTF-8. */
static void
test_refused_text (void)
{
  static const struct { const char *user, *authzid, *password; } bad[] = {
    { "", NULL, "pw" },          { "a\r\nA1 LOGOUT", NULL, "pw" }, { "a\n", NULL, "pw" },  { "a\001b", NULL, "pw" },
    { "a\177", NULL, "pw" },     { "a\377", NULL, "pw" },          { "a", "b\rc", "pw" },  { "a", "\200", "pw" },
    { "a", NULL, "p\r\nNOOP" },  { "a", NULL, "p\nq" },            { "a", NULL, "p\303" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (start ("PLAIN", bad[i].user, bad[i].authzid, bad[i].password, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_assert_null (strpbrk (error->message, "\r\n\001\177\377\200"));
    }
}

static void
test_trace_without_secrets (void)
{
  static const char *const mechanisms[] = { "PLAIN", "LOGIN", "SCRAM-SHA-256" };

  trace = g_string_new (NULL);
  taube_log_set_handler (collect_trace, NULL, NULL);
  taube_log_set_categories ("all");
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      g_autoptr (TaubeSasl) sasl = start (mechanisms[i], "tim", NULL, SECRET, NULL);

      for (guint k = 0; k < 3; k++)
        {
          g_autoptr (TaubeSecret) response = taube_sasl_step (sasl, "", 0, NULL);

          if (response == NULL)
            break;
          if (taube_secret_get_length (response) > 0)
            g_assert_null (strstr (trace->str, taube_secret_peek (response)));
        }
    }
  taube_log_set_categories (NULL);
  taube_log_set_handler (NULL, NULL, NULL);
  g_assert_nonnull (strstr (trace->str, "SCRAM-SHA-256"));
  g_assert_null (strstr (trace->str, SECRET));
  g_assert_null (strstr (trace->str, "dGFuc3Rh"));
  g_string_free (trace, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sasl/cram-md5", test_cram_md5);
  g_test_add_func ("/sasl/external", test_external);
  g_test_add_func ("/sasl/plain", test_plain);
  g_test_add_func ("/sasl/plain/go-ahead-text", test_go_ahead_text);
  g_test_add_func ("/sasl/plain/asks-on", test_plain_asks_on);
  g_test_add_func ("/sasl/plain/early-success", test_plain_early_success);
  g_test_add_func ("/sasl/login", test_login);
  g_test_add_func ("/sasl/login/odd-prompts", test_login_odd_prompts);
  g_test_add_func ("/sasl/bad-base64", test_bad_base64);
  g_test_add_func ("/sasl/huge-challenge", test_huge_challenge);
  g_test_add_func ("/sasl/refused-text", test_refused_text);
  g_test_add_func ("/sasl/trace-without-secrets", test_trace_without_secrets);
  return g_test_run ();
}
