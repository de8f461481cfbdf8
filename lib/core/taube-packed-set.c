/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-packed-set.h"

#include <string.h>

#include "core/taube-keyed-hash.h"
#include "core/taube-packed-ids.h"

#define BLOCK_ROWS 512

/* A large set has many tables, each of which grows by itself and by little: there is never a second copy of all. */
#define TABLES_BITS 8
#define TABLES_FROM 1024
#define FIRST_SLOTS 8

/* Ids that stay as they are; copies of the set share them. */
typedef struct
{
  gatomicrefcount references;
  TaubePackedIds packed; /* width 0: they are strings */
  gsize offsets[];       /* of strings in the block, each of which ends with NUL; or what is packed */
} Block;

typedef struct
{
  guint32 position; /* + 1; 0: free */
  guint32 hash;
} Slot;

typedef struct
{
  Slot *slots; /* NULL: none yet */
  guint n_slots;
  guint size;
} Table;

struct _TaubePackedSet
{
  Table *tables;
  guint n_tables; /* 1 or 1 << TABLES_BITS */
  guint size;
  guint64 key;
  GPtrArray *blocks; /* of Block with BLOCK_ROWS ids each, also of ids that were removed */
  GPtrArray *open;   /* the ids behind them: strings */
};

static void
block_unref (gpointer data)
{
  Block *self = data;

  if (g_atomic_ref_count_dec (&self->references))
    g_free (self);
}

static Block *
block_new (const TaubePackedIds *packed, gsize bytes)
{
  Block *self = g_malloc (sizeof (Block) + bytes);

  g_atomic_ref_count_init (&self->references);
  self->packed = *packed;
  return self;
}

static Block *
pack (const char *const *ids)
{
  gsize offset = BLOCK_ROWS * sizeof (gsize), bytes = offset;
  TaubePackedIds packed;
  Block *block;

  if (taube_packed_ids_plan (&packed, ids, BLOCK_ROWS))
    {
      block = block_new (&packed, taube_packed_ids_get_size (&packed, BLOCK_ROWS));
      taube_packed_ids_write (&block->packed, ids, BLOCK_ROWS, block->offsets);
      return block;
    }
  for (guint i = 0; i < BLOCK_ROWS; i++)
    bytes += strlen (ids[i]) + 1;
  block = block_new (&packed, bytes);
  for (guint i = 0; i < BLOCK_ROWS; i++)
    {
      gsize length = strlen (ids[i]) + 1;

      block->offsets[i] = offset;
      memcpy ((char *)block->offsets + offset, ids[i], length);
      offset += length;
    }
  return block;
}

static TaubePackedSet *
new_with_tables (guint n_tables)
{
  TaubePackedSet *self = g_new0 (TaubePackedSet, 1);

  self->key = taube_keyed_hash_new_key ();
  self->n_tables = n_tables;
  self->tables = g_new0 (Table, n_tables);
  self->blocks = g_ptr_array_new_with_free_func (block_unref);
  self->open = g_ptr_array_new_with_free_func (g_free);
  return self;
}

TaubePackedSet *
taube_packed_set_new (void)
{
  return new_with_tables (1);
}

TaubePackedSet *
taube_packed_set_copy (const TaubePackedSet *from)
{
  TaubePackedSet *self = new_with_tables (from->n_tables);

  self->key = from->key;
  self->size = from->size;
  for (guint i = 0; i < from->n_tables; i++)
    {
      self->tables[i] = from->tables[i];
      self->tables[i].slots = g_memdup2 (from->tables[i].slots, from->tables[i].n_slots * sizeof (Slot));
    }
  for (guint i = 0; i < from->blocks->len; i++)
    {
      Block *block = from->blocks->pdata[i];

      g_atomic_ref_count_inc (&block->references);
      g_ptr_array_add (self->blocks, block);
    }
  for (guint i = 0; i < from->open->len; i++)
    g_ptr_array_add (self->open, g_strdup (from->open->pdata[i]));
  return self;
}

static void
clear (TaubePackedSet *self)
{
  for (guint i = 0; i < self->n_tables; i++)
    g_free (self->tables[i].slots);
  g_free (self->tables);
  g_ptr_array_unref (self->blocks);
  g_ptr_array_unref (self->open);
}

void
taube_packed_set_free (TaubePackedSet *self)
{
  clear (self);
  g_free (self);
}

/* The id at POSITION; it may be in BUFFER. */
static const char *
get_text (const TaubePackedSet *self, guint position, GString *buffer)
{
  guint index = position / BLOCK_ROWS, row = position % BLOCK_ROWS;
  const Block *block;

  if (index == self->blocks->len)
    return self->open->pdata[row];
  block = self->blocks->pdata[index];
  if (block->packed.width == 0)
    return (const char *)block->offsets + block->offsets[row];
  taube_packed_ids_read (&block->packed, row, buffer);
  return buffer->str;
}

/* The table is chosen by the highest bits, the place in it by the others. */
static Table *
get_table (const TaubePackedSet *self, guint32 hash)
{
  return &self->tables[self->n_tables > 1 ? hash >> (32 - TABLES_BITS) : 0];
}

static guint
get_place (const Table *table, guint32 hash)
{
  guint64 rest = hash << TABLES_BITS;

  return (guint)(rest * table->n_slots >> 32);
}

static guint
next_place (const Table *table, guint place)
{
  return place + 1 < table->n_slots ? place + 1 : 0;
}

static void
put (Table *table, Slot slot)
{
  guint place = get_place (table, slot.hash);

  while (table->slots[place].position != 0)
    place = next_place (table, place);
  table->slots[place] = slot;
}

/* Seven of eight slots are taken at the most, seven of ten afterwards. */
static void
make_room (Table *table)
{
  g_autofree Slot *old = NULL;
  guint n = table->n_slots;

  if (table->size < n / 8 * 7)
    return;
  old = g_steal_pointer (&table->slots);
  table->n_slots = MAX (FIRST_SLOTS, (n + n / 4 + 7) / 8 * 8);
  table->slots = g_new0 (Slot, table->n_slots);
  for (guint i = 0; i < n; i++)
    if (old[i].position != 0)
      put (table, old[i]);
}

/* One table has become too large: what is in it goes to many. */
static void
spread (TaubePackedSet *self)
{
  Table *old = self->tables;

  self->n_tables = 1 << TABLES_BITS;
  self->tables = g_new0 (Table, self->n_tables);
  for (guint i = 0; i < old->n_slots; i++)
    if (old->slots[i].position != 0)
      {
        Table *table = get_table (self, old->slots[i].hash);

        make_room (table);
        put (table, old->slots[i]);
        table->size++;
      }
  g_free (old->slots);
  g_free (old);
}

/* Where ID is in TABLE. */
static gboolean
find (const TaubePackedSet *self, const Table *table, const char *id, guint32 hash, guint *place_out)
{
  g_autoptr (GString) buffer = NULL;

  if (table->slots == NULL)
    return FALSE;
  for (guint place = get_place (table, hash); table->slots[place].position != 0; place = next_place (table, place))
    {
      if (table->slots[place].hash != hash)
        continue;
      if (buffer == NULL)
        buffer = g_string_new (NULL);
      *place_out = place;
      if (strcmp (get_text (self, table->slots[place].position - 1, buffer), id) == 0)
        return TRUE;
    }
  return FALSE;
}

static guint32
hash_of (const TaubePackedSet *self, const char *id)
{
  return taube_keyed_hash (self->key, id, strlen (id));
}

static guint
count_positions (const TaubePackedSet *self)
{
  return self->blocks->len * BLOCK_ROWS + self->open->len;
}

gboolean
taube_packed_set_add (TaubePackedSet *self, const char *id)
{
  guint32 hash = hash_of (self, id);
  Table *table = get_table (self, hash);
  guint place;

  if (find (self, table, id, hash, &place))
    return FALSE;
  make_room (table);
  g_ptr_array_add (self->open, g_strdup (id));
  put (table, (Slot){ count_positions (self), hash });
  table->size++;
  self->size++;
  if (self->open->len == BLOCK_ROWS)
    {
      g_ptr_array_add (self->blocks, pack ((const char *const *)self->open->pdata));
      g_ptr_array_set_size (self->open, 0);
    }
  if (self->n_tables == 1 && self->size == TABLES_FROM)
    spread (self);
  return TRUE;
}

/* More was removed than is left: a set of what is left takes the place of this one. */
static void
shrink (TaubePackedSet *self)
{
  TaubePackedSet *left = taube_packed_set_new ();
  g_auto (TaubePackedSetIter) iter = { 0 };
  const char *id;

  taube_packed_set_iter_init (&iter, self);
  while ((id = taube_packed_set_iter_next (&iter)) != NULL)
    taube_packed_set_add (left, id);
  clear (self);
  *self = *left;
  g_free (left);
}

/* Those that stand behind PLACE because it was taken move up. */
static void
close_gap (Table *table, guint place)
{
  guint n = table->n_slots;

  for (guint i = next_place (table, place); table->slots[i].position != 0; i = next_place (table, i))
    {
      guint home = get_place (table, table->slots[i].hash);

      if ((i + n - home) % n < (i + n - place) % n)
        continue;
      table->slots[place] = table->slots[i];
      place = i;
    }
  table->slots[place] = (Slot){ 0 };
}

gboolean
taube_packed_set_remove (TaubePackedSet *self, const char *id)
{
  guint32 hash = hash_of (self, id);
  Table *table = get_table (self, hash);
  guint place;

  if (!find (self, table, id, hash, &place))
    return FALSE;
  close_gap (table, place);
  table->size--;
  self->size--;
  if (count_positions (self) > 2 * self->size + BLOCK_ROWS)
    shrink (self);
  return TRUE;
}

gboolean
taube_packed_set_contains (const TaubePackedSet *self, const char *id)
{
  guint32 hash = hash_of (self, id);
  guint place;

  return find (self, get_table (self, hash), id, hash, &place);
}

guint
taube_packed_set_get_size (const TaubePackedSet *self)
{
  return self->size;
}

void
taube_packed_set_iter_init (TaubePackedSetIter *self, const TaubePackedSet *set)
{
  *self = (TaubePackedSetIter){ .set = set, .text = g_string_new (NULL) };
}

void
taube_packed_set_iter_clear (TaubePackedSetIter *self)
{
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  self->text = NULL;
}

const char *
taube_packed_set_iter_next (TaubePackedSetIter *self)
{
  for (; self->table < self->set->n_tables; self->table++, self->slot = 0)
    {
      const Table *table = &self->set->tables[self->table];

      while (self->slot < table->n_slots)
        {
          guint position = table->slots[self->slot++].position;

          if (position != 0)
            return get_text (self->set, position - 1, self->text);
        }
    }
  return NULL;
}
