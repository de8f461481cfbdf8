/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-reads.h"

#define N_MANY 10000

static void
assert_row (const GArray *rows, guint i, guint32 uid, guint32 flags)
{
  g_assert_cmpuint (i, <, rows->len);
  g_assert_cmpuint (g_array_index (rows, ImapRead, i).uid, ==, uid);
  g_assert_cmpuint (g_array_index (rows, ImapRead, i).flags, ==, flags);
}

/* Nothing is kept for nobody. */
static void
test_followers (void)
{
  g_autoptr (ImapReads) reads = imap_reads_new ();
  g_autoptr (GArray) before = NULL, after = NULL;
  ImapFollow *follow, *other;

  imap_reads_note (reads, 7, 1, 5);
  follow = imap_reads_follow (reads);
  other = imap_reads_follow (reads);
  before = imap_reads_take (follow, 7);
  g_assert_cmpuint (before->len, ==, 0);
  imap_reads_note (reads, 7, 1, 5);
  imap_reads_leave (follow);
  g_assert_true (imap_reads_is_followed (reads));
  imap_reads_leave (other);
  g_assert_false (imap_reads_is_followed (reads));
  imap_reads_note (reads, 7, 1, 5);
  follow = imap_reads_follow (reads);
  after = imap_reads_take (follow, 7);
  g_assert_cmpuint (after->len, ==, 0);
  imap_reads_leave (follow);
}

/* In the order of UIDs, and of each what was read last, also when it was given back in between. */
static void
test_order (void)
{
  g_autoptr (ImapReads) reads = imap_reads_new ();
  g_autoptr (GArray) rows = NULL, none = NULL;
  ImapFollow *follow;

  follow = imap_reads_follow (reads);
  imap_reads_note (reads, 7, 9, 1);
  imap_reads_note (reads, 7, 3, 2);
  imap_reads_note (reads, 7, 9, 3);
  rows = imap_reads_take (follow, 7);
  g_assert_cmpuint (rows->len, ==, 2);
  assert_row (rows, 0, 3, 2);
  assert_row (rows, 1, 9, 3);
  imap_reads_note (reads, 7, 3, 4);
  imap_reads_give_back (follow, 7, g_steal_pointer (&rows));
  rows = imap_reads_take (follow, 7);
  g_assert_cmpuint (rows->len, ==, 2);
  assert_row (rows, 0, 3, 4);
  assert_row (rows, 1, 9, 3);
  none = imap_reads_take (follow, 7);
  g_assert_cmpuint (none->len, ==, 0);
  imap_reads_leave (follow);
}

/* A folder that was made anew has other messages. */
static void
test_anew (void)
{
  g_autoptr (ImapReads) reads = imap_reads_new ();
  g_autoptr (GArray) rows = NULL, others = NULL;
  ImapFollow *follow;

  follow = imap_reads_follow (reads);
  imap_reads_note (reads, 7, 1, 5);
  imap_reads_note (reads, 8, 2, 6);
  rows = imap_reads_take (follow, 8);
  g_assert_cmpuint (rows->len, ==, 1);
  assert_row (rows, 0, 2, 6);
  imap_reads_note (reads, 8, 2, 6);
  others = imap_reads_take (follow, 7);
  g_assert_cmpuint (others->len, ==, 0);
  imap_reads_leave (follow);
}

/* Reading the same again and again does not cost more memory. */
static void
test_many (void)
{
  g_autoptr (ImapReads) reads = imap_reads_new ();
  g_autoptr (GArray) rows = NULL;
  ImapFollow *follow;

  follow = imap_reads_follow (reads);
  for (guint round = 0; round < 20; round++)
    for (guint uid = 1; uid <= N_MANY; uid++)
      imap_reads_note (reads, 7, uid, round);
  g_assert_cmpuint (imap_reads_get_size (follow), <=, 2 * N_MANY);
  rows = imap_reads_take (follow, 7);
  g_assert_cmpuint (rows->len, ==, N_MANY);
  for (guint i = 0; i < rows->len; i++)
    assert_row (rows, i, i + 1, 19);
  imap_reads_leave (follow);
}

/* Two watches of one folder: each has all. What is under way is expected by both. */
static void
test_two (void)
{
  g_autoptr (ImapReads) reads = imap_reads_new ();
  ImapFollow *first = imap_reads_follow (reads), *second = imap_reads_follow (reads);
  g_autoptr (GArray) rows = NULL, others = NULL;

  g_assert_false (imap_reads_are_expected (first));
  imap_reads_begin (reads);
  g_assert_true (imap_reads_are_expected (first));
  imap_reads_note (reads, 7, 3, 5);
  imap_reads_end (reads);
  rows = imap_reads_take (first, 7);
  g_assert_false (imap_reads_are_expected (first));
  g_assert_true (imap_reads_are_expected (second));
  others = imap_reads_take (second, 7);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpuint (others->len, ==, 1);
  assert_row (others, 0, 3, 5);
  imap_reads_leave (first);
  imap_reads_leave (second);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/reads/followers", test_followers);
  g_test_add_func ("/imap/reads/order", test_order);
  g_test_add_func ("/imap/reads/anew", test_anew);
  g_test_add_func ("/imap/reads/many", test_many);
  g_test_add_func ("/imap/reads/two", test_two);
  return g_test_run ();
}
