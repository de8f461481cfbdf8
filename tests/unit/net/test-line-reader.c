/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-line-reader.h>

#include <taube/taube-error.h>
#include <string.h>

/* Feeds TEXT in pieces of STEP bytes and returns the lines, joined by '|'. */
static char *
read_lines (const char *text, gsize step, gsize limit, GError **error)
{
  TaubeLineReader reader = { .limit = limit };
  TaubeBuffer buffer = { 0 };
  GString *lines = g_string_new (NULL);
  gsize length = strlen (text);
  TaubeParse result = TAUBE_PARSE_MORE;

  for (gsize at = 0; at < length && result != TAUBE_PARSE_ERROR; at += step)
    {
      const char *line;
      gsize n;

      taube_buffer_append (&buffer, text + at, MIN (step, length - at));
      while ((result = taube_line_reader_next (&reader, &buffer, &line, &n, error)) == TAUBE_PARSE_VALUE)
        {
          g_string_append_len (lines, line, (gssize) n);
          g_string_append_c (lines, '|');
        }
    }
  taube_buffer_clear (&buffer);
  return g_string_free (lines, FALSE);
}

static void
test_every_split (void)
{
  static const char text[] = "* OK ready\r\n\r\nlone LF\n\nCR \r inside\r\n\r\r\nlast\r\nrest";

  for (gsize step = 1; step <= strlen (text); step++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *lines = read_lines (text, step, 100, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (lines, ==, "* OK ready||lone LF||CR \r inside|\r|last|");
    }
}

static void
test_limit (void)
{
  for (gsize step = 1; step <= 8; step++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *exact = read_lines ("12345\r\n12345\n", step, 5, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (exact, ==, "12345|12345|");
    }
  for (gsize step = 1; step <= 8; step++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *lines = read_lines ("1\r\n123456\r\n", step, 5, &error);

      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
      g_assert_cmpstr (lines, ==, "1|");
    }
}

static void
test_limit_without_line_end (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *lines = read_lines ("1234567", 1, 5, &error);

  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
  g_assert_cmpstr (lines, ==, "");
}

/* A line that arrives byte by byte must not be searched from its start each time. */
static void
test_scans_each_byte_once (void)
{
  TaubeLineReader reader = { .limit = 100 };
  TaubeBuffer buffer = { 0 };
  const char *line;
  gsize length;

  taube_buffer_append (&buffer, "abc", 3);
  g_assert_cmpint (taube_line_reader_next (&reader, &buffer, &line, &length, NULL), ==, TAUBE_PARSE_MORE);
  g_assert_cmpuint (reader.scanned, ==, 3);
  taube_buffer_append (&buffer, "\n", 1);
  g_assert_cmpint (taube_line_reader_next (&reader, &buffer, &line, &length, NULL), ==, TAUBE_PARSE_VALUE);
  g_assert_cmpuint (reader.scanned, ==, 0);
  taube_buffer_clear (&buffer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/line-reader/every-split", test_every_split);
  g_test_add_func ("/net/line-reader/limit", test_limit);
  g_test_add_func ("/net/line-reader/limit-without-line-end", test_limit_without_line_end);
  g_test_add_func ("/net/line-reader/scans-each-byte-once", test_scans_each_byte_once);
  return g_test_run ();
}
