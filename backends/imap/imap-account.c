/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-account.h"

#include <taube-backend/taube-login.h>
#include <taube-backend/taube-settings-impl.h>

#include <string.h>

#include "imap-gettext.h"
#include "imap-session.h"
#include "imap-spaces.h"

#define PORT_IMAP 143
#define PORT_IMAPS 993

/* Names that cannot be written back from their path are remembered as they came; a server has few of them. */
#define MAX_NAMES 100000

struct _TaubeImapAccount
{
  TaubeAccount parent_instance;

  GMutex lock;
  gboolean has_delimiter;
  char delimiter;
  GPtrArray *spaces;  /* of ImapSpace, immutable; NULL: not known */
  GHashTable *names;  /* key of a path -> the name on the wire */
  GHashTable *reads;  /* key of a path -> ImapReads, of folders that a watch has followed */
  TaubeTlsSessions *tls_sessions;
  guint refused;      /* what the server does not search by */
  gint epoch;         /* atomic: how often a folder was renamed or deleted */
};

typedef ImapAccount TaubeImapAccount;

typedef struct
{
  TaubeAccountClass parent_class;
} TaubeImapAccountClass;

G_DEFINE_FINAL_TYPE (TaubeImapAccount, imap_account, TAUBE_TYPE_ACCOUNT)

guint
imap_account_get_refused (ImapAccount *self)
{
  guint refused;

  g_mutex_lock (&self->lock);
  refused = self->refused;
  g_mutex_unlock (&self->lock);
  return refused;
}

void
imap_account_add_refused (ImapAccount *self, guint features)
{
  g_mutex_lock (&self->lock);
  self->refused |= features;
  g_mutex_unlock (&self->lock);
}

gboolean
imap_account_get_delimiter (ImapAccount *self, char *delimiter_out)
{
  gboolean known;

  g_mutex_lock (&self->lock);
  known = self->has_delimiter;
  *delimiter_out = self->delimiter;
  g_mutex_unlock (&self->lock);
  return known;
}

void
imap_account_set_delimiter (ImapAccount *self, char delimiter)
{
  g_mutex_lock (&self->lock);
  self->has_delimiter = TRUE;
  self->delimiter = delimiter;
  g_mutex_unlock (&self->lock);
}

void
imap_account_remember_name (ImapAccount *self, const char *key, const char *wire_name, gsize length)
{
  g_mutex_lock (&self->lock);
  if (g_hash_table_size (self->names) < MAX_NAMES)
    g_hash_table_replace (self->names, g_strdup (key), g_strndup (wire_name, length));
  g_mutex_unlock (&self->lock);
}

/* The name as the server wrote it, if it is one that we would write otherwise. (transfer full) */
char *
imap_account_get_wire_name (ImapAccount *self, const char *key)
{
  char *name;

  g_mutex_lock (&self->lock);
  name = g_strdup (g_hash_table_lookup (self->names, key));
  g_mutex_unlock (&self->lock);
  return name;
}

/* The names of the folder and of all below it are others, or there are none. */
void
imap_account_forget_names (ImapAccount *self, const char *key)
{
  gsize length = strlen (key);
  const char *name;
  GHashTableIter iter;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, (gpointer *) &name, NULL))
    if (strncmp (name, key, length) == 0 && (name[length] == '\0' || name[length] == '\x1f'))
      g_hash_table_iter_remove (&iter);
  g_mutex_unlock (&self->lock);
  g_atomic_int_inc (&self->epoch);
}

/* Which mailbox is open under a name counts only as long as this is the same. */
gint
imap_account_get_epoch (ImapAccount *self)
{
  return g_atomic_int_get (&self->epoch);
}

/* SPACES is taken. */
void
imap_account_set_spaces (ImapAccount *self, GPtrArray *spaces)
{
  GPtrArray *old;

  g_mutex_lock (&self->lock);
  old = self->spaces;
  self->spaces = spaces;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&old, g_ptr_array_unref);
}

gboolean
imap_account_has_spaces (ImapAccount *self)
{
  gboolean known;

  g_mutex_lock (&self->lock);
  known = self->spaces != NULL;
  g_mutex_unlock (&self->lock);
  return known;
}

/* Of ImapSpace, never NULL; not to be changed. (transfer full) */
GPtrArray *
imap_account_get_spaces (ImapAccount *self)
{
  GPtrArray *spaces;

  g_mutex_lock (&self->lock);
  spaces = self->spaces != NULL ? g_ptr_array_ref (self->spaces) : g_ptr_array_new ();
  g_mutex_unlock (&self->lock);
  return spaces;
}

/* The prefixes of other people's and shared folders, as on the wire. Never NULL. (transfer full) */
char **
imap_account_get_namespaces (ImapAccount *self)
{
  g_autoptr (GPtrArray) spaces = imap_account_get_spaces (self);
  g_autoptr (GStrvBuilder) prefixes = g_strv_builder_new ();

  for (guint i = 0; i < spaces->len; i++)
    {
      const ImapSpace *space = spaces->pdata[i];

      if (space->kind != TAUBE_NAMESPACE_PERSONAL && space->prefix[0] != '\0')
        g_strv_builder_add (prefixes, space->prefix);
    }
  return g_strv_builder_end (prefixes);
}

ImapReads *
imap_account_get_reads (ImapAccount *self, const char *key, gboolean make)
{
  ImapReads *reads;

  g_mutex_lock (&self->lock);
  reads = g_hash_table_lookup (self->reads, key);
  if (reads == NULL && make)
    {
      reads = imap_reads_new ();
      g_hash_table_insert (self->reads, g_strdup (key), reads);
    }
  if (reads != NULL)
    imap_reads_ref (reads);
  g_mutex_unlock (&self->lock);
  return reads;
}

/* Settings. */

/* Whether the user has written ?tls=none. */
gboolean
imap_account_is_plain_allowed (ImapAccount *self)
{
  return !taube_settings_wants_tls (taube_account_get_settings (TAUBE_ACCOUNT (self)));
}

/* Where this account's server is. (transfer full) */
TaubeEndpoint *
imap_account_make_endpoint (ImapAccount *self)
{
  gboolean implicit_tls = strcmp (taube_uri_get_scheme (taube_account_get_uri (TAUBE_ACCOUNT (self))), "imaps") == 0;

  return taube_login_make_endpoint (TAUBE_ACCOUNT (self), "imap", implicit_tls, implicit_tls ? PORT_IMAPS : PORT_IMAP,
                                    self->tls_sessions);
}


/* Virtual functions. */

static gboolean
imap_account_check (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeEndpoint) endpoint = NULL;

  if (imap_account_is_plain_allowed (IMAP_ACCOUNT (account))
      && strcmp (taube_uri_get_scheme (taube_account_get_uri (account)), "imaps") == 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("imaps and ?tls=none contradict each other"));
      return FALSE;
    }
  endpoint = imap_account_make_endpoint (IMAP_ACCOUNT (account));
  return taube_endpoint_check (endpoint, error);
}

static TaubeSession *
imap_account_create_session (TaubeAccount *account)
{
  return TAUBE_SESSION (imap_session_new (IMAP_ACCOUNT (account)));
}

static GType
imap_account_get_folder_type (TaubeAccount *account)
{
  return TAUBE_TYPE_IMAP_FOLDER;
}

static void
imap_account_finalize (GObject *object)
{
  ImapAccount *self = IMAP_ACCOUNT (object);

  g_clear_pointer (&self->spaces, g_ptr_array_unref);
  g_hash_table_unref (self->names);
  g_hash_table_unref (self->reads);
  taube_tls_sessions_unref (self->tls_sessions);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (imap_account_parent_class)->finalize (object);
}

static void
imap_account_init (TaubeImapAccount *self)
{
  g_mutex_init (&self->lock);
  self->tls_sessions = taube_tls_sessions_new ();
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->reads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) imap_reads_unref);
}

static void
imap_account_class_init (TaubeImapAccountClass *klass)
{
  TaubeAccountClass *account = TAUBE_ACCOUNT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = imap_account_finalize;
  account->struct_size = sizeof (TaubeAccountClass);
  account->check = imap_account_check;
  account->create_session = imap_account_create_session;
  account->get_folder_type = imap_account_get_folder_type;
  account->list_folders = imap_account_list_folders;
  account->watch_step = imap_account_watch_step;
  account->create_folder = imap_account_create_folder;
  account->rename_folder = imap_account_rename_folder;
  account->delete_folder = imap_account_delete_folder;
  account->set_subscribed = imap_account_set_subscribed;
  account->load_metadata = imap_account_load_metadata;
  account->set_metadata = imap_account_set_metadata;
}
