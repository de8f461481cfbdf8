/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube.h>

G_BEGIN_DECLS

/* A source that has its tokens from the test: one after the other, as often as it is told that one is bad. */
typedef struct
{
  GObject parent_instance;
  GPtrArray *tokens;
  char *host; /* for which the last one was asked for */
  guint invalidated;
} Purse;

GType purse_get_type (void);
/* With TOKEN as its first one. */
Purse *purse_new (const char *token);
void purse_add (Purse *self, const char *token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Purse, g_object_unref)

G_END_DECLS
