/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "imap-date.h"

static void
assert_date (const char *text, gint64 seconds, gint offset)
{
  gint64 got_seconds;
  gint got_offset;

  g_assert_true (imap_date_parse (text, strlen (text), &got_seconds, &got_offset));
  g_assert_cmpint (got_seconds, ==, seconds);
  g_assert_cmpint (got_offset, ==, offset);
}

static void
test_known (void)
{
  assert_date (" 1-Jan-1970 00:00:00 +0000", 0, 0);
  assert_date ("17-Jul-1996 02:44:25 -0700", 837596665, -25200);
  assert_date (" 5-Nov-2026 14:03:07 +0100", 1793883787, 3600);
  assert_date ("29-Feb-2024 23:59:60 +0000", 1709251200, 0);
  assert_date ("31-Dec-1969 23:59:59 +0000", -1, 0);
  assert_date (" 1-Jan-0001 00:00:00 +0000", -62135596800, 0);
  /* what servers get wrong */
  assert_date ("5-nov-2026 14:03:07 +0100", 1793883787, 3600);
  assert_date ("05-NOV-2026 14:03:07 +0545", 1793866687, 20700);
  assert_date (" 1-Jan-1970 00:00:00", 0, 0);
  assert_date (" 1-Jan-1970 00:00:00  +0000 ", 0, 0);
}

static void
test_wrong (void)
{
  static const char *const wrong[] = {
    "",
    " ",
    "NIL",
    "1-Jan-1970",
    "32-Jan-1970 00:00:00 +0000",
    " 0-Jan-1970 00:00:00 +0000",
    " 1-Foo-1970 00:00:00 +0000",
    " 1-Jan-1970 24:00:00 +0000",
    " 1-Jan-1970 00:60:00 +0000",
    " 1-Jan-1970 00:00:61 +0000",
    " 1-Jan-1970 00:00:00 +2400",
    " 1-Jan-1970 00:00:00 0000",
    " 1-Jan-1970 00:00:00 +00000",
    " 1-Jan-70 00:00:00 +0000 xx",
    "aa-Jan-1970 00:00:00 +0000",
    " 1-Jan-1970 00.00.00 +0000",
    " 1/Jan/1970 00:00:00 +0000",
    "Thu, 1 Jan 1970 00:00:00 +0000",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *copy = g_memdup2 (wrong[i], MAX (strlen (wrong[i]), 1));
      gint64 seconds;
      gint offset;

      g_assert_false (imap_date_parse (copy, strlen (wrong[i]), &seconds, &offset));
    }
}

/* GLib's calendar agrees, and what is written is read back. */
static void
test_inverse (void)
{
  for (gint64 seconds = -62135596800; seconds < 253402300799; seconds += 86400 * 13 + 3607)
    {
      gint offset = (seconds % 24) * 1800 / 60 * 60;
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
      g_autofree char *day = NULL;
      char text[IMAP_DATE_TIME_SIZE];
      gint64 seconds_again;
      gint offset_again;

      if (!imap_date_format (seconds, offset, text))
        continue;
      g_assert_cmpuint (strlen (text), ==, 26);
      g_assert_true (imap_date_parse (text, 26, &seconds_again, &offset_again));
      g_assert_cmpint (seconds_again, ==, seconds);
      g_assert_cmpint (offset_again, ==, offset);
      g_assert_true (imap_date_format_day (seconds, text));
      day = g_strdup_printf ("%d-%.3s-%04d", g_date_time_get_day_of_month (date),
                             &"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * (g_date_time_get_month (date) - 1)],
                             g_date_time_get_year (date));
      g_assert_cmpstr (text, ==, day);
    }
}

static void
test_out_of_range (void)
{
  char text[IMAP_DATE_TIME_SIZE];

  g_assert_false (imap_date_format (G_MAXINT64, 0, text));
  g_assert_false (imap_date_format (G_MININT64, 0, text));
  g_assert_false (imap_date_format (0, 86400, text));
  g_assert_false (imap_date_format (253402300799, 3600, text));
  g_assert_true (imap_date_format (253402300799, 0, text));
  g_assert_false (imap_date_format_day (G_MAXINT64, text));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/date/known", test_known);
  g_test_add_func ("/imap/date/wrong", test_wrong);
  g_test_add_func ("/imap/date/inverse", test_inverse);
  g_test_add_func ("/imap/date/out-of-range", test_out_of_range);
  return g_test_run ();
}
