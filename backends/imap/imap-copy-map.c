/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-copy-map.h"

#include "imap-pieces.h"

void
imap_copy_map_init (ImapCopyMap *self)
{
  *self = (ImapCopyMap){ 0, imap_seqset_new (), imap_seqset_new () };
}

void
imap_copy_map_clear (ImapCopyMap *self)
{
  g_clear_pointer (&self->source, imap_seqset_free);
  g_clear_pointer (&self->target, imap_seqset_free);
}

static void
append_set (ImapSeqset *to, const ImapSeqset *from)
{
  for (guint i = 0; i < from->n_ranges; i++)
    imap_seqset_add_range (to, from->ranges[i].first, from->ranges[i].last);
}

/* resp-code-copy = "COPYUID" SP nz-number SP uid-set SP uid-set      (RFC 9051)
 *
 * Some servers leave the sets empty, and some write "*" or numbers that do not match: then nothing was told. */
gboolean
imap_copy_map_add (ImapCopyMap *self, const ImapResponse *response, guint64 most)
{
  g_autoptr (ImapSeqset) source = imap_seqset_new ();
  g_autoptr (ImapSeqset) target = imap_seqset_new ();
  ImapCopyuid copyuid;

  if (response->code != IMAP_CODE_COPYUID || !imap_decode_copyuid (response, &copyuid) || copyuid.uidvalidity == 0
      || !imap_seqset_add_text (source, copyuid.source.text, copyuid.source.length, NULL)
      || !imap_seqset_add_text (target, copyuid.target.text, copyuid.target.length, NULL)
      || imap_seqset_is_empty (source) || imap_seqset_contains (source, IMAP_STAR)
      || imap_seqset_contains (target, IMAP_STAR) || imap_seqset_count (source) != imap_seqset_count (target)
      || imap_seqset_count (self->source) + imap_seqset_count (source) > most
      || (self->uidvalidity != 0 && self->uidvalidity != copyuid.uidvalidity))
    return FALSE;
  self->uidvalidity = copyuid.uidvalidity;
  append_set (self->source, source);
  append_set (self->target, target);
  return TRUE;
}

gboolean
imap_copy_map_is_within (const ImapCopyMap *self, const ImapSeqset *asked)
{
  g_autoptr (ImapSeqset) source = imap_seqset_copy (self->source);
  g_autoptr (ImapSeqset) others = NULL;

  imap_seqset_normalize (source);
  others = imap_pieces_subtract (source, asked);
  return imap_seqset_is_empty (others);
}

void
imap_copy_map_foreach (const ImapCopyMap *self, void (*func) (guint32 source, guint32 target, gpointer user_data),
                       gpointer user_data)
{
  guint j = 0;
  guint64 taken = 0; /* numbers of the target's range that were given out */

  for (guint i = 0; i < self->source->n_ranges; i++)
    for (guint64 uid = self->source->ranges[i].first;
         uid <= self->source->ranges[i].last && j < self->target->n_ranges; uid++)
      {
        const ImapRange *range = &self->target->ranges[j];

        func (uid, range->first + taken, user_data);
        if (range->first + taken < range->last)
          taken++;
        else
          {
            taken = 0;
            j++;
          }
      }
}
