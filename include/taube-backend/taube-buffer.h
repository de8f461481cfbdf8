/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* A queue of bytes in one block: written at the end, read at the front. Embed it by value. */
typedef struct
{
  guint8 *data;
  gsize start; /* first byte not yet read */
  gsize end;   /* one behind the last byte written */
  gsize size;  /* of the block */
} TaubeBuffer;

TAUBE_API void taube_buffer_clear (TaubeBuffer *self);
TAUBE_API void taube_buffer_wipe (TaubeBuffer *self);
TAUBE_API guint8 *taube_buffer_reserve (TaubeBuffer *self, gsize length);
TAUBE_API void taube_buffer_append (TaubeBuffer *self, gconstpointer data, gsize length);
TAUBE_API void taube_buffer_release_memory (TaubeBuffer *self);

static inline gsize
taube_buffer_length (const TaubeBuffer *self)
{
  return self->end - self->start;
}

static inline const guint8 *
taube_buffer_peek (const TaubeBuffer *self)
{
  return self->data != NULL ? self->data + self->start : NULL;
}

/* Tells that LENGTH bytes were written where taube_buffer_reserve() pointed. */
static inline void
taube_buffer_commit (TaubeBuffer *self, gsize length)
{
  g_assert (length <= self->size - self->end);
  self->end += length;
}

static inline void
taube_buffer_consume (TaubeBuffer *self, gsize length)
{
  g_assert (length <= self->end - self->start);
  self->start += length;
  if (self->start == self->end)
    self->start = self->end = 0;
}

G_END_DECLS
