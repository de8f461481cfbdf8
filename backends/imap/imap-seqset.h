/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-error.h>

G_BEGIN_DECLS

/* Stands for "*", the largest number in use; sorts after every number. */
#define IMAP_STAR 0

/* first <= last; IMAP_STAR is greater than every number. */
typedef struct
{
  guint32 first;
  guint32 last;
} ImapRange;

/* A set of message numbers or UIDs, kept as ranges and never expanded. */
typedef struct
{
  ImapRange *ranges;
  guint n_ranges;
  guint n_allocated;
} ImapSeqset;

ImapSeqset *imap_seqset_new (void);
void imap_seqset_free (ImapSeqset *self);
void imap_seqset_clear (ImapSeqset *self);
void imap_seqset_add (ImapSeqset *self, guint32 number);
void imap_seqset_add_range (ImapSeqset *self, guint32 first, guint32 last);
gboolean imap_seqset_add_text (ImapSeqset *self, const char *text, gsize length, GError **error);
ImapSeqset *imap_seqset_parse (const char *text, gssize length, GError **error);
void imap_seqset_add_set (ImapSeqset *self, const ImapSeqset *other);
void imap_seqset_subtract (ImapSeqset *self, const ImapSeqset *other);
void imap_seqset_normalize (ImapSeqset *self);
ImapSeqset *imap_seqset_copy (const ImapSeqset *self);
ImapSeqset *imap_seqset_clip (const ImapSeqset *self, guint32 first, guint32 last);
ImapSeqset *imap_seqset_common (const ImapSeqset *a, const ImapSeqset *b);
ImapSeqset *imap_seqset_minus (const ImapSeqset *a, const ImapSeqset *b);
void imap_seqset_join (ImapSeqset *self, const ImapSeqset *other);
gboolean imap_seqset_is_empty (const ImapSeqset *self);
gboolean imap_seqset_contains (const ImapSeqset *self, guint32 number);
guint64 imap_seqset_count (const ImapSeqset *self);
gboolean imap_seqset_get_nth (const ImapSeqset *self, guint64 index, guint32 *number);
char *imap_seqset_to_string (const ImapSeqset *self);
char *imap_seqset_next_piece (const ImapSeqset *self, guint *position, gsize max_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapSeqset, imap_seqset_free)

G_END_DECLS
