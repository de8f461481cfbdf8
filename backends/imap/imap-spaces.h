/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

#include "imap-decode-list.h"

G_BEGIN_DECLS

/* One namespace: whose the folders are whose names begin with PREFIX. */
typedef struct
{
  TaubeNamespace kind;
  char *prefix;   /* as on the wire */
  char delimiter; /* 0 for NIL */
} ImapSpace;

/* What NAMESPACE told: an immutable array of ImapSpace. */
GPtrArray *imap_spaces_new (const ImapNamespaces *namespaces);

/* Where a folder is. OWNER_OUT: the name of the person as on the wire, when it says one; NULL otherwise. */
TaubeNamespace imap_spaces_classify (GPtrArray *spaces, const char *name, gsize length, char delimiter,
                                     ImapString *owner_out);
/* The space that PATH lies in, by its first steps; NULL: none of those that have a prefix. */
const ImapSpace *imap_spaces_find (GPtrArray *spaces, const char *const *path, gboolean utf8);
/* The prefix below which one's own folders must be; NULL: none is needed. */
const ImapSpace *imap_spaces_get_home (GPtrArray *spaces);

G_END_DECLS
