/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fetch-store.h"

G_BEGIN_DECLS

/* Files that are written and on the disk under names that do not count, and get the names that do, all at once. */
typedef struct _FetchMoves FetchMoves;

FetchMoves *fetch_moves_new (void);
/* Those that have not got their names are removed. */
void fetch_moves_free (FetchMoves *self);
/* Writes the draft to the disk, and takes it; it is to be PLACE. When that fails, the draft is gone too. */
gboolean fetch_moves_add (FetchMoves *self, FetchDraft *draft, const char *tag, const char *place, GError **error);
/* Renames all, and the folder in which they are then is on the disk, too. TAGS gets theirs. */
gboolean fetch_moves_commit (FetchMoves *self, const char *folder, GHashTable *tags, GError **error);
/* Removes the file of a draft that is not wanted. */
void fetch_moves_drop (FetchDraft *draft);

G_END_DECLS
