/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Strings as numbers from 0: the same string is always the same number. For millions of strings that a server chose. */
typedef struct
{
  GArray *starts; /* gsize: where each begins in CHARACTERS */
  GString *characters;
  guint32 *slots; /* number + 1, 0: free */
  guint32 mask;
  guint64 key;
} TaubeIntern;

void taube_intern_init (TaubeIntern *self);
void taube_intern_clear (TaubeIntern *self);
/* NEW_OUT: it was not there before. */
guint32 taube_intern_add (TaubeIntern *self, const char *text, gsize length, gboolean *new_out);

static inline const char *
taube_intern_get (const TaubeIntern *self, guint32 number)
{
  return self->characters->str + g_array_index (self->starts, gsize, number);
}

G_END_DECLS
