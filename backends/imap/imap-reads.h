/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the application has read of the flags in one folder since the folder's watch last looked. A watch knows flags as
 * the server told them to the watch; jobs read them on other sessions at other moments. Where one reads a flag that is
 * taken back before the watch looks again, the watch knows what it knew before, and the application does not: so the
 * two are compared. Each watch has what was read since its own last look; nothing is kept while nobody follows. All may
 * be called from any thread. */
typedef struct _ImapReads ImapReads;
/* One watch. */
typedef struct _ImapFollow ImapFollow;

typedef struct
{
  guint32 uid;
  guint32 flags; /* by imap_watch_hash_flags() */
} ImapRead;

ImapReads *imap_reads_new (void);
ImapReads *imap_reads_ref (ImapReads *self);
void imap_reads_unref (ImapReads *self);

/* One watch more, or less. */
ImapFollow *imap_reads_follow (ImapReads *self);
void imap_reads_leave (ImapFollow *follow);
gboolean imap_reads_is_followed (ImapReads *self);

/* A job that reads is under way. */
void imap_reads_begin (ImapReads *self);
void imap_reads_end (ImapReads *self);
void imap_reads_note (ImapReads *self, guint32 uidvalidity, guint32 uid, guint32 flags);
/* Of ImapRead, in the order of UIDs, of each the last; they are forgotten here. (transfer full) */
GArray *imap_reads_take (ImapFollow *follow, guint32 uidvalidity);
/* As if ROWS, which is taken, had not been taken. */
void imap_reads_give_back (ImapFollow *follow, guint32 uidvalidity, GArray *rows);
/* Whether something can be taken, or is under way: what the server has said already, and nobody has noted yet. */
gboolean imap_reads_are_expected (ImapFollow *follow);
/* Rows that are kept, for tests. */
guint imap_reads_get_size (ImapFollow *follow);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapReads, imap_reads_unref)

G_END_DECLS
