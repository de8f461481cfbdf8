/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-message-list-builder.h>

#include "imap-session.h"

G_BEGIN_DECLS

/* The columns of a message list as items of FETCH, and back. */
TaubeListFields imap_columns_offered (ImapSession *session, TaubeListFields fields);
void imap_columns_add_items (ImapSession *session, ImapCommand *command, TaubeListFields fields);
gboolean imap_columns_are_answered (TaubeListFields fields, const ImapFetch *fetch);
void imap_columns_add_row (TaubeMessageListBuilder *builder, const char *prefix, const ImapFetch *fetch);

G_END_DECLS
