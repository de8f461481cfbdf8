/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-changes.h>

#include <taube-backend/taube-changes-impl.h>

#include "core/taube-changes-private.h"

/**
 * TaubeChanges:
 *
 * What happened in a folder: which items came, which are not as they were, which went. No id is in two of the sets.
 * Immutable, safe between threads.
 */
struct _TaubeChanges
{
  gatomicrefcount refs;
  TaubeIdSet *added;
  TaubeIdSet *changed;
  TaubeIdSet *removed;
  GBytes *token; /* the backend's state until taube_changes_seal(); NULL: none */
  gboolean reset;
};

G_DEFINE_BOXED_TYPE (TaubeChanges, taube_changes, taube_changes_ref, taube_changes_unref)

/* What both hold. Only the smaller one is copied: the other may be a whole folder. (transfer full) */
static TaubeIdSet *
intersection (const TaubeIdSet *a, const TaubeIdSet *b)
{
  gboolean a_is_smaller = taube_id_set_get_size (a) < taube_id_set_get_size (b);
  const TaubeIdSet *smaller = a_is_smaller ? a : b, *larger = a_is_smaller ? b : a;
  TaubeIdSet *set = taube_id_set_copy (smaller);
  g_autoptr (TaubeIdSet) alone = taube_id_set_copy (smaller);

  taube_id_set_remove_set (alone, larger);
  taube_id_set_remove_set (set, alone);
  return set;
}

TaubeChanges *
taube_changes_new (TaubeIdSet *added, TaubeIdSet *changed, TaubeIdSet *removed, gboolean reset)
{
  g_autoptr (TaubeIdSet) fleeting = NULL;
  TaubeChanges *self = g_new0 (TaubeChanges, 1);

  g_atomic_ref_count_init (&self->refs);
  self->reset = reset;
  if (reset)
    {
      g_clear_pointer (&added, taube_id_set_free);
      g_clear_pointer (&changed, taube_id_set_free);
      g_clear_pointer (&removed, taube_id_set_free);
    }
  self->added = added != NULL ? added : taube_id_set_new ();
  self->changed = changed != NULL ? changed : taube_id_set_new ();
  self->removed = removed != NULL ? removed : taube_id_set_new ();
  fleeting = intersection (self->added, self->removed);
  taube_id_set_remove_set (self->changed, self->added);
  taube_id_set_remove_set (self->changed, self->removed);
  taube_id_set_remove_set (self->added, fleeting);
  taube_id_set_remove_set (self->removed, fleeting);
  return self;
}

void
taube_changes_set_state (TaubeChanges *self, GBytes *state)
{
  g_return_if_fail (self != NULL && state != NULL);
  g_return_if_fail (!self->reset);

  g_clear_pointer (&self->token, g_bytes_unref);
  self->token = g_bytes_ref (state);
}

void
taube_changes_seal (TaubeChanges *self, TaubeFolder *folder)
{
  g_autoptr (GBytes) state = g_steal_pointer (&self->token);

  if (state != NULL)
    self->token = taube_token_seal (folder, state);
}

static TaubeChanges *
with_token_of (TaubeChanges *self, TaubeChanges *other)
{
  if (other->token != NULL && !self->reset)
    self->token = g_bytes_ref (other->token);
  return self;
}

TaubeChanges *
taube_changes_merge (TaubeChanges *older, TaubeChanges *newer)
{
  g_autoptr (TaubeIdSet) known = NULL, back = NULL, present = NULL, added = NULL, changed = NULL, removed = NULL;
  g_autoptr (TaubeIdSet) gone = NULL;

  g_return_val_if_fail (older != NULL && newer != NULL, NULL);

  if (older->reset || newer->reset)
    return taube_changes_new (NULL, NULL, NULL, TRUE);

  /* Items that were there before: whoever follows the folder has them, so they cannot be added. */
  known = taube_id_set_copy (older->removed);
  taube_id_set_add_set (known, older->changed);
  back = intersection (newer->added, known);

  added = taube_id_set_copy (newer->added);
  taube_id_set_remove_set (added, known);
  taube_id_set_add_set (added, older->added);
  taube_id_set_remove_set (added, newer->removed);

  present = taube_id_set_copy (newer->added);
  taube_id_set_add_set (present, newer->changed);
  removed = taube_id_set_copy (older->removed);
  taube_id_set_remove_set (removed, present);
  gone = taube_id_set_copy (newer->removed);
  taube_id_set_remove_set (gone, older->added);
  taube_id_set_add_set (removed, gone);

  changed = taube_id_set_copy (older->changed);
  taube_id_set_add_set (changed, newer->changed);
  taube_id_set_add_set (changed, back);
  taube_id_set_remove_set (changed, newer->removed);
  taube_id_set_remove_set (changed, added);
  return with_token_of (
      taube_changes_new (g_steal_pointer (&added), g_steal_pointer (&changed), g_steal_pointer (&removed), FALSE),
      newer);
}

/**
 * taube_changes_ref:
 * @self: changes
 *
 * Takes another reference.
 *
 * Returns: (transfer full): @self
 */
TaubeChanges *
taube_changes_ref (TaubeChanges *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * taube_changes_unref:
 * @self: (transfer full): changes
 *
 * Gives a reference back.
 */
void
taube_changes_unref (TaubeChanges *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  taube_id_set_free (self->added);
  taube_id_set_free (self->changed);
  taube_id_set_free (self->removed);
  g_clear_pointer (&self->token, g_bytes_unref);
  g_free (self);
}

/**
 * taube_changes_get_added:
 * @self: changes
 *
 * The items that are new in the folder.
 *
 * Returns: (transfer none): their ids, valid as long as @self
 */
const TaubeIdSet *
taube_changes_get_added (TaubeChanges *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->added;
}

/**
 * taube_changes_get_changed:
 * @self: changes
 *
 * The items that were there before and are not as they were, such as messages with other flags.
 *
 * Returns: (transfer none): their ids, valid as long as @self
 */
const TaubeIdSet *
taube_changes_get_changed (TaubeChanges *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->changed;
}

/**
 * taube_changes_get_removed:
 * @self: changes
 *
 * The items that are no longer in the folder.
 *
 * Returns: (transfer none): their ids, valid as long as @self
 */
const TaubeIdSet *
taube_changes_get_removed (TaubeChanges *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->removed;
}

/**
 * taube_changes_get_token:
 * @self: changes
 *
 * What to give to [method@Folder.get_changes] next time, to learn what happened after these changes. It is opaque,
 * and can be stored as it is. Changes that a watch tells have none.
 *
 * Returns: (transfer none) (nullable): the token, valid as long as @self; %NULL: begin from nothing
 */
GBytes *
taube_changes_get_token (TaubeChanges *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->token;
}

/**
 * taube_changes_is_reset:
 * @self: changes
 *
 * Whether all that was known about the folder is worthless: forget it and list the folder again, or ask for changes
 * without a token. There are no ids and no token then.
 *
 * Returns: %TRUE when it is
 */
gboolean
taube_changes_is_reset (TaubeChanges *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->reset;
}

/**
 * taube_changes_is_empty:
 * @self: changes
 *
 * Whether nothing happened at all.
 *
 * Returns: %TRUE when there is neither an id nor a reset
 */
gboolean
taube_changes_is_empty (TaubeChanges *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return !self->reset && taube_id_set_get_size (self->added) == 0 && taube_id_set_get_size (self->changed) == 0
         && taube_id_set_get_size (self->removed) == 0;
}
