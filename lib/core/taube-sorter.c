/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-search-impl.h>

#include <taube/taube-address.h>

#include "core/taube-intern.h"
#include "mime/taube-address-parser.h"

#include <string.h>

/* Sorting on this side. A message is one number for each key: a time or a size as it is, a text by its number, which
 * the order of all texts replaces at the end. */

typedef struct
{
  TaubeSortKey key;
  gboolean reverse;
} Key;

typedef struct
{
  guint32 number;
  guint32 place; /* in the order in which they were added */
} Row;

struct _TaubeSorter
{
  GArray *keys;   /* of Key */
  GArray *rows;   /* of Row */
  GArray *values; /* gint64: a row of them for each message */
  TaubeIntern texts;
};

TaubeSorter *
taube_sorter_new (TaubeSearchRequest *request)
{
  TaubeSorter *self = g_new0 (TaubeSorter, 1);

  self->keys = g_array_new (FALSE, FALSE, sizeof (Key));
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  self->values = g_array_new (FALSE, FALSE, sizeof (gint64));
  taube_intern_init (&self->texts);
  for (guint i = 0; i < taube_search_request_get_n_sort_keys (request); i++)
    {
      Key key;

      key.key = taube_search_request_get_sort_key (request, i, &key.reverse);
      g_array_append_val (self->keys, key);
    }
  return self;
}

void
taube_sorter_free (TaubeSorter *self)
{
  g_array_unref (self->keys);
  g_array_unref (self->rows);
  g_array_unref (self->values);
  taube_intern_clear (&self->texts);
  g_free (self);
}

/* The field of the header that a key is about; NULL: none. */
static const char *
header_of (TaubeSortKey key)
{
  switch (key)
    {
    case TAUBE_SORT_KEY_DATE:
      return "Date";
    case TAUBE_SORT_KEY_FROM:
    case TAUBE_SORT_KEY_DISPLAY_FROM:
      return "From";
    case TAUBE_SORT_KEY_TO:
    case TAUBE_SORT_KEY_DISPLAY_TO:
      return "To";
    case TAUBE_SORT_KEY_CC:
      return "Cc";
    case TAUBE_SORT_KEY_SUBJECT:
      return "Subject";
    default:
      return NULL;
    }
}

static void
add_name (GPtrArray *names, const char *name)
{
  for (guint i = 0; i < names->len; i++)
    if (g_ascii_strcasecmp (names->pdata[i], name) == 0)
      return;
  g_ptr_array_add (names, (gpointer) name);
}

TaubeFacts
taube_sorter_get_facts (const TaubeSorter *self, GPtrArray *names)
{
  TaubeFacts facts = TAUBE_FACTS_NONE;

  for (guint i = 0; i < self->keys->len; i++)
    {
      TaubeSortKey key = g_array_index (self->keys, Key, i).key;
      const char *name = header_of (key);

      if (key == TAUBE_SORT_KEY_ARRIVAL || key == TAUBE_SORT_KEY_DATE)
        facts |= TAUBE_FACTS_DATE;
      if (key == TAUBE_SORT_KEY_SIZE)
        facts |= TAUBE_FACTS_SIZE;
      if (name == NULL)
        continue;
      facts |= TAUBE_FACTS_HEADERS;
      add_name (names, name);
    }
  return facts;
}

static gint64
get_sent_date (const TaubeSearchSubject *subject)
{
  gint64 seconds;
  int offset;
  gsize length;
  const char *date = taube_mime_headers_find (subject->headers, "Date", &length);

  return date != NULL && taube_mime_parse_date (date, length, &seconds, &offset) ? seconds : subject->date;
}

/* What an address sorts by: up to the "@"; the name, if it is for the eye (RFC 5957). (transfer full) */
static char *
get_address_text (const TaubeSearchSubject *subject, const char *name, gboolean display)
{
  gsize length;
  const char *raw = taube_mime_headers_find (subject->headers, name, &length);
  g_autoptr (GPtrArray) addresses = raw != NULL ? taube_address_parser_run (raw, length) : NULL;

  for (guint i = 0; addresses != NULL && i < addresses->len; i++)
    {
      TaubeAddress *address = addresses->pdata[i];
      const char *shown = taube_address_get_name (address);
      const char *mail = taube_address_get_address (address);

      if (display && shown != NULL && *shown != '\0')
        return g_strdup (shown);
      if (mail == NULL)
        continue;
      return display || strrchr (mail, '@') == NULL ? g_strdup (mail) : g_strndup (mail, strrchr (mail, '@') - mail);
    }
  return g_strdup ("");
}

static char *
get_text (const TaubeSearchSubject *subject, TaubeSortKey key)
{
  g_autofree char *subject_text = NULL;

  if (key != TAUBE_SORT_KEY_SUBJECT)
    return get_address_text (subject, header_of (key),
                             key == TAUBE_SORT_KEY_DISPLAY_FROM || key == TAUBE_SORT_KEY_DISPLAY_TO);
  subject_text = taube_mime_headers_dup_text (subject->headers, "Subject");
  return subject_text != NULL ? taube_mime_get_base_subject (subject_text, NULL) : g_strdup ("");
}

static gboolean
is_text (TaubeSortKey key)
{
  return key != TAUBE_SORT_KEY_ARRIVAL && key != TAUBE_SORT_KEY_DATE && key != TAUBE_SORT_KEY_SIZE;
}

static gint64
get_value (TaubeSorter *self, const TaubeSearchSubject *subject, TaubeSortKey key)
{
  g_autofree char *text = NULL;
  g_autofree char *folded = NULL;

  if (key == TAUBE_SORT_KEY_ARRIVAL)
    return subject->date;
  if (key == TAUBE_SORT_KEY_SIZE)
    return (gint64) MIN (subject->size, G_MAXINT64);
  if (key == TAUBE_SORT_KEY_DATE)
    return get_sent_date (subject);
  text = get_text (subject, key);
  folded = taube_mime_fold_text (text, -1);
  return taube_intern_add (&self->texts, folded, strlen (folded), NULL);
}

void
taube_sorter_add (TaubeSorter *self, const TaubeSearchSubject *subject)
{
  Row row = { subject->number, self->rows->len };

  for (guint i = 0; i < self->keys->len; i++)
    {
      gint64 value = get_value (self, subject, g_array_index (self->keys, Key, i).key);

      g_array_append_val (self->values, value);
    }
  g_array_append_val (self->rows, row);
}

static int
compare_texts (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const TaubeIntern *texts = user_data;

  return strcmp (taube_intern_get (texts, *(const guint32 *) a), taube_intern_get (texts, *(const guint32 *) b));
}

/* The place of each text in the order of all. */
static guint32 *
rank_texts (TaubeSorter *self)
{
  guint n = self->texts.starts->len;
  g_autofree guint32 *order = g_new (guint32, n);
  guint32 *ranks = g_new (guint32, n);

  for (guint32 i = 0; i < n; i++)
    order[i] = i;
  g_qsort_with_data (order, (gint) n, sizeof (guint32), compare_texts, &self->texts);
  for (guint32 i = 0; i < n; i++)
    ranks[order[i]] = i;
  return ranks;
}

static int
compare_rows (gconstpointer first, gconstpointer second, gpointer user_data)
{
  const TaubeSorter *self = user_data;
  const Row *a = first, *b = second;

  for (guint i = 0; i < self->keys->len; i++)
    {
      gint64 x = g_array_index (self->values, gint64, (gsize) a->place * self->keys->len + i);
      gint64 y = g_array_index (self->values, gint64, (gsize) b->place * self->keys->len + i);

      if (x != y)
        return (x < y) != g_array_index (self->keys, Key, i).reverse ? -1 : 1;
    }
  return a->place < b->place ? -1 : 1;
}

GArray *
taube_sorter_end (TaubeSorter *self)
{
  g_autofree guint32 *ranks = rank_texts (self);
  GArray *numbers = g_array_sized_new (FALSE, FALSE, sizeof (guint32), self->rows->len);

  for (guint i = 0; i < self->values->len; i++)
    if (is_text (g_array_index (self->keys, Key, i % self->keys->len).key))
      g_array_index (self->values, gint64, i) = ranks[g_array_index (self->values, gint64, i)];
  g_qsort_with_data (self->rows->data, (gint) self->rows->len, sizeof (Row), compare_rows, self);
  for (guint i = 0; i < self->rows->len; i++)
    g_array_append_val (numbers, g_array_index (self->rows, Row, i).number);
  return numbers;
}
