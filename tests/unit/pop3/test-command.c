/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-command.h"

#include <taube/taube-error.h>

#include <string.h>

static void
assert_line (Pop3Command *command, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;
  const guint8 *data = pop3_command_finish (command, &length, &error);

  g_assert_no_error (error);
  text = g_strndup ((const char *) data, length);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (pop3_command_get_length (command), ==, length);
}

static void
assert_refused (Pop3Command *command, const char *words)
{
  g_autoptr (GError) error = NULL;
  gsize length;

  g_assert_null (pop3_command_finish (command, &length, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_lines (void)
{
  g_autoptr (Pop3Command) quit = pop3_command_new ("QUIT");
  g_autoptr (Pop3Command) top = pop3_command_new ("TOP");
  g_autoptr (Pop3Command) user = pop3_command_new ("USER");

  pop3_command_add_number (top, 18446744073709551615u);
  pop3_command_add_number (top, 0);
  pop3_command_add_rest (user, "user name", "Käthe Müller");
  assert_line (quit, "QUIT\r\n");
  assert_line (quit, "QUIT\r\n"); /* finishing twice changes nothing */
  assert_line (top, "TOP 18446744073709551615 0\r\n");
  assert_line (user, "USER Käthe Müller\r\n");
}

/* S8: nothing gets into a line that could end it. */
static void
test_injection (void)
{
  static const char *const bad[] = { "a\r\nDELE 1", "a\nDELE 1", "a\rb", "a\x01", "a\tb", "a\x7f", "" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (Pop3Command) user = pop3_command_new ("USER");
      g_autoptr (Pop3Command) pass = pop3_command_new ("PASS");
      g_autoptr (Pop3Command) apop = pop3_command_new ("APOP");
      g_autoptr (TaubeSecret) secret = taube_secret_new (bad[i]);

      pop3_command_add_rest (user, "user name", bad[i]);
      pop3_command_add_secret (pass, "password", secret);
      pop3_command_add_word (apop, "user name", bad[i]);
      assert_refused (user, "user name");
      assert_refused (pass, "password");
      assert_refused (apop, "user name");
    }
}

static void
test_space (void)
{
  g_autoptr (Pop3Command) apop = pop3_command_new ("APOP");

  pop3_command_add_word (apop, "user name", "two words");
  pop3_command_add_word (apop, "digest", "0123");
  assert_refused (apop, "user name");
}

static void
test_length (void)
{
  g_autofree char *most = g_strnfill (POP3_LINE_MAX - 7, 'x');
  g_autofree char *more = g_strnfill (POP3_LINE_MAX - 6, 'x');
  g_autoptr (TaubeSecret) secret = taube_secret_new (most);
  g_autoptr (TaubeSecret) longer = taube_secret_new (more);
  g_autoptr (Pop3Command) good = pop3_command_new ("PASS");
  g_autoptr (Pop3Command) bad = pop3_command_new ("PASS");
  g_autoptr (GError) error = NULL;
  gsize length;

  pop3_command_add_secret (good, "password", secret);
  pop3_command_add_secret (bad, "password", longer);
  g_assert_nonnull (pop3_command_finish (good, &length, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (length, ==, POP3_LINE_MAX);
  assert_refused (bad, "255");
}

static void
test_redaction (void)
{
  g_autoptr (TaubeSecret) secret = taube_secret_new ("open sesame");
  g_autoptr (Pop3Command) pass = pop3_command_new ("PASS");
  g_autoptr (Pop3Command) noop = pop3_command_new ("NOOP");
  const TaubeRedaction *parts;
  guint n;

  pop3_command_add_secret (pass, "password", secret);
  assert_line (pass, "PASS open sesame\r\n");
  parts = pop3_command_get_redactions (pass, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (parts[0].offset, ==, 5);
  g_assert_cmpuint (parts[0].length, ==, 11);
  pop3_command_get_redactions (noop, &n);
  g_assert_cmpuint (n, ==, 0);
}

static void
test_texts (void)
{
  static const struct
  {
    const char *verb;
    gint64 number;
    gboolean text;
  } cases[] = {
    { "CAPA", -1, TRUE },  { "LIST", -1, TRUE }, { "LIST", 7, FALSE }, { "UIDL", -1, TRUE }, { "UIDL", 1, FALSE },
    { "RETR", 1, TRUE },   { "TOP", 1, TRUE },   { "STAT", -1, FALSE }, { "DELE", 1, FALSE }, { "QUIT", -1, FALSE },
    { "RSET", -1, FALSE }, { "STLS", -1, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Pop3Command) command = pop3_command_new (cases[i].verb);
      gsize length;

      if (cases[i].number >= 0)
        pop3_command_add_number (command, (guint64) cases[i].number);
      g_assert_cmpint (pop3_command_is_multi_line (command), ==, cases[i].text);
      g_assert_nonnull (pop3_command_finish (command, &length, NULL));
      g_assert_cmpint (pop3_command_is_multi_line (command), ==, cases[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/command/lines", test_lines);
  g_test_add_func ("/pop3/command/injection", test_injection);
  g_test_add_func ("/pop3/command/space", test_space);
  g_test_add_func ("/pop3/command/length", test_length);
  g_test_add_func ("/pop3/command/redaction", test_redaction);
  g_test_add_func ("/pop3/command/texts", test_texts);
  return g_test_run ();
}
