/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-folder-impl.h>

#include "pop3-session.h"

typedef struct
{
  TaubeFolder parent_instance;
} TaubePop3Folder;

typedef struct
{
  TaubeFolderClass parent_class;
} TaubePop3FolderClass;

G_DEFINE_FINAL_TYPE (TaubePop3Folder, pop3_folder, TAUBE_TYPE_FOLDER)

static void
show_counts (TaubeFolder *folder, Pop3Session *session)
{
  taube_folder_set_counts (folder, (gint64) session->count, -1);
  taube_folder_set_size (folder, (gint64) session->size);
}

/* There is one folder, and it is always there. */
GPtrArray *
pop3_account_list_folders (TaubeAccount *account, TaubeSession *session, TaubeContent content,
                           GCancellable *cancellable, GError **error)
{
  static const char *const path[] = { "INBOX", NULL };
  Pop3Session *pop3 = POP3_SESSION (session);
  GPtrArray *folders = NULL;
  TaubeFolderInfo info = { .path = path, .role = TAUBE_FOLDER_ROLE_INBOX, .content = TAUBE_CONTENT_MAIL,
                           .flags = TAUBE_FOLDER_FLAGS_SELECTABLE, .unread = -1 };

  if (!pop3_session_begin (pop3, cancellable, error))
    return NULL;
  folders = g_ptr_array_new_with_free_func (g_object_unref);
  info.total = (gint64) pop3->count;
  if (content == TAUBE_CONTENT_MAIL || content == TAUBE_CONTENT_ANY)
    {
      g_ptr_array_add (folders, taube_account_publish_folder (account, &info));
      show_counts (folders->pdata[0], pop3);
    }
  return folders;
}

static gboolean
pop3_folder_refresh (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  if (!pop3_session_look (POP3_SESSION (session), cancellable, error))
    return FALSE;
  show_counts (folder, POP3_SESSION (session));
  return TRUE;
}

static void
pop3_folder_init (TaubePop3Folder *self)
{
}

static void
pop3_folder_class_init (TaubePop3FolderClass *klass)
{
  TaubeFolderClass *folder = TAUBE_FOLDER_CLASS (klass);

  folder->struct_size = sizeof (TaubeFolderClass);
  folder->refresh = pop3_folder_refresh;
}
