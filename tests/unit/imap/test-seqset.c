/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "imap-seqset.h"

static void
assert_set (const char *text, const char *expected, const char *normal, guint64 count)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ImapSeqset) set = imap_seqset_parse (text, -1, &error);
  g_autofree char *string = NULL;
  g_autofree char *sorted = NULL;

  g_assert_no_error (error);
  string = imap_seqset_to_string (set);
  g_assert_cmpstr (string, ==, expected);
  imap_seqset_normalize (set);
  sorted = imap_seqset_to_string (set);
  g_assert_cmpstr (sorted, ==, normal);
  g_assert_cmpuint (imap_seqset_count (set), ==, count);
}

static void
test_parse (void)
{
  assert_set ("1", "1", "1", 1);
  assert_set ("1,2,3", "1:3", "1:3", 3);
  assert_set ("5:1", "1:5", "1:5", 5);
  assert_set ("7,5:6,1", "7,5:6,1", "1,5:7", 4);
  assert_set ("1:3,2:9,20", "1:9,20", "1:9,20", 10);
  assert_set ("*", "*", "*", 1);
  assert_set ("*:5", "5:*", "5:*", 4294967291);
  assert_set ("*,3:5,*:4", "*,3:*", "3:*", 4294967293);
  assert_set ("4294967295", "4294967295", "4294967295", 1);
  assert_set ("4294967294,4294967295,*", "4294967294:4294967295,*", "4294967294:4294967295,*", 3);
  assert_set ("1:*", "1:*", "1:*", 4294967295);
}

/* S15: as many numbers as there can be are one range. */
static void
test_never_expanded (void)
{
  g_autoptr (ImapSeqset) set = imap_seqset_parse ("1:4294967295", -1, NULL);
  guint32 number;

  g_assert_cmpuint (set->n_ranges, ==, 1);
  g_assert_cmpuint (set->n_allocated, <, 100);
  g_assert_cmpuint (imap_seqset_count (set), ==, 4294967295);
  g_assert_true (imap_seqset_contains (set, 4294967295));
  g_assert_true (imap_seqset_get_nth (set, 4294967294, &number));
  g_assert_cmpuint (number, ==, 4294967295);
  g_assert_false (imap_seqset_get_nth (set, 4294967295, &number));
}

static void
test_wrong (void)
{
  static const char *const wrong[]
      = { "",    "0",    "1,",   ",1", "1:", ":1",         "1:0",          "a",     "1 2",
          "1-2", "1,,2", "1::2", "-1", "**", "4294967296", "1:4294967296", "1:2:3", "99999999999999999999" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (imap_seqset_parse (wrong[i], -1, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
    }
}

static void
test_contains (void)
{
  g_autoptr (ImapSeqset) set = imap_seqset_parse ("3,5:7,10:*", -1, NULL);
  g_autoptr (ImapSeqset) star = imap_seqset_parse ("*", -1, NULL);
  g_autofree char *text = NULL;

  for (guint i = 1; i < 20; i++)
    g_assert_cmpint (imap_seqset_contains (set, i), ==, i == 3 || (i >= 5 && i <= 7) || i >= 10);
  g_assert_false (imap_seqset_contains (star, 4294967295));
  imap_seqset_clear (set);
  g_assert_true (imap_seqset_is_empty (set));
  text = imap_seqset_to_string (set);
  g_assert_cmpstr (text, ==, "");
}

/* Long sets are cut into commands; put together again the pieces are the set. */
static void
test_pieces (void)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();

  for (guint i = 1; i <= 3000; i += i % 3 == 0 ? 5 : 1)
    imap_seqset_add (set, i * 1000 + i % 2);
  for (gsize max = 1; max < 200; max += 13)
    {
      g_autoptr (ImapSeqset) again = imap_seqset_new ();
      g_autofree char *expected = imap_seqset_to_string (set);
      g_autofree char *got = NULL;
      guint position = 0;
      char *piece;

      while ((piece = imap_seqset_next_piece (set, &position, max)) != NULL)
        {
          if (strchr (piece, ',') != NULL)
            g_assert_cmpuint (strlen (piece), <=, max);
          g_assert_true (imap_seqset_add_text (again, piece, strlen (piece), NULL));
          g_free (piece);
        }
      got = imap_seqset_to_string (again);
      g_assert_cmpstr (got, ==, expected);
    }
}

/* 100,000 UIDs in order are as many ranges as there are gaps. */
static void
test_compress (void)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();
  g_autofree char *text = NULL;

  for (guint i = 1; i <= 100000; i++)
    if (i != 500 && i != 70000)
      imap_seqset_add (set, i);
  text = imap_seqset_to_string (set);
  g_assert_cmpstr (text, ==, "1:499,501:69999,70001:100000");
}

/* All pairs of sets of up to eight numbers, against a bit for each. */
static void
test_subtract (void)
{
  for (guint a = 0; a < 256; a++)
    for (guint b = 0; b < 256; b++)
      {
        g_autoptr (ImapSeqset) left = imap_seqset_new ();
        g_autoptr (ImapSeqset) right = imap_seqset_new ();
        guint bits = 0;

        for (guint i = 0; i < 8; i++)
          {
            if (a & (1u << i))
              imap_seqset_add (left, i + 1);
            if (b & (1u << i))
              imap_seqset_add (right, i + 1);
          }
        imap_seqset_subtract (left, right);
        for (guint i = 0; i < left->n_ranges; i++)
          {
            g_assert_true (i == 0 || left->ranges[i].first > left->ranges[i - 1].last);
            for (guint32 n = left->ranges[i].first; n <= left->ranges[i].last; n++)
              bits |= 1u << (n - 1);
          }
        g_assert_cmpuint (bits, ==, a & ~b);
      }
}

static void
test_subtract_ends (void)
{
  g_autoptr (ImapSeqset) left = imap_seqset_parse ("1:4294967295", -1, NULL);
  g_autoptr (ImapSeqset) right = imap_seqset_parse ("1,7:9,4294967295", -1, NULL);
  g_autofree char *text = NULL;

  imap_seqset_subtract (left, right);
  text = imap_seqset_to_string (left);
  g_assert_cmpstr (text, ==, "2:6,10:4294967294");
}

static char *
normal (const char *text)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();

  g_assert_true (imap_seqset_add_text (set, text, strlen (text), NULL));
  imap_seqset_normalize (set);
  return imap_seqset_to_string (set);
}

static void
assert_algebra (const char *a_text, const char *b_text, const char *both, const char *minus, const char *joined)
{
  g_autoptr (ImapSeqset) a = imap_seqset_new ();
  g_autoptr (ImapSeqset) b = imap_seqset_new ();
  g_autoptr (ImapSeqset) found_both = NULL;
  g_autoptr (ImapSeqset) found_minus = NULL;
  g_autofree char *text = NULL;
  g_autofree char *text_minus = NULL;
  g_autofree char *text_joined = NULL;

  imap_seqset_add_text (a, a_text, strlen (a_text), NULL);
  imap_seqset_add_text (b, b_text, strlen (b_text), NULL);
  found_both = imap_seqset_common (a, b);
  found_minus = imap_seqset_minus (a, b);
  imap_seqset_join (a, b);
  text = imap_seqset_to_string (found_both);
  text_minus = imap_seqset_to_string (found_minus);
  text_joined = imap_seqset_to_string (a);
  g_assert_cmpstr (text, ==, both);
  g_assert_cmpstr (text_minus, ==, minus);
  g_assert_cmpstr (text_joined, ==, joined);
}

static void
test_algebra (void)
{
  assert_algebra ("", "", "", "", "");
  assert_algebra ("1:5", "", "", "1:5", "1:5");
  assert_algebra ("", "1:5", "", "", "1:5");
  assert_algebra ("1:10", "3,5:6,9:20", "3,5:6,9:10", "1:2,4,7:8", "1:20");
  assert_algebra ("3,5:6,9:20", "1:10", "3,5:6,9:10", "11:20", "1:20");
  assert_algebra ("1:4294967295", "2:4294967294", "2:4294967294", "1,4294967295", "1:4294967295");
  assert_algebra ("2,4,6", "1,3,5,7", "", "2,4,6", "1:7");
  assert_algebra ("1:3,7:9", "4:6", "", "1:3,7:9", "1:9");
}

static void
test_clip (void)
{
  static const char *const cases[][2]
      = { { "1:4294967295", "10:20" }, { "1:5", "" }, { "*", "" }, { "15:*", "15:20" }, { "1:9,21:30", "" },
          { "5:12,14,19:25", "10:12,14,19:20" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ImapSeqset) set = imap_seqset_parse (cases[i][0], -1, NULL);
      g_autoptr (ImapSeqset) part = imap_seqset_clip (set, 10, 20);
      g_autofree char *text = imap_seqset_to_string (part);
      g_autofree char *expected = normal (cases[i][1]);

      g_assert_cmpstr (text, ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/seqset/parse", test_parse);
  g_test_add_func ("/imap/seqset/s15-never-expanded", test_never_expanded);
  g_test_add_func ("/imap/seqset/wrong", test_wrong);
  g_test_add_func ("/imap/seqset/contains", test_contains);
  g_test_add_func ("/imap/seqset/pieces", test_pieces);
  g_test_add_func ("/imap/seqset/compress", test_compress);
  g_test_add_func ("/imap/seqset/subtract", test_subtract);
  g_test_add_func ("/imap/seqset/subtract-ends", test_subtract_ends);
  g_test_add_func ("/imap/seqset/algebra", test_algebra);
  g_test_add_func ("/imap/seqset/clip", test_clip);
  return g_test_run ();
}
