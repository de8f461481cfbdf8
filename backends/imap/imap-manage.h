/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-list.h"

G_BEGIN_DECLS

/* Where a folder that is to have PATH will lie: below the prefix of one's own folders, when the server has one and PATH
 * is in no namespace. (transfer full) */
char **imap_manage_place (ImapSession *session, const char *const *path);
/* Lists the one name. *ENTRY_OUT: NULL when it is not there; it lies in LISTING. */
gboolean imap_manage_look (ImapListing *listing, const char *wire_name, ImapListEntry **entry_out,
                           GCancellable *cancellable, GError **error);
/* Leaves the mailbox that is open when it has this path or lies below it: its name will not be the same. */
gboolean imap_manage_leave (ImapSession *session, const char *const *path, GCancellable *cancellable, GError **error);
/* A command about one mailbox. */
ImapCall *imap_manage_call (ImapSession *session, const char *command, const char *wire_name, const char *what,
                            const char *name);
/* Refusals do not matter, nor does the end of the connection: what was to be done is done. */
void imap_manage_try (ImapSession *session, const char *command, const char *wire_name, GCancellable *cancellable);

G_END_DECLS
