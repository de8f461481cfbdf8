/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-pieces.h"
#include "imap-test.h"

/* The pieces of a set, for a server that takes commands of so many bytes: "1:1000|1001:1200|". */
static char *
cut (const char *set, guint max_bytes, guint32 most)
{
  ImapQuirks quirks = { 0 };
  GString *out = g_string_new (NULL);
  ImapSeqset *piece;
  ImapPieces pieces;

  quirks.max_command_bytes = max_bytes + 200; /* for the rest of the command */
  imap_pieces_init (&pieces, set[0] != '\0' ? imap_seqset_parse (set, -1, NULL) : imap_seqset_new ());
  while ((piece = imap_pieces_take (&pieces, &quirks, most)) != NULL)
    {
      g_autofree char *text = imap_seqset_to_string (piece);
      g_autoptr (ImapSeqset) rest = imap_pieces_get_rest (&pieces);
      g_autofree char *rest_text = imap_seqset_to_string (rest);

      g_assert_cmpuint (strlen (text), <=, max_bytes);
      g_assert_cmpint (imap_pieces_is_empty (&pieces), ==, rest_text[0] == '\0');
      g_string_append_printf (out, "%s|", text);
      imap_seqset_free (piece);
    }
  imap_pieces_clear (&pieces);
  return g_string_free (out, FALSE);
}

#define assert_cut_to(set, max_bytes, most, expected) \
  G_STMT_START \
  { \
    g_autofree char *cut__ = cut (set, max_bytes, most); \
    g_assert_cmpstr (cut__, ==, expected); \
  } \
  G_STMT_END

#define assert_cut(set, max_bytes, expected) assert_cut_to (set, max_bytes, G_MAXUINT32, expected)

static void
test_take (void)
{
  assert_cut_to ("1:25,40", 8000, 10, "1:10|11:20|21:25,40|");
  assert_cut ("", 8000, "");
  assert_cut ("7", 8000, "7|");
  assert_cut ("1:1000", 8000, "1:1000|");
  assert_cut ("1:2500", 8000, "1:1000|1001:2000|2001:2500|");
  assert_cut ("1:999,2000:2001", 8000, "1:999,2000|2001|");
  assert_cut ("1,3,5,7,9", 44, "1,3|5,7|9|");
  assert_cut ("1,3,5", 22, "1|3|5|");
  assert_cut ("4294967000:4294967295", 8000, "4294967000:4294967295|");
}

static void
test_subtract (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    const char *rest;
  } cases[] = {
    { "1:10", "1:10", "" },       { "1:10", "20", "1:10" },      { "1:10", "3,5:6", "1:2,4,7:10" },
    { "1:10", "1", "2:10" },      { "1:10", "10", "1:9" },       { "1:3,7:9", "2:8", "1,9" },
    { "5", "1:10", "" },          { "1,3,5", "3", "1,5" },       { "1:4294967295", "2:4294967294", "1,4294967295" },
    { "4294967295", "4294967295", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ImapSeqset) a = imap_seqset_parse (cases[i].a, -1, NULL);
      g_autoptr (ImapSeqset) b = imap_seqset_parse (cases[i].b, -1, NULL);
      g_autoptr (ImapSeqset) rest = imap_pieces_subtract (a, b);
      g_autofree char *text = imap_seqset_to_string (rest);

      g_assert_cmpstr (text, ==, cases[i].rest);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/pieces/take", test_take);
  g_test_add_func ("/imap/pieces/subtract", test_subtract);
  return g_test_run ();
}
