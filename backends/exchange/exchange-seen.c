/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-seen.h"

#include <string.h>

#define FIRST_SLOTS 256

struct _ExchangeSeen
{
  guint64 *slots; /* 0: free */
  guint mask;
  guint size;
  guint64 key;
};

static guint64
random_word (void)
{
  return (guint64) g_random_int () << 32 | g_random_int ();
}

ExchangeSeen *
exchange_seen_new (void)
{
  ExchangeSeen *self = g_new0 (ExchangeSeen, 1);

  self->slots = g_new0 (guint64, FIRST_SLOTS);
  self->mask = FIRST_SLOTS - 1;
  self->key = random_word ();
  return self;
}

void
exchange_seen_free (ExchangeSeen *self)
{
  g_free (self->slots);
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

static guint64 *
find_slot (const ExchangeSeen *self, guint64 value)
{
  guint i = (guint) value & self->mask;

  while (self->slots[i] != 0 && self->slots[i] != value)
    i = (i + 1) & self->mask;
  return &self->slots[i];
}

static void
grow (ExchangeSeen *self)
{
  g_autofree guint64 *old = g_steal_pointer (&self->slots);
  guint n = self->mask + 1;

  self->slots = g_new0 (guint64, 2 * (gsize) n);
  self->mask = 2 * n - 1;
  for (guint i = 0; i < n; i++)
    if (old[i] != 0)
      *find_slot (self, old[i]) = old[i];
}

gboolean
exchange_seen_add (ExchangeSeen *self, const char *id)
{
  guint64 value = hash (self->key, id);
  guint64 *slot = find_slot (self, value);

  if (*slot != 0)
    return FALSE;
  *slot = value;
  if (++self->size > self->mask / 4 * 3)
    grow (self);
  return TRUE;
}

gboolean
exchange_seen_contains (const ExchangeSeen *self, const char *id)
{
  return *find_slot (self, hash (self->key, id)) != 0;
}

guint
exchange_seen_get_size (const ExchangeSeen *self)
{
  return self->size;
}
