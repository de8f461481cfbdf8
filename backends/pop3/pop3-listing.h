/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "pop3-hoard.h"
#include "pop3-maildrop.h"
#include "pop3-session.h"

G_BEGIN_DECLS

/* The maildrop as one sign-in shows it, kept with the session for as long as its numbers hold. */
typedef struct
{
  Pop3Session *session; /* not owned */
  guint serial;
  Pop3Maildrop *drop;
  Pop3Hoard *hoard; /* NULL: nothing had to be kept */
  gboolean compared; /* with a journal */
} Pop3Listing;

/* The listing of this sign-in; NULL: nobody has asked for it yet. */
Pop3Listing *pop3_listing_peek (Pop3Session *session);
/* The listing of this sign-in, asked for when it is not there yet; its ids are then kept among TEXTS (nullable).
 * (transfer none), good until the next sign-in. */
Pop3Listing *pop3_listing_get (Pop3Session *session, Pop3Texts *texts, GCancellable *cancellable, GError **error);

/* The header of the message at POSITION with the empty line behind it; cut when it is longer than the limit. */
typedef void (*Pop3HeaderFunc) (guint position, const char *header, gsize length, gpointer user_data);

typedef enum
{
  POP3_HEADERS_WHERE_CHEAP, /* those that TOP gives */
  POP3_HEADERS_ALL,         /* the others by RETR; what comes is kept in the hoard */
} Pop3HeadersMode;

/* Asks for the headers of the messages at POSITIONS, in this order, as far as they can be had, and notes their digests.
 * FUNC may be NULL. FALSE: the stream broke. */
gboolean pop3_listing_read_headers (Pop3Listing *self, const guint32 *positions, guint n, Pop3HeadersMode mode,
                                    Pop3HeaderFunc func, gpointer user_data, GCancellable *cancellable,
                                    GError **error);

G_END_DECLS
