/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-message-source-private.h"

#include <taube/taube-error.h>

#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

#include "core/taube-crlf.h"

static char *spool_dir;

/* Streams that cannot be sought: a pipe that holds TEXT. */
static GInputStream *
make_pipe (const char *text, gsize length)
{
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], text, length), ==, (gssize) length);
  close (ends[1]);
  return g_unix_input_stream_new (ends[0], TRUE);
}

static TaubeMessageSource *
source_from (const char *text, gsize length)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);

  return taube_message_source_new_from_bytes (bytes);
}

static char *
read_in (GInputStream *in, gsize at_once)
{
  GString *text = g_string_new (NULL);
  g_autofree char *block = g_malloc (at_once);
  gssize n;

  while ((n = g_input_stream_read (in, block, at_once, NULL, NULL)) > 0)
    g_string_append_len (text, block, n);
  g_assert_cmpint (n, ==, 0);
  return g_string_free (text, FALSE);
}

static void
assert_opens (TaubeMessageSource *source, const char *expected)
{
  /* Again and again. */
  for (gsize at_once = 1; at_once < 40; at_once += 13)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GInputStream) in = taube_message_source_open (source, NULL, &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = read_in (in, at_once);
      g_assert_cmpstr (text, ==, expected);
    }
}

static const TaubeMessageFacts *
measure (TaubeMessageSource *source)
{
  g_autoptr (GError) error = NULL;

  taube_message_source_measure (source, NULL, &error);
  g_assert_no_error (error);
  return taube_message_source_get_facts (source);
}

static void
assert_unfit (TaubeMessageSource *source, TaubeError code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_message_source_measure (source, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, words));
}

static guint
count_files (void)
{
  g_autoptr (GDir) dir = g_dir_open (spool_dir, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Line ends. */

static void
test_line_ends (void)
{
  static const struct
  {
    const char *in;
    const char *out;
  } cases[] = {
    { "a\nb\n", "a\r\nb\r\n" }, { "a\r\nb\r\n", "a\r\nb\r\n" }, { "a\r\nb\nc", "a\r\nb\r\nc" },
    { "\n", "\r\n" },           { "\n\n\n", "\r\n\r\n\r\n" },   { "a\rb\r\r\n", "a\rb\r\r\n" },
    { "a\r", "a\r" },           { "\r\n\r\n", "\r\n\r\n" },     { "\n\r\n\r", "\r\n\r\n\r" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize at_once = 1; at_once < 6; at_once++)
      {
        g_autoptr (GInputStream) base = g_memory_input_stream_new_from_data (cases[i].in, -1, NULL);
        g_autoptr (GInputStream) in = taube_crlf_stream_new (base);
        g_autofree char *text = read_in (in, at_once);

        g_assert_cmpstr (text, ==, cases[i].out);
        g_assert_cmpuint (taube_crlf_stream_get_added (in), ==, strlen (cases[i].out) - strlen (cases[i].in));
      }
}

/* A carriage return is remembered from one piece to the next, wherever the pieces end. */
static void
test_line_ends_at_every_split (void)
{
  static const char text[] = "a\r\nb\n\nc\r\r\n\r\n";
  gsize length = strlen (text);

  for (gsize split = 0; split <= length; split++)
    {
      g_autoptr (GBytes) first = g_bytes_new (text, split);
      g_autoptr (GBytes) second = g_bytes_new (text + split, length - split);
      g_autoptr (GInputStream) base = g_memory_input_stream_new ();
      g_autoptr (GInputStream) in = NULL;
      g_autofree char *out = NULL;

      g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (base), first);
      g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (base), second);
      in = taube_crlf_stream_new (base);
      out = read_in (in, 100);
      g_assert_cmpstr (out, ==, "a\r\nb\r\n\r\nc\r\r\n\r\n");
    }
}

/* Facts. */

static void
test_facts (void)
{
  static const struct
  {
    const char *text;
    guint64 size;
    gboolean has_8bit_header;
    const char *message_id;
  } cases[] = {
    { "Subject: x\nMessage-ID: <a@b>\n\nCoo.\n", 39, FALSE, "<a@b>" },
    { "message-id:\r\n <a@b> \r\n\r\nCoo.", 28, FALSE, "<a@b>" },
    { "Subject: x\r\n\r\nMessage-ID: <a@b>\r\n", 33, FALSE, NULL },
    { "Subject: Gr\xc3\xbc\xc3\x9f" "e\r\n\r\nCoo.\r\n", 26, TRUE, NULL },
    { "Subject: x\r\n\r\nGr\xc3\xbc\xc3\x9f" "e\r\n", 23, FALSE, NULL },
    { "Message-ID: <a b@c>\r\n\r\n", 23, FALSE, NULL },
    { "Message-ID: <\xc3\xbc@c>\r\n\r\n", 22, TRUE, NULL },
    { "Coo.", 4, FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TaubeMessageSource) source = source_from (cases[i].text, strlen (cases[i].text));
      const TaubeMessageFacts *facts = measure (source);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpuint (facts->size, ==, cases[i].size);
      g_assert_false (facts->has_nul);
      g_assert_cmpint (facts->has_8bit_header, ==, cases[i].has_8bit_header);
      g_assert_cmpstr (facts->message_id, ==, cases[i].message_id);
    }
}

static void
test_nul (void)
{
  g_autoptr (TaubeMessageSource) source = source_from ("a\n\nb\0c\n", 7);

  g_assert_true (measure (source)->has_nul);
  g_assert_cmpuint (taube_message_source_get_facts (source)->size, ==, 10);
}

static void
test_empty (void)
{
  g_autoptr (TaubeMessageSource) source = source_from ("", 0);

  assert_unfit (source, TAUBE_ERROR_INVALID, "empty");
}

static void
test_looks (void)
{
  static const char *const keywords[] = { "a", "b", NULL };
  g_autoptr (TaubeMessageSource) source = source_from ("x", 1);
  g_autoptr (GDateTime) date = g_date_time_new_now_utc ();

  g_assert_cmpuint (taube_message_source_get_flags (source), ==, TAUBE_MESSAGE_FLAGS_NONE);
  g_assert_null (taube_message_source_get_keywords (source)[0]);
  g_assert_null (taube_message_source_get_date (source));
  taube_message_source_set_flags (source, TAUBE_MESSAGE_FLAGS_SEEN);
  taube_message_source_set_keywords (source, keywords);
  taube_message_source_set_keywords (source, taube_message_source_get_keywords (source));
  taube_message_source_set_date (source, date);
  taube_message_source_set_date (source, taube_message_source_get_date (source));
  g_assert_cmpuint (taube_message_source_get_flags (source), ==, TAUBE_MESSAGE_FLAGS_SEEN);
  g_assert_true (g_strv_equal (taube_message_source_get_keywords (source), keywords));
  g_assert_true (taube_message_source_get_date (source) == date);
  taube_message_source_set_keywords (source, NULL);
  g_assert_null (taube_message_source_get_keywords (source)[0]);
}

/* Where it comes from. */

static void
test_seekable (void)
{
  g_autoptr (GInputStream) in = g_memory_input_stream_new_from_data ("xxxCoo.\n", -1, NULL);
  g_autoptr (TaubeMessageSource) source = NULL, right = NULL, wrong = NULL;

  g_input_stream_skip (in, 3, NULL, NULL);
  source = taube_message_source_new (in, -1);
  g_assert_cmpuint (measure (source)->size, ==, 6);
  assert_opens (source, "Coo.\r\n");
  g_assert_cmpuint (measure (source)->size, ==, 6);
  g_assert_false (g_input_stream_is_closed (in));

  g_seekable_seek (G_SEEKABLE (in), 3, G_SEEK_SET, NULL, NULL);
  right = taube_message_source_new (in, 5);
  measure (right);
  g_seekable_seek (G_SEEKABLE (in), 3, G_SEEK_SET, NULL, NULL);
  wrong = taube_message_source_new (in, 6);
  assert_unfit (wrong, TAUBE_ERROR_INVALID, "has 5 bytes and not 6");
  g_assert_cmpuint (count_files (), ==, 0);
}

static void
test_file (void)
{
  g_autofree char *path = g_build_filename (spool_dir, "letter", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_file (file);

  assert_unfit (source, TAUBE_ERROR_STORAGE, "letter");
  g_assert_true (g_file_set_contents (path, "Coo.\n", -1, NULL));
  g_assert_cmpuint (measure (source)->size, ==, 6);
  assert_opens (source, "Coo.\r\n");
  g_assert_true (g_file_set_contents (path, "Coo coo.\n", -1, NULL));
  g_assert_cmpuint (measure (source)->size, ==, 10);
  unlink (path);
}

/* What can be read once is kept in a file that has no name. */
static void
test_unseekable (void)
{
  g_autoptr (GInputStream) in = make_pipe ("Message-ID: <a@b>\n\nCoo.\n", 24);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new (in, -1);
  const TaubeMessageFacts *facts = measure (source);

  g_assert_cmpuint (facts->size, ==, 27);
  g_assert_cmpstr (facts->message_id, ==, "<a@b>");
  g_assert_cmpuint (count_files (), ==, 0);
  assert_opens (source, "Message-ID: <a@b>\r\n\r\nCoo.\r\n");
  g_assert_cmpuint (measure (source)->size, ==, 27);
  assert_opens (source, "Message-ID: <a@b>\r\n\r\nCoo.\r\n");
}

static void
test_unseekable_size (void)
{
  g_autoptr (GInputStream) in = make_pipe ("Coo.\n", 5), more = make_pipe ("Coo.\n", 5);
  g_autoptr (TaubeMessageSource) right = taube_message_source_new (in, 5);
  g_autoptr (TaubeMessageSource) wrong = taube_message_source_new (more, 4);

  g_assert_cmpuint (measure (right)->size, ==, 6);
  assert_unfit (wrong, TAUBE_ERROR_INVALID, "has 5 bytes and not 4");
  assert_unfit (wrong, TAUBE_ERROR_INVALID, "read before");
}

/* Half of a message is none: what was lost with a call that was cancelled is not left out by the next. */
static void
test_unseekable_cancelled (void)
{
  g_autoptr (GInputStream) in = make_pipe ("Coo.\n", 5);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new (in, -1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (taube_message_source_measure (source, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_unfit (source, TAUBE_ERROR_INVALID, "read before");
}

int
main (int argc, char **argv)
{
  int code;

  /* Before there are threads. */
  spool_dir = g_dir_make_tmp ("taube-test-XXXXXX", NULL);
  g_setenv ("TMPDIR", spool_dir, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-source/line-ends", test_line_ends);
  g_test_add_func ("/message-source/line-ends-at-every-split", test_line_ends_at_every_split);
  g_test_add_func ("/message-source/facts", test_facts);
  g_test_add_func ("/message-source/nul", test_nul);
  g_test_add_func ("/message-source/empty", test_empty);
  g_test_add_func ("/message-source/looks", test_looks);
  g_test_add_func ("/message-source/seekable", test_seekable);
  g_test_add_func ("/message-source/file", test_file);
  g_test_add_func ("/message-source/unseekable", test_unseekable);
  g_test_add_func ("/message-source/unseekable-size", test_unseekable_size);
  g_test_add_func ("/message-source/unseekable-cancelled", test_unseekable_cancelled);
  code = g_test_run ();
  rmdir (spool_dir);
  g_free (spool_dir);
  return code;
}
