/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-errors.h"

#include <string.h>

static void
assert_verdict (const char *line, guint login_delay, TaubeError code, guint retry_after)
{
  Pop3Response response;
  g_autoptr (GError) error = NULL;

  g_assert_true (pop3_response_parse (line, strlen (line), &response));
  error = pop3_errors_new (&response, TAUBE_ERROR_AUTH, login_delay, "cannot sign in");
  g_assert_error (error, TAUBE_ERROR, (gint) code);
  g_assert_cmpuint (taube_error_get_retry_after (error), ==, retry_after);
  g_assert_true (g_str_has_prefix (error->message, "cannot sign in: server said \""));
}

/* Case 56 */
static void
test_codes (void)
{
  assert_verdict ("-ERR [AUTH] no", 0, TAUBE_ERROR_AUTH, 0);
  assert_verdict ("-ERR [IN-USE] locked", 0, TAUBE_ERROR_THROTTLED, 30);
  assert_verdict ("-ERR [LOGIN-DELAY] wait", 0, TAUBE_ERROR_THROTTLED, 60);
  assert_verdict ("-ERR [LOGIN-DELAY] wait", 300, TAUBE_ERROR_THROTTLED, 300);
  assert_verdict ("-ERR [SYS/TEMP] disk", 300, TAUBE_ERROR_THROTTLED, 60);
  assert_verdict ("-ERR [SYS/PERM] ask the postmaster", 0, TAUBE_ERROR_PERMISSION, 0);
  assert_verdict ("-ERR [UTF8] no", 0, TAUBE_ERROR_NOT_SUPPORTED, 0);
  assert_verdict ("-ERR [X-WHATEVER] no", 0, TAUBE_ERROR_AUTH, 0);
}

/* Servers that say it in words only. */
static void
test_words (void)
{
  assert_verdict ("-ERR no", 0, TAUBE_ERROR_AUTH, 0);
  assert_verdict ("-ERR Authentication failed.", 0, TAUBE_ERROR_AUTH, 0);
  assert_verdict ("-ERR maildrop already locked", 0, TAUBE_ERROR_THROTTLED, 30);
  assert_verdict ("-ERR Unable to lock maildrop: Mailbox is locked by POP server", 0, TAUBE_ERROR_THROTTLED, 30);
  assert_verdict ("-ERR [ALERT] Temporarily unavailable", 0, TAUBE_ERROR_THROTTLED, 60);
  assert_verdict ("-ERR login too frequent", 120, TAUBE_ERROR_THROTTLED, 60);
  /* A code says more than the words. */
  assert_verdict ("-ERR [AUTH] try again later with the right password", 0, TAUBE_ERROR_AUTH, 0);
}

static void
assert_quoted (const char *line, const char *expected)
{
  Pop3Response response;
  g_autofree char *text = NULL;

  g_assert_true (pop3_response_parse (line, strlen (line), &response));
  text = pop3_errors_quote_server (&response);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_quotes (void)
{
  g_autofree char *much = g_strnfill (1000, 'x');
  g_autofree char *line = g_strconcat ("-ERR ", much, NULL);
  g_autofree char *text = NULL;
  Pop3Response response;

  assert_quoted ("-ERR", "-ERR");
  assert_quoted ("-ERR no such message", "no such message");
  assert_quoted ("-ERR [IN-USE]", "[IN-USE]");
  assert_quoted ("-ERR [SYS/TEMP] full", "[SYS/TEMP] full");
  assert_quoted ("-ERR a\033b", "a b");
  g_assert_true (pop3_response_parse (line, strlen (line), &response));
  text = pop3_errors_quote_server (&response);
  g_assert_cmpuint (strlen (text), <=, 410);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/errors/codes", test_codes);
  g_test_add_func ("/pop3/errors/words", test_words);
  g_test_add_func ("/pop3/errors/quotes", test_quotes);
  return g_test_run ();
}
