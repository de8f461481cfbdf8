/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include <string.h>

typedef struct
{
  const char *at;
  const char *end;
} Cursor;

typedef struct
{
  int year, month, day, hour, minute, second, offset;
} Fields;

static gboolean
peek_is_digit (const Cursor *in)
{
  return in->at < in->end && g_ascii_isdigit (*in->at);
}

static gboolean
peek_is_alpha (const Cursor *in)
{
  return in->at < in->end && g_ascii_isalpha (*in->at);
}

static gboolean
accept_char (Cursor *in, char c)
{
  if (in->at == in->end || *in->at != c)
    return FALSE;
  in->at++;
  return TRUE;
}

/* comment = "(" *([FWS] ccontent) [FWS] ")", comments inside of comments included   (RFC 5322) */
static void
skip_comment (Cursor *in)
{
  guint depth = 0;

  do
    {
      char c = *in->at++;

      if (c == '(')
        depth++;
      else if (c == ')')
        depth--;
      else if (c == '\\' && in->at < in->end)
        in->at++;
    }
  while (depth > 0 && in->at < in->end);
}

/* CFWS and the commas that some senders strew about */
static void
skip_space (Cursor *in)
{
  while (in->at < in->end)
    {
      if (*in->at == ' ' || *in->at == '\t' || *in->at == '\r' || *in->at == '\n' || *in->at == ',')
        in->at++;
      else if (*in->at == '(')
        skip_comment (in);
      else
        return;
    }
}

/* Between day, month and year some write "-", "/" or ".". */
static void
skip_separator (Cursor *in)
{
  skip_space (in);
  if (in->at < in->end && (*in->at == '-' || *in->at == '/' || *in->at == '.'))
    in->at++;
  skip_space (in);
}

/* One to MOST digits, or -1. DIGITS_OUT, if not NULL, gets how many. */
static int
read_number (Cursor *in, guint most, guint *digits_out)
{
  int value = 0;
  guint digits = 0;

  while (digits < most && peek_is_digit (in))
    {
      value = value * 10 + (*in->at++ - '0');
      digits++;
    }
  if (digits_out != NULL)
    *digits_out = digits;
  return digits > 0 && !peek_is_digit (in) ? value : -1;
}

/* The first three letters of a word, in lower case, in the low bytes; the word is consumed. */
static guint32
read_word (Cursor *in)
{
  guint32 key = 0;

  for (guint i = 0; peek_is_alpha (in); i++, in->at++)
    if (i < 3)
      key = key << 8 | (guint32) (*in->at | 0x20);
  if (in->at < in->end && *in->at == '.')
    in->at++;
  return key;
}

#define KEY(a, b, c) ((guint32) (a) << 16 | (guint32) (b) << 8 | (guint32) (c))

/* month = "Jan" / "Feb" / …; whole names begin alike. 0: none */
static int
month_of (guint32 key)
{
  static const guint32 months[] = {
    KEY ('j', 'a', 'n'), KEY ('f', 'e', 'b'), KEY ('m', 'a', 'r'), KEY ('a', 'p', 'r'),
    KEY ('m', 'a', 'y'), KEY ('j', 'u', 'n'), KEY ('j', 'u', 'l'), KEY ('a', 'u', 'g'),
    KEY ('s', 'e', 'p'), KEY ('o', 'c', 't'), KEY ('n', 'o', 'v'), KEY ('d', 'e', 'c'),
  };

  for (guint i = 0; i < G_N_ELEMENTS (months); i++)
    if (months[i] == key)
      return (int) i + 1;
  return 0;
}

/* year = 4*DIGIT; obs-year = 2*DIGIT: 00-49 is 20xx, 50-99 is 19xx, three digits count from 1900   (RFC 5322) */
static gboolean
read_year (Cursor *in, int *year_out)
{
  guint digits;
  int year = read_number (in, 4, &digits);

  if (year < 0 || digits < 2)
    return FALSE;
  if (digits == 2)
    year += year < 50 ? 2000 : 1900;
  else if (digits == 3)
    year += 1900;
  *year_out = year;
  return year >= 1900;
}

/* [CFWS] ":" [CFWS]; a full stop is taken for a colon */
static gboolean
accept_colon (Cursor *in)
{
  const char *start = in->at;

  skip_space (in);
  if (accept_char (in, ':') || accept_char (in, '.'))
    {
      skip_space (in);
      return TRUE;
    }
  in->at = start;
  return FALSE;
}

/* time-of-day = hour ":" minute [":" second]; a fraction of a second is dropped */
static gboolean
read_time (Cursor *in, Fields *f)
{
  f->hour = read_number (in, 2, NULL);
  if (f->hour < 0 || !accept_colon (in))
    return FALSE;
  f->minute = read_number (in, 2, NULL);
  if (f->minute < 0)
    return FALSE;
  if (accept_colon (in))
    f->second = read_number (in, 2, NULL);
  if (accept_char (in, '.') || accept_char (in, ','))
    while (peek_is_digit (in))
      in->at++;
  return f->hour <= 23 && f->minute <= 59 && f->second >= 0 && f->second <= 60;
}

/* zone = ("+" / "-") 4DIGIT; also "+hh:mm" and "+hh". Anything else is no zone: 0 */
static int
read_numeric_zone (Cursor *in)
{
  int sign = *in->at++ == '-' ? -1 : 1;
  guint digits;
  int value = read_number (in, 4, &digits);
  int minutes;

  if (value < 0 || digits == 3)
    return 0;
  if (digits <= 2)
    {
      minutes = value * 60;
      if (accept_char (in, ':'))
        minutes += MAX (read_number (in, 2, NULL), 0);
    }
  else
    minutes = value / 100 * 60 + value % 100;
  return minutes < 24 * 60 ? sign * minutes : 0;
}

/* obs-zone = "UT" / "GMT" / "EST" / … ; military letters were used wrongly and count as UTC   (RFC 5322) */
static int
read_zone (Cursor *in)
{
  static const struct { guint32 key; int minutes; } zones[] = {
    { KEY ('e', 's', 't'), -5 * 60 }, { KEY ('e', 'd', 't'), -4 * 60 }, { KEY ('c', 's', 't'), -6 * 60 },
    { KEY ('c', 'd', 't'), -5 * 60 }, { KEY ('m', 's', 't'), -7 * 60 }, { KEY ('m', 'd', 't'), -6 * 60 },
    { KEY ('p', 's', 't'), -8 * 60 }, { KEY ('p', 'd', 't'), -7 * 60 }, { KEY ('c', 'e', 't'), 60 },
    { KEY ('m', 'e', 't'), 60 },      { KEY ('b', 's', 't'), 60 },      { KEY ('j', 's', 't'), 9 * 60 },
  };
  const char *word = in->at;
  guint32 key;

  if (in->at == in->end)
    return 0;
  if (*in->at == '+' || *in->at == '-')
    return read_numeric_zone (in);
  key = read_word (in);
  if (in->at - word == 4 && g_ascii_strncasecmp (word, "CEST", 4) == 0)
    return 120;
  for (guint i = 0; i < G_N_ELEMENTS (zones) && in->at - word == 3; i++)
    if (zones[i].key == key)
      return zones[i].minutes;
  if (in->at < in->end && (*in->at == '+' || *in->at == '-')) /* "GMT+0100" */
    return read_numeric_zone (in);
  return 0;
}

/* Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March. */
static gint64
days_since_epoch (int year, int month, int day)
{
  int y = month <= 2 ? year - 1 : year;
  int era = y / 400, in_era = y % 400;
  int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

  return (gint64) era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + day_of_year - 719468;
}

static gboolean
is_day_of_month (const Fields *f)
{
  static const guint8 days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  gboolean leap = (f->year % 4 == 0 && f->year % 100 != 0) || f->year % 400 == 0;

  return f->day >= 1 && f->day <= days[f->month - 1] + (leap && f->month == 2 ? 1 : 0);
}

/* "Mon Nov 23 12:34:56 2026" of asctime(), perhaps with a zone before or behind the year; the month was just read */
static gboolean
read_asctime (Cursor *in, Fields *f)
{
  skip_space (in);
  f->day = read_number (in, 2, NULL);
  skip_space (in);
  if (f->day < 0 || !read_time (in, f))
    return FALSE;
  skip_space (in);
  if (!peek_is_digit (in))
    f->offset = read_zone (in);
  skip_space (in);
  if (!read_year (in, &f->year))
    return FALSE;
  skip_space (in);
  if (in->at < in->end && f->offset == 0)
    f->offset = read_zone (in);
  return TRUE;
}

/* "2026-11-23T12:34:56+01:00", found in mail that programs write; the year was just read */
static gboolean
read_iso (Cursor *in, Fields *f)
{
  f->month = accept_char (in, '-') ? read_number (in, 2, NULL) : -1;
  f->day = accept_char (in, '-') ? read_number (in, 2, NULL) : -1;
  if (f->month < 1 || f->month > 12 || f->day < 1 || f->year < 1900)
    return FALSE;
  if (!accept_char (in, 'T'))
    skip_space (in);
  if (in->at == in->end)
    return TRUE;
  if (!read_time (in, f))
    return FALSE;
  skip_space (in);
  f->offset = read_zone (in);
  return TRUE;
}

/* date-time = [day-of-week ","] day month year time [zone]   (RFC 5322 with its section 4.3, and what else occurs) */
static gboolean
read_date_time (Cursor *in, Fields *f)
{
  guint digits;

  skip_space (in);
  if (peek_is_alpha (in))
    {
      f->month = month_of (read_word (in));
      skip_space (in);
      if (f->month == 0 && peek_is_alpha (in))
        f->month = month_of (read_word (in));
      if (f->month != 0)
        return read_asctime (in, f);
    }
  f->day = read_number (in, 4, &digits);
  if (digits == 4)
    {
      f->year = f->day;
      return read_iso (in, f);
    }
  skip_separator (in);
  f->month = f->day >= 0 && peek_is_alpha (in) ? month_of (read_word (in)) : 0;
  if (f->month == 0)
    return FALSE;
  skip_separator (in);
  if (!read_year (in, &f->year))
    return FALSE;
  skip_space (in);
  if (in->at == in->end)
    return TRUE;
  if (!read_time (in, f))
    return FALSE;
  skip_space (in);
  f->offset = read_zone (in);
  return TRUE;
}

/* Two digits at P, or something over 99. */
static inline guint
two_digits (const char *p)
{
  guint tens = (guint) (guchar) p[0] - '0', ones = (guint) (guchar) p[1] - '0';

  return tens <= 9 && ones <= 9 ? tens * 10 + ones : 100;
}

/* Nearly every date is "Mon, 23 Nov 2026 12:34:56 +0100" to the letter, or has one digit less in its day. FALSE says
 * that this one is not, which does not mean that it is wrong. */
static gboolean
read_usual (const char *text, gsize length, Fields *f)
{
  const char *p = text + 5;
  guint century, year, zone_hours, zone_minutes;

  if (length < 30 || text[3] != ',' || text[4] != ' ')
    return FALSE;
  f->day = p[1] == ' ' ? p[0] - '0' : (int) two_digits (p);
  p += p[1] == ' ' ? 2 : 3;
  if (text + length - p < 23 || p[-1] != ' ' || p[3] != ' ' || p[8] != ' ' || p[11] != ':' || p[14] != ':'
      || p[17] != ' ' || (p[18] != '+' && p[18] != '-'))
    return FALSE;
  f->month = month_of (KEY (p[0] | 0x20, p[1] | 0x20, p[2] | 0x20));
  century = two_digits (p + 4);
  year = two_digits (p + 6);
  f->hour = (int) two_digits (p + 9);
  f->minute = (int) two_digits (p + 12);
  f->second = (int) two_digits (p + 15);
  zone_hours = two_digits (p + 19);
  zone_minutes = two_digits (p + 21);
  if (f->month == 0 || century < 19 || century > 99 || year > 99 || f->hour > 23 || f->minute > 59 || f->second > 60
      || zone_hours > 23 || zone_minutes > 59 || (text + length - p > 23 && g_ascii_isdigit (p[23])))
    return FALSE;
  f->year = (int) (century * 100 + year);
  f->offset = (int) (zone_hours * 60 + zone_minutes) * (p[18] == '-' ? -1 : 1);
  return TRUE;
}

/* Reads a Date field. *UNIX_SECONDS is the moment, *OFFSET_MINUTES the sender's distance from UTC, east positive. The
 * weekday is not looked at, a missing time is midnight, a missing zone is UTC. FALSE when it is no date. */
gboolean
taube_mime_parse_date (const char *text, gsize length, gint64 *unix_seconds, int *offset_minutes)
{
  Cursor in = { text, text + length };
  Fields f = { 0 };

  if (!read_usual (text, length, &f))
    {
      f = (Fields){ 0 };
      if (!read_date_time (&in, &f))
        return FALSE;
    }
  if (!is_day_of_month (&f))
    return FALSE;
  *offset_minutes = f.offset;
  *unix_seconds = days_since_epoch (f.year, f.month, f.day) * 86400 + f.hour * 3600 + f.minute * 60 + f.second
                  - (gint64) f.offset * 60;
  return TRUE;
}
