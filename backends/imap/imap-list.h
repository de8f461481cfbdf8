/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-session.h"

G_BEGIN_DECLS

/* One folder as LIST and its companions tell of it. */
typedef struct
{
  char *wire_name;
  gsize wire_length;
  char **path;
  char *key;
  char delimiter;
  TaubeFolderRole role;
  TaubeFolderFlags flags;
  gboolean exists; /* not only a step of other names, nor only subscribed */
  gint64 total;
  gint64 unread;
  TaubeNamespace space;
  char *owner;
  TaubeRights rights;
  char *comment; /* one's own, or else that for all */
  gboolean own_comment;
} ImapListEntry;

/* Folders being listed. */
typedef struct
{
  ImapSession *session;
  ImapAccount *account;
  const TaubeLimits *limits;
  GPtrArray *spaces;
  GPtrArray *entries;   /* ImapListEntry, as they came */
  GHashTable *by_name;  /* name on the wire -> ImapListEntry */
  gboolean bad_counts;  /* the server does not understand STATUS, or not so many */
} ImapListing;

void imap_listing_init (ImapListing *self, ImapSession *session);
void imap_listing_clear (ImapListing *self);
/* Lists what fits PATTERN, a name as on the wire in which "*" and "%" are wild; adds to what is there. */
gboolean imap_listing_run (ImapListing *self, const char *pattern, GCancellable *cancellable, GError **error);
ImapListEntry *imap_listing_find (ImapListing *self, const char *wire_name);
/* (transfer full) */
TaubeFolder *imap_listing_publish (ImapListing *self, const ImapListEntry *entry);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImapListing, imap_listing_clear)

G_END_DECLS
