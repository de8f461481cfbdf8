/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-pipeline.h"

G_BEGIN_DECLS

/* A literal that is read as it is sent, in constant memory. Whatever goes wrong in it breaks the stream: the server
 * would take what comes next for the rest of it. What it refuses meanwhile is heard at once. */
gboolean imap_literal_write (ImapCall *call, const ImapFragment *fragment, GCancellable *cancellable, GError **error);

G_END_DECLS
