/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The folders of an account: what the server tells in any order, put together to paths. */
#include "exchange-account.h"
#include "exchange-gettext.h"
#include "exchange-wire.h"

#include <string.h>

#define DEPTH_MAXIMUM 64

typedef struct
{
  char *id, *parent_id, *name;
  TaubeContent content;
  gboolean known_content;
  gboolean read_only;
  gint64 total, unread, children;
  TaubeFolderRole role;
} Entry;

typedef struct
{
  GHashTable *by_id; /* id -> Entry */
  GPtrArray *entries;
  GHashTable *roles; /* id -> role */
  char *root_id;
} Listing;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->id);
  g_free (entry->parent_id);
  g_free (entry->name);
  g_free (entry);
}

static void
listing_clear (Listing *self)
{
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->entries);
  g_hash_table_unref (self->roles);
  g_free (self->root_id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listing, listing_clear)

static void
on_role (const ExchangeFolderFacts *facts, TaubeFolderRole role, gpointer user_data)
{
  Listing *listing = user_data;

  if (role == TAUBE_FOLDER_ROLE_NONE)
    {
      g_free (listing->root_id);
      listing->root_id = g_strdup (facts->id);
    }
  else
    g_hash_table_replace (listing->roles, g_strdup (facts->id), GINT_TO_POINTER (role));
}

static void
on_folder (const ExchangeFolderFacts *facts, gpointer user_data)
{
  Listing *listing = user_data;
  Entry *entry;

  if (facts->name == NULL || facts->name[0] == '\0' || g_hash_table_contains (listing->by_id, facts->id))
    return;
  entry = g_new0 (Entry, 1);
  entry->id = g_strdup (facts->id);
  entry->parent_id = g_strdup (facts->parent_id);
  entry->name = g_strdup (facts->name);
  entry->content = facts->content;
  entry->known_content = facts->known_content;
  entry->read_only = facts->read_only;
  entry->total = facts->total;
  entry->unread = facts->unread;
  entry->children = facts->children;
  entry->role = GPOINTER_TO_INT (g_hash_table_lookup (listing->roles, entry->id));
  g_ptr_array_add (listing->entries, entry);
  g_hash_table_insert (listing->by_id, entry->id, entry);
}

/* From the root down; NULL: it does not lead there, or goes round in a circle. A parent that this login cannot see
 * stands for the root. The inbox is INBOX, whatever language the mailbox speaks. (transfer full) */
static char **
make_path (Listing *listing, const Entry *entry)
{
  const char *names[DEPTH_MAXIMUM + 1];
  guint depth = 0;
  char **path;

  for (; entry != NULL; entry = g_hash_table_lookup (listing->by_id, entry->parent_id))
    {
      if (depth == DEPTH_MAXIMUM)
        return NULL;
      names[depth++] = entry->role == TAUBE_FOLDER_ROLE_INBOX ? "INBOX" : entry->name;
      if (entry->parent_id == NULL || g_strcmp0 (entry->parent_id, listing->root_id) == 0)
        break;
    }
  path = g_new0 (char *, depth + 1);
  for (guint i = 0; i < depth; i++)
    path[i] = g_strdup (names[depth - 1 - i]);
  return path;
}

static TaubeFolder *
publish (TaubeAccount *account, const Entry *entry, const char *const *path)
{
  TaubeFolderInfo info = { .path = path, .role = entry->role, .content = entry->content,
                           .flags = TAUBE_FOLDER_FLAGS_SELECTABLE | TAUBE_FOLDER_FLAGS_SUBSCRIBED,
                           .total = entry->total, .unread = entry->unread, .space = TAUBE_NAMESPACE_PERSONAL };

  if (entry->children > 0)
    info.flags |= TAUBE_FOLDER_FLAGS_HAS_CHILDREN;
  else if (entry->children == 0)
    info.flags |= TAUBE_FOLDER_FLAGS_NO_CHILDREN;
  if (entry->read_only)
    info.flags |= TAUBE_FOLDER_FLAGS_READ_ONLY;
  return taube_account_publish_folder (account, &info);
}

/* The inbox comes first, so that no other folder can have its name. */
static void
put_inbox_first (GPtrArray *entries)
{
  for (guint i = 1; i < entries->len; i++)
    if (((const Entry *) entries->pdata[i])->role == TAUBE_FOLDER_ROLE_INBOX)
      {
        gpointer first = entries->pdata[0];

        entries->pdata[0] = entries->pdata[i];
        entries->pdata[i] = first;
      }
}

static GPtrArray *
publish_all (TaubeAccount *account, Listing *listing)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_object_unref);

  put_inbox_first (listing->entries);
  for (guint i = 0; i < listing->entries->len; i++)
    {
      const Entry *entry = listing->entries->pdata[i];
      g_auto (GStrv) path = entry->known_content && entry->content == TAUBE_CONTENT_MAIL ? make_path (listing, entry)
                                                                                         : NULL;
      g_autofree char *key = path != NULL ? exchange_path_to_key ((const char *const *) path) : NULL;

      if (key == NULL || g_hash_table_contains (ids, key))
        continue;
      g_ptr_array_add (folders, publish (account, entry, (const char *const *) path));
      g_hash_table_insert (ids, g_steal_pointer (&key), g_strdup (entry->id));
    }
  exchange_account_set_folder_ids (EXCHANGE_ACCOUNT (account), ids);
  return folders;
}

/* TaubeAccountClass.list_folders */
GPtrArray *
exchange_account_list_folders (TaubeAccount *account, TaubeSession *session, TaubeContent content,
                               GCancellable *cancellable, GError **error)
{
  const ExchangeWire *wire = exchange_account_get_wire (EXCHANGE_ACCOUNT (account));
  g_auto (Listing) listing = { 0 };

  listing.by_id = g_hash_table_new (g_str_hash, g_str_equal);
  listing.entries = g_ptr_array_new_with_free_func (entry_free);
  listing.roles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!wire->find_roles (EXCHANGE_ACCOUNT (account), on_role, &listing, cancellable, error)
      || !wire->list_folders (EXCHANGE_ACCOUNT (account), on_folder, &listing, cancellable, error))
    return NULL;
  return publish_all (account, &listing);
}
