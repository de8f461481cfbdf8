/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-folder.h"

#include "imap-changes.h"
#include "imap-gettext.h"

static TaubeIdSet *
make_ids (const ImapSeqset *uids, const char *prefix)
{
  TaubeIdSet *ids = taube_id_set_new ();

  for (guint i = 0; i < uids->n_ranges; i++)
    taube_id_set_add_range (ids, prefix, uids->ranges[i].first, uids->ranges[i].last);
  return ids;
}

/* TaubeFolderClass.get_changes */
TaubeChanges *
imap_folder_get_changes (TaubeFolder *folder, TaubeSession *session, GBytes *state, TaubeProgress *progress,
                         GCancellable *cancellable, GError **error)
{
  ImapSession *imap = IMAP_SESSION (session);
  g_autoptr (ImapKnown) known = NULL;
  g_autoptr (ImapKnown) now = NULL;
  g_autoptr (ImapNews) news = NULL;
  g_autoptr (GBytes) next = NULL;
  TaubeChanges *changes;
  char prefix[16];

  if (state != NULL)
    {
      gsize length;
      gconstpointer data = g_bytes_get_data (state, &length);

      known = imap_known_decode (data, length, &imap->limits);
      if (known == NULL)
        return taube_changes_new (NULL, NULL, NULL, TRUE);
    }
  if (!imap_changes_ask (imap, folder, IMAP_SELECT_ANY, known, progress, &news, &now, cancellable, error))
    return NULL;
  taube_folder_set_counts (folder, imap->mailbox->exists, -1);
  if (news->reset && state == NULL)
    {
      /* There is nothing to forget, and no token to go on with. */
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT, _ ("folder \"%s\" was made anew meanwhile"),
                   taube_folder_get_name (folder));
      return NULL;
    }
  if (news->reset)
    return taube_changes_new (NULL, NULL, NULL, TRUE);
  imap_folder_format_prefix (imap, prefix);
  changes = taube_changes_new (make_ids (news->added, prefix), make_ids (news->changed, prefix),
                               make_ids (news->removed, prefix), FALSE);
  next = imap_known_encode (now);
  taube_changes_set_state (changes, next);
  return changes;
}
