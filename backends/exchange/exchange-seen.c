/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-seen.h"

#include <string.h>

/* The hashes lie in many small tables, each of which grows by itself and by little: there never is a second copy. */
#define N_TABLES 256
#define FIRST_SLOTS 8

typedef struct
{
  guint64 *slots; /* 0: free; NULL: none yet */
  guint n_slots;
  guint size;
} Table;

struct _ExchangeSeen
{
  Table tables[N_TABLES];
  guint size;
  guint64 key;
};

static guint64
random_word (void)
{
  return (guint64)g_random_int () << 32 | g_random_int ();
}

ExchangeSeen *
exchange_seen_new (void)
{
  ExchangeSeen *self = g_new0 (ExchangeSeen, 1);

  self->key = random_word ();
  return self;
}

void
exchange_seen_free (ExchangeSeen *self)
{
  for (guint i = 0; i < N_TABLES; i++)
    g_free (self->tables[i].slots);
  g_free (self);
}

/* Each word of the id moves every bit of what follows; never 0. */
static guint64
hash (guint64 key, const char *id)
{
  const guint64 factor = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  gsize length = strlen (id);
  guint64 value = key ^ length * factor, word;

  for (; length > 0; length -= MIN (length, 8), id += 8)
    {
      word = 0;
      memcpy (&word, id, MIN (length, 8));
      value = (value ^ word) * factor;
      value ^= value >> 32;
    }
  value = (value ^ key >> 7) * factor;
  value ^= value >> 29;
  return value != 0 ? value : 1;
}

/* The table is chosen by the highest bits of the hash, the place in it by others. */
static guint64 *
find_slot (const Table *table, guint64 value)
{
  guint i = (guint)((value & G_MAXUINT32) * table->n_slots >> 32);

  while (table->slots[i] != 0 && table->slots[i] != value)
    i = i + 1 < table->n_slots ? i + 1 : 0;
  return &table->slots[i];
}

/* Seven of eight slots are taken at the most, seven of ten afterwards. */
static void
make_room (Table *table)
{
  g_autofree guint64 *old = NULL;
  guint n = table->n_slots;

  if (table->size < n / 8 * 7)
    return;
  old = g_steal_pointer (&table->slots);
  table->n_slots = MAX (FIRST_SLOTS, (n + n / 4 + 7) / 8 * 8);
  table->slots = g_new0 (guint64, table->n_slots);
  for (guint i = 0; i < n; i++)
    if (old[i] != 0)
      *find_slot (table, old[i]) = old[i];
}

gboolean
exchange_seen_add (ExchangeSeen *self, const char *id)
{
  guint64 value = hash (self->key, id);
  Table *table = &self->tables[value >> 56];
  guint64 *slot;

  make_room (table);
  slot = find_slot (table, value);
  if (*slot != 0)
    return FALSE;
  *slot = value;
  table->size++;
  self->size++;
  return TRUE;
}

gboolean
exchange_seen_contains (const ExchangeSeen *self, const char *id)
{
  guint64 value = hash (self->key, id);
  const Table *table = &self->tables[value >> 56];

  return table->slots != NULL && *find_slot (table, value) != 0;
}

guint
exchange_seen_get_size (const ExchangeSeen *self)
{
  return self->size;
}
