/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-session.h"

G_BEGIN_DECLS

/* What became of a command that changes something on the server. */
typedef enum
{
  IMAP_DEED_DONE,
  IMAP_DEED_NOT_DONE, /* refused, or it never reached the server as a whole */
  IMAP_DEED_UNKNOWN,  /* the connection ended between command and reply: imap_session_reopen(), and look */
} ImapDeed;

/* ERROR is set unless it is DONE. */
ImapDeed imap_deed_run (ImapCall *call, GCancellable *cancellable, GError **error);
/* Makes of CAUSE, how the connection ended, the error that says that nobody knows; it is taken. */
void imap_deed_set_unknown (GError **error, GError *cause, const char *what);

/* Makes the command, on the session's connection of that moment; NULL with an error. */
typedef ImapCall *(*ImapCallMaker) (gpointer data, GCancellable *cancellable, GError **error);
/* For what may be done twice without harm: when the outcome is not known, it is done once more on a new connection. */
gboolean imap_deed_run_repeatable (ImapSession *session, ImapCallMaker maker, gpointer data,
                                      GCancellable *cancellable, GError **error);

G_END_DECLS
