/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-pieces.h"

/* A range takes no more than this: two numbers, a colon and a comma. */
#define MAX_RANGE_BYTES 22
#define MAX_MESSAGES 1000

/* UIDS is taken. */
void
imap_pieces_init (ImapPieces *self, ImapSeqset *uids)
{
  *self = (ImapPieces){ uids, 0, 0 };
}

void
imap_pieces_clear (ImapPieces *self)
{
  g_clear_pointer (&self->uids, imap_seqset_free);
}

gboolean
imap_pieces_is_empty (const ImapPieces *self)
{
  return self->range >= self->uids->n_ranges;
}

/* The first UID that was not taken. */
static guint32
get_first (const ImapPieces *self)
{
  return MAX (self->uids->ranges[self->range].first, self->taken + 1);
}

ImapSeqset *
imap_pieces_take (ImapPieces *self, const ImapQuirks *quirks, guint32 most)
{
  gsize max_bytes = imap_quirks_get_set_bytes (quirks);
  guint max_ranges = MAX (max_bytes / MAX_RANGE_BYTES, 1);
  guint64 room = MIN (MAX_MESSAGES, MAX (most, 1));
  ImapSeqset *piece;

  if (imap_pieces_is_empty (self))
    return NULL;
  piece = imap_seqset_new ();
  while (room > 0 && piece->n_ranges < max_ranges && !imap_pieces_is_empty (self))
    {
      guint32 first = get_first (self), end = self->uids->ranges[self->range].last;
      guint64 last = MIN ((guint64) first + room - 1, end);

      imap_seqset_add_range (piece, first, last);
      room -= last - first + 1;
      self->taken = last;
      if (last == end)
        self->range++;
    }
  return piece;
}

ImapSeqset *
imap_pieces_get_rest (const ImapPieces *self)
{
  ImapSeqset *rest = imap_seqset_new ();

  for (guint i = self->range; i < self->uids->n_ranges; i++)
    imap_seqset_add_range (rest, i == self->range ? get_first (self) : self->uids->ranges[i].first,
                           self->uids->ranges[i].last);
  return rest;
}

ImapSeqset *
imap_pieces_subtract (const ImapSeqset *a, const ImapSeqset *b)
{
  ImapSeqset *rest = imap_seqset_new ();

  imap_seqset_add_set (rest, a);
  imap_seqset_subtract (rest, b);
  return rest;
}
