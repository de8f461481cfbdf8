/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

/* What people and programs call the folders of a role in one language, where the server does not say it (RFC 6154).
 * Names of one role are separated by "|". */
typedef struct
{
  const char *language; /* ISO 639, with a script or country where it matters */
  const char *drafts;
  const char *sent;
  const char *trash;
  const char *junk;
  const char *archive;
} ImapRoleNames;

const ImapRoleNames *imap_roles_get_table (guint *n_out);
/* HOME is the prefix of one's own folders as a path, or NULL. *RANK_OUT: of two folders for one role, that of the lower
 * rank is meant. */
TaubeFolderRole imap_roles_guess (const char *const *path, const char *const *home, guint *rank_out);

G_END_DECLS
