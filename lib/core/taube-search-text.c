/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-folder.h>
#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-search-impl.h>

#include "core/taube-message-content.h"

/* The texts of a message that the server does not search: as much of it as they are, by the backend's own functions. */

gboolean
taube_search_load_text (TaubeFolder *folder, TaubeSession *session, const char *id, char **header_out, char **body_out,
                        GCancellable *cancellable, GError **error)
{
  g_auto (TaubeMessageContent) content = { .folder = folder,
                                           .session = session,
                                           .id = id,
                                           .limits = taube_account_get_limits (taube_folder_get_account (folder)),
                                           .cancellable = cancellable };
  g_autofree char *header = taube_message_content_fetch_headers (&content, error);
  g_autofree char *body = header != NULL ? taube_message_content_get_every_text (&content, error) : NULL;

  if (body == NULL)
    return FALSE;
  *header_out = taube_mime_fold_text (header, -1);
  *body_out = taube_mime_fold_text (body, -1);
  return TRUE;
}
