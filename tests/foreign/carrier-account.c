/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "carrier.h"

static const char *const letters_path[] = { "Letters", NULL };
static const char *const contacts_path[] = { "Contacts", NULL };

G_DEFINE_FINAL_TYPE (CarrierSession, carrier_session, TAUBE_TYPE_SESSION)

static gboolean
carrier_session_open (TaubeSession *session, GCancellable *cancellable, GError **error)
{
  TaubeAccount *account = taube_session_get_account (session);
  TaubeUri *uri = taube_account_get_uri (account);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  CARRIER_SESSION (session)->store = carrier_store_get (taube_uri_get_host (uri));
  taube_account_set_server (account, "Carrier", (const char *const[]) { "LETTERS", "CONTACTS", NULL });
  taube_account_set_live_capability (account, TAUBE_CAPABILITY_PUSH, TAUBE_SUPPORT_YES, "asked at intervals",
                                     "LETTERS");
  return TRUE;
}

static void
carrier_session_close (TaubeSession *session, GCancellable *cancellable)
{
  CARRIER_SESSION (session)->store = NULL;
}

static void
carrier_session_class_init (CarrierSessionClass *klass)
{
  TaubeSessionClass *session_class = TAUBE_SESSION_CLASS (klass);

  session_class->struct_size = sizeof (TaubeSessionClass);
  session_class->open = carrier_session_open;
  session_class->close = carrier_session_close;
}

static void
carrier_session_init (CarrierSession *self)
{
}

struct _CarrierAccount
{
  TaubeAccount parent_instance;
};

G_DEFINE_FINAL_TYPE (CarrierAccount, carrier_account, TAUBE_TYPE_ACCOUNT)

static TaubeSession *
carrier_account_create_session (TaubeAccount *account)
{
  return g_object_new (CARRIER_TYPE_SESSION, NULL);
}

static GType
carrier_account_get_folder_type (TaubeAccount *account)
{
  return CARRIER_TYPE_FOLDER;
}

static GPtrArray *
carrier_account_list_folders (TaubeAccount *account, TaubeSession *session, TaubeContent content,
                              GCancellable *cancellable, GError **error)
{
  CarrierStore *store = CARRIER_SESSION (session)->store;
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_object_unref);
  const TaubeFolderInfo letters = { letters_path, TAUBE_FOLDER_ROLE_INBOX, TAUBE_CONTENT_MAIL,
                                    TAUBE_FOLDER_FLAGS_SELECTABLE, store->letters->len, -1 };
  const TaubeFolderInfo contacts = { contacts_path, TAUBE_FOLDER_ROLE_CONTACTS, TAUBE_CONTENT_CONTACTS,
                                     TAUBE_FOLDER_FLAGS_SELECTABLE, g_hash_table_size (store->contacts), -1 };

  if (content == TAUBE_CONTENT_ANY || content == TAUBE_CONTENT_MAIL)
    g_ptr_array_add (folders, taube_account_publish_folder (account, &letters));
  if (content == TAUBE_CONTENT_ANY || content == TAUBE_CONTENT_CONTACTS)
    g_ptr_array_add (folders, taube_account_publish_folder (account, &contacts));
  return folders;
}

static void
carrier_account_class_init (CarrierAccountClass *klass)
{
  TaubeAccountClass *account_class = TAUBE_ACCOUNT_CLASS (klass);

  account_class->struct_size = sizeof (TaubeAccountClass);
  account_class->create_session = carrier_account_create_session;
  account_class->get_folder_type = carrier_account_get_folder_type;
  account_class->list_folders = carrier_account_list_folders;
}

static void
carrier_account_init (CarrierAccount *self)
{
}
