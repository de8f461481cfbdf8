/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-folder.h"

#include "pop3-gettext.h"

typedef Pop3Folder TaubePop3Folder;

typedef struct
{
  TaubeFolderClass parent_class;
} TaubePop3FolderClass;

G_DEFINE_FINAL_TYPE_WITH_CODE (TaubePop3Folder, pop3_folder, TAUBE_TYPE_FOLDER,
                               G_IMPLEMENT_INTERFACE (TAUBE_TYPE_SPOOL, pop3_spool_init_iface))

static gboolean
is_there (TaubeFolder *folder, GError **error)
{
  const char *const *path = taube_folder_get_path (folder);

  if (path[0] != NULL && path[1] == NULL && g_ascii_strcasecmp (path[0], "INBOX") == 0)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("there is no folder \"%s\": POP3 has only the inbox"),
               taube_folder_get_name (folder));
  return FALSE;
}

gboolean
pop3_folder_begin (TaubeFolder *folder, Pop3Session *session, GCancellable *cancellable, GError **error)
{
  return is_there (folder, error) && pop3_session_begin (session, cancellable, error);
}

gboolean
pop3_folder_look (TaubeFolder *folder, Pop3Session *session, GCancellable *cancellable, GError **error)
{
  return is_there (folder, error) && pop3_session_look (session, cancellable, error);
}

Pop3Listing *
pop3_folder_get_listing (TaubeFolder *folder, Pop3Session *session, GCancellable *cancellable, GError **error)
{
  Pop3Folder *self = POP3_FOLDER (folder);
  g_autoptr (Pop3Texts) texts = NULL;

  g_mutex_lock (&self->lock);
  if (self->journal != NULL)
    texts = pop3_texts_ref (pop3_journal_get_texts (self->journal));
  g_mutex_unlock (&self->lock);
  return pop3_listing_get (session, texts, cancellable, error);
}

gboolean
pop3_folder_find (TaubeFolder *folder, Pop3Listing *listing, const char *id, guint *position_out, GError **error)
{
  if (pop3_maildrop_find (listing->drop, id, position_out))
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("there is no message \"%s\" in folder \"%s\""), id,
               taube_folder_get_name (folder));
  return FALSE;
}

void
pop3_folder_show_counts (TaubeFolder *folder, Pop3Session *session)
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
      pop3_folder_show_counts (folders->pdata[0], pop3);
    }
  return folders;
}

static gboolean
pop3_folder_refresh (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable, GError **error)
{
  if (!pop3_folder_look (folder, POP3_SESSION (session), cancellable, error))
    return FALSE;
  pop3_folder_show_counts (folder, POP3_SESSION (session));
  return TRUE;
}

static void
pop3_folder_finalize (GObject *object)
{
  Pop3Folder *self = POP3_FOLDER (object);

  g_clear_pointer (&self->journal, pop3_journal_unref);
  g_hash_table_unref (self->suspects);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (pop3_folder_parent_class)->finalize (object);
}

static void
pop3_folder_init (TaubePop3Folder *self)
{
  g_mutex_init (&self->lock);
  self->suspects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
pop3_folder_class_init (TaubePop3FolderClass *klass)
{
  TaubeFolderClass *folder = TAUBE_FOLDER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = pop3_folder_finalize;
  folder->struct_size = sizeof (TaubeFolderClass);
  folder->refresh = pop3_folder_refresh;
  folder->list = pop3_folder_list;
  folder->get_item = pop3_folder_get_item;
  folder->fetch = pop3_folder_fetch;
  folder->get_changes = pop3_folder_get_changes;
  folder->remove = pop3_folder_remove;
  folder->watch_step = pop3_folder_watch_step;
}
