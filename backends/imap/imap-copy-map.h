/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-decode-search.h"

G_BEGIN_DECLS

/* Which UID became which, as COPYUID tells; several may come for one command. */
typedef struct
{
  guint32 uidvalidity; /* of the target; 0: the server did not tell */
  ImapSeqset *source;  /* in step with target */
  ImapSeqset *target;
} ImapCopyMap;

void imap_copy_map_init (ImapCopyMap *self);
void imap_copy_map_clear (ImapCopyMap *self);
/* FALSE: it was no COPYUID, or one that says nothing, contradicts itself or tells of more than MOST messages in all. */
gboolean imap_copy_map_add (ImapCopyMap *self, const ImapResponse *response, guint64 most);
/* Whether it tells of nothing but messages of ASKED. */
gboolean imap_copy_map_is_within (const ImapCopyMap *self, const ImapSeqset *asked);
/* Calls FUNC for each pair. */
void imap_copy_map_foreach (const ImapCopyMap *self, void (*func) (guint32 source, guint32 target, gpointer user_data),
                            gpointer user_data);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapCopyMap, imap_copy_map_clear)

G_END_DECLS
