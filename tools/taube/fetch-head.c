/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-head.h"

#include <string.h>

#define ADDRESS_LIMIT 320
#define NOBODY "MAILER-DAEMON"

/* Where the field begins behind its colon, or NULL. */
static const char *
find_field (const GString *head, const char *name)
{
  gsize length = strlen (name);

  for (const char *line = head->str; line != NULL && *line != '\0';)
    {
      const char *end = strchr (line, '\n');

      if (g_ascii_strncasecmp (line, name, length) == 0)
        {
          const char *colon = line + length + strspn (line + length, " \t");

          if (*colon == ':')
            return colon + 1;
        }
      line = end != NULL ? end + 1 : NULL;
    }
  return NULL;
}

/* The value of the first field of that name, unfolded, or NULL. */
static char *
get_field (const GString *head, const char *name)
{
  const char *at = find_field (head, name);
  GString *value;

  if (at == NULL)
    return NULL;
  value = g_string_new (NULL);
  for (; *at != '\0'; at++)
    {
      if (*at == '\n' && at[1] != ' ' && at[1] != '\t')
        break;
      if (*at != '\r' && *at != '\n')
        g_string_append_c (value, *at);
    }
  g_strstrip (value->str);
  return g_string_free (value, FALSE);
}

/* Encoded words. */

static char *
to_utf8 (const char *charset, const char *data, gsize length)
{
  g_autofree char *text = g_convert_with_fallback (data, (gssize)length, "UTF-8", charset, "?", NULL, NULL, NULL);

  return text != NULL ? g_utf8_make_valid (text, -1) : g_utf8_make_valid (data, (gssize)length);
}

static void
decode_q (const char *text, gsize length, GString *out)
{
  for (gsize i = 0; i < length; i++)
    if (text[i] == '=' && i + 2 < length && g_ascii_isxdigit (text[i + 1]) && g_ascii_isxdigit (text[i + 2]))
      {
        g_string_append_c (out, (char)(g_ascii_xdigit_value (text[i + 1]) * 16 + g_ascii_xdigit_value (text[i + 2])));
        i += 2;
      }
    else
      g_string_append_c (out, text[i] == '_' ? ' ' : text[i]);
}

static void
decode_b (const char *text, gsize length, GString *out)
{
  g_autofree char *copy = g_strndup (text, length);
  gsize size = 0;
  g_autofree guchar *data = *copy != '\0' ? g_base64_decode (copy, &size) : NULL;

  g_string_append_len (out, (const char *)data, (gssize)size);
}

/* encoded-word = "=?" charset "?" encoding "?" encoded-text "?="               (RFC 2047, 2)
 *
 * Gives where it ends, or NULL when there is none. */
static const char *
read_encoded_word (const char *text, GString *out)
{
  g_autoptr (GString) data = g_string_new (NULL);
  g_autofree char *charset = NULL, *decoded = NULL;
  const char *encoding, *content, *end;
  char kind;

  if (!g_str_has_prefix (text, "=?"))
    return NULL;
  encoding = strchr (text + 2, '?');
  if (encoding == NULL || encoding[1] == '\0' || encoding[2] != '?')
    return NULL;
  content = encoding + 3;
  end = strstr (content, "?=");
  kind = g_ascii_tolower (encoding[1]);
  if (end == NULL || (kind != 'q' && kind != 'b') || memchr (content, ' ', (gsize)(end - content)) != NULL)
    return NULL;
  charset = g_strndup (text + 2, (gsize)(encoding - text - 2));
  /* The language stands behind an asterisk (RFC 2231). */
  charset[strcspn (charset, "*")] = '\0';
  if (kind == 'q')
    decode_q (content, (gsize)(end - content), data);
  else
    decode_b (content, (gsize)(end - content), data);
  decoded = to_utf8 (charset, data->str, data->len);
  g_string_append (out, decoded);
  return end + 2;
}

char *
fetch_head_decode (const char *raw)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean after_word = FALSE;

  while (*raw != '\0')
    {
      g_autoptr (GString) word = g_string_new (NULL);
      gsize space = strspn (raw, " \t");
      const char *end = read_encoded_word (raw + space, word);

      /* Space between two encoded words is none. */
      if (end == NULL || !after_word)
        g_string_append_len (out, raw, (gssize)space);
      after_word = end != NULL;
      raw += space;
      if (end == NULL)
        {
          end = raw + strcspn (raw, " \t");
          g_string_append_len (word, raw, (gssize)(end - raw));
        }
      g_string_append_len (out, word->str, (gssize)word->len);
      raw = end;
    }
  return g_utf8_make_valid (out->str, (gssize)out->len);
}

char *
fetch_head_get_subject (const GString *head)
{
  g_autofree char *raw = get_field (head, "Subject");

  return raw != NULL ? fetch_head_decode (raw) : NULL;
}

/* Dates. */

static gboolean
read_number (const char **text, guint max_digits, int *number)
{
  guint digits = 0;

  *number = 0;
  for (; digits < max_digits && g_ascii_isdigit (**text); digits++, (*text)++)
    *number = *number * 10 + g_ascii_digit_value (**text);
  return digits > 0;
}

static void
skip_space (const char **text)
{
  *text += strspn (*text, " \t");
}

static gboolean
read_month (const char **text, int *month)
{
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

  for (*month = 1; *month <= 12; (*month)++)
    if (g_ascii_strncasecmp (*text, names + (*month - 1) * 3, 3) == 0)
      {
        *text += strcspn (*text, " \t-");
        return TRUE;
      }
  return FALSE;
}

/* zone = ("+" / "-") 4DIGIT / obs-zone                                       (RFC 5322, 3.3) */
static int
read_zone_minutes (const char *text)
{
  static const struct
  {
    const char *name;
    int hours;
  } names[] = { { "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 },
                { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 } };
  int sign = *text == '-' ? -1 : 1, number = 0;

  if (*text == '+' || *text == '-')
    {
      text++;
      return read_number (&text, 4, &number) ? sign * (number / 100 * 60 + number % 100) : 0;
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strncasecmp (text, names[i].name, 3) == 0)
      return names[i].hours * 60;
  return 0;
}

/* time-of-day = hour ":" minute [ ":" second ]                               (RFC 5322, 3.3) */
static gboolean
read_time (const char **text, int *hour, int *minute, int *second)
{
  *second = 0;
  if (!read_number (text, 2, hour) || *(*text)++ != ':' || !read_number (text, 2, minute))
    return FALSE;
  if (**text != ':')
    return TRUE;
  (*text)++;
  return read_number (text, 2, second);
}

gboolean
fetch_head_parse_date (const char *text, gint64 *unix_time_out)
{
  int day, month, year, hour, minute, second;
  const char *comma = strchr (text, ',');
  g_autoptr (GDateTime) date = NULL;

  if (comma != NULL)
    text = comma + 1;
  skip_space (&text);
  if (!read_number (&text, 2, &day))
    return FALSE;
  text += strspn (text, " \t-");
  if (!read_month (&text, &month))
    return FALSE;
  text += strspn (text, " \t-");
  if (!read_number (&text, 4, &year))
    return FALSE;
  /* Two digits: RFC 5322, 4.3. */
  year += year < 50 ? 2000 : year < 1000 ? 1900 : 0;
  skip_space (&text);
  if (!read_time (&text, &hour, &minute, &second))
    return FALSE;
  skip_space (&text);
  date = g_date_time_new_utc (year, month, day, hour, minute, MIN (second, 59));
  if (date == NULL)
    return FALSE;
  *unix_time_out = g_date_time_to_unix (date) - read_zone_minutes (text) * 60;
  return TRUE;
}

static gboolean
get_sent (const GString *head, gint64 *unix_time_out)
{
  g_autofree char *text = get_field (head, "Date");

  return text != NULL && fetch_head_parse_date (text, unix_time_out);
}

/* What the last server on the way has written, behind the last semicolon of the first field. */
static gboolean
get_received (const GString *head, gint64 *unix_time_out)
{
  g_autofree char *text = get_field (head, "Received");
  const char *date = text != NULL ? strrchr (text, ';') : NULL;

  return date != NULL && fetch_head_parse_date (date + 1, unix_time_out);
}

gboolean
fetch_head_get_date (const GString *head, gint64 *unix_time_out)
{
  return get_sent (head, unix_time_out) || get_received (head, unix_time_out);
}

gboolean
fetch_head_get_arrival (const GString *head, gint64 *unix_time_out)
{
  return get_received (head, unix_time_out) || get_sent (head, unix_time_out);
}

/* The address in "<…>", or the first word with an @. */
static char *
find_address (const char *text)
{
  const char *open = strchr (text, '<');
  const char *close = open != NULL ? strchr (open, '>') : NULL;

  if (close != NULL)
    return g_strndup (open + 1, (gsize)(close - open - 1));
  while (*text != '\0')
    {
      gsize length;

      text += strspn (text, " \t,\"");
      length = strcspn (text, " \t,\"");
      if (memchr (text, '@', length) != NULL)
        return g_strndup (text, length);
      text += length;
    }
  return g_strdup ("");
}

char *
fetch_head_get_envelope_sender (const GString *head)
{
  static const char *const fields[] = { "Return-Path", "Envelope-From", "Sender", "From" };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *value = get_field (head, fields[i]);
      g_autofree char *address = value != NULL ? find_address (value) : NULL;

      if (address == NULL || *address == '\0' || strlen (address) > ADDRESS_LIMIT)
        continue;
      for (char *at = address; *at != '\0'; at++)
        if (!g_ascii_isgraph (*at))
          *at = '_';
      return g_steal_pointer (&address);
    }
  return g_strdup (NOBODY);
}
