/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-query-private.h"

#include <taube/taube-error.h>
#include <taube/taube-id-set.h>
#include <taube-backend/taube-mime.h>

#include "base/taube-gettext.h"

#include <string.h>

/**
 * TaubeQuery:
 *
 * What is searched for: a tree whose leaves are questions about one item and whose branches are and, or and not.
 * Immutable, safe between threads.
 *
 * It is made from text by [func@Query.parse], or by the constructors; the getters lead through it.
 */
struct _TaubeQuery
{
  gatomicrefcount refs;
  TaubeQueryKind kind;
  guint depth; /* of the tree below, 1 for a leaf */
  guint n_children;
  TaubeQuery **children;
  TaubeQueryField field;
  char *header;
  char *text; /* of TEXT, HEADER and KEYWORD */
  char *folded; /* the same, for comparing */
  TaubeMessageFlags flags;
  TaubeQueryDate date;
  int year, month, day;
  guint64 number; /* bytes or seconds */
  TaubeIdSet *ids;
};

G_DEFINE_BOXED_TYPE (TaubeQuery, taube_query, taube_query_ref, taube_query_unref)

static TaubeQuery *
query_new (TaubeQueryKind kind)
{
  TaubeQuery *self = g_new0 (TaubeQuery, 1);

  g_atomic_ref_count_init (&self->refs);
  self->kind = kind;
  self->depth = 1;
  return self;
}

/**
 * taube_query_ref:
 *
 * Takes a reference.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_ref (TaubeQuery *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * taube_query_unref:
 *
 * Gives a reference back.
 */
void
taube_query_unref (TaubeQuery *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < self->n_children; i++)
    taube_query_unref (self->children[i]);
  g_free (self->children);
  g_free (self->header);
  g_free (self->text);
  g_free (self->folded);
  g_clear_pointer (&self->ids, taube_id_set_free);
  g_free (self);
}

/* Branches. */

/**
 * taube_query_new_all:
 *
 * Every item.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_all (void)
{
  return query_new (TAUBE_QUERY_KIND_ALL);
}

static TaubeQuery *
wrap (TaubeQueryKind kind, TaubeQuery *query)
{
  TaubeQuery *self = query_new (kind);

  self->n_children = 1;
  self->children = g_new (TaubeQuery *, 1);
  self->children[0] = taube_query_ref (query);
  self->depth = query->depth + 1;
  return self;
}

static gboolean
check_depth (TaubeQuery *const *queries, guint n_queries)
{
  for (guint i = 0; i < n_queries; i++)
    g_return_val_if_fail (queries[i] != NULL && queries[i]->depth < TAUBE_QUERY_MAX_DEPTH, FALSE);
  return TRUE;
}

/* A child of the same kind gives its own children: "a (b c)" asks the same as "a b c". */
static TaubeQuery *
join (TaubeQueryKind kind, TaubeQuery *const *queries, guint n_queries)
{
  TaubeQuery *self = query_new (kind);
  g_autoptr (GPtrArray) children = g_ptr_array_new ();

  for (guint i = 0; i < n_queries; i++)
    {
      TaubeQuery *query = queries[i];
      gboolean same = query->kind == kind;

      for (guint j = 0; j < (same ? query->n_children : 1); j++)
        {
          TaubeQuery *child = same ? query->children[j] : query;

          g_ptr_array_add (children, taube_query_ref (child));
          self->depth = MAX (self->depth, child->depth + 1);
        }
    }
  self->n_children = children->len;
  self->children = (TaubeQuery **) g_ptr_array_free (g_steal_pointer (&children), FALSE);
  return self;
}

/**
 * taube_query_new_and:
 * @queries: (array length=n_queries) (transfer none): what must match
 * @n_queries: how many
 *
 * What all of the queries match. None of them match all; a query within that is itself an "and" is flattened.
 *
 * Returns: (transfer full): the query, at most 64 levels deep
 */
TaubeQuery *
taube_query_new_and (TaubeQuery *const *queries, guint n_queries)
{
  if (!check_depth (queries, n_queries))
    return NULL;
  if (n_queries == 0)
    return taube_query_new_all ();
  return n_queries == 1 ? taube_query_ref (queries[0]) : join (TAUBE_QUERY_KIND_AND, queries, n_queries);
}

/**
 * taube_query_new_or:
 * @queries: (array length=n_queries) (transfer none): of what one must match
 * @n_queries: how many, not 0
 *
 * What one of the queries at least matches. A query within that is itself an "or" is flattened.
 *
 * Returns: (transfer full): the query, at most 64 levels deep
 */
TaubeQuery *
taube_query_new_or (TaubeQuery *const *queries, guint n_queries)
{
  g_return_val_if_fail (n_queries > 0, NULL);
  if (!check_depth (queries, n_queries))
    return NULL;
  return n_queries == 1 ? taube_query_ref (queries[0]) : join (TAUBE_QUERY_KIND_OR, queries, n_queries);
}

/**
 * taube_query_new_not:
 * @query: what must not match
 *
 * What @query does not match.
 *
 * Returns: (transfer full): the query, at most 64 levels deep
 */
TaubeQuery *
taube_query_new_not (TaubeQuery *query)
{
  return check_depth (&query, 1) ? wrap (TAUBE_QUERY_KIND_NOT, query) : NULL;
}

/**
 * taube_query_new_fuzzy:
 * @query: what is looked for
 *
 * What @query matches, or nearly matches in the opinion of the server (RFC 6203). A server without an opinion, and a
 * search on this side, take it as @query.
 *
 * Returns: (transfer full): the query, at most 64 levels deep
 */
TaubeQuery *
taube_query_new_fuzzy (TaubeQuery *query)
{
  return check_depth (&query, 1) ? wrap (TAUBE_QUERY_KIND_FUZZY, query) : NULL;
}

/* Leaves. */

/**
 * taube_query_new_text:
 * @field: where
 * @text: what, not empty
 *
 * A text occurs in a field, as a part of it and in any case. What servers take for a part differs: some know whole
 * words only.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_text (TaubeQueryField field, const char *text)
{
  TaubeQuery *self;

  g_return_val_if_fail (field <= TAUBE_QUERY_FIELD_TEXT, NULL);
  g_return_val_if_fail (text != NULL && *text != '\0' && g_utf8_validate (text, -1, NULL), NULL);
  self = query_new (TAUBE_QUERY_KIND_TEXT);
  self->field = field;
  self->text = g_strdup (text);
  self->folded = taube_mime_fold_text (text, -1);
  return self;
}

/* field-name = 1*ftext, %d33-57 and %d59-126                         (RFC 5322) */
gboolean
taube_query_is_header_name (const char *name)
{
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p) || *p == ':')
      return FALSE;
  return *name != '\0';
}

/**
 * taube_query_new_header:
 * @name: of a field of the header
 * @text: (nullable): what; %NULL or empty: there is such a field
 *
 * A text occurs in a field of the header.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_header (const char *name, const char *text)
{
  TaubeQuery *self;

  g_return_val_if_fail (name != NULL && taube_query_is_header_name (name), NULL);
  g_return_val_if_fail (text == NULL || g_utf8_validate (text, -1, NULL), NULL);
  self = query_new (TAUBE_QUERY_KIND_HEADER);
  self->header = g_strdup (name);
  self->text = g_strdup (text != NULL ? text : "");
  self->folded = taube_mime_fold_text (self->text, -1);
  return self;
}

/**
 * taube_query_new_flags:
 * @flags: which, at least one
 *
 * All of the flags are set.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_flags (TaubeMessageFlags flags)
{
  TaubeQuery *self;

  g_return_val_if_fail (flags != 0 && (flags & ~0x7fu) == 0, NULL);
  self = query_new (TAUBE_QUERY_KIND_FLAGS);
  self->flags = flags;
  return self;
}

/**
 * taube_query_new_keyword:
 * @keyword: its name, not empty
 *
 * A keyword is set.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_keyword (const char *keyword)
{
  TaubeQuery *self;

  g_return_val_if_fail (keyword != NULL && *keyword != '\0' && g_utf8_validate (keyword, -1, NULL), NULL);
  self = query_new (TAUBE_QUERY_KIND_KEYWORD);
  self->text = g_strdup (keyword);
  return self;
}

static TaubeQuery *
new_number (TaubeQueryKind kind, guint64 number)
{
  TaubeQuery *self = query_new (kind);

  self->number = number;
  return self;
}

/**
 * taube_query_new_larger:
 * @bytes: a size
 *
 * It has more than @bytes bytes.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_larger (guint64 bytes)
{
  return new_number (TAUBE_QUERY_KIND_LARGER, bytes);
}

/**
 * taube_query_new_smaller:
 * @bytes: a size
 *
 * It has less than @bytes bytes.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_smaller (guint64 bytes)
{
  return new_number (TAUBE_QUERY_KIND_SMALLER, bytes);
}

/**
 * taube_query_new_day:
 * @kind: %TAUBE_QUERY_KIND_BEFORE, %TAUBE_QUERY_KIND_ON or %TAUBE_QUERY_KIND_SINCE
 * @date: which date of the item
 * @year: from 1 to 9999
 * @month: from 1
 * @day: from 1
 *
 * The date of the item is before, on, or not before a day. Hours and time zones do not count: a date is the day that is
 * written in it.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_day (TaubeQueryKind kind, TaubeQueryDate date, int year, int month, int day)
{
  TaubeQuery *self;

  g_return_val_if_fail (kind >= TAUBE_QUERY_KIND_BEFORE && kind <= TAUBE_QUERY_KIND_SINCE, NULL);
  g_return_val_if_fail (year >= 1 && year <= 9999 && month >= 1 && day >= 1, NULL);
  g_return_val_if_fail (g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year), NULL);
  self = query_new (kind);
  self->date = date;
  self->year = year;
  self->month = month;
  self->day = day;
  return self;
}

/**
 * taube_query_new_older:
 * @seconds: at least 1
 *
 * It arrived @seconds ago or earlier, counted from when the search is done.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_older (guint32 seconds)
{
  g_return_val_if_fail (seconds > 0, NULL);
  return new_number (TAUBE_QUERY_KIND_OLDER, seconds);
}

/**
 * taube_query_new_younger:
 * @seconds: at least 1
 *
 * It arrived within the last @seconds, counted from when the search is done.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_younger (guint32 seconds)
{
  g_return_val_if_fail (seconds > 0, NULL);
  return new_number (TAUBE_QUERY_KIND_YOUNGER, seconds);
}

/**
 * taube_query_new_ids:
 * @ids: which
 *
 * The id of the item is one of these.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_ids (const TaubeIdSet *ids)
{
  TaubeQuery *self;

  g_return_val_if_fail (ids != NULL, NULL);
  self = query_new (TAUBE_QUERY_KIND_IDS);
  self->ids = taube_id_set_copy (ids);
  return self;
}

/**
 * taube_query_new_attachment:
 *
 * It has a part that is an attachment.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_attachment (void)
{
  return query_new (TAUBE_QUERY_KIND_ATTACHMENT);
}

/**
 * taube_query_new_raw:
 * @text: in the search language of the server, not empty
 *
 * What the server finds by @text, which goes to it as it is and which only the server understands: see
 * [method@Folder.get_search_language]. Where there is no such language a search with it is
 * %TAUBE_ERROR_NOT_SUPPORTED.
 *
 * Returns: (transfer full): the query
 */
TaubeQuery *
taube_query_new_raw (const char *text)
{
  TaubeQuery *self;

  g_return_val_if_fail (text != NULL && *text != '\0' && g_utf8_validate (text, -1, NULL), NULL);
  self = query_new (TAUBE_QUERY_KIND_RAW);
  self->text = g_strdup (text);
  return self;
}

/* What is in it. */

/**
 * taube_query_get_kind:
 *
 * What it asks, which decides what the other getters give.
 *
 * Returns: the kind
 */
TaubeQueryKind
taube_query_get_kind (const TaubeQuery *self)
{
  g_return_val_if_fail (self != NULL, TAUBE_QUERY_KIND_ALL);
  return self->kind;
}

/**
 * taube_query_get_n_children:
 *
 * How many queries are directly in it: two or more for and and or, one for not and fuzzy.
 *
 * Returns: their number
 */
guint
taube_query_get_n_children (const TaubeQuery *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->n_children;
}

/**
 * taube_query_get_child:
 * @position: from 0
 *
 * A query in it.
 *
 * Returns: (transfer none): the child
 */
TaubeQuery *
taube_query_get_child (const TaubeQuery *self, guint position)
{
  g_return_val_if_fail (self != NULL && position < self->n_children, NULL);
  return self->children[position];
}

/**
 * taube_query_get_field:
 *
 * Where the text is looked for, of a %TAUBE_QUERY_KIND_TEXT.
 *
 * Returns: the field
 */
TaubeQueryField
taube_query_get_field (const TaubeQuery *self)
{
  g_return_val_if_fail (self != NULL, TAUBE_QUERY_FIELD_TEXT);
  return self->field;
}

/**
 * taube_query_get_header:
 *
 * The name of the header field, of a %TAUBE_QUERY_KIND_HEADER.
 *
 * Returns: (nullable): the name
 */
const char *
taube_query_get_header (const TaubeQuery *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->header;
}

/**
 * taube_query_get_text:
 *
 * What is looked for, of a %TAUBE_QUERY_KIND_TEXT, a %TAUBE_QUERY_KIND_HEADER (it may be empty), a
 * %TAUBE_QUERY_KIND_KEYWORD or a %TAUBE_QUERY_KIND_RAW.
 *
 * Returns: (nullable): the text
 */
const char *
taube_query_get_text (const TaubeQuery *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->text;
}

/**
 * taube_query_get_flags:
 *
 * The flags that must be set, of a %TAUBE_QUERY_KIND_FLAGS.
 *
 * Returns: the flags
 */
TaubeMessageFlags
taube_query_get_flags (const TaubeQuery *self)
{
  g_return_val_if_fail (self != NULL, TAUBE_MESSAGE_FLAGS_NONE);
  return self->flags;
}

/**
 * taube_query_get_bytes:
 *
 * The size, of a %TAUBE_QUERY_KIND_LARGER or a %TAUBE_QUERY_KIND_SMALLER.
 *
 * Returns: the number of bytes
 */
guint64
taube_query_get_bytes (const TaubeQuery *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->number;
}

/**
 * taube_query_get_date:
 *
 * Which date of the item is looked at, of a %TAUBE_QUERY_KIND_BEFORE, %TAUBE_QUERY_KIND_ON or %TAUBE_QUERY_KIND_SINCE.
 *
 * Returns: which
 */
TaubeQueryDate
taube_query_get_date (const TaubeQuery *self)
{
  g_return_val_if_fail (self != NULL, TAUBE_QUERY_DATE_RECEIVED);
  return self->date;
}

/**
 * taube_query_get_day:
 * @year_out: (out) (optional): the year
 * @month_out: (out) (optional): the month, from 1
 * @day_out: (out) (optional): the day, from 1
 *
 * The day, of a %TAUBE_QUERY_KIND_BEFORE, %TAUBE_QUERY_KIND_ON or %TAUBE_QUERY_KIND_SINCE.
 */
void
taube_query_get_day (const TaubeQuery *self, int *year_out, int *month_out, int *day_out)
{
  g_return_if_fail (self != NULL);
  if (year_out != NULL)
    *year_out = self->year;
  if (month_out != NULL)
    *month_out = self->month;
  if (day_out != NULL)
    *day_out = self->day;
}

/**
 * taube_query_get_seconds:
 *
 * The interval, of a %TAUBE_QUERY_KIND_OLDER or a %TAUBE_QUERY_KIND_YOUNGER.
 *
 * Returns: the number of seconds
 */
guint32
taube_query_get_seconds (const TaubeQuery *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return (guint32) self->number;
}

/**
 * taube_query_get_ids:
 *
 * The ids, of a %TAUBE_QUERY_KIND_IDS.
 *
 * Returns: (transfer none) (nullable): the ids
 */
const TaubeIdSet *
taube_query_get_ids (const TaubeQuery *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->ids;
}

static gboolean
is_same_leaf (const TaubeQuery *a, const TaubeQuery *b)
{
  return a->field == b->field && a->flags == b->flags && a->date == b->date && a->year == b->year
         && a->month == b->month && a->day == b->day && a->number == b->number && g_strcmp0 (a->text, b->text) == 0
         && (a->header == NULL || g_ascii_strcasecmp (a->header, b->header) == 0)
         && (a->ids == NULL || taube_id_set_equal (a->ids, b->ids));
}

/**
 * taube_query_equal:
 * @a: a query
 * @b: another
 *
 * Whether both ask the same in the same words and order.
 *
 * Returns: %TRUE when they do
 */
gboolean
taube_query_equal (const TaubeQuery *a, const TaubeQuery *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);
  if (a == b)
    return TRUE;
  if (a->kind != b->kind || a->n_children != b->n_children || !is_same_leaf (a, b))
    return FALSE;
  for (guint i = 0; i < a->n_children; i++)
    if (!taube_query_equal (a->children[i], b->children[i]))
      return FALSE;
  return TRUE;
}

const char *
taube_query_get_folded (const TaubeQuery *self)
{
  return self->folded;
}

guint
taube_query_get_depth (const TaubeQuery *self)
{
  return self->depth;
}
