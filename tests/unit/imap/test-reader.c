/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-test.h"

static gboolean
accept_all (const ImapBodyInfo *info, gpointer user_data)
{
  return TRUE;
}

static gboolean
accept_bodies (const ImapBodyInfo *info, gpointer user_data)
{
  return g_str_has_prefix (info->item, "BODY[");
}

static void
test_lines (void)
{
  assert_dump ("* OK ready\r\n", "OK |ready|\n");
  assert_dump ("* 3 EXISTS\r\n* 1 RECENT\n* 2 EXPUNGE\r\n", "3 EXISTS\n1 RECENT\n2 EXPUNGE\n");
  assert_dump ("A1 OK done\r\nA2 NO sorry\r\nA3 BAD what\r\n", "A1 OK |done|\nA2 NO |sorry|\nA3 BAD |what|\n");
  assert_dump ("+ idling\r\n+\r\n+ \r\n+dGVzdA==\r\n", "+ |idling|\n+\n+\n+ |dGVzdA==|\n");
  assert_dump ("* ok\r\n* OK   \r\n* oK  two  words \t \r\n", "OK\nOK\nOK |two  words|\n");
  assert_dump ("* BYE\r\n* PREAUTH hello\r\n", "BYE\nPREAUTH |hello|\n");
  assert_dump ("* XFOO 1 (2)\r\n* 5 XBAR\r\n", "?XFOO 1 (2)\n5 ?XBAR\n");
  assert_dump ("A1 FETCH 5\r\nhello\r\n*\r\n* \r\n", "A1 ?FETCH 5\nhello ?\n?\n?\n");
  assert_dump ("* 99999999999 EXISTS\r\n", "?99999999999 EXISTS\n");
  assert_dump ("* OK half", "unfinished\n");
}

static void
test_codes (void)
{
  assert_dump ("* OK [UIDNEXT 4392] Predicted next UID\r\n", "OK [UIDNEXT 4392] |Predicted next UID|\n");
  assert_dump ("A1 OK [READ-WRITE] SELECT completed\r\n", "A1 OK [READ-WRITE] |SELECT completed|\n");
  assert_dump ("* OK [PERMANENTFLAGS (\\Answered a]b [c] \\*)] Limited\r\n",
               "OK [PERMANENTFLAGS (\\Answered a]b [c] \\*)] |Limited|\n");
  assert_dump ("* NO [BADCHARSET (UTF-8 \"x]y\")] no\r\n", "NO [BADCHARSET (UTF-8 \"x]y\")] |no|\n");
  assert_dump ("* OK [ALERT\r\n", "OK [ALERT] broken\n");
  assert_dump ("* OK [] text\r\n", "OK |text|\n");
  assert_dump ("* OK [PERMANENTFLAGS (\\Seen] text\r\n", "OK [PERMANENTFLAGS (\\Seen)!] |text| broken\n");
  assert_dump ("* NO [BADCHARSET ({5}\r\nUTF-8)] text {3}\r\n", "NO [BADCHARSET ({5}UTF-8)] |text {3}|\n");
}

static void
test_text_is_no_literal (void)
{
  assert_dump ("* OK see {5}\r\n* NO [ALERT] {5+}\r\nA1 OK {3}\r\n+ {7}\r\n",
               "OK |see {5}|\nNO [ALERT] |{5+}|\nA1 OK |{3}|\n+ |{7}|\n");
  assert_dump ("* LIST () \"/\" foo{5}\r\n* 1 EXISTS\r\n", "LIST () \"/\" foo{5}\n1 EXISTS\n");
  assert_dump ("* XFOO {} {a}\r\n* XFOO {a5}\r\n", "?XFOO {} {a}\n?XFOO {a5}\n");
}

static void
test_literals (void)
{
  assert_dump ("* LIST () \"/\" {3}\r\nfoo\r\n", "LIST () \"/\" {3}foo\n");
  assert_dump ("* LIST () \"/\" {3+}\r\nf\"o (X)\r\n", "LIST () \"/\" {3}f\"o (X)\n");
  assert_dump ("* LIST () \"/\" {0}\r\n\r\n", "LIST () \"/\" {0}\n");
  assert_dump ("* XFOO ({3}\r\na\r\n{2}\r\nbc ~{1}\r\nd \"e\") f\n", "?XFOO ({3}a\r\n {2}bc {1}d \"e\") f\n");
  assert_dump ("* XFOO {5}\r\nab", "unfinished\n");
}

static void
test_streamed_body (void)
{
  static const char stream[] = "* 12 FETCH (UID 5 BODY[] {10}\r\n0123456\r\n) FLAGS (\\Seen))\r\nA1 OK\r\n";
  static const char two[] = "* 1 FETCH (BODY[1]<0> {0}\r\n BINARY[2] ~{3}\r\nabc UID 7)\r\n";
  g_autofree char *all = dump_at_every_split (stream, strlen (stream), accept_all);
  g_autofree char *some = dump_at_every_split (two, strlen (two), accept_bodies);
  g_autofree char *both = dump_at_every_split (two, strlen (two), accept_all);

  g_assert_cmpstr (all, ==,
                   "body 12/5 BODY[] 10: 0123456\r\n) end\n"
                   "12 FETCH (UID 5 BODY[] <10 streamed> FLAGS (\\Seen))\nA1 OK\n");
  g_assert_cmpstr (some, ==,
                   "body 1/0 BODY[1]<0> 0:  end\n"
                   "1 FETCH (BODY[1]<0> <0 streamed> BINARY[2] {3}abc UID 7)\n");
  g_assert_cmpstr (both, ==,
                   "body 1/0 BODY[1]<0> 0:  end\nbody 1/0 BINARY[2] 3 binary: abc end\n"
                   "1 FETCH (BODY[1]<0> <0 streamed> BINARY[2] <3 streamed> UID 7)\n");
}

/* A literal that is not the value of an item of FETCH goes to no sink. */
static void
test_only_bodies_are_streamed (void)
{
  static const char stream[]
      = "* LIST () \"/\" {3}\r\nfoo\r\n* 1 FETCH (ENVELOPE ({2}\r\nab))\r\n* 1 FETCH {2}\r\nab\r\n";
  g_autofree char *dump = dump_at_every_split (stream, strlen (stream), accept_all);

  g_assert_cmpstr (dump, ==, "LIST () \"/\" {3}foo\n1 FETCH (ENVELOPE ({2}ab))\n1 FETCH {2}ab\n");
}

/* The data of a body is the read buffer itself. */
static void
test_body_is_not_copied (void)
{
  Feed feed;

  feed_init (&feed, NULL);
  imap_reader_set_body_filter (feed.reader, accept_all, NULL);
  feed_bytes (&feed, "* 1 FETCH (BODY[] {5}\r\nabcde)\r\n", 32);
  g_assert_cmpint (feed_next (&feed), ==, IMAP_PARSE_VALUE);
  g_assert_cmpint (feed_next (&feed), ==, IMAP_PARSE_VALUE);
  g_assert_cmpint (feed.event.type, ==, IMAP_EVENT_BODY_DATA);
  g_assert_true (feed.event.data == feed.buffer.data + 23);
  g_assert_cmpuint (feed.event.length, ==, 5);
  feed_clear (&feed);
}

static void
assert_error (const char *text, const TaubeLimits *limits, ImapBodyFilter filter, TaubeError code, const char *part)
{
  for (gsize chunk = 1; chunk < 1000000; chunk *= 1000)
    {
      ImapParse result = IMAP_PARSE_MORE;
      gsize length = strlen (text);
      Feed feed;

      feed_init (&feed, limits);
      imap_reader_set_body_filter (feed.reader, filter, NULL);
      for (gsize fed = 0; fed < length && result != IMAP_PARSE_ERROR; fed += MIN (chunk, length - fed))
        {
          feed_bytes (&feed, text + fed, MIN (chunk, length - fed));
          do
            result = feed_next (&feed);
          while (result == IMAP_PARSE_VALUE);
        }
      g_assert_cmpint (result, ==, IMAP_PARSE_ERROR);
      g_assert_error (feed.error, TAUBE_ERROR, (gint) code);
      g_assert_nonnull (strstr (feed.error->message, part));
      feed_clear (&feed);
    }
}

/* S12: sizes of literals that overflow, are negative or over the limit. */
static void
test_literal_sizes (void)
{
  TaubeLimits small = *taube_limits_get_default ();

  assert_error ("* LIST () \"/\" {4294967295}\r\n", NULL, NULL, TAUBE_ERROR_LIMIT, "4294967295");
  assert_error ("* LIST () \"/\" {99999999999}\r\n", NULL, NULL, TAUBE_ERROR_LIMIT, "99999999999");
  assert_error ("* LIST () \"/\" {99999999999+}\r\n", NULL, accept_all, TAUBE_ERROR_LIMIT, "99999999999");
  assert_error ("* LIST () \"/\" {9223372036854775807}\r\n", NULL, NULL, TAUBE_ERROR_LIMIT, "9223372036854775807");
  assert_error ("* LIST () \"/\" {9223372036854775808}\r\n", NULL, NULL, TAUBE_ERROR_PROTOCOL, "63 bits");
  assert_error ("* LIST () \"/\" {99999999999999999999999}\r\n", NULL, NULL, TAUBE_ERROR_PROTOCOL, "63 bits");
  assert_error ("* 1 FETCH (BODY[] {18446744073709551617}\r\n", NULL, accept_all, TAUBE_ERROR_PROTOCOL, "63 bits");
  assert_error ("* LIST () \"/\" {-5}\r\n", NULL, NULL, TAUBE_ERROR_PROTOCOL, "negative");
  assert_error ("* LIST () \"/\" {65537}\r\n", NULL, NULL, TAUBE_ERROR_LIMIT, "65537");
  small.body_bytes = 100000;
  assert_error ("* 1 FETCH (BODY[] {100001}\r\n", &small, accept_all, TAUBE_ERROR_LIMIT, "100001");
  assert_error ("* 1 FETCH (BODY[] {100000}\r\n", &small, NULL, TAUBE_ERROR_LIMIT, "100000");
}

static void
test_limits (void)
{
  TaubeLimits small = *taube_limits_get_default ();
  g_autofree char *ten = g_strnfill (2000, 'x');
  g_autofree char *line = g_strdup_printf ("* OK %s\r\n", ten);
  g_autofree char *search = g_strdup_printf ("* SEARCH %s\r\n", ten);
  g_autofree char *literals = g_strdup_printf ("* XFOO ({1000}\r\n%.1000s {1000}\r\n%.1000s {1000}\r\n", ten, ten);
  Feed feed;

  small.line_bytes = 1000;
  small.response_bytes = 2500;
  assert_error (line, &small, NULL, TAUBE_ERROR_LIMIT, "line of more than 1000");
  assert_error (ten, &small, NULL, TAUBE_ERROR_LIMIT, "line of more than 1000");
  assert_error (literals, &small, NULL, TAUBE_ERROR_LIMIT, "memory");
  /* one line of numbers for a large folder */
  feed_init (&feed, &small);
  g_assert_cmpuint (feed_response (&feed, search)->text_length, ==, 2000);
  feed_clear (&feed);
}

/* Many small values may take more room than their text: the arena has the last word. */
static void
test_memory_limit (void)
{
  TaubeLimits small = *taube_limits_get_default ();
  g_autoptr (GString) line = g_string_new ("* XFOO");

  small.response_bytes = 20000;
  for (guint i = 0; i < 5000; i++)
    g_string_append (line, " 1");
  g_string_append (line, "\r\n");
  assert_error (line->str, &small, NULL, TAUBE_ERROR_LIMIT, "memory");
}

/* S13: one line or literal that comes byte by byte is searched once. */
static void
test_linear (void)
{
  const gsize length = 1000000;
  Feed feed;
  ImapParse result = IMAP_PARSE_MORE;

  feed_init (&feed, NULL);
  taube_buffer_append (&feed.buffer, "* OK ", 5);
  for (gsize i = 0; i < length; i++)
    {
      g_assert_cmpint (result, ==, IMAP_PARSE_MORE);
      taube_buffer_append (&feed.buffer, "x", 1);
      result = feed_next (&feed);
    }
  taube_buffer_append (&feed.buffer, "\r\n", 2);
  g_assert_cmpint (feed_next (&feed), ==, IMAP_PARSE_VALUE);
  g_assert_cmpuint (feed.event.response->text_length, ==, length);
  g_assert_cmpuint (imap_reader_get_work (feed.reader), <, length + 100);

  taube_buffer_append (&feed.buffer, "* XFOO {60000}\r\n", 16);
  for (gsize i = 0; i < 60000; i++)
    {
      g_assert_cmpint (feed_next (&feed), ==, IMAP_PARSE_MORE);
      taube_buffer_append (&feed.buffer, "y", 1);
    }
  taube_buffer_append (&feed.buffer, "\r\n", 2);
  g_assert_cmpint (feed_next (&feed), ==, IMAP_PARSE_VALUE);
  g_assert_cmpuint (feed.event.response->values->length, ==, 60000);
  g_assert_cmpuint (imap_reader_get_work (feed.reader), <, length + 60000 + 200);
  feed_clear (&feed);
}

/* The reader knows when a connection may be parked, or upgraded to TLS. */
static void
test_idle (void)
{
  Feed feed;

  feed_init (&feed, NULL);
  g_assert_true (imap_reader_is_idle (feed.reader));
  feed_response (&feed, "* OK hi\r\n");
  g_assert_true (imap_reader_is_idle (feed.reader));
  feed_bytes (&feed, "*", 1);
  g_assert_cmpint (feed_next (&feed), ==, IMAP_PARSE_MORE);
  g_assert_false (imap_reader_is_idle (feed.reader));
  feed_response (&feed, " OK hi\r\n");
  g_assert_true (imap_reader_is_idle (feed.reader));
  feed_clear (&feed);
}

/* A parked connection keeps nothing of the last response, and none of an unfinished one is lost. */
static void
test_release_memory (void)
{
  Feed feed;

  feed_init (&feed, NULL);
  imap_reader_release_memory (feed.reader);
  feed_response (&feed, "* LIST () \"/\" a\r\n");
  imap_reader_release_memory (feed.reader);
  imap_reader_release_memory (feed.reader);
  g_assert_cmpuint (taube_arena_get_used (imap_reader_get_arena (feed.reader)), ==, 0);
  feed_bytes (&feed, "* LIST () \"/\" {3}\r\na", 20);
  g_assert_cmpint (feed_next (&feed), ==, IMAP_PARSE_MORE);
  imap_reader_release_memory (feed.reader);
  g_assert_cmpstr (feed_response (&feed, "bc\r\n")->values->next->next->text, ==, "abc");
  feed_clear (&feed);
}

/* NUL bytes within a line become question marks: no text ends early. */
static void
test_nul_in_line (void)
{
  static const char line[] = "* LIST () \"/\" \"a\0b\"\r\n";
  g_autofree char *dump = dump_at_every_split (line, sizeof (line) - 1, NULL);

  g_assert_cmpstr (dump, ==, "LIST () \"/\" \"a?b\"\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/reader/lines", test_lines);
  g_test_add_func ("/imap/reader/codes", test_codes);
  g_test_add_func ("/imap/reader/text-is-no-literal", test_text_is_no_literal);
  g_test_add_func ("/imap/reader/literals", test_literals);
  g_test_add_func ("/imap/reader/streamed-body", test_streamed_body);
  g_test_add_func ("/imap/reader/only-bodies-are-streamed", test_only_bodies_are_streamed);
  g_test_add_func ("/imap/reader/body-is-not-copied", test_body_is_not_copied);
  g_test_add_func ("/imap/reader/s12-literal-sizes", test_literal_sizes);
  g_test_add_func ("/imap/reader/limits", test_limits);
  g_test_add_func ("/imap/reader/memory-limit", test_memory_limit);
  g_test_add_func ("/imap/reader/s13-linear", test_linear);
  g_test_add_func ("/imap/reader/idle", test_idle);
  g_test_add_func ("/imap/reader/release-memory", test_release_memory);
  g_test_add_func ("/imap/reader/nul-in-line", test_nul_in_line);
  return g_test_run ();
}
