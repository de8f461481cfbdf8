/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-texts.h"

#include <string.h>

/* Places are counted in words of four bytes. A text that is longer than a block has one of its own. */
#define WORD 4
#define BLOCK_WORDS 4096
#define SLOTS_FIRST 64

typedef struct
{
  guint32 row;
  char text[];
} Record;

struct _Pop3Texts
{
  gatomicrefcount refs;
  GMutex lock;
  GPtrArray *blocks; /* of words; they do not move */
  guint room;        /* words that are free in the last block */
  guint32 *slots;    /* block and word of a record, both in one number; 0: free */
  guint n_slots;
  guint n_texts;
  guint64 key;       /* of the hash: a server shall not be able to choose ids that all hash alike */
  gsize bytes;
};

Pop3Texts *
pop3_texts_new (void)
{
  Pop3Texts *self = g_new0 (Pop3Texts, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->key = (guint64) g_random_int () << 32 | g_random_int ();
  self->n_slots = SLOTS_FIRST;
  self->slots = g_new0 (guint32, self->n_slots);
  return self;
}

Pop3Texts *
pop3_texts_ref (Pop3Texts *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pop3_texts_unref (Pop3Texts *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->blocks);
  g_free (self->slots);
  g_mutex_clear (&self->lock);
  g_free (self);
}

gsize
pop3_texts_get_memory (Pop3Texts *self)
{
  gsize bytes;

  g_mutex_lock (&self->lock);
  bytes = sizeof (*self) + self->bytes + self->n_slots * sizeof (guint32) + self->blocks->len * sizeof (gpointer);
  g_mutex_unlock (&self->lock);
  return bytes;
}

static Record *
get_record (Pop3Texts *self, guint32 place)
{
  guint32 *block = self->blocks->pdata[place / BLOCK_WORDS];

  return (Record *) (gpointer) (block + place % BLOCK_WORDS);
}

static guint
hash (Pop3Texts *self, const char *text, gsize length)
{
  guint64 value = self->key ^ length;

  for (gsize i = 0; i < length; i++)
    {
      value = (value ^ (guint8) text[i]) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      value ^= value >> 29;
    }
  return (guint) (value >> 32);
}

/* Where the text stands, or would. */
static guint32 *
find_slot (Pop3Texts *self, const char *text, gsize length)
{
  guint at = (guint) ((guint64) hash (self, text, length) * self->n_slots >> 32);

  for (;; at = at + 1 < self->n_slots ? at + 1 : 0)
    {
      const Record *record = self->slots[at] != 0 ? get_record (self, self->slots[at]) : NULL;

      if (record == NULL || (strncmp (record->text, text, length) == 0 && record->text[length] == '\0'))
        return &self->slots[at];
    }
}

/* By a half: a table that doubles is half empty on an average, and there may be one for each message. */
static void
grow (Pop3Texts *self)
{
  g_autofree guint32 *before = self->slots;
  guint n_before = self->n_slots;

  self->n_slots += self->n_slots / 2;
  self->slots = g_new0 (guint32, self->n_slots);
  for (guint i = 0; i < n_before; i++)
    {
      const char *text = before[i] != 0 ? get_record (self, before[i])->text : NULL;

      if (text != NULL)
        *find_slot (self, text, strlen (text)) = before[i];
    }
}

/* Place 0 is none. */
static guint32
reserve (Pop3Texts *self, guint words)
{
  guint begin;

  if (words > self->room)
    {
      guint size = MAX (BLOCK_WORDS, words + 1);

      if (self->blocks->len == G_MAXUINT32 / BLOCK_WORDS)
        g_error ("no room for more ids");
      g_ptr_array_add (self->blocks, g_new0 (guint32, size));
      self->bytes += size * WORD;
      self->room = self->blocks->len == 1 ? size - 1 : size;
      begin = size - self->room;
      self->room = size == BLOCK_WORDS ? self->room - words : 0;
    }
  else
    {
      begin = BLOCK_WORDS - self->room;
      self->room -= words;
    }
  return (self->blocks->len - 1) * BLOCK_WORDS + begin;
}

const char *
pop3_texts_add (Pop3Texts *self, const char *text, gsize length)
{
  guint32 *slot;
  Record *record;

  g_mutex_lock (&self->lock);
  slot = find_slot (self, text, length);
  if (*slot == 0)
    {
      *slot = reserve (self, (guint) ((sizeof (Record) + length + WORD) / WORD));
      record = get_record (self, *slot);
      memcpy (record->text, text, length);
      if (++self->n_texts > self->n_slots / 4 * 3)
        grow (self);
    }
  else
    record = get_record (self, *slot);
  g_mutex_unlock (&self->lock);
  return record->text;
}

const char *
pop3_texts_find (Pop3Texts *self, const char *text)
{
  const char *found = NULL;
  guint32 place;

  g_mutex_lock (&self->lock);
  place = *find_slot (self, text, strlen (text));
  if (place != 0)
    found = get_record (self, place)->text;
  g_mutex_unlock (&self->lock);
  return found;
}

static Record *
record_of (const char *text)
{
  return (Record *) (gpointer) (text - G_STRUCT_OFFSET (Record, text));
}

guint32
pop3_texts_get_row (const char *text)
{
  return record_of (text)->row;
}

void
pop3_texts_set_row (const char *text, guint32 row)
{
  record_of (text)->row = row;
}
