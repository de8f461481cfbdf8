/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-folder.h"

#include "pop3-known.h"

/* So many messages that are all called otherwise than before are no coincidence. */
#define MANY 3

/* (transfer full) */
static TaubeIdSet *
collect_ids (Pop3Listing *listing)
{
  TaubeIdSet *ids = taube_id_set_new ();

  for (guint i = 0; i < pop3_maildrop_get_n_mails (listing->drop); i++)
    if (pop3_maildrop_get_id (listing->drop, i) != NULL)
      taube_id_set_add (ids, pop3_maildrop_get_id (listing->drop, i));
  return ids;
}

/* There are no flags, so a message that is there does not change. When no id is as it was, the server gives others now,
 * and what was known is of no use. */
static gboolean
are_all_others (Pop3Session *session, const TaubeIdSet *before, const TaubeIdSet *now, const TaubeIdSet *removed)
{
  return !session->quirks.forgets_fetched && taube_id_set_get_size (before) >= MANY
         && taube_id_set_get_size (now) >= MANY
         && taube_id_set_get_size (removed) == taube_id_set_get_size (before);
}

/* What happened since KNOWN (NULL: from nothing); *KNOWN_OUT is what is known now. (transfer full) */
static TaubeChanges *
compare (TaubeFolder *folder, Pop3Session *session, GBytes *known, GBytes **known_out, GCancellable *cancellable,
         GError **error)
{
  g_autoptr (TaubeIdSet) now = NULL, before = NULL, added = NULL, removed = NULL;
  Pop3Listing *listing;

  if (!pop3_folder_look (folder, session, cancellable, error))
    return NULL;
  listing = pop3_folder_get_listing (folder, session, cancellable, error);
  if (listing == NULL)
    return NULL;
  pop3_folder_show_counts (folder, session);
  now = collect_ids (listing);
  *known_out = pop3_known_pack (now);
  before = known != NULL ? pop3_known_unpack (known) : taube_id_set_new ();
  if (before == NULL)
    return taube_changes_new (NULL, NULL, NULL, TRUE);
  added = taube_id_set_copy (now);
  taube_id_set_remove_set (added, before);
  removed = taube_id_set_copy (before);
  taube_id_set_remove_set (removed, now);
  if (are_all_others (session, before, now, removed))
    return taube_changes_new (NULL, NULL, NULL, TRUE);
  return taube_changes_new (g_steal_pointer (&added), NULL, g_steal_pointer (&removed), FALSE);
}

/* TaubeFolderClass.get_changes */
TaubeChanges *
pop3_folder_get_changes (TaubeFolder *folder, TaubeSession *session, GBytes *state, TaubeProgress *progress,
                         GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) known = NULL;
  TaubeChanges *changes = compare (folder, POP3_SESSION (session), state, &known, cancellable, error);

  if (changes != NULL && !taube_changes_is_reset (changes))
    taube_changes_set_state (changes, known);
  return changes;
}

/* TaubeFolderClass.watch_step: the server does not speak by itself, so each step signs in and compares. There is one
 * connection, which is never a watch's own; the state is what get_changes keeps in a token. */
gboolean
pop3_folder_watch_step (TaubeFolder *folder, TaubeSession *session, TaubeWatchStep *step, GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (TaubeChanges) changes = NULL;
  GBytes *known = NULL;

  if (step->reason == TAUBE_WATCH_LEAVE)
    return TRUE;
  changes = compare (folder, POP3_SESSION (session), step->state, &known, cancellable, error);
  if (changes == NULL)
    return FALSE;
  if (step->state != NULL && !taube_changes_is_empty (changes))
    step->changes = g_steal_pointer (&changes);
  g_clear_pointer ((GBytes **) &step->state, g_bytes_unref);
  step->state = known;
  step->free_state = (GDestroyNotify) g_bytes_unref;
  return TRUE;
}
