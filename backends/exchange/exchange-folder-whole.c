/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-folder.h"

#include "exchange-gettext.h"

/* Where the server cannot do it at once, the wrapper lists and goes on with what it found. */

/* TaubeFolderClass.empty */
gboolean
exchange_folder_empty (TaubeFolder *folder, TaubeSession *session, TaubeDiscardMode mode, gboolean with_folders,
                       TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  ExchangeAccount *account = exchange_folder_get_account (folder);
  g_autofree char *what = g_strdup_printf (_ ("cannot empty folder \"%s\""), taube_folder_get_name (folder));
  g_autofree char *id = exchange_account_find_folder_id (account, folder, cancellable, error);
  GError *problem = NULL;

  if (id == NULL)
    return FALSE;
  if (exchange_account_get_wire (account)->empty_folder (account, id, mode, with_folders, what, cancellable, &problem))
    {
      if (with_folders)
        exchange_account_forget_below (account, taube_folder_get_path (folder));
      return TRUE;
    }
  exchange_folder_note_failure (folder, problem);
  g_propagate_error (error, problem);
  return FALSE;
}

/* TaubeFolderClass.mark_all_seen */
gboolean
exchange_folder_mark_all_seen (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  ExchangeAccount *account = exchange_folder_get_account (folder);
  g_autofree char *what = g_strdup_printf (_ ("cannot mark the messages of folder \"%s\" as seen"),
                                           taube_folder_get_name (folder));
  g_autofree char *id = exchange_account_find_folder_id (account, folder, cancellable, error);
  GError *problem = NULL;

  if (id == NULL)
    return FALSE;
  if (exchange_account_get_wire (account)->mark_all_seen (account, id, what, cancellable, &problem))
    return TRUE;
  exchange_folder_note_failure (folder, problem);
  g_propagate_error (error, problem);
  return FALSE;
}
