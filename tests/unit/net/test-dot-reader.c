/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-dot-reader.h>

#include <taube/taube-error.h>
#include <string.h>

/* Feeds WIRE in pieces of STEP bytes. Gives the text; REST gets what followed its end, NULL when there was no end. */
static char *
read_text (const char *wire, gsize step, guint64 limit, char **rest, GError **error)
{
  TaubeDotReader reader = { .limit = limit };
  TaubeBuffer buffer = { 0 };
  GString *text = g_string_new (NULL);
  gsize fed = 0, wire_length = strlen (wire), length = 1;
  TaubeParse result = TAUBE_PARSE_MORE;
  const guint8 *data;

  *rest = NULL;
  while (result != TAUBE_PARSE_ERROR && length > 0)
    {
      result = taube_dot_reader_next (&reader, &buffer, &data, &length, error);
      if (result == TAUBE_PARSE_VALUE)
        g_string_append_len (text, (const char *) data, (gssize) length);
      if (result != TAUBE_PARSE_MORE)
        continue;
      length = 1;
      if (fed == wire_length)
        break;
      taube_buffer_append (&buffer, wire + fed, MIN (step, wire_length - fed));
      fed += MIN (step, wire_length - fed);
    }
  if (result == TAUBE_PARSE_VALUE && length == 0)
    {
      taube_buffer_append (&buffer, wire + fed, wire_length - fed);
      *rest = g_strndup (buffer.data != NULL ? (const char *) taube_buffer_peek (&buffer) : "",
                         taube_buffer_length (&buffer));
    }
  taube_buffer_clear (&buffer);
  return g_string_free (text, FALSE);
}

static const struct
{
  const char *name;
  const char *wire;
  const char *text;
  const char *rest; /* NULL: no end */
} cases[] = {
  { "plain", "Subject: x\r\n\r\nbody\r\n.\r\n+OK", "Subject: x\r\n\r\nbody\r\n", "+OK" },
  { "empty", ".\r\nrest", "", "rest" },
  { "stuffed", "..\r\n...\r\n..a\r\na.\r\na..b\r\n.\r\n", ".\r\n..\r\n.a\r\na.\r\na..b\r\n", "" },
  { "end-without-cr", "a\r\n.\nrest", "a\r\n", "rest" },
  { "lone-lf-lines", "a\n..b\n\n.\nrest", "a\n.b\n\n", "rest" },
  { "missing-stuffing", "a\r\n.b\r\n.\rc\r\n.\r\n", "a\r\n.b\r\n.\rc\r\n", "" },
  { "dot-inside", "a.\r\nb\r\n.\r\n", "a.\r\nb\r\n", "" },
  { "no-end", "a\r\nb", "a\r\nb", NULL },
  { "undecided-end", "a\r\n.", "a\r\n", NULL },
  { "undecided-end-cr", "a\r\n.\r", "a\r\n", NULL },
  { "no-crlf-before-dot", "a.\r\n", "a.\r\n", NULL },
  { "two-texts", "a\r\n.\r\nb\r\n.\r\n", "a\r\n", "b\r\n.\r\n" },
};

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  for (gsize step = 1; step <= strlen (cases[i].wire); step++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *rest = NULL;
      g_autofree char *text = read_text (cases[i].wire, step, 1000, &rest, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_cmpstr (rest, ==, cases[i].rest);
    }
}

static void
test_limit (void)
{
  for (gsize step = 1; step <= 9; step++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) exact_error = NULL;
      g_autofree char *rest = NULL;
      g_autofree char *exact_rest = NULL;
      g_autofree char *text = read_text ("1234567\r\n.\r\n", step, 8, &rest, &error);
      g_autofree char *exact = read_text ("123456\r\n.\r\n", step, 8, &exact_rest, &exact_error);

      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
      g_assert_cmpuint (strlen (text), <=, 8);
      g_assert_no_error (exact_error);
      g_assert_cmpstr (exact_rest, ==, "");
    }
}

/* Stuffing by the book and reading it back gives every text again. */
static void
test_inverse (void)
{
  static const char alphabet[] = "a.\n";

  for (guint code = 0; code < 6561; code++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) wire = g_string_new (NULL);
      g_autofree char *got = NULL;
      g_autofree char *rest = NULL;

      for (guint i = 0, left = code; i < 8; i++, left /= 3)
        g_string_append_c (text, alphabet[left % 3]);
      g_string_append_c (text, '\n');
      for (gsize i = 0; i < text->len; i++)
        {
          if (text->str[i] == '.' && (i == 0 || text->str[i - 1] == '\n'))
            g_string_append_c (wire, '.');
          g_string_append_c (wire, text->str[i]);
        }
      g_string_append (wire, ".\r\n");
      got = read_text (wire->str, 1 + code % 5, 1000, &rest, NULL);
      g_assert_cmpstr (got, ==, text->str);
      g_assert_cmpstr (rest, ==, "");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/net/dot-reader/", cases[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/net/dot-reader/limit", test_limit);
  g_test_add_func ("/net/dot-reader/inverse", test_inverse);
  return g_test_run ();
}
