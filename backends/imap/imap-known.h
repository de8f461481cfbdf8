/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-limits.h>

#include "imap-flags.h"
#include "imap-seqset.h"

G_BEGIN_DECLS

/* The digest of a message whose flags were not told: no message with flags has it. */
#define IMAP_DIGEST_NONE G_MAXUINT32

/* As many messages, one after the other, have that digest. */
typedef struct
{
  guint32 digest;
  guint32 count;
} ImapDigestRun;

/* What is known of a mailbox: the content of a token. Changes are what the server has otherwise. */
typedef struct
{
  guint32 uidvalidity;
  guint32 uidnext;  /* messages from here on are new */
  guint32 exists;   /* messages below it */
  guint64 modseq;   /* changes up to this one are known; 0: the server does not count them */
  ImapSeqset *uids; /* in ascending order, all below uidnext; NULL: the server remembers who was removed */
  GArray *digests;  /* ImapDigestRun, for all of uids in their order; NULL: the server counts changes */
} ImapKnown;

ImapKnown *imap_known_new (void);
ImapKnown *imap_known_copy (const ImapKnown *self);
void imap_known_free (ImapKnown *self);
guint32 imap_flags_digest (const ImapFlags *flags);
void imap_known_add_uid (ImapKnown *self, guint32 uid);
void imap_known_add (ImapKnown *self, guint32 uid, guint32 digest);

GBytes *imap_known_encode (const ImapKnown *self);
ImapKnown *imap_known_decode (gconstpointer data, gsize length, const TaubeLimits *limits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapKnown, imap_known_free)

G_END_DECLS
