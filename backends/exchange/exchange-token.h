/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* The memory of a folder: a version, the id that the folder had, and the server's own word for how far it has told.
 * Without I/O. */

GBytes *exchange_token_write (const char *folder_id, const char *sync_state);
/* FALSE: it is not about the folder of that id, of another version, or damaged. (transfer full) *SYNC_STATE. */
gboolean exchange_token_read (GBytes *token, const char *folder_id, char **sync_state);

G_END_DECLS
