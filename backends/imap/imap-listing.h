/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-message-list-builder.h>

#include "imap-folder.h"

G_BEGIN_DECLS

/* One list on its way: the pieces in which it is asked for, and the rows that came. */

typedef struct _ImapPiece ImapPiece;

typedef struct
{
  TaubeFolder *folder;
  ImapSession *session;
  TaubeListFields fields;
  gboolean newest_first;
  TaubeListRequest *request;
  TaubeProgress *progress;
  TaubeMessageListBuilder *builder;
  char prefix[16];
  GQueue waiting;     /* Piece: still to be asked for, in order */
  GQueue running;     /* Piece: asked for */
  gboolean moved;     /* the sequence numbers that were asked for mean other messages by now */
  guint chunk_rows;   /* 0: nobody wants chunks */
  guint chunk_start;  /* rows before it were delivered */
  ImapPiece *block;       /* whose rows are just coming */
  guint block_start;  /* and the first of them */
  guint64 total;      /* rows that are expected */
  guint n_failures;
  ImapReads *reads;   /* of the flags; NULL: no watch wants to know */
  gboolean saved;     /* "$" stands for all of it (RFC 5182) */
} ImapListing;

/* The messages of one FETCH: a range of sequence numbers, or a set of UIDs. */
struct _ImapPiece
{
  ImapListing *listing;
  ImapCall *call;
  TaubeListFields fields; /* what it was asked for */
  guint32 first, last;
  ImapSeqset *uids;
  gboolean lost;   /* a row came without its UID */
  GArray *seen;    /* guint32: the numbers that came, so that none comes twice */
};

ImapPiece *imap_piece_new (ImapListing *listing, guint32 first, guint32 last, ImapSeqset *uids);

/* imap-listing-plan.c: what to ask for. */
gboolean imap_listing_plan (ImapListing *self, GCancellable *cancellable, GError **error);
void imap_listing_plan_uids (ImapListing *self, const ImapSeqset *set, guint32 exists);

G_END_DECLS
