/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The ids of messages, each of them once: a list and the journal that knows the same messages refer to the same text.
 * Who keeps such pointers holds a reference to all of them together; a text stays where it is, unchanged, until the
 * last reference is given back. May be used from several threads. */
typedef struct _Pop3Texts Pop3Texts;

Pop3Texts *pop3_texts_new (void);
Pop3Texts *pop3_texts_ref (Pop3Texts *self);
void pop3_texts_unref (Pop3Texts *self);

/* The text that is there, or a copy of this one. It has no NUL within LENGTH. */
const char *pop3_texts_add (Pop3Texts *self, const char *text, gsize length);
/* NULL: it is not there. */
const char *pop3_texts_find (Pop3Texts *self, const char *text);
gsize pop3_texts_get_memory (Pop3Texts *self);

/* A number that stands with a text, at first 0. It is the journal's, and guarded by what guards the journal. */
guint32 pop3_texts_get_row (const char *text);
void pop3_texts_set_row (const char *text, guint32 row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pop3Texts, pop3_texts_unref)

G_END_DECLS
