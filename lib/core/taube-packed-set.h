/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A set of ids that a server chose, in little memory: they are packed by the hundred as TaubePackedIds says, and found
 * by a hash with a key that nobody outside knows, in 9 to 12 bytes each. Ids of 150 characters, of which half are the
 * same in a whole folder, take 70 bytes. It may be read from several threads at once as long as none changes it. */
typedef struct _TaubePackedSet TaubePackedSet;

TaubePackedSet *taube_packed_set_new (void);
/* Shares what is packed. */
TaubePackedSet *taube_packed_set_copy (const TaubePackedSet *self);
void taube_packed_set_free (TaubePackedSet *self);
/* FALSE: it was there already. */
gboolean taube_packed_set_add (TaubePackedSet *self, const char *id);
/* FALSE: it was not there. */
gboolean taube_packed_set_remove (TaubePackedSet *self, const char *id);
gboolean taube_packed_set_contains (const TaubePackedSet *self, const char *id);
guint taube_packed_set_get_size (const TaubePackedSet *self);

/* All of them, in no order; the set must not change meanwhile. */
typedef struct
{
  const TaubePackedSet *set;
  GString *text;
  guint table, slot;
} TaubePackedSetIter;

void taube_packed_set_iter_init (TaubePackedSetIter *self, const TaubePackedSet *set);
void taube_packed_set_iter_clear (TaubePackedSetIter *self);
/* The next one, until the call after this one; NULL: there is no more. */
const char *taube_packed_set_iter_next (TaubePackedSetIter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubePackedSet, taube_packed_set_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TaubePackedSetIter, taube_packed_set_iter_clear)

G_END_DECLS
