/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-query-parser.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <string.h>

/* The longest part of the text that an error shows. */
#define SHOWN_CHARACTERS 24

/* Errors. */

static guint
column_of (TaubeQueryParser *parser, const char *at)
{
  return (guint) g_utf8_pointer_to_offset (parser->text, at) + 1;
}

/* What stands at AT, for an error. */
static char *
describe (const char *at)
{
  const char *end = at;
  guint n = 0;

  if (*at == '\0')
    return g_strdup (_ ("the end"));
  while (*end != '\0' && n < SHOWN_CHARACTERS && (n == 0 || !g_unichar_isspace (g_utf8_get_char (end))))
    {
      if (g_unichar_iscntrl (g_utf8_get_char (end)))
        return g_strdup (_ ("a control character"));
      end = g_utf8_next_char (end);
      n++;
    }
  return g_strdup_printf ("\"%.*s\"", (int) (end - at), at);
}

void
taube_query_parser_fail (TaubeQueryParser *parser, const char *at, const char *what)
{
  if (parser->column != 0)
    return;
  parser->column = column_of (parser, at);
  g_set_error (parser->error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("query, column %u: %s"), parser->column, what);
}

void
taube_query_parser_expect (TaubeQueryParser *parser, const char *at, const char *what)
{
  g_autofree char *found = describe (at);
  g_autofree char *text = g_strdup_printf (_ ("expected %s, found %s"), what, found);

  taube_query_parser_fail (parser, at, text);
}

/* Words. */

void
taube_query_parser_skip_spaces (TaubeQueryParser *parser)
{
  while (*parser->at != '\0' && g_unichar_isspace (g_utf8_get_char (parser->at)))
    parser->at = g_utf8_next_char (parser->at);
}

gboolean
taube_query_is_word_char (const char *at)
{
  gunichar c = g_utf8_get_char (at);

  return c != '\0' && c != '(' && c != ')' && c != '"' && !g_unichar_isspace (c) && !g_unichar_iscntrl (c);
}

/* quoted = DQUOTE *(%x20-21 / %x23-5B / %x5D-10FFFF / "\" DQUOTE / "\\") DQUOTE */
char *
taube_query_parser_read_quoted (TaubeQueryParser *parser)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *start = parser->at++;

  while (*parser->at != '"')
    {
      const char *next;

      if (*parser->at == '\0')
        {
          taube_query_parser_fail (parser, start, _ ("this quote is never closed"));
          return NULL;
        }
      if (*parser->at == '\\' && (parser->at[1] == '"' || parser->at[1] == '\\'))
        parser->at++;
      if (g_unichar_iscntrl (g_utf8_get_char (parser->at)))
        {
          taube_query_parser_fail (parser, parser->at, _ ("a control character cannot be searched for"));
          return NULL;
        }
      next = g_utf8_next_char (parser->at);
      g_string_append_len (text, parser->at, next - parser->at);
      parser->at = next;
    }
  parser->at++;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* value = quoted / 1*word-char
 *
 * Up to a character of STOP, which belongs to no word then. (transfer full) */
char *
taube_query_parser_read_value (TaubeQueryParser *parser, const char *stop, const char *what)
{
  const char *start = parser->at;

  if (*start == '"')
    return taube_query_parser_read_quoted (parser);
  while (taube_query_is_word_char (parser->at) && strchr (stop, *parser->at) == NULL)
    parser->at = g_utf8_next_char (parser->at);
  if (parser->at > start)
    return g_strndup (start, (gsize) (parser->at - start));
  taube_query_parser_expect (parser, start, what);
  return NULL;
}

/* The same, but not empty in quotes. */
char *
taube_query_parser_read_text (TaubeQueryParser *parser, const char *stop, const char *what)
{
  const char *start = parser->at;
  g_autofree char *text = taube_query_parser_read_value (parser, stop, what);

  if (text != NULL && *text == '\0')
    {
      taube_query_parser_expect (parser, start, what);
      return NULL;
    }
  return g_steal_pointer (&text);
}

/* Where a value must end. */
gboolean
taube_query_parser_end_term (TaubeQueryParser *parser, const char *start, const char *what)
{
  if (!taube_query_is_word_char (parser->at) && *parser->at != '"')
    return TRUE;
  taube_query_parser_expect (parser, start, what);
  return FALSE;
}

gboolean
taube_query_parser_read_digits (TaubeQueryParser *parser, guint64 *number_out)
{
  const char *start = parser->at;
  guint64 number = 0;

  for (; g_ascii_isdigit (*parser->at); parser->at++)
    {
      guint digit = (guint) (*parser->at - '0');

      if (number > (G_MAXUINT64 - digit) / 10)
        return FALSE;
      number = number * 10 + digit;
    }
  *number_out = number;
  return parser->at > start;
}
