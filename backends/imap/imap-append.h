/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-folder.h"

G_BEGIN_DECLS

/* Messages on their way into a folder. It outlives a session: what was in doubt on one is looked for on the next. */
typedef struct _ImapAppend ImapAppend;

ImapAppend *imap_append_new (TaubeFolder *folder, GPtrArray *sources, TaubeProgress *progress);
void imap_append_free (ImapAppend *self);
/* Looks after what is in doubt, then writes what is left. FALSE: it did not get to the end; what became of each message
 * is told all the same. */
gboolean imap_append_run (ImapAppend *self, ImapSession *session, GCancellable *cancellable, GError **error);
/* (transfer none) */
TaubeBatchResult *imap_append_get_result (ImapAppend *self);
gboolean imap_append_is_open_ended (ImapAppend *self);

/* The arguments of APPEND and REPLACE for one message. FALSE with an error that says why this server cannot take it. */
gboolean imap_append_check (ImapSession *session, TaubeFolder *folder, TaubeMessageSource *source, GError **error);
void imap_append_add_message (ImapCommand *command, ImapSession *session, TaubeMessageSource *source, gboolean utf8);
/* Whether the form UTF8 (…) of RFC 6855 is wanted for it. */
gboolean imap_append_wants_utf8 (ImapSession *session, TaubeMessageSource *source);
/* Whether a command with that form was refused for it, perhaps: it is worth another try without. */
gboolean imap_append_is_form_refused (const ImapCall *call);

/* TaubeFolderClass.append */
TaubeBatchResult *imap_folder_append (TaubeFolder *folder, TaubeSession *session, GPtrArray *sources,
                                      TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                                      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapAppend, imap_append_free)

G_END_DECLS
