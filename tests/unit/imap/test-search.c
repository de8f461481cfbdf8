/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-search.h"
#include "imap-test.h"

typedef struct
{
  Feed feed;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  feed_init (&self->feed, NULL);
  self->feed.byte_by_byte = GPOINTER_TO_INT (data);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  feed_clear (&self->feed);
}

static void
assert_search (Fixture *self, const char *text, gboolean good, const char *expected, guint64 expected_modseq)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();
  g_autofree char *string = NULL;
  guint64 modseq;

  g_assert_cmpint (imap_decode_search (feed_response (&self->feed, text), set, &modseq), ==, good);
  string = imap_seqset_to_string (set);
  g_assert_cmpstr (string, ==, expected);
  if (good)
    g_assert_cmpuint (modseq, ==, expected_modseq);
}

static void
test_search (Fixture *self, gconstpointer data)
{
  assert_search (self, "* SEARCH\r\n", TRUE, "", 0);
  assert_search (self, "* SEARCH 2 3 6\r\n", TRUE, "2:3,6", 0);
  assert_search (self, "* SEARCH  4294967295  1 \r\n", TRUE, "4294967295,1", 0);
  assert_search (self, "* SEARCH 2 5 (MODSEQ 917162500)\r\n", TRUE, "2,5", 917162500);
  assert_search (self, "* SEARCH 1 0\r\n", FALSE, "1", 0);
  assert_search (self, "* SEARCH 1 4294967296 2\r\n", FALSE, "1", 0);
  assert_search (self, "* SEARCH 1 x\r\n", FALSE, "1", 0);
  assert_search (self, "* SEARCH 1 (MODSEQ x)\r\n", FALSE, "1", 0);
}

static void
test_sort (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint32));

  g_assert_true (imap_decode_sort (feed_response (&self->feed, "* SORT 5 3 4\r\n"), numbers));
  g_assert_cmpuint (numbers->len, ==, 3);
  g_assert_cmpuint (g_array_index (numbers, guint32, 1), ==, 3);
}

static void
test_esearch (Fixture *self, gconstpointer data)
{
  ImapEsearch esearch;

  g_assert_true (
      imap_decode_esearch (feed_response (&self->feed, "* ESEARCH (TAG \"A282\") UID MIN 2 COUNT 3 MAX 9 ALL 2,10:11 "
                                                       "MODSEQ 1236 PARTIAL (1:100 5:7) X-NEW (1)\r\n"),
                           &esearch));
  assert_string (esearch.tag, "A282");
  g_assert_true (esearch.uid);
  g_assert_cmphex (esearch.fields, ==, 0x3f);
  g_assert_cmpuint (esearch.min, ==, 2);
  g_assert_cmpuint (esearch.count, ==, 3);
  g_assert_cmpuint (esearch.max, ==, 9);
  g_assert_cmpuint (esearch.modseq, ==, 1236);
  assert_string (esearch.all, "2,10:11");
  assert_string (esearch.partial, "5:7");
  g_assert_true (imap_decode_esearch (feed_response (&self->feed, "* ESEARCH (TAG \"x\")\r\n"), &esearch));
  g_assert_false (esearch.uid);
  g_assert_true (imap_decode_esearch (feed_response (&self->feed, "* ESEARCH\r\n"), &esearch));
  g_assert_true (imap_decode_esearch (feed_response (&self->feed, "* ESEARCH UID COUNT 0\r\n"), &esearch));
  assert_string (esearch.tag, NULL);
  g_assert_false (imap_decode_esearch (feed_response (&self->feed, "* ESEARCH MIN x COUNT 5\r\n"), &esearch));
  g_assert_cmphex (esearch.malformed, ==, IMAP_ESEARCH_MIN);
  g_assert_cmpuint (esearch.count, ==, 5);
  g_assert_false (imap_decode_esearch (feed_response (&self->feed, "* ESEARCH ALL\r\n"), &esearch));
  g_assert_false (imap_decode_esearch (feed_response (&self->feed, "* ESEARCH PARTIAL ()\r\n"), &esearch));
}

/* A million hits are one line; nothing of it becomes a value. */
static void
test_large (Fixture *self, gconstpointer data)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();
  GString *line = g_string_new ("* SEARCH");

  for (guint i = 1; i <= 1000000; i++)
    g_string_append_printf (line, " %u", i);
  g_string_append (line, "\r\n");
  g_assert_true (imap_decode_search (feed_response (&self->feed, line->str), set, NULL));
  g_assert_cmpuint (set->n_ranges, ==, 1);
  g_assert_cmpuint (imap_seqset_count (set), ==, 1000000);
  g_string_free (line, TRUE);
}

static void
test_vanished (Fixture *self, gconstpointer data)
{
  ImapVanished vanished;

  g_assert_true (imap_decode_vanished (feed_response (&self->feed, "* VANISHED (EARLIER) 300:310,405\r\n"), &vanished));
  g_assert_true (vanished.earlier);
  assert_string (vanished.uids, "300:310,405");
  g_assert_true (imap_decode_vanished (feed_response (&self->feed, "* VANISHED 7\r\n"), &vanished));
  g_assert_false (vanished.earlier);
  g_assert_false (imap_decode_vanished (feed_response (&self->feed, "* VANISHED (EARLIER) (1)\r\n"), &vanished));
}

static void
assert_batches (Fixture *self, const char *text, gboolean good, const char *tag, const char *batches)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();
  g_autofree char *found = NULL;
  ImapString found_tag;

  g_assert_cmpint (imap_decode_uidbatches (feed_response (&self->feed, text), &found_tag, set), ==, good);
  if (!good)
    return;
  found = imap_seqset_to_string (set);
  g_assert_cmpstr (found, ==, batches);
  assert_string (found_tag, tag);
}

static void
test_uidbatches (Fixture *self, gconstpointer data)
{
  assert_batches (self, "* UIDBATCHES (TAG \"A143\") 215295:99696,99695:20351,7829:1\r\n", TRUE, "A143",
                  "99696:215295,20351:99695,1:7829");
  assert_batches (self, "* UIDBATCHES (TAG A1)\r\n", TRUE, "A1", "");
  assert_batches (self, "* UIDBATCHES 99:1\r\n", FALSE, NULL, NULL);
  assert_batches (self, "* UIDBATCHES () 99:1\r\n", FALSE, NULL, NULL);
  assert_batches (self, "* UIDBATCHES (TAG \"A1\") 99:x\r\n", FALSE, NULL, NULL);
  assert_batches (self, "* UIDBATCHES (TAG \"A1\") (99:1)\r\n", FALSE, NULL, NULL);
  assert_batches (self, "* UIDBATCHES\r\n", FALSE, NULL, NULL);
}

static gboolean
decode_limit (Fixture *self, const char *text, guint32 *limit, guint32 *lowest)
{
  return imap_decode_limit (feed_response (&self->feed, text), limit, lowest);
}

static void
test_limit (Fixture *self, gconstpointer data)
{
  guint32 limit = 0, lowest = 0;

  g_assert_true (decode_limit (self, "A1 OK [MESSAGELIMIT 1000 23007] partial\r\n", &limit, &lowest));
  g_assert_cmpuint (limit, ==, 1000);
  g_assert_cmpuint (lowest, ==, 23007);
  g_assert_true (decode_limit (self, "A1 NO [MESSAGELIMIT 1000] too many\r\n", &limit, &lowest));
  g_assert_cmpuint (lowest, ==, 0);
  g_assert_false (decode_limit (self, "A1 OK [MESSAGELIMIT] what\r\n", &limit, &lowest));
  g_assert_false (decode_limit (self, "A1 OK [MESSAGELIMIT 5 -1] what\r\n", &limit, &lowest));
  g_assert_false (decode_limit (self, "A1 OK done\r\n", &limit, &lowest));
}

static void
test_copyuid (Fixture *self, gconstpointer data)
{
  ImapCopyuid copyuid;

  g_assert_true (imap_decode_copyuid (
      feed_response (&self->feed, "A1 OK [COPYUID 38505 304,319:320 3956:3958] Done\r\n"), &copyuid));
  g_assert_cmpuint (copyuid.uidvalidity, ==, 38505);
  assert_string (copyuid.source, "304,319:320");
  assert_string (copyuid.target, "3956:3958");
  g_assert_true (imap_decode_copyuid (feed_response (&self->feed, "A1 OK [APPENDUID 38505 3955] Done\r\n"), &copyuid));
  assert_string (copyuid.source, NULL);
  assert_string (copyuid.target, "3955");
  g_assert_false (imap_decode_copyuid (feed_response (&self->feed, "A1 OK [COPYUID] Done\r\n"), &copyuid));
  g_assert_false (imap_decode_copyuid (feed_response (&self->feed, "A1 OK [COPYUID x 1 2] Done\r\n"), &copyuid));
  g_assert_false (imap_decode_copyuid (feed_response (&self->feed, "A1 OK Done\r\n"), &copyuid));
  g_assert_false (imap_decode_copyuid (feed_response (&self->feed, "A1 OK [UIDNEXT 4] Done\r\n"), &copyuid));
}

static void
test_code_number (Fixture *self, gconstpointer data)
{
  guint64 number;

  g_assert_true (
      imap_decode_code_number (feed_response (&self->feed, "* OK [HIGHESTMODSEQ 715194045007] x\r\n"), &number));
  g_assert_cmpuint (number, ==, G_GUINT64_CONSTANT (715194045007));
  g_assert_false (imap_decode_code_number (feed_response (&self->feed, "* OK [UIDNEXT] x\r\n"), &number));
  g_assert_false (imap_decode_code_number (feed_response (&self->feed, "* OK x\r\n"), &number));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_both_ways ("search/search", test_search);
  add_both_ways ("search/sort", test_sort);
  add_both_ways ("search/esearch", test_esearch);
  add_both_ways ("search/large", test_large);
  add_both_ways ("search/vanished", test_vanished);
  add_both_ways ("search/copyuid", test_copyuid);
  add_both_ways ("search/uidbatches", test_uidbatches);
  add_both_ways ("search/limit", test_limit);
  add_both_ways ("search/code-number", test_code_number);
  return g_test_run ();
}
