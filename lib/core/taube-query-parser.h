/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/taube-query-private.h"

G_BEGIN_DECLS

/* A text on the way to become a query, and the first thing that is wrong with it. */
typedef struct
{
  const char *text;
  const char *at;
  guint n_terms;
  guint nesting; /* of parentheses */
  guint column;  /* of the error */
  GError **error;
} TaubeQueryParser;

/* taube-query-words.c */
void taube_query_parser_fail (TaubeQueryParser *parser, const char *at, const char *what);
void taube_query_parser_expect (TaubeQueryParser *parser, const char *at, const char *what);
void taube_query_parser_skip_spaces (TaubeQueryParser *parser);
gboolean taube_query_is_word_char (const char *at);
char *taube_query_parser_read_quoted (TaubeQueryParser *parser);
char *taube_query_parser_read_value (TaubeQueryParser *parser, const char *stop, const char *what);
char *taube_query_parser_read_text (TaubeQueryParser *parser, const char *stop, const char *what);
gboolean taube_query_parser_end_term (TaubeQueryParser *parser, const char *start, const char *what);
gboolean taube_query_parser_read_digits (TaubeQueryParser *parser, guint64 *number_out);

/* taube-query-fields.c */
TaubeQuery *taube_query_parser_read_field (TaubeQueryParser *parser, const char *colon);
TaubeQuery *taube_query_parser_read_bare (TaubeQueryParser *parser);

G_END_DECLS
