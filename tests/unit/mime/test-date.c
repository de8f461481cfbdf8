/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include <string.h>

typedef struct
{
  const char *text;
  gint64 seconds;
  int offset;
} Date;

/* 2026-11-23 12:34:56 UTC */
#define MOMENT G_GINT64_CONSTANT (1795437296)

static const Date dates[] = {
  /* RFC 5322 and its appendix A */
  { "Mon, 23 Nov 2026 12:34:56 +0000", MOMENT, 0 },
  { "Mon, 23 Nov 2026 13:34:56 +0100", MOMENT, 60 },
  { "Mon, 23 Nov 2026 07:04:56 -0530", MOMENT, -330 },
  { "Tue, 24 Nov 2026 02:34:56 +1400", MOMENT, 840 },
  { "Fri, 21 Nov 1997 09:55:06 -0600", 880127706, -360 },
  { "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)",
    -27723480, -210 },
  { "21 Nov 97 09:55:06 GMT", 880106106, 0 },
  { "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 880127706, -360 },
  { "1 Jan 1970 00:00:00 +0000", 0, 0 },
  { "1 Jan 2000 00:00 +0000", 946684800, 0 },
  { "29 Feb 2024 00:00:00 +0000", 1709164800, 0 },
  { "31 Dec 9999 23:59:59 +0000", G_GINT64_CONSTANT (253402300799), 0 },
  { "31 Dec 2016 23:59:60 +0000", 1483228800, 0 },
  /* names of zones */
  { "Mon, 23 Nov 2026 12:34:56 GMT", MOMENT, 0 },
  { "Mon, 23 Nov 2026 12:34:56 UT", MOMENT, 0 },
  { "Mon, 23 Nov 2026 12:34:56 Z", MOMENT, 0 },
  { "Mon, 23 Nov 2026 12:34:56 UTC", MOMENT, 0 },
  { "Mon, 23 Nov 2026 07:34:56 EST", MOMENT, -300 },
  { "Mon, 23 Nov 2026 05:34:56 pdt", MOMENT, -420 },
  { "Mon, 23 Nov 2026 14:34:56 CEST", MOMENT, 120 },
  { "Mon, 23 Nov 2026 12:34:56 K", MOMENT, 0 },
  { "Mon, 23 Nov 2026 12:34:56 Nowhere", MOMENT, 0 },
  { "Mon, 23 Nov 2026 13:34:56 GMT+0100", MOMENT, 60 },
  { "Mon, 23 Nov 2026 13:34:56 +01:00", MOMENT, 60 },
  { "Mon, 23 Nov 2026 13:34:56 +01", MOMENT, 60 },
  { "Mon, 23 Nov 2026 13:34:56 +0100 (CET)", MOMENT, 60 },
  { "Mon, 23 Nov 2026 12:34:56", MOMENT, 0 },
  { "Mon, 23 Nov 2026 12:34:56 +9999", MOMENT, 0 },
  { "Mon, 23 Nov 2026 12:34:56 +", MOMENT, 0 },
  { "Mon, 23 Nov 2026 12:34:56 -0000", MOMENT, 0 },
  /* what senders do */
  { "23 Nov 2026 12:34:56 +0000", MOMENT, 0 },
  { "Sun, 23 Nov 2026 12:34:56 +0000", MOMENT, 0 },
  { "Montag, 23 Nov 2026 12:34:56 +0000", MOMENT, 0 },
  { "Mon 23 Nov 2026 12:34:56 +0000", MOMENT, 0 },
  { "Mon,23 Nov 2026 12:34:56 +0000", MOMENT, 0 },
  { "mon, 23 NOV 2026 12:34:56 +0000", MOMENT, 0 },
  { "Mon, 23 November 2026 12:34:56 +0000", MOMENT, 0 },
  { "Mon, 23-Nov-2026 12:34:56 +0000", MOMENT, 0 },
  { "23-Nov-26 12:34:56 +0000", MOMENT, 0 },
  { "Mon, 23 Nov 126 12:34:56 +0000", MOMENT, 0 },
  { "Mon, 23 Nov 2026 12.34.56 +0000", MOMENT, 0 },
  { "Mon, 23 Nov 2026 12:34:56.789 +0000", MOMENT, 0 },
  { "Mon, 23 Nov 2026, 12:34:56 +0000", MOMENT, 0 },
  { "(one (two) \\) three) Mon, 23 Nov 2026 12:34:56 +0000", MOMENT, 0 },
  { "Mon Nov 23 12:34:56 2026", MOMENT, 0 },
  { "Mon Nov 23 12:34:56 GMT 2026", MOMENT, 0 },
  { "Mon Nov 23 13:34:56 2026 +0100", MOMENT, 60 },
  { "2026-11-23T12:34:56Z", MOMENT, 0 },
  { "2026-11-23 13:34:56 +01:00", MOMENT, 60 },
  { "2026-11-23", MOMENT - 45296, 0 },
  { "Mon, 23 Nov 2026", MOMENT - 45296, 0 },
  { "Mon, 1 Jan 49 00:00:00 +0000", G_GINT64_CONSTANT (2493072000), 0 },
  { "Mon, 1 Jan 50 00:00:00 +0000", -631152000, 0 },
  /* no dates */
  { "", 0, 99999 },
  { "   ", 0, 99999 },
  { "garbage", 0, 99999 },
  { "Mon", 0, 99999 },
  { "Mon,", 0, 99999 },
  { "Mon, 23", 0, 99999 },
  { "Mon, 23 Nov", 0, 99999 },
  { "Mon, 23 Nov x", 0, 99999 },
  { "Mon, 23 Foo 2026 12:34:56 +0000", 0, 99999 },
  { "Mon, 0 Nov 2026 12:34:56 +0000", 0, 99999 },
  { "Mon, 31 Nov 2026 12:34:56 +0000", 0, 99999 },
  { "29 Feb 2026 12:34:56 +0000", 0, 99999 },
  { "29 Feb 2100 12:34:56 +0000", 0, 99999 },
  { "Mon, 23 Nov 2026 24:00:00 +0000", 0, 99999 },
  { "Mon, 23 Nov 2026 12:60:00 +0000", 0, 99999 },
  { "Mon, 23 Nov 2026 12:34:61 +0000", 0, 99999 },
  { "Mon, 23 Nov 2026 123:34:56 +0000", 0, 99999 },
  { "Mon, 23 Nov 20266 12:34:56 +0000", 0, 99999 },
  { "Mon, 23 Nov 2 12:34:56 +0000", 0, 99999 },
  { "Mon, 99999999999999999999 Nov 2026", 0, 99999 },
  { "23 Nov 1899 00:00:00 +0000", 0, 99999 },
  { "((((((((", 0, 99999 },
  { "(\\", 0, 99999 },
  { "2026-13-01", 0, 99999 },
  { "2026-", 0, 99999 },
};

static void
test_date (gconstpointer data)
{
  const Date *date = data;
  g_autofree char *copy = g_memdup2 (date->text, MAX (strlen (date->text), 1));
  gint64 seconds = -1;
  int offset = -1;

  if (date->offset == 99999)
    {
      g_assert_false (taube_mime_parse_date (copy, strlen (date->text), &seconds, &offset));
      return;
    }
  g_assert_true (taube_mime_parse_date (copy, strlen (date->text), &seconds, &offset));
  g_assert_cmpint (seconds, ==, date->seconds);
  g_assert_cmpint (offset, ==, date->offset);
}

/* Cut anywhere, it is a date or it is none. */
static void
test_every_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (dates); i++)
    for (gsize length = 0; length < strlen (dates[i].text); length++)
      for (gsize from = 0; from <= length; from++)
        {
          g_autofree char *copy = g_memdup2 (dates[i].text + from, MAX (length - from, 1));
          gint64 seconds = 0;
          int offset = 0;

          taube_mime_parse_date (copy, length - from, &seconds, &offset);
          g_assert_cmpint (ABS (offset), <, 24 * 60);
          g_assert_cmpint (seconds, <, G_GINT64_CONSTANT (253402300800) + 86400);
          g_assert_cmpint (seconds, >=, G_GINT64_CONSTANT (-2208988800) - 86400);
        }
}

/* Every day of some years against GLib's calendar. */
static void
test_calendar (void)
{
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

  for (int year = 1900; year <= 2200; year += year < 1999 || year > 2030 ? 25 : 1)
    for (int month = 1; month <= 12; month++)
      for (int day = 1; day <= g_date_get_days_in_month ((GDateMonth) month, (GDateYear) year); day++)
        {
          g_autofree char *text = g_strdup_printf ("%d %s %d 01:02:03 +0000", day, months[month - 1], year);
          g_autoptr (GDateTime) expected = g_date_time_new_utc (year, month, day, 1, 2, 3);
          gint64 seconds;
          int offset;

          g_assert_true (taube_mime_parse_date (text, strlen (text), &seconds, &offset));
          g_assert_cmpint (seconds, ==, g_date_time_to_unix (expected));
        }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (dates); i++)
    {
      g_autofree char *path = g_strdup_printf ("/mime/date/%02u", i);

      g_test_add_data_func (path, &dates[i], test_date);
    }
  g_test_add_func ("/mime/date/every-cut", test_every_cut);
  g_test_add_func ("/mime/date/calendar", test_calendar);
  return g_test_run ();
}
