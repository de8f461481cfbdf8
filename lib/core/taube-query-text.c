/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-query-private.h"

#include <taube-backend/taube-id-set-impl.h>

#include <string.h>

/* A query as text that can be read again: the words, and the printer. doc/search.md has the grammar. */

const TaubeQueryFlagWord taube_query_flag_words[] = {
  { "seen", TAUBE_MESSAGE_FLAGS_SEEN, FALSE, FALSE },
  { "read", TAUBE_MESSAGE_FLAGS_SEEN, FALSE, TRUE },
  { "unread", TAUBE_MESSAGE_FLAGS_SEEN, TRUE, FALSE },
  { "unseen", TAUBE_MESSAGE_FLAGS_SEEN, TRUE, TRUE },
  { "answered", TAUBE_MESSAGE_FLAGS_ANSWERED, FALSE, FALSE },
  { "unanswered", TAUBE_MESSAGE_FLAGS_ANSWERED, TRUE, FALSE },
  { "flagged", TAUBE_MESSAGE_FLAGS_FLAGGED, FALSE, FALSE },
  { "unflagged", TAUBE_MESSAGE_FLAGS_FLAGGED, TRUE, FALSE },
  { "deleted", TAUBE_MESSAGE_FLAGS_DELETED, FALSE, FALSE },
  { "undeleted", TAUBE_MESSAGE_FLAGS_DELETED, TRUE, FALSE },
  { "draft", TAUBE_MESSAGE_FLAGS_DRAFT, FALSE, FALSE },
  { "recent", TAUBE_MESSAGE_FLAGS_RECENT, FALSE, FALSE },
  { "forwarded", TAUBE_MESSAGE_FLAGS_FORWARDED, FALSE, FALSE },
  { NULL },
};

const char *const taube_query_field_words[] = { "from", "to", "cc", "bcc", "subject", "body", "text", NULL };

const TaubeQueryUnit taube_query_interval_units[]
    = { { 'w', 7 * 86400 }, { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 }, { 0, 0 } };

const TaubeQueryUnit taube_query_size_units[] = { { 'G', 1 << 30 }, { 'M', 1 << 20 }, { 'k', 1 << 10 }, { 0, 0 } };

static void print (GString *out, const TaubeQuery *query);

static void
print_quoted (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

/* What needs no quotes behind "from:". */
static gboolean
is_word (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '(' || c == ')' || c == '"' || g_unichar_isspace (c) || g_unichar_iscntrl (c))
        return FALSE;
    }
  return *text != '\0';
}

/* What needs no quotes where a term begins. */
static gboolean
is_bare_word (const char *text)
{
  static const char *const operators[] = { "AND", "OR", "NOT", NULL };

  return is_word (text) && strchr ("-~*", text[0]) == NULL && strchr (text, ':') == NULL
         && !g_strv_contains (operators, text);
}

static void
print_value (GString *out, const char *text)
{
  if (is_word (text))
    g_string_append (out, text);
  else
    print_quoted (out, text);
}

static void
print_field (GString *out, const TaubeQuery *query)
{
  const char *text = taube_query_get_text (query);

  if (taube_query_get_field (query) != TAUBE_QUERY_FIELD_TEXT)
    {
      g_string_append_printf (out, "%s:", taube_query_field_words[taube_query_get_field (query)]);
      print_value (out, text);
    }
  else if (is_bare_word (text))
    g_string_append (out, text);
  else
    print_quoted (out, text);
}

static void
print_header (GString *out, const TaubeQuery *query)
{
  g_string_append (out, "header:");
  print_value (out, taube_query_get_header (query));
  if (*taube_query_get_text (query) == '\0')
    return;
  g_string_append_c (out, ':');
  print_value (out, taube_query_get_text (query));
}

static void
print_flags (GString *out, TaubeMessageFlags flags, gboolean unset)
{
  const char *separator = "is:";

  for (const TaubeQueryFlagWord *word = taube_query_flag_words; word->word != NULL; word++)
    if ((flags & word->flag) != 0 && word->unset == unset && !word->alias)
      {
        g_string_append_printf (out, "%s%s", separator, word->word);
        separator = ",";
      }
}

static void
print_size (GString *out, const char *word, guint64 bytes)
{
  const TaubeQueryUnit *unit = taube_query_size_units;

  while (unit->letter != 0 && (bytes == 0 || bytes % unit->factor != 0))
    unit++;
  g_string_append_printf (out, "%s:%" G_GUINT64_FORMAT, word, unit->letter != 0 ? bytes / unit->factor : bytes);
  if (unit->letter != 0)
    g_string_append_c (out, unit->letter);
}

static void
print_interval (GString *out, const char *word, guint32 seconds)
{
  const TaubeQueryUnit *unit = taube_query_interval_units;

  while (seconds % unit->factor != 0)
    unit++;
  g_string_append_printf (out, "%s:%" G_GUINT64_FORMAT "%c", word, seconds / unit->factor, unit->letter);
}

static void
print_day (GString *out, const char *word, const TaubeQuery *query)
{
  int year, month, day;

  taube_query_get_day (query, &year, &month, &day);
  g_string_append_printf (out, "%s%s:%04d-%02d-%02d",
                          taube_query_get_date (query) == TAUBE_QUERY_DATE_SENT ? "sent-" : "", word, year, month, day);
}

static void
print_id (GString *out, const char *id)
{
  if (is_word (id) && strchr (id, ',') == NULL && strstr (id, "..") == NULL)
    g_string_append (out, id);
  else
    print_quoted (out, id);
}

static void
print_ids (GString *out, const TaubeIdSet *ids)
{
  g_autofree const char **prefixes = taube_id_set_get_prefixes (ids);
  g_auto (GStrv) strings = taube_id_set_get_strings (ids);
  const char *separator = "id:";

  for (guint i = 0; prefixes != NULL && prefixes[i] != NULL; i++)
    {
      guint n;
      const TaubeIdRange *ranges = taube_id_set_get_ranges (ids, prefixes[i], &n);

      for (guint j = 0; j < n; j++)
        {
          g_autofree char *id = g_strdup_printf ("%s%u", prefixes[i], ranges[j].first);

          g_string_append (out, separator);
          print_id (out, id);
          if (ranges[j].last != ranges[j].first)
            g_string_append_printf (out, "..%u", ranges[j].last);
          separator = ",";
        }
    }
  for (guint i = 0; strings != NULL && strings[i] != NULL; i++)
    {
      g_string_append (out, separator);
      print_id (out, strings[i]);
      separator = ",";
    }
  if (*separator != ',')
    g_string_append (out, "id:\"\"");
}

/* The word that says that a flag is not set, if there is one. */
static gboolean
print_unset (GString *out, const TaubeQuery *query)
{
  const TaubeQuery *child = taube_query_get_child (query, 0);

  if (taube_query_get_kind (child) != TAUBE_QUERY_KIND_FLAGS)
    return FALSE;
  for (const TaubeQueryFlagWord *word = taube_query_flag_words; word->word != NULL; word++)
    if (word->unset && word->flag == taube_query_get_flags (child))
      {
        print_flags (out, word->flag, TRUE);
        return TRUE;
      }
  return FALSE;
}

/* What stands behind "-" or "~", or in a row. OUTER is what it stands in. */
static void
print_within (GString *out, const TaubeQuery *query, TaubeQueryKind outer)
{
  TaubeQueryKind kind = taube_query_get_kind (query);
  gboolean enclose = FALSE;
  gsize start = out->len;

  if (outer == TAUBE_QUERY_KIND_AND)
    enclose = kind == TAUBE_QUERY_KIND_OR;
  else if (outer == TAUBE_QUERY_KIND_NOT || outer == TAUBE_QUERY_KIND_FUZZY)
    enclose = kind == TAUBE_QUERY_KIND_AND || kind == TAUBE_QUERY_KIND_OR;
  if (enclose)
    g_string_append_c (out, '(');
  print (out, query);
  if (enclose)
    g_string_append_c (out, ')');
  else if (outer == TAUBE_QUERY_KIND_FUZZY && (out->str[start] == '-' || out->str[start] == '~'))
    {
      g_string_insert_c (out, (gssize)start, '(');
      g_string_append_c (out, ')');
    }
  else if (outer == TAUBE_QUERY_KIND_NOT && out->str[start] == '-')
    {
      g_string_insert_c (out, (gssize)start, '(');
      g_string_append_c (out, ')');
    }
}

static void
print_children (GString *out, const TaubeQuery *query, const char *separator)
{
  for (guint i = 0; i < taube_query_get_n_children (query); i++)
    {
      if (i > 0)
        g_string_append (out, separator);
      print_within (out, taube_query_get_child (query, i), taube_query_get_kind (query));
    }
}

static void
print_branch (GString *out, const TaubeQuery *query)
{
  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_AND:
      print_children (out, query, " ");
      break;
    case TAUBE_QUERY_KIND_OR:
      print_children (out, query, " OR ");
      break;
    case TAUBE_QUERY_KIND_NOT:
      if (print_unset (out, query))
        break;
      g_string_append_c (out, '-');
      print_children (out, query, "");
      break;
    case TAUBE_QUERY_KIND_FUZZY:
    default:
      g_string_append_c (out, '~');
      print_children (out, query, "");
      break;
    }
}

static void
print (GString *out, const TaubeQuery *query)
{
  switch (taube_query_get_kind (query))
    {
    case TAUBE_QUERY_KIND_ALL:
      g_string_append_c (out, '*');
      break;
    case TAUBE_QUERY_KIND_TEXT:
      print_field (out, query);
      break;
    case TAUBE_QUERY_KIND_HEADER:
      print_header (out, query);
      break;
    case TAUBE_QUERY_KIND_FLAGS:
      print_flags (out, taube_query_get_flags (query), FALSE);
      break;
    case TAUBE_QUERY_KIND_KEYWORD:
      g_string_append (out, "keyword:");
      print_value (out, taube_query_get_text (query));
      break;
    case TAUBE_QUERY_KIND_LARGER:
      print_size (out, "larger", taube_query_get_bytes (query));
      break;
    case TAUBE_QUERY_KIND_SMALLER:
      print_size (out, "smaller", taube_query_get_bytes (query));
      break;
    case TAUBE_QUERY_KIND_BEFORE:
      print_day (out, "before", query);
      break;
    case TAUBE_QUERY_KIND_ON:
      print_day (out, "on", query);
      break;
    case TAUBE_QUERY_KIND_SINCE:
      print_day (out, "since", query);
      break;
    case TAUBE_QUERY_KIND_OLDER:
      print_interval (out, "older", taube_query_get_seconds (query));
      break;
    case TAUBE_QUERY_KIND_YOUNGER:
      print_interval (out, "newer", taube_query_get_seconds (query));
      break;
    case TAUBE_QUERY_KIND_IDS:
      print_ids (out, taube_query_get_ids (query));
      break;
    case TAUBE_QUERY_KIND_ATTACHMENT:
      g_string_append (out, "has:attachment");
      break;
    case TAUBE_QUERY_KIND_RAW:
      g_string_append (out, "raw:");
      print_value (out, taube_query_get_text (query));
      break;
    default:
      print_branch (out, query);
      break;
    }
}

/**
 * taube_query_to_string:
 *
 * The query as text that [func@Query.parse] reads as the same query, as far as it is not longer than that takes.
 *
 * Returns: (transfer full): the text
 */
char *
taube_query_to_string (const TaubeQuery *self)
{
  GString *out = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);
  print (out, self);
  return g_string_free (out, FALSE);
}
