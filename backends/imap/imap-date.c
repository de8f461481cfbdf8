/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-date.h"

#include <string.h>

static const char month_names[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* Reads exactly COUNT digits; -1 when there are others. */
static inline int
read_digits (const char *text, guint count)
{
  int n = 0;

  for (guint i = 0; i < count; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return -1;
      n = n * 10 + (text[i] - '0');
    }
  return n;
}

#define MONTH(a, b, c) (((a) << 16 | (b) << 8 | (c)) | 0x202020)

static inline int
read_month (const char *text)
{
  switch (((guint8) text[0] << 16 | (guint8) text[1] << 8 | (guint8) text[2]) | 0x202020)
    {
    case MONTH ('j', 'a', 'n'):
      return 1;
    case MONTH ('f', 'e', 'b'):
      return 2;
    case MONTH ('m', 'a', 'r'):
      return 3;
    case MONTH ('a', 'p', 'r'):
      return 4;
    case MONTH ('m', 'a', 'y'):
      return 5;
    case MONTH ('j', 'u', 'n'):
      return 6;
    case MONTH ('j', 'u', 'l'):
      return 7;
    case MONTH ('a', 'u', 'g'):
      return 8;
    case MONTH ('s', 'e', 'p'):
      return 9;
    case MONTH ('o', 'c', 't'):
      return 10;
    case MONTH ('n', 'o', 'v'):
      return 11;
    case MONTH ('d', 'e', 'c'):
      return 12;
    default:
      return -1;
    }
}

/* Days since 1970 in the Gregorian calendar: years begin in March, so that the leap day is the last one. */
static gint64
days_from_civil (int year, int month, int day)
{
  int y = month <= 2 ? year - 1 : year;
  int era = (y >= 0 ? y : y - 399) / 400;
  int year_of_era = y - era * 400;
  int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

  return (gint64) era * 146097 + day_of_era - 719468;
}

static void
civil_from_days (gint64 days, gint64 *year, int *month, int *day)
{
  gint64 z = days + 719468;
  gint64 era = (z >= 0 ? z : z - 146096) / 146097;
  int day_of_era = z - era * 146097;
  int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int m = (5 * day_of_year + 2) / 153;

  *day = day_of_year - (153 * m + 2) / 5 + 1;
  *month = m < 10 ? m + 3 : m - 9;
  *year = year_of_era + era * 400 + (*month <= 2);
}

/* zone = ("+" / "-") 4DIGIT                                          (RFC 9051) */
static gboolean
read_zone (const char *text, gsize length, int *offset)
{
  int hours, minutes;

  *offset = 0;
  if (length == 0)
    return TRUE;
  if (length != 5 || (text[0] != '+' && text[0] != '-'))
    return FALSE;
  hours = read_digits (text + 1, 2);
  minutes = read_digits (text + 3, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
    return FALSE;
  *offset = (hours * 60 + minutes) * (text[0] == '-' ? -60 : 60);
  return TRUE;
}

/* date-time      = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE
 * date-day-fixed = (SP DIGIT) / 2DIGIT                               (RFC 9051)
 *
 * TEXT is what stands between the quotes. A day of one digit without its space and a missing zone are taken. */
gboolean
imap_date_parse (const char *text, gsize length, gint64 *unix_seconds, gint *offset_seconds)
{
  int day, month, year, hour, minute, second, offset;

  while (length > 0 && *text == ' ')
    text++, length--;
  while (length > 0 && text[length - 1] == ' ')
    length--;
  if (length < 19)
    return FALSE;
  day = text[1] == '-' ? read_digits (text, 1) : read_digits (text, 2);
  if (text[1] == '-')
    text += 2, length -= 2;
  else if (text[2] == '-')
    text += 3, length -= 3;
  else
    return FALSE;
  if (length < 17 || text[3] != '-' || text[8] != ' ' || text[11] != ':' || text[14] != ':')
    return FALSE;
  month = read_month (text);
  year = read_digits (text + 4, 4);
  hour = read_digits (text + 9, 2);
  minute = read_digits (text + 12, 2);
  second = read_digits (text + 15, 2);
  if (day < 1 || day > 31 || month < 0 || year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0
      || second > 60)
    return FALSE;
  for (text += 17, length -= 17; length > 0 && *text == ' '; length--)
    text++;
  if (!read_zone (text, length, &offset))
    return FALSE;
  *unix_seconds = days_from_civil (year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
  *offset_seconds = offset;
  return TRUE;
}

static gboolean
split_time (gint64 seconds, gint64 *year, int *month, int *day, int *second_of_day)
{
  gint64 days = seconds / 86400;

  /* the years 0 to 9999, and a day on either side for the zone */
  if (seconds < -62167305600 || seconds > 253402387199)
    return FALSE;
  *second_of_day = seconds % 86400;
  if (*second_of_day < 0)
    {
      *second_of_day += 86400;
      days--;
    }
  civil_from_days (days, year, month, day);
  return *year >= 0 && *year <= 9999;
}

/* The inverse, in the zone given, which is cut to whole minutes. FALSE when the year does not have four digits. */
gboolean
imap_date_format (gint64 unix_seconds, gint offset_seconds, char text[IMAP_DATE_TIME_SIZE])
{
  gint64 year;
  int month, day, time;
  int minutes = offset_seconds / 60;

  if (minutes <= -24 * 60 || minutes >= 24 * 60 || unix_seconds > 253402387199 || unix_seconds < -62167305600
      || !split_time (unix_seconds + minutes * 60, &year, &month, &day, &time))
    return FALSE;
  g_snprintf (text, IMAP_DATE_TIME_SIZE, "%2d-%s-%04d %02d:%02d:%02d %c%02d%02d", day, month_names[month - 1],
              (int) year, time / 3600, time / 60 % 60, time % 60,
              minutes < 0 ? '-' : '+', ABS (minutes) / 60, ABS (minutes) % 60);
  return TRUE;
}

/* date-text = date-day "-" date-month "-" date-year                  (RFC 9051)
 *
 * The day in UTC, for SEARCH. */
gboolean
imap_date_format_day (gint64 unix_seconds, char text[IMAP_DATE_TIME_SIZE])
{
  gint64 year;
  int month, day, time;

  if (!split_time (unix_seconds, &year, &month, &day, &time))
    return FALSE;
  g_snprintf (text, IMAP_DATE_TIME_SIZE, "%d-%s-%04d", day, month_names[month - 1], (int) year);
  return TRUE;
}
