/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-roster.h"

#include <taube/taube-enums.h>

#define N_MASS 100000

/* Against an array, which needs no thought. */
static void
assert_same (ImapRoster *roster, GArray *plain)
{
  guint cursor = 0, unread = 0;
  ImapMember member;

  g_assert_cmpuint (imap_roster_get_size (roster), ==, plain->len);
  for (guint i = 0; i < plain->len; i++)
    {
      ImapMember expected = g_array_index (plain, ImapMember, i);
      guint rank;

      g_assert_true (imap_roster_next (roster, &cursor, &member));
      g_assert_cmpuint (member.uid, ==, expected.uid);
      g_assert_cmpuint (member.flags, ==, expected.flags);
      g_assert_cmpuint (imap_roster_get (roster, i).uid, ==, expected.uid);
      g_assert_true (imap_roster_find (roster, expected.uid, &rank));
      g_assert_cmpuint (rank, ==, i);
      unread += (expected.flags & TAUBE_MESSAGE_FLAGS_SEEN) == 0;
    }
  g_assert_false (imap_roster_next (roster, &cursor, &member));
  g_assert_cmpuint (imap_roster_get_unread (roster), ==, unread);
}

static void
note_uid (ImapMember member, gpointer user_data)
{
  g_array_append_val ((GArray *) user_data, member.uid);
}

static void
remove_range (ImapRoster *roster, GArray *plain, guint32 first, guint32 last)
{
  g_autoptr (GArray) gone = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint n = 0;

  imap_roster_remove_uids (roster, first, last, note_uid, gone);
  for (guint i = 0; i < plain->len;)
    {
      guint32 uid = g_array_index (plain, ImapMember, i).uid;

      if (uid < first || uid > last)
        {
          i++;
          continue;
        }
      g_assert_cmpuint (n, <, gone->len);
      g_assert_cmpuint (g_array_index (gone, guint32, n++), ==, uid);
      g_array_remove_index (plain, i);
    }
  g_assert_cmpuint (n, ==, gone->len);
}

static void
test_random (void)
{
  g_autoptr (ImapRoster) roster = imap_roster_new ();
  g_autoptr (GArray) plain = g_array_new (FALSE, FALSE, sizeof (ImapMember));
  guint32 uid = 0;

  for (guint i = 0; i < 4000; i++)
    {
      int dice = g_test_rand_int_range (0, 100);

      if (plain->len == 0 || dice < (i / 500 % 2 == 0 ? 60 : 25))
        {
          ImapMember member = { uid += g_test_rand_int_range (1, 4), g_test_rand_int_range (0, 64) };

          imap_roster_append (roster, member.uid, member.flags);
          g_array_append_val (plain, member);
        }
      else if (dice < 85)
        {
          guint rank = g_test_rand_int_range (0, plain->len);
          ImapMember member = imap_roster_remove (roster, rank);

          g_assert_cmpuint (member.uid, ==, g_array_index (plain, ImapMember, rank).uid);
          g_array_remove_index (plain, rank);
        }
      else if (dice < 97)
        {
          guint rank = g_test_rand_int_range (0, plain->len);
          guint32 flags = g_test_rand_int_range (0, 64);

          imap_roster_set_flags (roster, rank, flags);
          g_array_index (plain, ImapMember, rank).flags = flags;
        }
      else
        {
          guint32 first = g_test_rand_int_range (0, uid + 1);

          remove_range (roster, plain, first, first + g_test_rand_int_range (0, 12));
        }
      g_assert_cmpuint (imap_roster_get_last_uid (roster), ==, uid);
      if (i % 16 == 0 || plain->len < 70)
        assert_same (roster, plain);
    }
}

static ImapRoster *
make_large (void)
{
  ImapRoster *roster = imap_roster_new ();

  for (guint32 uid = 1; uid <= N_MASS; uid++)
    imap_roster_append (roster, uid, 0);
  return roster;
}

/* Another device empties a mailbox, and each message that goes is told by its number. The array that was here before
 * moved half of the others for each: 5,000,000,000 steps. */
static void
test_mass_expunge (gconstpointer order)
{
  g_autoptr (ImapRoster) roster = make_large ();
  guint64 before = imap_roster_get_steps (roster);

  for (guint left = N_MASS; left > 0; left--)
    switch (GPOINTER_TO_INT (order))
      {
      case 0:
        imap_roster_remove (roster, 0);
        break;
      case 1:
        imap_roster_remove (roster, left - 1);
        break;
      default:
        imap_roster_remove (roster, g_test_rand_int_range (0, left));
      }
  g_test_message ("%" G_GUINT64_FORMAT " steps", imap_roster_get_steps (roster) - before);
  g_assert_cmpuint (imap_roster_get_size (roster), ==, 0);
  g_assert_cmpuint (imap_roster_get_steps (roster) - before, <=, (guint64) N_MASS * 40);
}

static void
test_mass_vanish (void)
{
  g_autoptr (ImapRoster) roster = make_large ();
  g_autoptr (GArray) gone = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint64 before = imap_roster_get_steps (roster);

  for (guint32 uid = N_MASS; uid > 0; uid--)
    imap_roster_remove_uids (roster, uid, uid, note_uid, gone);
  g_assert_cmpuint (gone->len, ==, N_MASS);
  g_assert_cmpuint (imap_roster_get_steps (roster) - before, <=, (guint64) N_MASS * 60);
}

/* A server that left messages out, or does not count upwards, is slower to search, and nothing else. */
static void
test_disorder (void)
{
  g_autoptr (ImapRoster) roster = imap_roster_new ();
  g_autoptr (GArray) gone = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint rank = 99;

  imap_roster_append (roster, 5, 0);
  imap_roster_append (roster, 0, 0);
  imap_roster_append (roster, 9, 0);
  imap_roster_append (roster, 7, 0);
  g_assert_false (imap_roster_find (roster, 0, &rank));
  g_assert_true (imap_roster_find (roster, 7, &rank));
  g_assert_cmpuint (rank, ==, 3);
  imap_roster_remove (roster, 1);
  g_assert_true (imap_roster_find (roster, 7, &rank));
  g_assert_cmpuint (rank, ==, 2);
  imap_roster_remove_uids (roster, 6, 8, note_uid, gone);
  g_assert_cmpuint (gone->len, ==, 1);
  g_assert_cmpuint (imap_roster_get_size (roster), ==, 2);
  g_assert_false (imap_roster_find (roster, 7, &rank));
  g_assert_cmpuint (imap_roster_get_last_uid (roster), ==, 9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/roster/random", test_random);
  g_test_add_data_func ("/imap/roster/mass-expunge/first", GINT_TO_POINTER (0), test_mass_expunge);
  g_test_add_data_func ("/imap/roster/mass-expunge/last", GINT_TO_POINTER (1), test_mass_expunge);
  g_test_add_data_func ("/imap/roster/mass-expunge/random", GINT_TO_POINTER (2), test_mass_expunge);
  g_test_add_func ("/imap/roster/mass-vanish", test_mass_vanish);
  g_test_add_func ("/imap/roster/disorder", test_disorder);
  return g_test_run ();
}
