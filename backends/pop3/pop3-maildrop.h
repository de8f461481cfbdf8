/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "pop3-digest.h"
#include "pop3-texts.h"

G_BEGIN_DECLS

/* A message of the maildrop as one sign-in shows it. */
typedef struct
{
  guint64 size;   /* as LIST says, which need not be true; 0: not known */
  guint64 hoard;  /* where its content lies in the hoard, counted from 1; 0: nowhere */
  const char *id; /* private: NULL: there is none */
  guint32 number;
  gboolean has_digest : 1;
  gboolean wants_digest : 1; /* it has no name of its own that the server gave it */
  gboolean was_asked_for : 1; /* for who compares: its digest was wanted already */
  gboolean is_group : 1;     /* there are others with the same digest and size */
  Pop3Digest digest;         /* of its header */
} Pop3Mail;

/* All of them, ordered by number; no I/O. The id of a message is
 *   - its UIDL, when that is one (1*70 of %x21-7E, RFC 1939 section 7), does not begin with "!", and no other message
 *     has the same;
 *   - "!u" and a digest of the UIDL, when it is not quite one but the only one of its kind;
 *   - "!" digest of the header "-" size [ "." n ] otherwise: n counts from 2 those that are equal. */
typedef struct _Pop3Maildrop Pop3Maildrop;

/* COUNT is what STAT said: numbers above it are out of range. TEXTS: where the ids are kept, those of the journal that
 * knows these messages; NULL: they are of use to nobody else. */
Pop3Maildrop *pop3_maildrop_new (guint64 count, Pop3Texts *texts);
void pop3_maildrop_free (Pop3Maildrop *self);

/* First all lines of LIST, then begin, then all of UIDL if there is one, then name. FALSE: the line is of no use, and
 * costs no more than itself. */
gboolean pop3_maildrop_add_list_line (Pop3Maildrop *self, const char *line, gsize length);
void pop3_maildrop_begin (Pop3Maildrop *self);
gboolean pop3_maildrop_add_uidl_line (Pop3Maildrop *self, const char *line, gsize length);
/* How many want a digest for want of a name: give them one, then call finish. */
guint pop3_maildrop_name (Pop3Maildrop *self);
void pop3_maildrop_set_digest (Pop3Maildrop *self, guint position, const Pop3Digest *digest);
void pop3_maildrop_finish (Pop3Maildrop *self);

guint pop3_maildrop_get_n_mails (const Pop3Maildrop *self);
Pop3Mail *pop3_maildrop_get_mail (const Pop3Maildrop *self, guint position);
/* NULL: nothing is known by which it could be named. */
const char *pop3_maildrop_get_id (const Pop3Maildrop *self, guint position);
gboolean pop3_maildrop_find (const Pop3Maildrop *self, const char *id, guint *position_out);
/* Keeps the ids among these TEXTS from now on. Pointers to them that somebody has are void. */
void pop3_maildrop_share (Pop3Maildrop *self, Pop3Texts *texts);
/* With its texts, whoever else uses them. */
gsize pop3_maildrop_get_memory (const Pop3Maildrop *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pop3Maildrop, pop3_maildrop_free)

G_END_DECLS
