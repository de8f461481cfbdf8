/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "pop3-journal.h"
#include "pop3-maildrop.h"

G_BEGIN_DECLS

/* Which messages of the maildrop are those that the journal knows? By their ids, if these are what they were; a message
 * that has another id, or whose id may have been given to another, is compared by the digest of its header. No I/O:
 *
 *   begin; while (want) get the digests of those in WANTED, as far as they can be had; end.
 *
 * Nothing is changed before end, which may refuse. Entries must not come or go in between. */
typedef struct
{
  Pop3Maildrop *drop;
  Pop3Journal *journal;
  gint64 now;        /* seconds since 1970 */
  gboolean moved;    /* the caller knows that the ids are others */
  gboolean hides;    /* the server does not list again what was fetched */
  GArray *wanted;    /* out: guint32 positions in DROP */
  GArray *unknown;   /* private: guint32 positions of those whose id is new */
  GPtrArray *missing; /* private: entries that have no message of their id */
  guint known;       /* private: how many were found by their id */
  guint round;       /* private */
} Pop3Identity;

void pop3_identity_begin (Pop3Identity *self);
gboolean pop3_identity_want (Pop3Identity *self);
/* Brings the journal up to date (commit it). FALSE: TAUBE_ERROR_CONFLICT, and it is as it was: the server has given its
 * messages other ids. */
gboolean pop3_identity_end (Pop3Identity *self, GError **error);
void pop3_identity_clear (Pop3Identity *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pop3Identity, pop3_identity_clear)

G_END_DECLS
