/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-intern.h"

#include "core/taube-keyed-hash.h"

#define FIRST_SLOTS 64

void
taube_intern_init (TaubeIntern *self)
{
  self->starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  self->characters = g_string_new (NULL);
  self->slots = g_new0 (guint32, FIRST_SLOTS);
  self->mask = FIRST_SLOTS - 1;
  self->key = taube_keyed_hash_new_key ();
}

void
taube_intern_clear (TaubeIntern *self)
{
  g_array_unref (self->starts);
  g_string_free (self->characters, TRUE);
  g_free (self->slots);
}

/* The slot of a string, or the free one where it would be. */
static guint32 *
find_slot (TaubeIntern *self, const char *text, gsize length)
{
  guint32 i = taube_keyed_hash (self->key, text, length) & self->mask;

  for (; self->slots[i] != 0; i = (i + 1) & self->mask)
    {
      const char *other = taube_intern_get (self, self->slots[i] - 1);

      if (strncmp (other, text, length) == 0 && other[length] == '\0')
        break;
    }
  return &self->slots[i];
}

static void
grow (TaubeIntern *self)
{
  guint32 n = 2 * (self->mask + 1);

  g_free (self->slots);
  self->slots = g_new0 (guint32, n);
  self->mask = n - 1;
  for (guint32 i = 0; i < self->starts->len; i++)
    {
      const char *text = taube_intern_get (self, i);

      *find_slot (self, text, strlen (text)) = i + 1;
    }
}

guint32
taube_intern_add (TaubeIntern *self, const char *text, gsize length, gboolean *new_out)
{
  gsize n = strnlen (text, length);
  guint32 *slot = find_slot (self, text, n);
  gsize start = self->characters->len;

  if (new_out != NULL)
    *new_out = *slot == 0;
  if (*slot != 0)
    return *slot - 1;
  g_string_append_len (self->characters, text, (gssize) n);
  g_string_append_c (self->characters, '\0');
  g_array_append_val (self->starts, start);
  *slot = self->starts->len;
  if (self->starts->len > self->mask / 2)
    grow (self);
  return self->starts->len - 1;
}
