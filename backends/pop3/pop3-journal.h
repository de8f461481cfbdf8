/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "pop3-digest.h"
#include "pop3-texts.h"

G_BEGIN_DECLS

typedef enum
{
  POP3_JOURNAL_NEW,     /* it was seen on the server */
  POP3_JOURNAL_STORED,  /* the caller has confirmed that it is stored */
  POP3_JOURNAL_REMOVED, /* … and that it was removed again where it was stored */
} Pop3JournalState;

/* 1 January 2025. A machine whose clock says less has none, and what it noted is not known. */
#define POP3_JOURNAL_CLOCK_SET G_GINT64_CONSTANT (1735689600)

/* What is known of one message. There are many of them: they are packed. */
typedef struct
{
  gint64 first_seen; /* seconds since 1970 */
  gint64 gone : 56;  /* when it was no longer seen on the server; 0: it is there, as far as is known */
  guint64 state : 2;
  guint64 has_digest : 1;
  guint64 doomed : 1;   /* we have set out to delete it on the server */
  guint64 found : 1;    /* for who compares: it is in the list at hand */
  guint64 doubtful : 1; /* … and may be another message than it was: it is not deleted */
  guint64 size;         /* as LIST said; 0: not known */
  Pop3Digest digest;    /* of its header */
  const char *id;       /* among the texts of the journal */
} Pop3JournalEntry;

/* What was seen, stored and deleted, in a file that only grows, and is rewritten when most of it is out of date. One
 * line is the whole state of one message, and is good or is not there:
 *
 *   taube-journal 1 OWNER CRC
 *   STATE FIRST-SEEN GONE SIZE DIGEST ID [OLD-ID] CRC
 *   login WHEN PAUSE CRC
 *
 * Several that are written at once hold together or not at all. They stand between two lines that say how many bytes
 * they have: of what was written last any part may be missing after a power cut, not only the end.
 *
 *   begin BYTES CRC
 *   end BYTES CRC
 *
 * Who uses it from several threads holds a lock; references may be counted without one. */
typedef struct _Pop3Journal Pop3Journal;

/* OWNER names the mailbox. MOVED: it may be that of another. Errors: TAUBE_ERROR_STORAGE, _CONFLICT. */
Pop3Journal *pop3_journal_open (const char *path, const char *owner, gboolean moved, GError **error);
Pop3Journal *pop3_journal_ref (Pop3Journal *self);
void pop3_journal_unref (Pop3Journal *self);

Pop3JournalEntry *pop3_journal_find (Pop3Journal *self, const char *id);
/* All of them, one after the other: *AT is 0 at first. NULL: there are no more. */
Pop3JournalEntry *pop3_journal_next (Pop3Journal *self, guint *at);
/* The ids, for a list of the same messages. (transfer none) */
Pop3Texts *pop3_journal_get_texts (Pop3Journal *self);
guint pop3_journal_get_n_entries (Pop3Journal *self);
gsize pop3_journal_get_memory (Pop3Journal *self);

/* Seconds from SINCE to NOW; 0 when one of them was read from a clock that was not set. */
gint64 pop3_journal_get_age (gint64 since, gint64 now);

/* Changes: they hold at once in memory, and on the disk when commit returns TRUE. Who adds or changes an entry touches
 * it afterwards. After a commit has failed nothing more is written, and every commit fails: the journal has to be
 * opened again. */
Pop3JournalEntry *pop3_journal_add (Pop3Journal *self, const char *id, gint64 now);
void pop3_journal_touch (Pop3Journal *self, Pop3JournalEntry *entry);
/* The message is called ID now; there must be no entry of that name. */
void pop3_journal_rename (Pop3Journal *self, Pop3JournalEntry *entry, const char *id);
gboolean pop3_journal_commit (Pop3Journal *self, GError **error);

/* The last sign-in (seconds since 1970; 0: none is noted), and for how many seconds the server wants no other. */
gint64 pop3_journal_get_login (Pop3Journal *self, guint *pause_out);
void pop3_journal_note_login (Pop3Journal *self, gint64 when, guint pause);

/* The state that a file of these bytes stands for, without a file; *WHOLE_OUT is how many of them count: the rest is of
 * a commit that was not finished. NULL: it is no journal, or one that was damaged. */
Pop3Journal *pop3_journal_replay (const char *data, gsize length, gsize *whole_out, GError **error);
const char *pop3_journal_get_owner (Pop3Journal *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pop3Journal, pop3_journal_unref)

G_END_DECLS
