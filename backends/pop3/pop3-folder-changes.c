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

/* TaubeFolderClass.get_changes: there are no flags, so a message that is there does not change. When no id is as it
 * was, the server gives others now, and the old token is of no use. */
TaubeChanges *
pop3_folder_get_changes (TaubeFolder *folder, TaubeSession *session, GBytes *state, TaubeProgress *progress,
                         GCancellable *cancellable, GError **error)
{
  Pop3Session *pop3 = POP3_SESSION (session);
  g_autoptr (TaubeIdSet) now = NULL, before = NULL, added = NULL, removed = NULL;
  TaubeChanges *changes;
  Pop3Listing *listing;
  gboolean reset;

  if (!pop3_folder_look (folder, pop3, cancellable, error))
    return NULL;
  listing = pop3_listing_get (pop3, cancellable, error);
  if (listing == NULL)
    return NULL;
  pop3_folder_show_counts (folder, pop3);
  now = collect_ids (listing);
  before = state != NULL ? pop3_known_unpack (state) : taube_id_set_new ();
  reset = before == NULL;
  if (!reset)
    {
      added = taube_id_set_copy (now);
      taube_id_set_remove_set (added, before);
      removed = taube_id_set_copy (before);
      taube_id_set_remove_set (removed, now);
      reset = !pop3->quirks.forgets_fetched && taube_id_set_get_size (before) >= MANY
              && taube_id_set_get_size (now) >= MANY
              && taube_id_set_get_size (removed) == taube_id_set_get_size (before);
    }
  if (reset)
    return taube_changes_new (NULL, NULL, NULL, TRUE);
  changes = taube_changes_new (g_steal_pointer (&added), NULL, g_steal_pointer (&removed), FALSE);
  {
    g_autoptr (GBytes) packed = pop3_known_pack (now);

    taube_changes_set_state (changes, packed);
  }
  return changes;
}
