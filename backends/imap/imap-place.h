/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-folder.h"
#include "imap-print.h"

G_BEGIN_DECLS

/* Where in a folder new messages will stand: what comes after this moment has a UID of at least uidnext. */
typedef struct
{
  guint32 uidvalidity;
  guint32 uidnext;     /* 0: the server did not tell */
} ImapPlace;

/* The server tells PLACE, which must outlive the call; sent before what makes the new messages. NULL with an error when
 * the folder's name cannot be sent. (transfer full) */
ImapCall *imap_place_ask (ImapPlace *place, ImapSession *session, TaubeFolder *folder, GCancellable *cancellable,
                          GError **error);

/* Each message of SET that is there adds its print to PRINTS, which must outlive the call; the folder is open.
 * (transfer full) */
ImapCall *imap_prints_ask (GArray *prints, ImapSession *session, TaubeFolder *folder, const char *set);

/* Looks for the messages of WANTED among those that came to FOLDER since PLACE, and sets their uid; one for which there
 * are more candidates, or fewer, than messages that look like it is not found. Opens the folder. FALSE: nothing could
 * be looked at. */
gboolean imap_place_find (const ImapPlace *place, ImapSession *session, TaubeFolder *folder, GArray *wanted,
                          GCancellable *cancellable, GError **error);

G_END_DECLS
