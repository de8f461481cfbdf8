/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-query.h>

G_BEGIN_DECLS

/* Bytes of a query's text, its terms, and how deep they lie in one another. */
#define TAUBE_QUERY_MAX_BYTES 65536
#define TAUBE_QUERY_MAX_TERMS 4096
#define TAUBE_QUERY_MAX_DEPTH 64
/* Bytes of a text in the language of the server. */
#define TAUBE_QUERY_MAX_RAW_BYTES 4096

/* A flag that "is:" knows, and what is asked with it. */
typedef struct
{
  const char *word;
  TaubeMessageFlags flag;
  gboolean unset; /* the word says that the flag is not there */
  gboolean alias; /* another word is printed */
} TaubeQueryFlagWord;

extern const TaubeQueryFlagWord taube_query_flag_words[];

/* The field that comes before ":" where a text is looked for. */
extern const char *const taube_query_field_words[];

/* Units of intervals and sizes, the largest first. */
typedef struct
{
  char letter;
  guint64 factor;
} TaubeQueryUnit;

extern const TaubeQueryUnit taube_query_interval_units[];
extern const TaubeQueryUnit taube_query_size_units[];

guint taube_query_get_depth (const TaubeQuery *self);
const char *taube_query_get_folded (const TaubeQuery *self);
gboolean taube_query_is_header_name (const char *name);
/* Whether it can be given to a server at all; the error says what cannot. */
gboolean taube_query_check (const TaubeQuery *self, GError **error);

G_END_DECLS
