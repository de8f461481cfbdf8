/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-message-block.h"
#include "core/taube-keyed-hash.h"

static guint
hash_names (TaubeMessagePool *self, const char *const *names, guint n_names)
{
  guint64 hash = self->key;

  for (guint i = 0; i < n_names; i++)
    hash = self->key ^ taube_keyed_hash (hash, names[i], strlen (names[i]));
  return hash;
}

static guint
keywords_hash (gconstpointer keywords)
{
  return ((const TaubeKeywords *) keywords)->hash;
}

static gboolean
keywords_equal (gconstpointer first, gconstpointer second)
{
  const TaubeKeywords *a = first;
  const TaubeKeywords *b = second;

  if (a->hash != b->hash || a->n_names != b->n_names)
    return FALSE;
  for (guint i = 0; i < a->n_names; i++)
    if (strcmp (a->names[i], b->names[i]) != 0)
      return FALSE;
  return TRUE;
}

TaubeMessagePool *
taube_message_pool_new (void)
{
  TaubeMessagePool *self = g_new (TaubeMessagePool, 1);

  g_atomic_ref_count_init (&self->references);
  self->key = taube_keyed_hash_new_key ();
  self->strings = g_string_chunk_new (64);
  self->keywords = g_hash_table_new_full (keywords_hash, keywords_equal, g_free, NULL);
  return self;
}

void
taube_message_pool_unref (TaubeMessagePool *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_hash_table_unref (self->keywords);
  g_string_chunk_free (self->strings);
  g_free (self);
}

/* Copies of valid NAMES, in one piece of memory with the vector. */
static TaubeKeywords *
store_keywords (TaubeMessagePool *self, const TaubeKeywords *wanted)
{
  TaubeKeywords *keywords = g_malloc (sizeof (TaubeKeywords) + (wanted->n_names + (gsize) 1) * sizeof (char *));
  const char **names = (const char **) (keywords + 1);

  for (guint i = 0; i < wanted->n_names; i++)
    names[i] = g_string_chunk_insert_const (self->strings, wanted->names[i]);
  names[wanted->n_names] = NULL;
  *keywords = *wanted;
  keywords->names = names;
  g_hash_table_add (self->keywords, keywords);
  return keywords;
}

static gboolean
all_valid (const char *const *names, guint n_names)
{
  for (guint i = 0; i < n_names; i++)
    if (!g_utf8_validate (names[i], -1, NULL))
      return FALSE;
  return TRUE;
}

/* The stored combination that is equal to NAMES. */
const TaubeKeywords *
taube_message_pool_get_keywords (TaubeMessagePool *self, const char *const *names, guint n_names)
{
  g_autoptr (GPtrArray) valid = NULL;
  TaubeKeywords wanted = { .n_names = n_names, .names = names };
  const TaubeKeywords *keywords;

  if (!all_valid (names, n_names))
    {
      valid = g_ptr_array_new_full (n_names, g_free);
      for (guint i = 0; i < n_names; i++)
        g_ptr_array_add (valid, g_utf8_make_valid (names[i], -1));
      wanted.names = (const char *const *) valid->pdata;
    }
  wanted.hash = hash_names (self, wanted.names, n_names);
  keywords = g_hash_table_lookup (self->keywords, &wanted);
  return keywords != NULL ? keywords : store_keywords (self, &wanted);
}
