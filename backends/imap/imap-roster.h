/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The messages of a folder in the order of their sequence numbers: 8 bytes each, 12 after the first one went. A message
 * that goes costs O(log n), for another device may empty a mailbox of a million and tell it one by one. */
typedef struct _ImapRoster ImapRoster;

/* Of the 32 bits of flags the roster keeps the lowest 31. */
#define IMAP_ROSTER_FLAGS 0x7fffffffu
/* Nobody has told the flags yet. */
#define IMAP_ROSTER_NO_FLAGS 0x7fffffffu

typedef struct
{
  guint32 uid;   /* 0: the server has not told */
  guint32 flags; /* TaubeMessageFlags in the lowest seven bits, whatever the caller likes above them */
} ImapMember;

ImapRoster *imap_roster_new (void);
void imap_roster_free (ImapRoster *self);
guint imap_roster_get_size (const ImapRoster *self);
/* Messages without TAUBE_MESSAGE_FLAGS_SEEN. */
guint imap_roster_get_unread (const ImapRoster *self);
/* The highest UID that ever was in it. */
guint32 imap_roster_get_last_uid (const ImapRoster *self);

void imap_roster_append (ImapRoster *self, guint32 uid, guint32 flags);
/* RANK: the sequence number less one; it must be less than the size. */
ImapMember imap_roster_get (const ImapRoster *self, guint rank);
void imap_roster_set_flags (ImapRoster *self, guint rank, guint32 flags);
ImapMember imap_roster_remove (ImapRoster *self, guint rank);
gboolean imap_roster_find (const ImapRoster *self, guint32 uid, guint *rank_out);

/* Takes the messages with UIDs from FIRST to LAST away; FUNC hears of each. */
typedef void (*ImapRosterFunc) (ImapMember member, gpointer user_data);
void imap_roster_remove_uids (ImapRoster *self, guint32 first, guint32 last, ImapRosterFunc func, gpointer user_data);
/* From the lowest rank to the highest. *CURSOR is 0 at first. */
gboolean imap_roster_next (const ImapRoster *self, guint *cursor, ImapMember *member_out);

/* Elements looked at or moved so far, for tests. */
guint64 imap_roster_get_steps (const ImapRoster *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapRoster, imap_roster_free)

G_END_DECLS
