/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-arena.h>

#include <string.h>

#define ARENA_BLOCK_BYTES 16384
#define ARENA_ALIGNMENT 8

typedef struct _ArenaBlock ArenaBlock;

struct _ArenaBlock
{
  ArenaBlock *next;
  gsize size;
  gsize used;
  guint64 data[];
};

struct _TaubeArena
{
  ArenaBlock *blocks; /* the current one first */
  gsize used;         /* bytes handed out since the last reset */
  gsize limit;
};

/* An arena that hands out LIMIT bytes at most between two resets. */
TaubeArena *
taube_arena_new (gsize limit)
{
  TaubeArena *self = g_new0 (TaubeArena, 1);

  self->limit = limit;
  return self;
}

void
taube_arena_free (TaubeArena *self)
{
  taube_arena_release_memory (self);
  g_free (self);
}

/* Everything handed out is gone, and no block stays: for an arena that will not be used for a while. */
void
taube_arena_release_memory (TaubeArena *self)
{
  ArenaBlock *block;

  while ((block = self->blocks) != NULL)
    {
      self->blocks = block->next;
      g_free (block);
    }
  self->used = 0;
}

/* Everything handed out is worthless now; one block stays for the next round. */
void
taube_arena_reset (TaubeArena *self)
{
  ArenaBlock *block;

  self->used = 0;
  while ((block = self->blocks) != NULL && (block->next != NULL || block->size > ARENA_BLOCK_BYTES))
    {
      self->blocks = block->next;
      g_free (block);
    }
  if (self->blocks != NULL)
    self->blocks->used = 0;
}

/* SIZE bytes, aligned for any type and not cleared, or NULL when the limit is exceeded. */
gpointer
taube_arena_alloc (TaubeArena *self, gsize size)
{
  ArenaBlock *block = self->blocks;
  gpointer memory;

  if (size > self->limit - self->used)
    return NULL;
  self->used += size;
  size = (size + ARENA_ALIGNMENT - 1) & ~(gsize) (ARENA_ALIGNMENT - 1);
  if (block == NULL || block->size - block->used < size)
    {
      gsize wanted = MAX (size, ARENA_BLOCK_BYTES);

      block = g_malloc (sizeof (ArenaBlock) + wanted);
      block->size = wanted;
      block->used = 0;
      block->next = self->blocks;
      self->blocks = block;
    }
  memory = (guint8 *) block->data + block->used;
  block->used += size;
  return memory;
}

/* A NUL-terminated copy, or NULL when the limit is exceeded. */
char *
taube_arena_strndup (TaubeArena *self, const char *text, gsize length)
{
  char *copy = length < G_MAXSIZE ? taube_arena_alloc (self, length + 1) : NULL;

  if (copy == NULL)
    return NULL;
  if (length > 0)
    memcpy (copy, text, length);
  copy[length] = '\0';
  return copy;
}

gsize
taube_arena_get_used (const TaubeArena *self)
{
  return self->used;
}
