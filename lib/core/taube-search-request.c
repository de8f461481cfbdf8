/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-search-private.h"

#include <taube/taube-error.h>
#include <taube/taube-progress.h>

#include "base/taube-gettext.h"

#include <string.h>

/* A key more is of no use. */
#define SORT_KEYS_MAX 32

typedef struct
{
  TaubeSortKey key;
  gboolean reverse;
} SortKey;

/**
 * TaubeSearchRequest:
 *
 * What is wanted of the items that a search finds: which columns, in which order, how many, and whether as threads.
 *
 * A call takes a copy of the request: changes made afterwards do not reach it, and the same request can be used again.
 * Not to be changed from two threads at once.
 */
struct _TaubeSearchRequest
{
  GObject parent_instance;
  TaubeListFields fields;
  SortKey keys[SORT_KEYS_MAX];
  guint n_keys;
  TaubeThreading threading;
  gboolean newest_first;
  guint64 offset;
  guint64 limit;
  TaubePriority priority;
  TaubeProgress *progress;
};

typedef struct
{
  GObjectClass parent_class;
} TaubeSearchRequestClass;

G_DEFINE_FINAL_TYPE (TaubeSearchRequest, taube_search_request, G_TYPE_OBJECT)

static const char *const sort_words[]
    = { "arrival", "date", "from", "to", "cc", "subject", "size", "display-from", "display-to" };

static void
taube_search_request_dispose (GObject *object)
{
  TaubeSearchRequest *self = (TaubeSearchRequest *) object;

  g_clear_object (&self->progress);
  G_OBJECT_CLASS (taube_search_request_parent_class)->dispose (object);
}

static void
taube_search_request_class_init (TaubeSearchRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = taube_search_request_dispose;
}

static void
taube_search_request_init (TaubeSearchRequest *self)
{
  self->fields = TAUBE_LIST_FIELDS_DEFAULT;
  self->priority = TAUBE_PRIORITY_NORMAL;
}

/**
 * taube_search_request_new:
 *
 * A request for the default columns of all items that are found, in the order in which they arrived.
 *
 * Returns: (transfer full): the request
 */
TaubeSearchRequest *
taube_search_request_new (void)
{
  return g_object_new (TAUBE_TYPE_SEARCH_REQUEST, NULL);
}

TaubeSearchRequest *
taube_search_request_bind (TaubeSearchRequest *self)
{
  TaubeSearchRequest *copy = taube_search_request_new ();

  if (self == NULL)
    return copy;
  copy->fields = self->fields;
  memcpy (copy->keys, self->keys, sizeof (self->keys));
  copy->n_keys = self->n_keys;
  copy->threading = self->threading;
  copy->newest_first = self->newest_first;
  copy->offset = self->offset;
  copy->limit = self->limit;
  copy->priority = self->priority;
  g_set_object (&copy->progress, self->progress);
  return copy;
}

/**
 * taube_search_request_set_fields:
 * @fields: which columns are wanted
 *
 * Says which columns the list of the result shall have; %TAUBE_LIST_FIELDS_NONE for the ids alone.
 */
void
taube_search_request_set_fields (TaubeSearchRequest *self, TaubeListFields fields)
{
  g_return_if_fail (TAUBE_IS_SEARCH_REQUEST (self));
  self->fields = fields;
}

/**
 * taube_search_request_get_fields:
 *
 * Which columns the list of the result shall have.
 *
 * Returns: the columns
 */
TaubeListFields
taube_search_request_get_fields (TaubeSearchRequest *self)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_REQUEST (self), TAUBE_LIST_FIELDS_DEFAULT);
  return self->fields;
}

/**
 * taube_search_request_add_sort_key:
 * @key: by what
 * @reverse: whether the largest comes first
 *
 * Sorts the result by one more key, which decides where those before it do not. What is equal in all of them stays in
 * the order of arrival. At most 32 keys are taken.
 */
void
taube_search_request_add_sort_key (TaubeSearchRequest *self, TaubeSortKey key, gboolean reverse)
{
  g_return_if_fail (TAUBE_IS_SEARCH_REQUEST (self));
  g_return_if_fail (key <= TAUBE_SORT_KEY_DISPLAY_TO);
  g_return_if_fail (self->n_keys < SORT_KEYS_MAX);
  self->keys[self->n_keys++] = (SortKey){ key, reverse };
}

static gboolean
parse_key (const char *word, SortKey *key_out)
{
  key_out->reverse = *word == '-';
  if (key_out->reverse)
    word++;
  for (guint i = 0; i < G_N_ELEMENTS (sort_words); i++)
    if (g_ascii_strcasecmp (word, sort_words[i]) == 0)
      {
        key_out->key = (TaubeSortKey) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * taube_search_request_set_sort:
 * @text: (nullable): such as `subject,-date`: keys with commas between, `-` before one for the largest first; %NULL or
 *   empty: the order of arrival
 *
 * Says by what the result is sorted. The keys are `arrival`, `date`, `from`, `to`, `cc`, `subject`, `size`,
 * `display-from` and `display-to`.
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_INVALID, and nothing changed
 */
gboolean
taube_search_request_set_sort (TaubeSearchRequest *self, const char *text, GError **error)
{
  g_auto (GStrv) words = NULL;
  SortKey keys[SORT_KEYS_MAX] = { 0 };
  guint n = 0;

  g_return_val_if_fail (TAUBE_IS_SEARCH_REQUEST (self), FALSE);
  words = g_strsplit (text != NULL ? text : "", ",", SORT_KEYS_MAX + 1);
  for (; words[n] != NULL; n++)
    if (n == SORT_KEYS_MAX || !parse_key (words[n], &keys[n]))
      {
        g_set_error (
            error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
            _ ("cannot sort by \"%s\": the keys are arrival, date, from, to, cc, subject, size, display-from and "
               "display-to, with - before one to turn it round"),
            words[n]);
        return FALSE;
      }
  memcpy (self->keys, keys, sizeof (keys));
  self->n_keys = n;
  return TRUE;
}

/**
 * taube_search_request_get_n_sort_keys:
 *
 * By how many keys the result is sorted.
 *
 * Returns: their number; 0: the order of arrival
 */
guint
taube_search_request_get_n_sort_keys (TaubeSearchRequest *self)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_REQUEST (self), 0);
  return self->n_keys;
}

/**
 * taube_search_request_get_sort_key:
 * @position: from 0
 * @reverse_out: (out) (optional): whether the largest comes first
 *
 * One of the keys.
 *
 * Returns: the key
 */
TaubeSortKey
taube_search_request_get_sort_key (TaubeSearchRequest *self, guint position, gboolean *reverse_out)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_REQUEST (self), TAUBE_SORT_KEY_ARRIVAL);
  g_return_val_if_fail (position < self->n_keys, TAUBE_SORT_KEY_ARRIVAL);
  if (reverse_out != NULL)
    *reverse_out = self->keys[position].reverse;
  return self->keys[position].key;
}

/**
 * taube_search_request_set_threading:
 * @threading: how
 *
 * Puts the result together to threads: the messages of one follow each other, each behind the one that it answers.
 * Threads come in the order of the date of their first message; with sort keys, in the order of the message in them
 * that would come first.
 */
void
taube_search_request_set_threading (TaubeSearchRequest *self, TaubeThreading threading)
{
  g_return_if_fail (TAUBE_IS_SEARCH_REQUEST (self));
  g_return_if_fail (threading <= TAUBE_THREADING_ORDERED_SUBJECT);
  self->threading = threading;
}

/**
 * taube_search_request_get_threading:
 *
 * How the result is put together to threads.
 *
 * Returns: how
 */
TaubeThreading
taube_search_request_get_threading (TaubeSearchRequest *self)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_REQUEST (self), TAUBE_THREADING_NONE);
  return self->threading;
}

/**
 * taube_search_request_set_newest_first:
 * @newest_first: whether what arrived last comes first
 *
 * Turns round the order of arrival, or that of threads. With sort keys it says nothing: they have their own direction.
 */
void
taube_search_request_set_newest_first (TaubeSearchRequest *self, gboolean newest_first)
{
  g_return_if_fail (TAUBE_IS_SEARCH_REQUEST (self));
  self->newest_first = newest_first;
}

/**
 * taube_search_request_get_newest_first:
 *
 * Whether what arrived last comes first.
 *
 * Returns: %TRUE when it does
 */
gboolean
taube_search_request_get_newest_first (TaubeSearchRequest *self)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_REQUEST (self), FALSE);
  return self->newest_first;
}

/**
 * taube_search_request_set_range:
 * @offset: how many items are left out at the beginning
 * @limit: how many are wanted at most; 0: all
 *
 * Asks for a part of the result, in its order; for threads, in whole threads.
 */
void
taube_search_request_set_range (TaubeSearchRequest *self, guint64 offset, guint64 limit)
{
  g_return_if_fail (TAUBE_IS_SEARCH_REQUEST (self));
  self->offset = offset;
  self->limit = limit;
}

/**
 * taube_search_request_get_offset:
 *
 * How many items are left out at the beginning.
 *
 * Returns: their number
 */
guint64
taube_search_request_get_offset (TaubeSearchRequest *self)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_REQUEST (self), 0);
  return self->offset;
}

/**
 * taube_search_request_get_limit:
 *
 * How many items are wanted at most.
 *
 * Returns: their number; 0: all
 */
guint64
taube_search_request_get_limit (TaubeSearchRequest *self)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_REQUEST (self), 0);
  return self->limit;
}

/**
 * taube_search_request_set_priority:
 * @priority: how soon
 *
 * Says how soon the call gets a connection.
 */
void
taube_search_request_set_priority (TaubeSearchRequest *self, TaubePriority priority)
{
  g_return_if_fail (TAUBE_IS_SEARCH_REQUEST (self));
  self->priority = priority;
}

/**
 * taube_search_request_get_priority:
 *
 * How soon the call gets a connection.
 *
 * Returns: how soon
 */
TaubePriority
taube_search_request_get_priority (TaubeSearchRequest *self)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_REQUEST (self), TAUBE_PRIORITY_NORMAL);
  return self->priority;
}

/**
 * taube_search_request_set_progress:
 * @progress: (nullable): counts the messages that were looked at, then those that were found
 *
 * Has somebody told how far it is.
 */
void
taube_search_request_set_progress (TaubeSearchRequest *self, TaubeProgress *progress)
{
  g_return_if_fail (TAUBE_IS_SEARCH_REQUEST (self));
  g_set_object (&self->progress, progress);
}

/**
 * taube_search_request_get_progress:
 *
 * Who is told how far it is.
 *
 * Returns: (transfer none) (nullable): the progress
 */
TaubeProgress *
taube_search_request_get_progress (TaubeSearchRequest *self)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_REQUEST (self), NULL);
  return self->progress;
}
