/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-buffer.h>
#include <taube-backend/taube-secret.h>

#include <string.h>

/* Frees the block; the buffer is empty and can be used again. */
void
taube_buffer_clear (TaubeBuffer *self)
{
  g_free (self->data);
  *self = (TaubeBuffer){ 0 };
}

/* The same, for bytes that nobody may find in memory afterwards. */
void
taube_buffer_wipe (TaubeBuffer *self)
{
  taube_memory_wipe (self->data, self->size);
  taube_buffer_clear (self);
}

/* Gives the block back when the buffer is empty, so that a parked connection costs little. */
void
taube_buffer_release_memory (TaubeBuffer *self)
{
  if (taube_buffer_length (self) == 0)
    taube_buffer_clear (self);
}

/* Makes room for LENGTH more bytes and returns where to write them; taube_buffer_commit() follows. Pointers from
 * taube_buffer_peek() are worthless afterwards. */
guint8 *
taube_buffer_reserve (TaubeBuffer *self, gsize length)
{
  gsize used = taube_buffer_length (self);

  if (self->size - self->end >= length && self->data != NULL)
    return self->data + self->end;

  if (self->data != NULL && self->size - used >= length && self->start >= used)
    {
      memcpy (self->data, self->data + self->start, used);
    }
  else
    {
      gsize wanted;
      guint8 *block;

      if (!g_size_checked_add (&wanted, used, length))
        g_error ("buffer of more than %" G_GSIZE_FORMAT " bytes", G_MAXSIZE);
      wanted = MAX (wanted, MIN (2 * self->size, wanted + (1 << 20)));
      block = g_malloc (MAX (wanted, 512));
      if (used > 0)
        memcpy (block, self->data + self->start, used);
      g_free (self->data);
      self->data = block;
      self->size = MAX (wanted, 512);
    }
  self->start = 0;
  self->end = used;
  return self->data + self->end;
}

void
taube_buffer_append (TaubeBuffer *self, gconstpointer data, gsize length)
{
  if (length == 0)
    return;
  memcpy (taube_buffer_reserve (self, length), data, length);
  taube_buffer_commit (self, length);
}
