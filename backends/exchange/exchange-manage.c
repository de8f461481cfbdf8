/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Folders made, renamed and deleted. */
#include "exchange-account.h"
#include "exchange-gettext.h"
#include "exchange-wire.h"

#include <string.h>

/* The parent of PATH: *ID is NULL for the root. FALSE with ERROR: there is none. */
static gboolean
find_parent (ExchangeAccount *account, const char *const *path, char **id, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) parent = g_strdupv ((char **) path);
  guint depth = g_strv_length (parent);
  g_autoptr (TaubeFolder) folder = NULL;

  *id = NULL;
  if (depth == 1)
    return TRUE;
  g_clear_pointer (&parent[depth - 1], g_free);
  folder = taube_account_get_folder (TAUBE_ACCOUNT (account), (const char *const *) parent);
  *id = exchange_account_find_folder_id (account, folder, cancellable, error);
  return *id != NULL;
}

/* Nobody knows whether it was done, and somebody may look. */
static gboolean
is_open (const GError *problem, GCancellable *cancellable)
{
  return g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME)
         && !g_cancellable_is_cancelled (cancellable);
}

/* A folder that is looked for by its name and where it is. */
typedef struct
{
  const char *parent; /* NULL: the root */
  const char *name;
  char *root;
  char *id;           /* NULL: there is none */
  gboolean is_empty;
} Sought;

static void
sought_clear (Sought *self)
{
  g_clear_pointer (&self->root, g_free);
  g_clear_pointer (&self->id, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sought, sought_clear)

static void
on_root (const ExchangeFolderFacts *facts, TaubeFolderRole role, gpointer user_data)
{
  Sought *sought = user_data;

  if (role == TAUBE_FOLDER_ROLE_NONE && sought->root == NULL)
    sought->root = g_strdup (facts->id);
}

static void
on_sought (const ExchangeFolderFacts *facts, gpointer user_data)
{
  Sought *sought = user_data;
  const char *parent = sought->parent != NULL ? sought->parent : sought->root;

  if (sought->id != NULL || g_strcmp0 (facts->name, sought->name) != 0 || g_strcmp0 (facts->parent_id, parent) != 0)
    return;
  sought->id = g_strdup (facts->id);
  sought->is_empty = facts->total <= 0 && facts->children <= 0;
}

static gboolean
look_for (ExchangeAccount *account, Sought *sought, GCancellable *cancellable)
{
  const ExchangeWire *wire = exchange_account_get_wire (account);

  return wire->find_roles (account, on_root, sought, cancellable, NULL)
         && (sought->parent != NULL || sought->root != NULL)
         && wire->list_folders (account, on_sought, sought, cancellable, NULL);
}

/* PROBLEM leaves open whether the folder was made: one that is there, is empty, and has not the id by which it was
 * known BEFORE, was. When there is none it was not, and is made now. NULL with ERROR. (transfer full) */
static char *
settle (ExchangeAccount *account, Sought *sought, const char *before, gboolean may_exist, GError *problem,
        GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) second = NULL;

  if (look_for (account, sought, cancellable))
    {
      gboolean is_ours = sought->id != NULL && sought->is_empty && g_strcmp0 (sought->id, before) != 0;

      if (sought->id == NULL)
        sought->id = exchange_account_get_wire (account)->create_folder (account, sought->parent, sought->name,
                                                                         cancellable, &second);
      else if (!is_ours && !may_exist)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_EXISTS, _ ("cannot make folder \"%s\": there is one"),
                       sought->name);
          g_error_free (problem);
          return NULL;
        }
    }
  if (sought->id != NULL)
    {
      g_error_free (problem);
      return g_steal_pointer (&sought->id);
    }
  g_propagate_error (error, problem);
  return NULL;
}

/* MAY_EXIST: one that is there already does as well. (transfer full): its id */
static char *
make_folder (ExchangeAccount *account, const char *const *path, const char *parent, gboolean may_exist,
             GCancellable *cancellable, GError **error)
{
  g_auto (Sought) sought = { .parent = parent, .name = path[g_strv_length ((char **) path) - 1] };
  g_autofree char *before = exchange_account_dup_folder_id (account, path);
  GError *problem = NULL;
  char *id
    = exchange_account_get_wire (account)->create_folder (account, parent, sought.name, cancellable, &problem);

  if (id == NULL && is_open (problem, cancellable))
    id = settle (account, &sought, before, may_exist, problem, cancellable, error);
  else if (id == NULL)
    g_propagate_error (error, problem);
  if (id != NULL)
    exchange_account_add_folder (account, path, id);
  return id;
}

/* The same, and what is missing on the way there is made. */
static gboolean
make_parents (ExchangeAccount *account, const char *const *path, char **id, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) parent = g_strdupv ((char **) path);
  guint depth = g_strv_length (parent);
  g_autofree char *above = NULL;
  GError *problem = NULL;

  if (find_parent (account, path, id, cancellable, &problem))
    return TRUE;
  if (!g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  g_error_free (problem);
  g_clear_pointer (&parent[depth - 1], g_free);
  if (!make_parents (account, (const char *const *) parent, &above, cancellable, error))
    return FALSE;
  *id = make_folder (account, (const char *const *) parent, above, TRUE, cancellable, error);
  return *id != NULL;
}

/* A folder has the name that it gets, however often. */
static gboolean
give_name (ExchangeAccount *account, const char *id, const char *name, const char *what, GCancellable *cancellable,
           GError **error)
{
  const ExchangeWire *wire = exchange_account_get_wire (account);
  g_autoptr (GError) problem = NULL;

  if (wire->rename_folder (account, id, name, what, cancellable, &problem)
      || (is_open (problem, cancellable) && wire->rename_folder (account, id, name, what, cancellable, NULL)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static void
on_parent (const ExchangeFolderFacts *facts, gpointer user_data)
{
  *(char **) user_data = g_strdup (facts->parent_id);
}

/* Where it is now says whether it was moved. The root, below which the others are, has no id here. */
static gboolean
give_parent (ExchangeAccount *account, const char *id, const char *from, const char *to, const char *what,
             GCancellable *cancellable, GError **error)
{
  const ExchangeWire *wire = exchange_account_get_wire (account);
  g_autoptr (GError) problem = NULL;
  g_autofree char *parent = NULL;

  if (wire->move_folder (account, id, to, what, cancellable, &problem))
    return TRUE;
  if (is_open (problem, cancellable) && wire->get_folder (account, id, what, on_parent, &parent, cancellable, NULL)
      && parent != NULL)
    {
      if (to != NULL ? strcmp (parent, to) == 0 : strcmp (parent, from) != 0)
        return TRUE;
      if (wire->move_folder (account, id, to, what, cancellable, NULL))
        return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* What is not there any more was deleted. */
static gboolean
take_away (ExchangeAccount *account, const char *id, const char *what, GCancellable *cancellable, GError **error)
{
  const ExchangeWire *wire = exchange_account_get_wire (account);
  g_autoptr (GError) problem = NULL, second = NULL;

  if (wire->delete_folder (account, id, what, cancellable, &problem))
    return TRUE;
  if (is_open (problem, cancellable)
      && (wire->delete_folder (account, id, what, cancellable, &second)
          || g_error_matches (second, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static TaubeFolder *
publish (TaubeAccount *account, const char *const *path)
{
  const TaubeFolderInfo info = { .path = path, .content = TAUBE_CONTENT_MAIL, .total = 0, .unread = 0,
                                 .flags = TAUBE_FOLDER_FLAGS_SELECTABLE | TAUBE_FOLDER_FLAGS_NO_CHILDREN
                                          | TAUBE_FOLDER_FLAGS_SUBSCRIBED };

  return taube_account_publish_folder (account, &info);
}

/* TaubeAccountClass.create_folder */
TaubeFolder *
exchange_account_create_folder (TaubeAccount *account, TaubeSession *session, const char *const *path,
                                TaubeFolderRole role, TaubeContent content, GCancellable *cancellable,
                                GError **error)
{
  ExchangeAccount *self = EXCHANGE_ACCOUNT (account);
  const char *name = path[g_strv_length ((char **) path) - 1];
  g_autofree char *parent = NULL, *id = NULL;

  if (role != TAUBE_FOLDER_ROLE_NONE)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
                   _ ("cannot make folder \"%s\": an Exchange mailbox has its folders for that already"), name);
      return NULL;
    }
  if (!make_parents (self, path, &parent, cancellable, error))
    return NULL;
  id = make_folder (self, path, parent, FALSE, cancellable, error);
  if (id == NULL)
    return NULL;
  return publish (account, path);
}

/* TaubeAccountClass.rename_folder */
char **
exchange_account_rename_folder (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                                const char *const *new_path, GCancellable *cancellable, GError **error)
{
  ExchangeAccount *self = EXCHANGE_ACCOUNT (account);
  const ExchangeWire *wire = exchange_account_get_wire (self);
  const char *const *path = taube_folder_get_path (folder);
  g_auto (GStrv) old_path = g_strdupv ((char **) path);
  const char *old_name = old_path[g_strv_length (old_path) - 1];
  const char *new_name = new_path[g_strv_length ((char **) new_path) - 1];
  g_autofree char *what = g_strdup_printf (_ ("cannot rename folder \"%s\""), taube_folder_get_name (folder));
  g_autofree char *id = NULL, *old_parent = NULL, *new_parent = NULL;

  id = exchange_account_find_folder_id (self, folder, cancellable, error);
  if (id == NULL || !find_parent (self, (const char *const *) old_path, &old_parent, cancellable, error)
      || !make_parents (self, new_path, &new_parent, cancellable, error))
    return NULL;
  if (g_strcmp0 (old_parent, new_parent) != 0
      && !give_parent (self, id, old_parent, new_parent, what, cancellable, error))
    return NULL;
  if (strcmp (old_name, new_name) != 0 && !give_name (self, id, new_name, what, cancellable, error))
    {
      /* Half of it is done: back to where it was, if that is possible. */
      if (g_strcmp0 (old_parent, new_parent) != 0)
        wire->move_folder (self, id, old_parent, what, cancellable, NULL);
      return NULL;
    }
  exchange_account_forget_tree (self, (const char *const *) old_path);
  exchange_account_add_folder (self, new_path, id);
  return g_strdupv ((char **) new_path);
}

/* TaubeAccountClass.set_subscribed: an Exchange mailbox shows all of its folders, always. */
gboolean
exchange_account_set_subscribed (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                                 gboolean subscribed, GCancellable *cancellable, GError **error)
{
  if (subscribed)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
               _ ("folder \"%s\" cannot be hidden: Exchange shows all folders"), taube_folder_get_name (folder));
  return FALSE;
}

static void
on_children (const ExchangeFolderFacts *facts, gpointer user_data)
{
  *(gint64 *) user_data = facts->children;
}

/* TaubeAccountClass.delete_folder: the server would delete what is below it, too. */
gboolean
exchange_account_delete_folder (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder, gboolean *stays,
                                GCancellable *cancellable, GError **error)
{
  ExchangeAccount *self = EXCHANGE_ACCOUNT (account);
  const ExchangeWire *wire = exchange_account_get_wire (self);
  g_autofree char *what = g_strdup_printf (_ ("cannot delete folder \"%s\""), taube_folder_get_name (folder));
  g_autofree char *id = exchange_account_find_folder_id (self, folder, cancellable, error);
  gint64 children = 0;

  *stays = FALSE;
  if (id == NULL || !wire->get_folder (self, id, what, on_children, &children, cancellable, error))
    return FALSE;
  if (children > 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONFLICT, _ ("%s: there are folders below it, which would go too"),
                   what);
      return FALSE;
    }
  if (!take_away (self, id, what, cancellable, error))
    return FALSE;
  exchange_account_forget_tree (self, taube_folder_get_path (folder));
  return TRUE;
}
