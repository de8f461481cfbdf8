/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-query-parser.h"

#include <taube/taube-id-set.h>
#include <taube-backend/taube-id-set-impl.h>

#include "base/taube-gettext.h"

#include <string.h>

/* What may stand before a colon, and what behind it. */

typedef TaubeQuery *(*FieldFunc) (TaubeQueryParser *parser, guint argument);

static TaubeQuery *
parse_text_field (TaubeQueryParser *parser, guint argument)
{
  g_autofree char *text = taube_query_parser_read_text (parser, "", _ ("a word or a text in quotes"));

  return text != NULL ? taube_query_new_text ((TaubeQueryField) argument, text) : NULL;
}

static TaubeQuery *
parse_keyword (TaubeQueryParser *parser, guint argument)
{
  g_autofree char *text = taube_query_parser_read_text (parser, "", _ ("the name of a keyword"));

  return text != NULL ? taube_query_new_keyword (text) : NULL;
}

static TaubeQuery *
parse_raw (TaubeQueryParser *parser, guint argument)
{
  g_autofree char *text = taube_query_parser_read_text (parser, "", _ ("a text in the language of the server"));

  return text != NULL ? taube_query_new_raw (text) : NULL;
}

/* header = "header:" value [":" value] */
static TaubeQuery *
parse_header (TaubeQueryParser *parser, guint argument)
{
  const char *start = parser->at;
  g_autofree char *name = taube_query_parser_read_text (parser, ":", _ ("the name of a header field"));
  g_autofree char *text = NULL;

  if (name == NULL)
    return NULL;
  if (!taube_query_is_header_name (name))
    {
      taube_query_parser_expect (parser, start, _ ("the name of a header field"));
      return NULL;
    }
  if (*parser->at != ':')
    return taube_query_new_header (name, NULL);
  parser->at++;
  text = taube_query_parser_read_value (parser, "", _ ("a word or a text in quotes"));
  return text != NULL ? taube_query_new_header (name, text) : NULL;
}

static const TaubeQueryFlagWord *
find_flag (const char *word)
{
  for (const TaubeQueryFlagWord *flag = taube_query_flag_words; flag->word != NULL; flag++)
    if (g_ascii_strcasecmp (flag->word, word) == 0)
      return flag;
  return NULL;
}

/* is = "is:" flag *("," flag) */
static TaubeQuery *
parse_is (TaubeQueryParser *parser, guint argument)
{
  const char *what = _ ("seen, unread, answered, flagged, deleted, draft, recent or forwarded");
  TaubeMessageFlags flags = 0;

  for (;;)
    {
      const char *start = parser->at;
      g_autofree char *word = taube_query_parser_read_text (parser, ",", what);
      const TaubeQueryFlagWord *flag = word != NULL ? find_flag (word) : NULL;

      if (flag == NULL || (flag->unset && (flags != 0 || *parser->at == ',')))
        {
          taube_query_parser_expect (parser, start, flag == NULL ? what : _ ("a flag that is set: they are several"));
          return NULL;
        }
      if (flag->unset)
        {
          g_autoptr (TaubeQuery) query = taube_query_new_flags (flag->flag);

          return taube_query_new_not (query);
        }
      flags |= flag->flag;
      if (*parser->at != ',')
        return taube_query_new_flags (flags);
      parser->at++;
    }
}

static TaubeQuery *
parse_has (TaubeQueryParser *parser, guint argument)
{
  const char *start = parser->at;
  g_autofree char *word = taube_query_parser_read_value (parser, "", "attachment");

  if (word != NULL && g_ascii_strcasecmp (word, "attachment") == 0)
    return taube_query_new_attachment ();
  taube_query_parser_expect (parser, start, "attachment");
  return NULL;
}

/* The factor of the letter that comes next; 0 when there is none of these. */
static guint64
parse_unit (TaubeQueryParser *parser, const TaubeQueryUnit *units)
{
  for (; units->letter != 0; units++)
    if (g_ascii_tolower (*parser->at) == g_ascii_tolower (units->letter))
      {
        parser->at++;
        return units->factor;
      }
  return 0;
}

/* size = 1*DIGIT ["k" / "M" / "G"] */
static TaubeQuery *
parse_size (TaubeQueryParser *parser, guint argument)
{
  const char *what = _ ("a size such as 500, 20k or 2M");
  const char *start = parser->at;
  guint64 number = 0;
  gboolean good = taube_query_parser_read_digits (parser, &number);
  guint64 unit = parse_unit (parser, taube_query_size_units);
  guint64 factor = unit != 0 ? unit : 1;

  if (!good || number > G_MAXUINT64 / factor)
    {
      taube_query_parser_expect (parser, start, what);
      return NULL;
    }
  if (!taube_query_parser_end_term (parser, start, what))
    return NULL;
  number *= factor;
  return argument == TAUBE_QUERY_KIND_LARGER ? taube_query_new_larger (number) : taube_query_new_smaller (number);
}

/* interval = 1*DIGIT ("s" / "m" / "h" / "d" / "w") */
static TaubeQuery *
parse_interval (TaubeQueryParser *parser, guint argument)
{
  const char *what = _ ("an interval such as 30m, 12h, 7d or 2w");
  const char *start = parser->at;
  guint64 number = 0;
  gboolean good = taube_query_parser_read_digits (parser, &number);
  guint64 factor = parse_unit (parser, taube_query_interval_units);

  if (!good || factor == 0 || number == 0 || number > G_MAXUINT32 / factor)
    {
      taube_query_parser_expect (parser, start, what);
      return NULL;
    }
  if (!taube_query_parser_end_term (parser, start, what))
    return NULL;
  number *= factor;
  return argument == TAUBE_QUERY_KIND_OLDER ? taube_query_new_older ((guint32) number)
                                            : taube_query_new_younger ((guint32) number);
}

/* date = 4DIGIT "-" 2DIGIT "-" 2DIGIT */
static gboolean
read_day (const char *at, int day[3])
{
  static const guint lengths[] = { 4, 2, 2 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      day[i] = 0;
      if (i > 0 && *at++ != '-')
        return FALSE;
      for (guint j = 0; j < lengths[i]; j++, at++)
        {
          if (!g_ascii_isdigit (*at))
            return FALSE;
          day[i] = day[i] * 10 + (*at - '0');
        }
    }
  return day[0] > 0 && g_date_valid_dmy ((GDateDay) day[2], (GDateMonth) day[1], (GDateYear) day[0]);
}

static TaubeQuery *
parse_day (TaubeQueryParser *parser, guint argument)
{
  const char *what = _ ("a date such as 2026-11-01");
  const char *start = parser->at;
  int day[3];

  if (!read_day (start, day))
    {
      taube_query_parser_expect (parser, start, what);
      return NULL;
    }
  parser->at += strlen ("2026-11-01");
  if (!taube_query_parser_end_term (parser, start, what))
    return NULL;
  return taube_query_new_day ((TaubeQueryKind) (argument & 0xff), (TaubeQueryDate) (argument >> 8), day[0], day[1],
                              day[2]);
}

/* The id FIRST and those up to the number LAST. */
static gboolean
add_id_range (TaubeIdSet *ids, const char *first, guint64 last)
{
  g_autofree char *prefix = NULL;
  gsize length = strlen (first), digits = length;
  guint64 number;

  while (digits > 0 && g_ascii_isdigit (first[digits - 1]))
    digits--;
  if (digits == length || first[digits] == '0' || length - digits > 10)
    return FALSE;
  number = g_ascii_strtoull (first + digits, NULL, 10);
  if (number > last || last > G_MAXUINT32 || (digits > TAUBE_ID_PREFIX_MAX && number < last))
    return FALSE;
  prefix = g_strndup (first, digits);
  taube_id_set_add_range (ids, prefix, (guint32) number, (guint32) last);
  return TRUE;
}

/* An id in a list of such: as a value, but without "," and "..". */
static char *
parse_id (TaubeQueryParser *parser)
{
  const char *start = parser->at;

  if (*start == '"')
    return taube_query_parser_read_quoted (parser);
  while (taube_query_is_word_char (parser->at) && *parser->at != ',' && !(parser->at[0] == '.' && parser->at[1] == '.'))
    parser->at = g_utf8_next_char (parser->at);
  if (parser->at > start)
    return g_strndup (start, (gsize) (parser->at - start));
  taube_query_parser_expect (parser, start, _ ("an id"));
  return NULL;
}

/* ids = id [".." 1*DIGIT] *("," id [".." 1*DIGIT]) */
static TaubeQuery *
parse_ids (TaubeQueryParser *parser, guint argument)
{
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();

  for (;;)
    {
      g_autofree char *id = parse_id (parser);
      guint64 last;

      if (id == NULL)
        return NULL;
      if (parser->at[0] == '.' && parser->at[1] == '.')
        {
          const char *start = parser->at + 2;

          parser->at += 2;
          if (!taube_query_parser_read_digits (parser, &last) || !add_id_range (ids, id, last))
            {
              taube_query_parser_expect (parser, start, _ ("the number of the last id, not below the first"));
              return NULL;
            }
        }
      else if (*id != '\0')
        taube_id_set_add (ids, id);
      if (*parser->at != ',')
        return taube_query_new_ids (ids);
      parser->at++;
    }
}

#define SENT (TAUBE_QUERY_DATE_SENT << 8)

static const struct
{
  const char *word;
  FieldFunc func;
  guint argument;
} fields[] = {
  { "from", parse_text_field, TAUBE_QUERY_FIELD_FROM },
  { "to", parse_text_field, TAUBE_QUERY_FIELD_TO },
  { "cc", parse_text_field, TAUBE_QUERY_FIELD_CC },
  { "bcc", parse_text_field, TAUBE_QUERY_FIELD_BCC },
  { "subject", parse_text_field, TAUBE_QUERY_FIELD_SUBJECT },
  { "body", parse_text_field, TAUBE_QUERY_FIELD_BODY },
  { "text", parse_text_field, TAUBE_QUERY_FIELD_TEXT },
  { "header", parse_header, 0 },
  { "is", parse_is, 0 },
  { "has", parse_has, 0 },
  { "keyword", parse_keyword, 0 },
  { "raw", parse_raw, 0 },
  { "larger", parse_size, TAUBE_QUERY_KIND_LARGER },
  { "smaller", parse_size, TAUBE_QUERY_KIND_SMALLER },
  { "before", parse_day, TAUBE_QUERY_KIND_BEFORE },
  { "on", parse_day, TAUBE_QUERY_KIND_ON },
  { "since", parse_day, TAUBE_QUERY_KIND_SINCE },
  { "sent-before", parse_day, SENT | TAUBE_QUERY_KIND_BEFORE },
  { "sent-on", parse_day, SENT | TAUBE_QUERY_KIND_ON },
  { "sent-since", parse_day, SENT | TAUBE_QUERY_KIND_SINCE },
  { "older", parse_interval, TAUBE_QUERY_KIND_OLDER },
  { "newer", parse_interval, TAUBE_QUERY_KIND_YOUNGER },
  { "id", parse_ids, 0 },
};

/* field = 1*(ALPHA / "-") ":" */
TaubeQuery *
taube_query_parser_read_field (TaubeQueryParser *parser, const char *colon)
{
  gsize length = (gsize) (colon - parser->at);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (strlen (fields[i].word) == length && g_ascii_strncasecmp (fields[i].word, parser->at, length) == 0)
      {
        parser->at = colon + 1;
        return fields[i].func (parser, fields[i].argument);
      }
  taube_query_parser_expect (parser, parser->at,
                             _ ("a field such as from:, subject: or since: (a text with a colon goes in quotes)"));
  return NULL;
}

/* A text by itself. */
TaubeQuery *
taube_query_parser_read_bare (TaubeQueryParser *parser)
{
  return parse_text_field (parser, TAUBE_QUERY_FIELD_TEXT);
}
