/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-test.h"

static void
test_tokens (void)
{
  assert_dump ("* X a b  c\r\n", "?X a b c\n");
  assert_dump ("* X \"a b\" \"\" \"\\\"\\\\\"\r\n", "?X \"a b\" \"\" \"\"\\\"\n");
  assert_dump ("* X \"a\\\"b\\\\c\\d\" e\r\n", "?X \"a\"b\\cd\" e\n");
  assert_dump ("* X NIL nil \"NIL\" NILS (NIL)\r\n", "?X NIL nil \"NIL\" NILS (NIL)\n");
  assert_dump ("* X (a (b c) () d)(e)f\r\n", "?X (a (b c) () d) (e) f\n");
  assert_dump ("* X \"a\"\"b\"(\"c\")\r\n", "?X \"a\" \"b\" (\"c\")\n");
  assert_dump ("* X a(b)\"c\"d\r\n", "?X a (b) \"c\" d\n");
}

static void
test_broken (void)
{
  assert_dump ("* X (a (b\r\n", "?X (a (b)!)! broken\n");
  assert_dump ("* X a) b\r\n", "?X a b broken\n");
  assert_dump ("* X \"a b\r\n", "?X \"a b\"! broken\n");
  assert_dump ("* X \"a\\\r\n", "?X \"a\\\"! broken\n");
  assert_dump ("* X (\"a {2}\r\nbc)\r\n", "?X (\"a \"! {2}bc) broken\n");
}

static void
test_sections (void)
{
  assert_dump ("* 1 FETCH (BODY[HEADER.FIELDS (A \"B]\" C)]<0> {1}\r\nx UID 1)\r\n",
               "1 FETCH (BODY[HEADER.FIELDS (A \"B]\" C)]<0> {1}x UID 1)\n");
  assert_dump ("* 1 FETCH (body.peek[1.MIME] NIL BINARY.SIZE[1] 5)\r\n",
               "1 FETCH (body.peek[1.MIME] NIL BINARY.SIZE[1] 5)\n");
  /* a bracket in a flag is nothing special, nor is a section that is not closed */
  assert_dump ("* 1 FETCH (FLAGS (BODY[ a) UID 1)\r\n", "1 FETCH (FLAGS (BODY[ a) UID 1)\n");
  assert_dump ("* 1 FETCH (BODY[HEADER (A) UID 1)\r\n", "1 FETCH (BODY[HEADER (A) UID 1)\n");
  assert_dump ("* X (BODY[a b])\r\n", "?X (BODY[a b])\n");
}

static void
test_numbers (void)
{
  guint64 n;

  g_assert_true (imap_number_parse ("0", 1, &n) && n == 0);
  g_assert_true (imap_number_parse ("18446744073709551615", 20, &n) && n == G_MAXUINT64);
  g_assert_false (imap_number_parse ("18446744073709551616", 20, &n));
  g_assert_false (imap_number_parse ("99999999999999999999", 20, &n));
  g_assert_false (imap_number_parse ("184467440737095516150", 21, &n));
  g_assert_true (imap_number_parse ("000000000000000000000000001", 27, &n) && n == 1);
  g_assert_false (imap_number_parse ("", 0, &n));
  g_assert_false (imap_number_parse ("-1", 2, &n));
  g_assert_false (imap_number_parse ("+1", 2, &n));
  g_assert_false (imap_number_parse ("12a", 3, &n));
  g_assert_false (imap_number_parse ("0x10", 4, &n));
  g_assert_false (imap_number_parse ("1e400", 5, &n));
  g_assert_false (imap_number_parse ("1.5e+30", 7, &n));
  g_assert_false (imap_number_parse ("1e", 2, &n));
  g_assert_true (imap_number_parse ("1e3", 3, &n) && n == 1000);
}

static void
test_accessors (void)
{
  const ImapValue *value;
  ImapString string;
  guint32 number;
  Feed feed;

  feed_init (&feed, NULL);
  value = feed_response (&feed, "* X NIL foo \"bar\" () (1) 4294967295 4294967296\r\n")->values;
  g_assert_true (imap_value_get_nstring (value, &string));
  assert_string (string, NULL);
  g_assert_true (imap_value_get_astring (value, &string));
  assert_string (string, "NIL");
  value = value->next;
  g_assert_true (imap_value_is_atom (value, "FOO"));
  g_assert_true (imap_value_get_nstring (value, &string));
  assert_string (string, "foo");
  value = value->next;
  g_assert_false (imap_value_is_atom (value, "bar"));
  g_assert_true (imap_value_get_astring (value, &string));
  assert_string (string, "bar");
  value = value->next;
  g_assert_true (imap_value_get_nstring (value, &string));
  assert_string (string, NULL);
  g_assert_false (imap_value_get_astring (value, &string));
  value = value->next;
  g_assert_false (imap_value_get_nstring (value, &string));
  g_assert_false (imap_value_get_uint32 (value, &number));
  value = value->next;
  g_assert_true (imap_value_get_uint32 (value, &number));
  g_assert_cmpuint (number, ==, G_MAXUINT32);
  g_assert_false (imap_value_get_uint32 (value->next, &number));
  g_assert_false (imap_value_get_uint32 (NULL, &number));
  g_assert_false (imap_value_get_nstring (NULL, &string));
  g_assert_false (imap_value_get_astring (NULL, &string));
  feed_clear (&feed);
}

/* S15: a million parentheses cost neither stack nor the session. */
static void
test_depth (void)
{
  g_autofree char *open = g_strnfill (400000, '(');
  g_autofree char *close = g_strnfill (400000, ')');
  g_autofree char *matched = g_strdup_printf ("* X a %s b %s c\r\n", open, close);
  g_autofree char *unmatched = g_strdup_printf ("* X a %s\r\n", open);
  const ImapResponse *response;
  const ImapValue *value;
  guint depth = 0;
  Feed feed;

  feed_init (&feed, NULL);
  response = feed_response (&feed, matched);
  g_assert_true (response->broken);
  g_assert_cmpstr (response->values->text, ==, "a");
  g_assert_cmpstr (response->values->next->next->text, ==, "c");
  for (value = response->values->next; value != NULL; value = value->first)
    depth++;
  g_assert_cmpuint (depth, ==, taube_limits_get_default ()->nesting);
  g_assert_true (feed_response (&feed, unmatched)->broken);
  g_assert_false (feed_response (&feed, "* OK still there\r\n")->broken);
  feed_clear (&feed);
}

static void
test_list_items (void)
{
  TaubeLimits small = *taube_limits_get_default ();
  const ImapResponse *response;
  Feed feed;

  small.list_items = 3;
  feed_init (&feed, &small);
  response = feed_response (&feed, "* X (1 2 3) (1 2 3 4 (5 (6)) 7)\r\n");
  g_assert_true (response->broken);
  g_assert_false (response->values->broken);
  g_assert_cmpuint (response->values->next->length, ==, 3);
  g_assert_true (response->values->next->broken);
  feed_clear (&feed);
}

/* Nothing takes time that grows with the square of the line. */
static void
test_sections_are_linear (void)
{
  GString *line = g_string_new ("* 1 FETCH (");
  Feed feed;

  for (guint i = 0; i < 90000; i++)
    g_string_append (line, "BODY[\" ");
  g_string_append (line, "\r\n");
  feed_init (&feed, NULL);
  g_assert_true (feed_response (&feed, line->str)->broken);
  feed_clear (&feed);
  g_string_free (line, TRUE);
}

static void
test_text_for_people (void)
{
  g_autofree char *text = imap_text_dup_utf8 ("a\033[31m\tb\xff\xe2\x80\xae c", 14);
  g_autofree char *bytes = imap_string_dup_utf8 ((ImapString){ "gr\xfcn", 4 });

  g_assert_cmpstr (text, ==, "a [31m b\xef\xbf\xbd  c");
  g_assert_cmpstr (bytes, ==, "gr\xef\xbf\xbdn");
  g_assert_null (imap_string_dup_utf8 ((ImapString){ 0 }));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/value/tokens", test_tokens);
  g_test_add_func ("/imap/value/broken", test_broken);
  g_test_add_func ("/imap/value/sections", test_sections);
  g_test_add_func ("/imap/value/s18-numbers", test_numbers);
  g_test_add_func ("/imap/value/accessors", test_accessors);
  g_test_add_func ("/imap/value/s15-depth", test_depth);
  g_test_add_func ("/imap/value/list-items", test_list_items);
  g_test_add_func ("/imap/value/sections-are-linear", test_sections_are_linear);
  g_test_add_func ("/imap/value/text-for-people", test_text_for_people);
  return g_test_run ();
}
