/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-quirks.h"
#include "imap-seqset.h"

G_BEGIN_DECLS

/* A long set of UIDs, taken in pieces that fit into a command, and that a server is done with in a moment. */
typedef struct
{
  ImapSeqset *uids; /* ascending, each once */
  guint range;      /* the first that was not taken whole */
  guint32 taken;    /* up to here of it; 0: nothing */
} ImapPieces;

void imap_pieces_init (ImapPieces *self, ImapSeqset *uids);
void imap_pieces_clear (ImapPieces *self);
gboolean imap_pieces_is_empty (const ImapPieces *self);
/* The next piece of at most MOST messages, or NULL. (transfer full) */
ImapSeqset *imap_pieces_take (ImapPieces *self, const ImapQuirks *quirks, guint32 most);
/* All that was not taken. (transfer full) */
ImapSeqset *imap_pieces_get_rest (const ImapPieces *self);

/* Those of A that are not in B; both ascending. (transfer full) */
ImapSeqset *imap_pieces_subtract (const ImapSeqset *a, const ImapSeqset *b);

G_END_DECLS
