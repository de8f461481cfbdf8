/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-query-private.h"

#include <taube/taube-error.h>
#include <taube-backend/taube-search-impl.h>

#include "base/taube-gettext.h"

#include <string.h>

/* What can be given to a server at all. */

static gboolean
has_line_break (const char *text)
{
  return text != NULL && strpbrk (text, "\r\n") != NULL;
}

static gboolean
is_too_long (const TaubeQuery *query)
{
  return taube_query_get_kind (query) == TAUBE_QUERY_KIND_RAW
         && strlen (taube_query_get_text (query)) > TAUBE_QUERY_MAX_RAW_BYTES;
}

static gboolean
check_node (const TaubeQuery *query, guint *n_terms, GError **error)
{
  if (has_line_break (taube_query_get_text (query)))
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("cannot search: the text has a line break"));
  else if (is_too_long (query))
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("cannot search: more than %d bytes for the server to read"),
                 TAUBE_QUERY_MAX_RAW_BYTES);
  else if (++*n_terms > TAUBE_QUERY_MAX_TERMS)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("cannot search: more than %d terms"), TAUBE_QUERY_MAX_TERMS);
  else
    {
      for (guint i = 0; i < taube_query_get_n_children (query); i++)
        if (!check_node (taube_query_get_child (query, i), n_terms, error))
          return FALSE;
      return TRUE;
    }
  return FALSE;
}

gboolean
taube_query_check (const TaubeQuery *self, GError **error)
{
  guint n_terms = 0;

  return check_node (self, &n_terms, error);
}

gboolean
taube_query_has_raw (const TaubeQuery *self)
{
  for (guint i = 0; i < taube_query_get_n_children (self); i++)
    if (taube_query_has_raw (taube_query_get_child (self, i)))
      return TRUE;
  return taube_query_get_kind (self) == TAUBE_QUERY_KIND_RAW;
}
