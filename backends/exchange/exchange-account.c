/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-account.h"

#include <string.h>

#include "exchange-endpoint.h"
#include "exchange-gettext.h"
#include "exchange-session.h"
#include "exchange-watch.h"
#include "exchange-wire.h"
#include "ews/ews-version.h"

struct _TaubeExchangeAccount
{
  TaubeAccount parent_instance;

  ExchangeClient *client;
  GMutex lock;
  int version;
  guint64 lacking;        /* a bit for each operation */
  char *build;
  gint lacks_parts;
  guint refused;     /* what the server does not search by */
  guint page_size;   /* 0: what the wire protocol has */
  GHashTable *folder_ids; /* key of a path -> id */
  int blocked;            /* atomic */
  ExchangePush *push;
};

typedef ExchangeAccount TaubeExchangeAccount;

typedef struct
{
  TaubeAccountClass parent_class;
} TaubeExchangeAccountClass;

static void
init_sender (gpointer iface, gpointer data)
{
  exchange_account_init_sender (iface);
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TaubeExchangeAccount, exchange_account, TAUBE_TYPE_ACCOUNT,
                               G_IMPLEMENT_INTERFACE (TAUBE_TYPE_SENDER, init_sender))

/* Settings and URI are complete only after construction, so it is made when it is first wanted. */
ExchangeClient *
exchange_account_get_client (ExchangeAccount *self)
{
  ExchangeClient *client;

  g_mutex_lock (&self->lock);
  if (self->client == NULL)
    self->client = exchange_client_new (TAUBE_ACCOUNT (self));
  client = self->client;
  g_mutex_unlock (&self->lock);
  return client;
}

ExchangePush *
exchange_account_get_push (ExchangeAccount *self)
{
  return self->push;
}

const ExchangeWire *
exchange_account_get_wire (ExchangeAccount *self)
{
  return &exchange_wire_ews;
}

int
exchange_account_get_version (ExchangeAccount *self)
{
  int version;

  g_mutex_lock (&self->lock);
  version = self->version;
  g_mutex_unlock (&self->lock);
  return version;
}

void
exchange_account_set_version (ExchangeAccount *self, int version)
{
  g_mutex_lock (&self->lock);
  self->version = version;
  g_mutex_unlock (&self->lock);
}

guint
exchange_account_get_refused (ExchangeAccount *self)
{
  guint refused;

  g_mutex_lock (&self->lock);
  refused = self->refused;
  g_mutex_unlock (&self->lock);
  return refused;
}

void
exchange_account_add_refused (ExchangeAccount *self, guint features)
{
  g_mutex_lock (&self->lock);
  self->refused |= features;
  g_mutex_unlock (&self->lock);
}

guint
exchange_account_get_page_size (ExchangeAccount *self)
{
  guint size;

  g_mutex_lock (&self->lock);
  size = self->page_size;
  g_mutex_unlock (&self->lock);
  return size > 0 ? size : exchange_account_get_wire (self)->page_size;
}

void
exchange_account_set_page_size (ExchangeAccount *self, guint size)
{
  g_mutex_lock (&self->lock);
  self->page_size = size;
  g_mutex_unlock (&self->lock);
}

gboolean
exchange_account_lacks (ExchangeAccount *self, guint operation)
{
  gboolean lacks;

  g_mutex_lock (&self->lock);
  lacks = (self->lacking >> operation & 1) != 0;
  g_mutex_unlock (&self->lock);
  return lacks;
}

void
exchange_account_set_lacking (ExchangeAccount *self, guint operation)
{
  g_mutex_lock (&self->lock);
  self->lacking |= (guint64) 1 << operation;
  g_mutex_unlock (&self->lock);
}

gboolean
exchange_account_set_build (ExchangeAccount *self, const char *build)
{
  gboolean other;

  g_mutex_lock (&self->lock);
  other = g_strcmp0 (self->build, build) != 0;
  if (other)
    {
      g_free (self->build);
      self->build = g_strdup (build);
    }
  g_mutex_unlock (&self->lock);
  return other;
}

void
exchange_account_set_lacks_parts (ExchangeAccount *self)
{
  g_atomic_int_set (&self->lacks_parts, TRUE);
}

gboolean
exchange_account_lacks_parts (ExchangeAccount *self)
{
  return g_atomic_int_get (&self->lacks_parts);
}

char *
exchange_account_dup_build (ExchangeAccount *self)
{
  char *build;

  g_mutex_lock (&self->lock);
  build = g_strdup (self->build);
  g_mutex_unlock (&self->lock);
  return build;
}

/* Folders. */

/* No name of a folder has that character. */
char *
exchange_path_to_key (const char *const *path)
{
  return g_strjoinv ("\x1f", (char **) path);
}

char *
exchange_account_dup_folder_id (ExchangeAccount *self, const char *const *path)
{
  g_autofree char *key = exchange_path_to_key (path);
  char *id;

  g_mutex_lock (&self->lock);
  id = g_strdup (g_hash_table_lookup (self->folder_ids, key));
  g_mutex_unlock (&self->lock);
  return id;
}

void
exchange_account_set_folder_ids (ExchangeAccount *self, GHashTable *ids)
{
  GHashTable *old;

  g_mutex_lock (&self->lock);
  old = self->folder_ids;
  self->folder_ids = ids;
  g_mutex_unlock (&self->lock);
  g_hash_table_unref (old);
}

void
exchange_account_forget_folder (ExchangeAccount *self, const char *const *path)
{
  g_autofree char *key = exchange_path_to_key (path);

  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->folder_ids, key);
  g_mutex_unlock (&self->lock);
}

void
exchange_account_add_folder (ExchangeAccount *self, const char *const *path, const char *id)
{
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->folder_ids, exchange_path_to_key (path), g_strdup (id));
  g_mutex_unlock (&self->lock);
}

void
exchange_account_set_blocked (ExchangeAccount *self, gboolean blocked)
{
  g_atomic_int_set (&self->blocked, blocked);
  taube_account_set_blocked (TAUBE_ACCOUNT (self), blocked);
}

gboolean
exchange_account_is_blocked (ExchangeAccount *self)
{
  return g_atomic_int_get (&self->blocked);
}

static void
forget (ExchangeAccount *self, const char *const *path, gboolean itself)
{
  g_autofree char *key = exchange_path_to_key (path);
  gsize length = strlen (key);
  GHashTableIter iter;
  const char *other;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->folder_ids);
  while (g_hash_table_iter_next (&iter, (gpointer *) &other, NULL))
    if (strncmp (other, key, length) == 0 && ((itself && other[length] == '\0') || other[length] == '\x1f'))
      g_hash_table_iter_remove (&iter);
  g_mutex_unlock (&self->lock);
}

void
exchange_account_forget_tree (ExchangeAccount *self, const char *const *path)
{
  forget (self, path, TRUE);
}

void
exchange_account_forget_below (ExchangeAccount *self, const char *const *path)
{
  forget (self, path, FALSE);
}

char *
exchange_account_find_folder_id (ExchangeAccount *self, TaubeFolder *folder, GCancellable *cancellable,
                                 GError **error)
{
  const char *const *path = taube_folder_get_path (folder);
  g_autofree char *id = exchange_account_dup_folder_id (self, path);
  g_autoptr (GPtrArray) folders = NULL;

  if (id != NULL)
    return g_steal_pointer (&id);
  folders = exchange_account_list_folders (TAUBE_ACCOUNT (self), NULL, TAUBE_CONTENT_ANY, cancellable, error);
  if (folders == NULL)
    return NULL;
  id = exchange_account_dup_folder_id (self, path);
  if (id == NULL)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("there is no folder \"%s\""),
                 taube_folder_get_name (folder));
  return g_steal_pointer (&id);
}

/* Virtual functions. */

static gboolean
exchange_account_check (TaubeAccount *account, GError **error)
{
  return exchange_endpoint_check (account, error);
}

static TaubeSession *
exchange_account_create_session (TaubeAccount *account)
{
  return TAUBE_SESSION (exchange_session_new ());
}

static GType
exchange_account_get_folder_type (TaubeAccount *account)
{
  return TAUBE_TYPE_EXCHANGE_FOLDER;
}

static void
exchange_account_finalize (GObject *object)
{
  ExchangeAccount *self = EXCHANGE_ACCOUNT (object);

  g_clear_pointer (&self->client, exchange_client_free);
  g_hash_table_unref (self->folder_ids);
  exchange_push_free (self->push);
  g_free (self->build);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (exchange_account_parent_class)->finalize (object);
}

static void
exchange_account_init (TaubeExchangeAccount *self)
{
  g_mutex_init (&self->lock);
  self->version = EWS_VERSION_2013_SP1;
  self->folder_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->push = exchange_push_new ();
}

static void
exchange_account_class_init (TaubeExchangeAccountClass *klass)
{
  TaubeAccountClass *account = TAUBE_ACCOUNT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = exchange_account_finalize;
  account->struct_size = sizeof (TaubeAccountClass);
  account->check = exchange_account_check;
  account->create_session = exchange_account_create_session;
  account->get_folder_type = exchange_account_get_folder_type;
  account->list_folders = exchange_account_list_folders;
  account->create_folder = exchange_account_create_folder;
  account->rename_folder = exchange_account_rename_folder;
  account->delete_folder = exchange_account_delete_folder;
  account->set_subscribed = exchange_account_set_subscribed;
  account->watch_step = exchange_account_watch_step;
}
