/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* Memory for things that end together: allocated by moving a pointer, freed or reset all at once. */
typedef struct _TaubeArena TaubeArena;

TAUBE_API TaubeArena *taube_arena_new (gsize limit);
TAUBE_API void taube_arena_free (TaubeArena *self);
TAUBE_API void taube_arena_reset (TaubeArena *self);
TAUBE_API void taube_arena_release_memory (TaubeArena *self);
TAUBE_API gpointer taube_arena_alloc (TaubeArena *self, gsize size);
TAUBE_API char *taube_arena_strndup (TaubeArena *self, const char *text, gsize length);
TAUBE_API gsize taube_arena_get_used (const TaubeArena *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeArena, taube_arena_free)

G_END_DECLS
