/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-query-parser.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <string.h>

static TaubeQuery *parse_or (TaubeQueryParser *parser);

static const char *
find_colon (const char *at)
{
  for (; taube_query_is_word_char (at); at = g_utf8_next_char (at))
    if (*at == ':')
      return at;
  return NULL;
}

static TaubeQuery *
parse_group (TaubeQueryParser *parser)
{
  const char *start = parser->at++;
  g_autoptr (TaubeQuery) query = NULL;

  if (++parser->nesting > TAUBE_QUERY_MAX_DEPTH)
    {
      taube_query_parser_fail (parser, start, _ ("too many parentheses in one another"));
      return NULL;
    }
  query = parse_or (parser);
  if (query == NULL)
    return NULL;
  taube_query_parser_skip_spaces (parser);
  if (*parser->at != ')')
    {
      taube_query_parser_expect (parser, parser->at, _ ("a term or \")\""));
      return NULL;
    }
  parser->at++;
  parser->nesting--;
  return g_steal_pointer (&query);
}

/* primary = "(" query ")" / "*" / field / value */
static TaubeQuery *
parse_primary (TaubeQueryParser *parser)
{
  const char *colon = find_colon (parser->at);

  if (*parser->at == '(')
    return parse_group (parser);
  if (parser->at[0] == '*' && !taube_query_is_word_char (parser->at + 1))
    {
      parser->at++;
      return taube_query_new_all ();
    }
  if (colon != NULL)
    return taube_query_parser_read_field (parser, colon);
  return taube_query_parser_read_bare (parser);
}

/* Whether WORD stands at AT, by itself. */
static gboolean
at_operator (const char *at, const char *word)
{
  gsize length = strlen (word);

  return strncmp (at, word, length) == 0 && !taube_query_is_word_char (at + length);
}

static TaubeQuery *
wrap (TaubeQueryParser *parser, const char *start, TaubeQuery *query, TaubeQuery *(*func) (TaubeQuery *query))
{
  g_autoptr (TaubeQuery) inner = query;

  if (inner == NULL)
    return NULL;
  if (taube_query_get_depth (inner) < TAUBE_QUERY_MAX_DEPTH)
    return func (inner);
  taube_query_parser_fail (parser, start, _ ("too many terms in one another"));
  return NULL;
}

/* term = ["-" / "NOT" 1*SP] ["~"] primary */
static TaubeQuery *
parse_term (TaubeQueryParser *parser)
{
  const char *start = parser->at;
  gboolean negative = *start == '-' || at_operator (start, "NOT");
  gboolean fuzzy;
  TaubeQuery *query;

  if (++parser->n_terms > TAUBE_QUERY_MAX_TERMS)
    {
      taube_query_parser_fail (parser, start, _ ("too many terms"));
      return NULL;
    }
  if (negative)
    {
      parser->at += *start == '-' ? 1 : strlen ("NOT");
      if (*start != '-')
        taube_query_parser_skip_spaces (parser);
    }
  fuzzy = *parser->at == '~';
  if (fuzzy)
    parser->at++;
  query = parse_primary (parser);
  if (fuzzy)
    query = wrap (parser, start, query, taube_query_new_fuzzy);
  return negative ? wrap (parser, start, query, taube_query_new_not) : query;
}

/* A row of queries becomes one. QUERIES is freed. */
static TaubeQuery *
join (TaubeQueryParser *parser, GPtrArray *queries, TaubeQuery *(*func) (TaubeQuery *const *queries, guint n_queries))
{
  g_autoptr (GPtrArray) held = queries;

  for (guint i = 0; i < held->len && held->len > 1; i++)
    if (taube_query_get_depth (held->pdata[i]) >= TAUBE_QUERY_MAX_DEPTH)
      {
        taube_query_parser_fail (parser, parser->at, _ ("too many terms in one another"));
        return NULL;
      }
  return func ((TaubeQuery *const *) held->pdata, held->len);
}

static GPtrArray *
new_row (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) taube_query_unref);
}

/* and = term *(1*SP ["AND" 1*SP] term) */
static TaubeQuery *
parse_and (TaubeQueryParser *parser)
{
  g_autoptr (GPtrArray) row = new_row ();

  for (;;)
    {
      TaubeQuery *query;

      taube_query_parser_skip_spaces (parser);
      if (row->len > 0 && at_operator (parser->at, "AND"))
        {
          parser->at += strlen ("AND");
          taube_query_parser_skip_spaces (parser);
        }
      else if (row->len > 0 && (*parser->at == '\0' || *parser->at == ')' || at_operator (parser->at, "OR")))
        return join (parser, g_steal_pointer (&row), taube_query_new_and);
      if (*parser->at == '\0' || *parser->at == ')' || at_operator (parser->at, "OR")
          || at_operator (parser->at, "AND"))
        {
          taube_query_parser_expect (parser, parser->at, _ ("a term"));
          return NULL;
        }
      query = parse_term (parser);
      if (query == NULL)
        return NULL;
      g_ptr_array_add (row, query);
      if (taube_query_is_word_char (parser->at) || *parser->at == '"' || *parser->at == '(')
        {
          taube_query_parser_expect (parser, parser->at, _ ("a space"));
          return NULL;
        }
    }
}

/* query = and *(1*SP "OR" 1*SP and) */
static TaubeQuery *
parse_or (TaubeQueryParser *parser)
{
  g_autoptr (GPtrArray) row = new_row ();

  for (;;)
    {
      TaubeQuery *query = parse_and (parser);

      if (query == NULL)
        return NULL;
      g_ptr_array_add (row, query);
      taube_query_parser_skip_spaces (parser);
      if (!at_operator (parser->at, "OR"))
        return join (parser, g_steal_pointer (&row), taube_query_new_or);
      parser->at += strlen ("OR");
    }
}

static TaubeQuery *
parse_all (TaubeQueryParser *parser)
{
  g_autoptr (TaubeQuery) query = NULL;

  taube_query_parser_skip_spaces (parser);
  if (*parser->at == '\0')
    return taube_query_new_all ();
  query = parse_or (parser);
  if (query == NULL)
    return NULL;
  taube_query_parser_skip_spaces (parser);
  if (*parser->at == '\0')
    return g_steal_pointer (&query);
  taube_query_parser_expect (parser, parser->at, _ ("a term or the end"));
  return NULL;
}

/**
 * taube_query_parse:
 * @text: such as `is:unread from:bob since:2026-11-01 -subject:"out of office"`; empty for all
 * @column_out: (out) (optional): where in @text the error is, in characters from 1; 0 when there is none
 *
 * Reads a query from text. Terms that stand in a row must all match; `OR` between them asks for one, `-` before one for
 * its contrary; parentheses group. `doc/search.md` has the grammar.
 *
 * Returns: (transfer full): the query, or %NULL with @error: %TAUBE_ERROR_INVALID, which names the column and what was
 *   expected there
 */
TaubeQuery *
taube_query_parse (const char *text, guint *column_out, GError **error)
{
  TaubeQueryParser parser = { text, text, .error = error };
  const char *end;
  TaubeQuery *query = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  if (strnlen (text, TAUBE_QUERY_MAX_BYTES + 1) > TAUBE_QUERY_MAX_BYTES)
    taube_query_parser_fail (&parser, text, _ ("the query is too long"));
  else if (!g_utf8_validate (text, -1, &end))
    {
      g_autofree char *valid = g_strndup (text, (gsize) (end - text));

      parser.text = valid;
      taube_query_parser_fail (&parser, valid + (end - text), _ ("not valid UTF-8"));
    }
  else
    query = parse_all (&parser);
  if (column_out != NULL)
    *column_out = parser.column;
  return query;
}
