/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-response.h"

#include <taube/taube-error.h>

#include <string.h>

/* "OK|code name|text", or "-" for what is no response. */
static char *
dump (const char *line)
{
  static const char *const statuses[] = { "OK", "ERR", "+" };
  Pop3Response response;

  if (!pop3_response_parse (line, strlen (line), &response))
    return g_strdup ("-");
  return g_strdup_printf ("%s|%.*s|%.*s", statuses[response.status], (int) response.code_length,
                          response.code_text != NULL ? response.code_text : "", (int) response.length, response.text);
}

static void
test_status_line (void)
{
  static const char *const cases[][2] = {
    { "+OK", "OK||" },
    { "+OK ready", "OK||ready" },
    { "+ok  ready  ", "OK||ready" },
    { "+OK\tready", "OK||ready" },
    { "+OK2 messages", "-" },
    { "-ERR", "ERR||" },
    { "-err no such message", "ERR||no such message" },
    { "-ERR: no", "ERR||: no" },
    { "-ERR [IN-USE] locked", "ERR|IN-USE|locked" },
    { "-ERR[IN-USE] locked", "ERR|IN-USE|locked" },
    { "-ERR [SYS/TEMP/DISK]", "ERR|SYS/TEMP/DISK|" },
    { "-ERR [AUTH]bad", "ERR|AUTH|bad" },
    { "-ERR [] no code", "ERR||[] no code" },
    { "-ERR [not a code] text", "ERR||[not a code] text" },
    { "-ERR [open", "ERR||[open" },
    { "+OK [x[y]] text", "OK||[x[y]] text" },
    { "+", "+||" },
    { "+ ", "+||" },
    { "+ dGVzdA==", "+||dGVzdA==" },
    { "+ [AUTH]", "+||[AUTH]" },
    { "+dGVzdA==", "-" },
    { "", "-" },
    { "* OK IMAP4rev1", "-" },
    { "220 smtp", "-" },
    { "+O", "-" },
    { "-ER", "-" },
    { "+OKAY", "-" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = dump (cases[i][0]);

      g_assert_cmpstr (found, ==, cases[i][1]);
    }
}

static void
test_codes (void)
{
  static const struct
  {
    const char *name;
    Pop3Code code;
  } cases[] = {
    { "AUTH", POP3_CODE_AUTH },
    { "auth", POP3_CODE_AUTH },
    { "AUTH/EXPIRED", POP3_CODE_AUTH },
    { "AUTHX", POP3_CODE_UNKNOWN },
    { "IN-USE", POP3_CODE_IN_USE },
    { "LOGIN-DELAY", POP3_CODE_LOGIN_DELAY },
    { "SYS/PERM", POP3_CODE_SYS_PERM },
    { "SYS/TEMP", POP3_CODE_SYS_TEMP },
    { "sys/temp/disk", POP3_CODE_SYS_TEMP },
    { "SYS", POP3_CODE_UNKNOWN },
    { "SYS/OTHER", POP3_CODE_UNKNOWN },
    { "UTF8", POP3_CODE_UTF8 },
    { "", POP3_CODE_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (pop3_code_from_name (cases[i].name, strlen (cases[i].name)), ==, cases[i].code);
}

static void
test_shown_text (void)
{
  g_autofree char *text = pop3_text_dup_utf8 ("a\033[31m\x7f\xff" "b", 9);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_null (strpbrk (text, "\033\x7f"));
}

/* Texts. */

static const TaubeParse more = TAUBE_PARSE_MORE;

/* The lines of TEXT joined by "|", "$" behind the last when the end was seen, "!" after an error. It comes in pieces of
 * CHUNK bytes behind the first FIRST ones. */
static char *
read_lines (const char *text, gsize length, gsize first, gsize chunk, gsize line_limit, guint64 lines_limit)
{
  g_auto (Pop3Lines) lines = { .line_limit = line_limit, .text_limit = 1000, .lines_limit = lines_limit };
  g_autoptr (GString) all = g_string_new (NULL);
  TaubeBuffer buffer = { 0 };
  TaubeParse result = more;
  gboolean ended = FALSE;

  for (gsize at = 0, n; at < length && !ended && result != TAUBE_PARSE_ERROR; at += n)
    {
      const char *line;
      gsize line_length;

      n = MIN (at == 0 && first > 0 ? first : chunk, length - at);
      taube_buffer_append (&buffer, text + at, n);
      while (!ended
             && (result = pop3_lines_next (&lines, &buffer, &line, &line_length, NULL)) == TAUBE_PARSE_VALUE)
        {
          ended = line == NULL;
          if (!ended)
            {
              g_string_append_len (all, line, (gssize) line_length);
              g_string_append_c (all, '|');
            }
        }
    }
  if (ended)
    g_string_append_printf (all, "$%zu", (size_t) taube_buffer_length (&buffer));
  if (result == TAUBE_PARSE_ERROR)
    g_string_append_c (all, '!');
  taube_buffer_clear (&buffer);
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* What is left behind the end depends on how it came, so it stands only where all came at once. */
static void
assert_lines (const char *text, gsize line_limit, guint64 lines_limit, const char *expected)
{
  gsize length = strlen (text);
  g_autofree char *whole = read_lines (text, length, length, 1, line_limit, lines_limit);

  g_assert_cmpstr (whole, ==, expected);
  for (gsize first = 1; first <= length; first++)
    for (gsize chunk = 1; chunk <= 3; chunk++)
      {
        g_autofree char *found = read_lines (text, length, first, chunk, line_limit, lines_limit);

        *strchrnul (found, '$') = '\0';
        g_assert_true (g_str_has_prefix (expected, found));
        g_assert_cmpuint (strlen (found), ==, strcspn (expected, "$"));
      }
}

static void
test_lines (void)
{
  assert_lines ("1 120\r\n2 200\r\n.\r\n", 100, 10, "1 120|2 200|$0");
  assert_lines ("1 120\r\n.\r\n+OK next", 100, 10, "1 120|$8");
  assert_lines (".\r\n", 100, 10, "$0");
  assert_lines ("\r\n\r\n.\r\n", 100, 10, "||$0");
  assert_lines ("..stuffed\r\n...\r\n.\r\n", 100, 10, ".stuffed|..|$0");
  assert_lines ("incomplete\r\n", 100, 10, "incomplete|");
}

/* Case 54: the end and the lines of servers that write no CR, or forget to put a dot before a dot. */
static void
test_lines_of_others (void)
{
  assert_lines ("a\nb\n.\n", 100, 10, "a|b|$0");
  assert_lines ("a\r\n.\n", 100, 10, "a|$0");
  assert_lines (".hidden\r\n.\r\n", 100, 10, ".hidden|$0");
  assert_lines ("a\rb\r\n.\r\n", 100, 10, "a\rb|$0");
}

static void
test_lines_limits (void)
{
  assert_lines ("12345\r\n.\r\n", 5, 10, "12345|$0");
  assert_lines ("123456\r\n.\r\n", 5, 10, "!");
  assert_lines ("123456789", 5, 10, "!");
  assert_lines ("a\r\nb\r\n.\r\n", 5, 2, "a|b|$0");
  assert_lines ("a\r\nb\r\nc\r\n.\r\n", 5, 2, "a|b|!");
}

static void
test_lines_of_endless_text (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *found = NULL;

  while (text->len < 2000)
    g_string_append (text, "0123456789\r\n");
  found = read_lines (text->str, text->len, 100, 100, 100, 10000);
  g_assert_true (g_str_has_suffix (found, "!"));
  g_assert_cmpuint (strlen (found), <, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/response/status-line", test_status_line);
  g_test_add_func ("/pop3/response/codes", test_codes);
  g_test_add_func ("/pop3/response/shown-text", test_shown_text);
  g_test_add_func ("/pop3/lines/splits", test_lines);
  g_test_add_func ("/pop3/lines/others", test_lines_of_others);
  g_test_add_func ("/pop3/lines/limits", test_lines_limits);
  g_test_add_func ("/pop3/lines/endless", test_lines_of_endless_text);
  return g_test_run ();
}
