/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-node.h"

#include <string.h>

gboolean
ews_node_is (const EwsNode *self, const char *name)
{
  return self != NULL && self->space == EWS_SPACE_EWS && strcmp (self->name, name) == 0;
}

static const EwsNode *
find_from (const EwsNode *node, const char *name)
{
  while (node != NULL && !ews_node_is (node, name))
    node = node->next;
  return node;
}

const EwsNode *
ews_node_find (const EwsNode *self, const char *name)
{
  return self != NULL ? find_from (self->children, name) : NULL;
}

const EwsNode *
ews_node_find_next (const EwsNode *self, const char *name)
{
  return find_from (self->next, name);
}

const char *
ews_node_get_text (const EwsNode *self, const char *name)
{
  const EwsNode *child = ews_node_find (self, name);

  return child != NULL ? child->text : NULL;
}

const char *
ews_node_get_attribute (const EwsNode *self, const char *name)
{
  const EwsAttribute *attribute = self != NULL ? self->attributes : NULL;

  while (attribute != NULL && strcmp (attribute->name, name) != 0)
    attribute = attribute->next;
  return attribute != NULL ? attribute->value : NULL;
}

/* boolean = "true" / "false" / "1" / "0", and blanks around it                     (XML Schema Part 2, 3.2.2) */
gboolean
ews_text_to_boolean (const char *text, gboolean *value_out)
{
  g_autofree char *word = text != NULL ? g_strstrip (g_strdup (text)) : NULL;

  if (word == NULL)
    return FALSE;
  *value_out = strcmp (word, "1") == 0 || g_ascii_strcasecmp (word, "true") == 0;
  return *value_out || strcmp (word, "0") == 0 || g_ascii_strcasecmp (word, "false") == 0;
}

gboolean
ews_text_to_number (const char *text, gint64 *value_out)
{
  g_autofree char *word = text != NULL ? g_strstrip (g_strdup (text)) : NULL;

  return word != NULL && g_ascii_string_to_signed (word, 10, G_MININT64, G_MAXINT64, value_out, NULL);
}

static gboolean
read_digits (const char **at, guint n, int *value_out)
{
  int value = 0;

  for (guint i = 0; i < n; i++, (*at)++)
    {
      if (!g_ascii_isdigit (**at))
        return FALSE;
      value = value * 10 + (**at - '0');
    }
  *value_out = value;
  return TRUE;
}

static gboolean
skip (const char **at, char wanted)
{
  if (**at != wanted)
    return FALSE;
  (*at)++;
  return TRUE;
}

/* zone = "Z" / ( "+" / "-" ) hh ":" mm                                               (XML Schema Part 2, 3.2.7) */
static gboolean
read_zone (const char **at, int *offset_minutes)
{
  int hours, minutes, sign;

  *offset_minutes = 0;
  if (skip (at, 'Z') || **at == '\0')
    return TRUE;
  sign = **at == '-' ? -1 : 1;
  if (!skip (at, '+') && !skip (at, '-'))
    return FALSE;
  if (!read_digits (at, 2, &hours) || !skip (at, ':') || !read_digits (at, 2, &minutes) || hours > 14 || minutes > 59)
    return FALSE;
  *offset_minutes = sign * (hours * 60 + minutes);
  return TRUE;
}

/* Days from 1970-01-01 to that day of the Gregorian calendar. */
static gint64
days_until (int year, int month, int day)
{
  int shifted = month <= 2 ? year - 1 : year;
  int era = shifted / 400, year_of_era = shifted - era * 400;
  int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

  return (gint64) era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/* dateTime = yyyy "-" mm "-" dd "T" hh ":" mm ":" ss [ "." 1*DIGIT ] [ zone ] */
gboolean
ews_text_to_time (const char *text, gint64 *unix_seconds, int *offset_minutes)
{
  int year, month, day, hour, minute, second;
  const char *at;

  if (text == NULL)
    return FALSE;
  at = text + strspn (text, " \t\r\n");
  if (!read_digits (&at, 4, &year) || !skip (&at, '-') || !read_digits (&at, 2, &month) || !skip (&at, '-')
      || !read_digits (&at, 2, &day) || !skip (&at, 'T') || !read_digits (&at, 2, &hour) || !skip (&at, ':')
      || !read_digits (&at, 2, &minute) || !skip (&at, ':') || !read_digits (&at, 2, &second))
    return FALSE;
  if (year < 1 || !g_date_valid_dmy ((GDateDay) day, month, (GDateYear) year) || hour > 24 || minute > 59
      || second > 60)
    return FALSE;
  if (skip (&at, '.'))
    {
      if (!g_ascii_isdigit (*at))
        return FALSE;
      at += strspn (at, G_CSET_DIGITS);
    }
  if (!read_zone (&at, offset_minutes) || at[strspn (at, " \t\r\n")] != '\0')
    return FALSE;
  *unix_seconds = days_until (year, month, day) * 86400 + hour * 3600 + minute * 60 + second
                  - *offset_minutes * 60;
  return TRUE;
}

char *
ews_time_to_text (gint64 unix_seconds)
{
  const gint64 last = G_GINT64_CONSTANT (253402300799); /* of the year 9999 */
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (CLAMP (unix_seconds, 0, last));

  return g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
}
