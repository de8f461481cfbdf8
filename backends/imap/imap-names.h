/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

/* Folder names on the wire and paths as applications see them. */

char **imap_names_split (const char *wire_name, gsize length, char delimiter, gboolean utf8);
char *imap_names_join (const char *const *path, char delimiter, GError **error);
char *imap_names_to_key (const char *const *path);
char *imap_names_to_wire (const char *const *path, char delimiter);
gboolean imap_names_is_inbox (const char *const *path);

G_END_DECLS
