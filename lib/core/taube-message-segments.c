/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-message-segments.h"

void
taube_message_segments_init (TaubeMessageSegments *self)
{
  self->segments = g_array_new (FALSE, FALSE, sizeof (TaubeMessageSegment));
  self->n_rows = 0;
}

static TaubeMessageSegment *
get (const TaubeMessageSegments *self, guint index)
{
  return &g_array_index (self->segments, TaubeMessageSegment, index);
}

void
taube_message_segments_clear (TaubeMessageSegments *self)
{
  if (self->segments == NULL)
    return;
  for (guint i = 0; i < self->segments->len; i++)
    taube_message_block_unref (get (self, i)->block);
  g_clear_pointer (&self->segments, g_array_unref);
}

/* All rows of BLOCK follow. (transfer full) */
void
taube_message_segments_append (TaubeMessageSegments *self, TaubeMessageBlock *block)
{
  TaubeMessageSegment segment = { .block = block, .start = self->n_rows, .n_rows = block->n_rows };

  g_array_append_val (self->segments, segment);
  self->n_rows += block->n_rows;
}

/* The segment that POSITION is in, which is one of the rows. */
guint
taube_message_segments_locate (const TaubeMessageSegments *self, guint position)
{
  guint low = 0;
  guint high = self->segments->len - 1;

  while (low < high)
    {
      guint middle = low + (high - low + 1) / 2;

      if (get (self, middle)->start <= position)
        low = middle;
      else
        high = middle - 1;
    }
  return low;
}

/* The part of a segment from POSITION on; it has no reference of its own. */
static TaubeMessageSegment
cut_head (const TaubeMessageSegment *whole, guint position)
{
  TaubeMessageSegment tail = *whole;
  guint skipped = position - whole->start;

  tail.start = position;
  tail.n_rows -= skipped;
  if (!whole->backwards)
    tail.first += skipped;
  return tail;
}

/* Sees to it that a segment begins at POSITION, and returns which. */
static guint
split (TaubeMessageSegments *self, guint position)
{
  guint index = taube_message_segments_locate (self, position);
  TaubeMessageSegment *segment = get (self, index);
  TaubeMessageSegment tail;

  if (segment->start == position)
    return index;
  tail = cut_head (segment, position);
  taube_message_block_ref (tail.block);
  if (segment->backwards)
    segment->first += tail.n_rows;
  segment->n_rows -= tail.n_rows;
  g_array_insert_val (self->segments, index + 1, tail);
  return index + 1;
}

/* Turns round the rows from FIRST to the last. */
void
taube_message_segments_reverse (TaubeMessageSegments *self, guint first)
{
  guint index, start;

  if (first >= self->n_rows)
    return;
  start = first;
  index = split (self, first);
  for (guint i = index, j = self->segments->len - 1; i < j; i++, j--)
    {
      TaubeMessageSegment swapped = *get (self, i);

      *get (self, i) = *get (self, j);
      *get (self, j) = swapped;
    }
  for (; index < self->segments->len; index++)
    {
      TaubeMessageSegment *segment = get (self, index);

      segment->backwards = !segment->backwards;
      segment->start = start;
      start += segment->n_rows;
    }
}

/* Drops the rows from FIRST on. */
void
taube_message_segments_truncate (TaubeMessageSegments *self, guint first)
{
  guint index;

  if (first >= self->n_rows)
    return;
  index = split (self, first);
  for (guint i = index; i < self->segments->len; i++)
    taube_message_block_unref (get (self, i)->block);
  g_array_set_size (self->segments, index);
  self->n_rows = first;
}

/* COPY, not initialised, becomes the rows from FIRST on. */
void
taube_message_segments_copy (const TaubeMessageSegments *self, guint first, TaubeMessageSegments *copy)
{
  taube_message_segments_init (copy);
  if (first >= self->n_rows)
    return;
  for (guint i = taube_message_segments_locate (self, first); i < self->segments->len; i++)
    {
      const TaubeMessageSegment *segment = get (self, i);
      TaubeMessageSegment part = cut_head (segment, MAX (segment->start, first));

      taube_message_block_ref (part.block);
      part.start = copy->n_rows;
      g_array_append_val (copy->segments, part);
      copy->n_rows += part.n_rows;
    }
}

/* ARRANGED, not initialised, becomes the rows at these positions, in their order; rows that follow each other in a
 * block stay one segment. */
void
taube_message_segments_arrange (const TaubeMessageSegments *self, const guint *positions, guint n_positions,
                                TaubeMessageSegments *arranged)
{
  TaubeMessageSegment *last = NULL;

  taube_message_segments_init (arranged);
  for (guint i = 0; i < n_positions; i++)
    {
      const TaubeMessageSegment *from = get (self, taube_message_segments_locate (self, positions[i]));
      guint row = taube_message_segment_row (from, positions[i]);
      TaubeMessageSegment segment = { .block = from->block, .start = i, .first = row, .n_rows = 1 };

      if (last != NULL && last->block == from->block && row == last->first + last->n_rows && !last->backwards)
        {
          last->n_rows++;
          continue;
        }
      if (last != NULL && last->block == from->block && row + 1 == last->first
          && (last->backwards || last->n_rows == 1))
        {
          last->backwards = TRUE;
          last->first--;
          last->n_rows++;
          continue;
        }
      taube_message_block_ref (segment.block);
      g_array_append_val (arranged->segments, segment);
      last = get (arranged, arranged->segments->len - 1);
    }
  arranged->n_rows = n_positions;
}
