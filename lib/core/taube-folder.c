/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-folder-impl.h>

#include <taube/taube-account.h>
#include <taube/taube-enum-types.h>
#include <taube/taube-uri.h>

#include "core/taube-account-private.h"
#include "core/taube-folder-private.h"

typedef struct
{
  TaubeAccount *account;
  TaubeFolderTable *table;
  char **path;
  char *name; /* the text form of the path: the key in the table */
} TaubeFolderPrivate;

enum
{
  PROP_ACCOUNT = 1,
  PROP_PATH,
  PROP_NAME,
  PROP_DISPLAY_NAME,
  PROP_ROLE,
  PROP_CONTENT,
  PROP_FLAGS,
  PROP_TOTAL,
  PROP_UNREAD,
  PROP_SIZE,
  PROP_NAMESPACE,
  PROP_OWNER,
  PROP_RIGHTS,
  PROP_COMMENT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

/**
 * TaubeFolder:
 *
 * A folder of an account: what holds items. Folders come from the account, never from a constructor, and as long as
 * somebody holds one, the same path gives the same object. A folder keeps its account alive.
 *
 * What is known of a folder (role, flags, counts) is read from a snapshot that costs no traffic and is current when the
 * call returns; [method@Folder.refresh] asks the server. Changes are notified in the context in which the account was
 * made.
 */
G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (TaubeFolder, taube_folder, G_TYPE_OBJECT)

static TaubeFolderPrivate *
get_priv (TaubeFolder *self)
{
  return self->priv;
}

static void
taube_folder_constructed (GObject *object)
{
  TaubeFolderPrivate *priv = get_priv (TAUBE_FOLDER (object));

  G_OBJECT_CLASS (taube_folder_parent_class)->constructed (object);
  priv->table = taube_folder_table_ref (taube_account_get_folder_table (priv->account));
  priv->name = taube_folder_path_to_name ((const char *const *) priv->path);
}

static void
taube_folder_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TaubeFolderPrivate *priv = get_priv (TAUBE_FOLDER (object));

  switch (id)
    {
    case PROP_ACCOUNT:
      priv->account = g_value_dup_object (value);
      break;
    case PROP_PATH:
      priv->path = g_value_dup_boxed (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
taube_folder_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TaubeFolder *self = TAUBE_FOLDER (object);
  TaubeFolderPrivate *priv = get_priv (self);

  switch (id)
    {
    case PROP_ACCOUNT:
      g_value_set_object (value, priv->account);
      break;
    case PROP_PATH:
      g_value_set_boxed (value, priv->path);
      break;
    case PROP_NAME:
      g_value_set_string (value, priv->name);
      break;
    case PROP_DISPLAY_NAME:
      g_value_set_string (value, taube_folder_get_display_name (self));
      break;
    case PROP_ROLE:
      g_value_set_enum (value, (gint) taube_folder_get_role (self));
      break;
    case PROP_CONTENT:
      g_value_set_enum (value, (gint) taube_folder_get_content (self));
      break;
    case PROP_FLAGS:
      g_value_set_flags (value, taube_folder_get_flags (self));
      break;
    case PROP_TOTAL:
      g_value_set_int64 (value, taube_folder_get_total (self));
      break;
    case PROP_UNREAD:
      g_value_set_int64 (value, taube_folder_get_unread (self));
      break;
    case PROP_SIZE:
      g_value_set_int64 (value, taube_folder_get_size (self));
      break;
    case PROP_NAMESPACE:
      g_value_set_enum (value, (gint) taube_folder_get_namespace (self));
      break;
    case PROP_OWNER:
      g_value_take_string (value, taube_folder_get_owner (self));
      break;
    case PROP_RIGHTS:
      g_value_set_flags (value, taube_folder_get_rights (self));
      break;
    case PROP_COMMENT:
      g_value_take_string (value, taube_folder_get_comment (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
taube_folder_finalize (GObject *object)
{
  TaubeFolderPrivate *priv = get_priv (TAUBE_FOLDER (object));

  taube_folder_table_forget (priv->table, priv->name, object);
  taube_folder_table_unref (priv->table);
  g_strfreev (priv->path);
  g_free (priv->name);
  g_object_unref (priv->account);
  G_OBJECT_CLASS (taube_folder_parent_class)->finalize (object);
}

/**
 * TaubeFolder:account:
 *
 * Whose folder it is.
 */
/**
 * TaubeFolder:path:
 *
 * The names from the root to the folder.
 */
/**
 * TaubeFolder:name:
 *
 * The path as text: names with slashes between, those within a name escaped.
 */
/**
 * TaubeFolder:display-name:
 *
 * The last name of the path.
 */
/**
 * TaubeFolder:role:
 *
 * What the folder is for, such as sent messages.
 */
/**
 * TaubeFolder:content:
 *
 * What kind of items it holds.
 */
/**
 * TaubeFolder:flags:
 *
 * What can be done with it.
 */
/**
 * TaubeFolder:total:
 *
 * How many items it holds, as was last heard; -1: not known.
 */
/**
 * TaubeFolder:unread:
 *
 * How many of them nobody has read, as was last heard; -1: not known.
 */

/**
 * TaubeFolder:size:
 *
 * How many bytes its messages have together, as was last heard; -1: not known.
 */

/**
 * TaubeFolder:namespace:
 *
 * Whose the folder is.
 */

/**
 * TaubeFolder:owner:
 *
 * The login of the other person whose folder it is; %NULL: none, or not known.
 */

/**
 * TaubeFolder:rights:
 *
 * What this login may do with it; %TAUBE_RIGHTS_NONE: not known.
 */

/**
 * TaubeFolder:comment:
 *
 * What somebody has noted about it; %NULL: nothing, or not known.
 */

static void
taube_folder_class_init (TaubeFolderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags at_birth = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  klass->struct_size = sizeof (TaubeFolderClass);
  object_class->constructed = taube_folder_constructed;
  object_class->set_property = taube_folder_set_property;
  object_class->get_property = taube_folder_get_property;
  object_class->finalize = taube_folder_finalize;

  props[PROP_ACCOUNT] = g_param_spec_object ("account", NULL, NULL, TAUBE_TYPE_ACCOUNT, at_birth);
  props[PROP_PATH] = g_param_spec_boxed ("path", NULL, NULL, G_TYPE_STRV, at_birth);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, readable);
  props[PROP_DISPLAY_NAME] = g_param_spec_string ("display-name", NULL, NULL, NULL, readable);
  props[PROP_ROLE] = g_param_spec_enum ("role", NULL, NULL, TAUBE_TYPE_FOLDER_ROLE, TAUBE_FOLDER_ROLE_NONE, readable);
  props[PROP_CONTENT] = g_param_spec_enum ("content", NULL, NULL, TAUBE_TYPE_CONTENT, TAUBE_CONTENT_MAIL, readable);
  props[PROP_FLAGS] = g_param_spec_flags ("flags", NULL, NULL, TAUBE_TYPE_FOLDER_FLAGS, 0, readable);
  props[PROP_TOTAL] = g_param_spec_int64 ("total", NULL, NULL, -1, G_MAXINT64, -1, readable);
  props[PROP_UNREAD] = g_param_spec_int64 ("unread", NULL, NULL, -1, G_MAXINT64, -1, readable);
  props[PROP_SIZE] = g_param_spec_int64 ("size", NULL, NULL, -1, G_MAXINT64, -1, readable);
  props[PROP_NAMESPACE] = g_param_spec_enum ("namespace", NULL, NULL, TAUBE_TYPE_NAMESPACE, TAUBE_NAMESPACE_PERSONAL,
                                             readable);
  props[PROP_OWNER] = g_param_spec_string ("owner", NULL, NULL, NULL, readable);
  props[PROP_RIGHTS] = g_param_spec_flags ("rights", NULL, NULL, TAUBE_TYPE_RIGHTS, 0, readable);
  props[PROP_COMMENT] = g_param_spec_string ("comment", NULL, NULL, NULL, readable);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
taube_folder_init (TaubeFolder *self)
{
  self->priv = taube_folder_get_instance_private (self);
}

/**
 * taube_folder_get_account:
 *
 * The account that the folder belongs to. It lives at least as long as the folder.
 *
 * Returns: (transfer none): the account
 */
TaubeAccount *
taube_folder_get_account (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  return get_priv (self)->account;
}

/**
 * taube_folder_get_path:
 *
 * The steps from the top of the account to the folder, in UTF-8. [method@Account.get_folder] is the way back,
 * [method@Folder.get_name] the same in one string.
 *
 * Returns: (transfer none) (array zero-terminated=1): at least one step
 */
const char *const *
taube_folder_get_path (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  return (const char *const *) get_priv (self)->path;
}

/**
 * taube_folder_get_name:
 *
 * The path in one string: its steps joined by `/`; a `/` inside a step is written `%2F` and a `%` is written `%25`.
 * [method@Account.get_folder_by_name] is the way back.
 *
 * Returns: (transfer none): such as `Archive/2019`
 */
const char *
taube_folder_get_name (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  return get_priv (self)->name;
}

/**
 * taube_folder_get_display_name:
 *
 * The last step of the path, for people: it is not translated, and other folders of the account may have the same.
 *
 * Returns: (transfer none): such as `2019` for `Archive/2019`
 */
const char *
taube_folder_get_display_name (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  return get_priv (self)->path[g_strv_length (get_priv (self)->path) - 1];
}

/**
 * taube_folder_get_uri:
 *
 * The address of the folder: the account's, with the path of the folder.
 *
 * Returns: (transfer full): a URI without item
 */
TaubeUri *
taube_folder_get_uri (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  return taube_uri_with_folder (taube_account_get_uri (get_priv (self)->account), taube_folder_get_path (self));
}

static TaubeFolderState
get_state (TaubeFolder *self)
{
  TaubeFolderState state;

  taube_folder_table_get_state (get_priv (self)->table, get_priv (self)->name, &state);
  return state;
}

/**
 * taube_folder_get_role:
 *
 * What the folder is for. The inbox is always known, the others once the folders were listed. No traffic.
 *
 * Returns: the role, %TAUBE_FOLDER_ROLE_NONE when it has none or none is known
 */
TaubeFolderRole
taube_folder_get_role (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), TAUBE_FOLDER_ROLE_NONE);
  return get_state (self).role;
}

/**
 * taube_folder_get_content:
 *
 * What kind of items the folder holds. No traffic.
 *
 * Returns: the content, %TAUBE_CONTENT_MAIL when nothing else is known; never %TAUBE_CONTENT_ANY
 */
TaubeContent
taube_folder_get_content (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), TAUBE_CONTENT_MAIL);
  return get_state (self).content;
}

/**
 * taube_folder_get_flags:
 *
 * Facts about the folder, as the server told them last. No traffic; [method@Account.list_folders] asks for them, and
 * %TAUBE_FOLDER_FLAGS_READ_ONLY shows once the folder was opened.
 *
 * Returns: the flags, %TAUBE_FOLDER_FLAGS_SELECTABLE alone when nothing is known yet
 */
TaubeFolderFlags
taube_folder_get_flags (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), TAUBE_FOLDER_FLAGS_NONE);
  return get_state (self).flags;
}

/**
 * taube_folder_get_total:
 *
 * How many items, read or not, were in the folder when the server last told. No traffic; [method@Folder.refresh] asks
 * for it.
 *
 * Returns: a number of items, -1 when it is not known yet
 */
gint64
taube_folder_get_total (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), -1);
  return get_state (self).total;
}

/**
 * taube_folder_get_unread:
 *
 * How many messages of the folder had not been read when the server last told. No traffic; [method@Folder.refresh] asks
 * for it.
 *
 * Returns: a number of messages, -1 when it is not known yet
 */
gint64
taube_folder_get_unread (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), -1);
  return get_state (self).unread;
}

/**
 * taube_folder_get_size:
 *
 * How many bytes the messages of the folder have together, as the server last told. No traffic; [method@Folder.refresh]
 * asks for it where the server can tell.
 *
 * Returns: a number of bytes, -1 when it is not known
 */
gint64
taube_folder_get_size (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), -1);
  return get_state (self).size;
}

/**
 * taube_folder_get_namespace:
 *
 * Whose the folder is. No traffic; [method@Account.list_folders] asks for it.
 *
 * Returns: the kind of owner, %TAUBE_NAMESPACE_PERSONAL when nothing else is known
 */
TaubeNamespace
taube_folder_get_namespace (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), TAUBE_NAMESPACE_PERSONAL);
  return get_state (self).space;
}

/**
 * taube_folder_get_owner:
 *
 * The login of the person whose folder it is, when that is somebody else: "shared by carol". No traffic;
 * [method@Account.list_folders] asks for it.
 *
 * Returns: (transfer full) (nullable): a name, or %NULL for a folder of one's own, of nobody, or of nobody knows whom
 */
char *
taube_folder_get_owner (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  return taube_folder_table_dup_owner (get_priv (self)->table, get_priv (self)->name);
}

/**
 * taube_folder_get_rights:
 *
 * What this login may do with the folder, as the server last told. No traffic; [method@Folder.load_my_rights] asks for
 * it, and [method@Account.list_folders] where the server tells it along.
 *
 * Returns: the rights, %TAUBE_RIGHTS_NONE when they are not known
 */
TaubeRights
taube_folder_get_rights (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), TAUBE_RIGHTS_NONE);
  return get_state (self).rights;
}

/**
 * taube_folder_get_comment:
 *
 * What somebody has noted about the folder: the user himself, or else its owner for all. No traffic;
 * [method@Account.list_folders] asks for it where the server tells it along, [method@Folder.load_metadata] everywhere.
 *
 * Returns: (transfer full) (nullable): a text, or %NULL when none is known
 */
char *
taube_folder_get_comment (TaubeFolder *self)
{
  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  return taube_folder_table_dup_comment (get_priv (self)->table, get_priv (self)->name);
}

void
taube_folder_notify_differences (TaubeFolder *self, const TaubeFolderState *before, const TaubeFolderState *after)
{
  TaubeNotifier *notifier = taube_account_get_notifier (get_priv (self)->account);

  if (before->role != after->role)
    taube_notifier_add (notifier, self, props[PROP_ROLE]);
  if (before->content != after->content)
    taube_notifier_add (notifier, self, props[PROP_CONTENT]);
  if (before->flags != after->flags)
    taube_notifier_add (notifier, self, props[PROP_FLAGS]);
  if (before->total != after->total)
    taube_notifier_add (notifier, self, props[PROP_TOTAL]);
  if (before->unread != after->unread)
    taube_notifier_add (notifier, self, props[PROP_UNREAD]);
  if (before->size != after->size)
    taube_notifier_add (notifier, self, props[PROP_SIZE]);
  if (before->space != after->space)
    taube_notifier_add (notifier, self, props[PROP_NAMESPACE]);
  if (before->rights != after->rights)
    taube_notifier_add (notifier, self, props[PROP_RIGHTS]);
}

void
taube_folder_notify_texts (TaubeFolder *self)
{
  TaubeNotifier *notifier = taube_account_get_notifier (get_priv (self)->account);

  taube_notifier_add (notifier, self, props[PROP_OWNER]);
  taube_notifier_add (notifier, self, props[PROP_COMMENT]);
}

/* Of TaubeFolderDifference; it is used up. */
void
taube_folder_notify_all (GArray *differences)
{
  for (guint i = 0; i < differences->len; i++)
    {
      TaubeFolderDifference *difference = &g_array_index (differences, TaubeFolderDifference, i);

      taube_folder_notify_differences (difference->object, &difference->before, &difference->after);
      taube_folder_notify_texts (difference->object);
      g_object_unref (difference->object);
    }
  g_array_unref (differences);
}

/* Counts as they are now known; -1 leaves one as it is. From any thread. */
void
taube_folder_set_counts (TaubeFolder *self, gint64 total, gint64 unread)
{
  TaubeFolderPrivate *priv = get_priv (self);
  TaubeFolderState before, after;

  taube_folder_table_update (priv->table, priv->name, total, unread, 0, 0, &before, &after);
  taube_folder_notify_differences (self, &before, &after);
}

void
taube_folder_set_read_only (TaubeFolder *self, gboolean read_only)
{
  TaubeFolderPrivate *priv = get_priv (self);
  TaubeFolderState before, after;

  taube_folder_table_update (priv->table, priv->name, -1, -1, TAUBE_FOLDER_FLAGS_READ_ONLY,
                             read_only ? TAUBE_FOLDER_FLAGS_READ_ONLY : 0, &before, &after);
  taube_folder_notify_differences (self, &before, &after);
}

/* From any thread, as the server told them. */
void
taube_folder_set_size (TaubeFolder *self, gint64 size)
{
  TaubeFolderPrivate *priv = get_priv (self);
  TaubeFolderState before, after;

  taube_folder_table_update_facts (priv->table, priv->name, size, TAUBE_RIGHTS_NONE, &before, &after);
  taube_folder_notify_differences (self, &before, &after);
}

void
taube_folder_set_rights (TaubeFolder *self, TaubeRights rights)
{
  TaubeFolderPrivate *priv = get_priv (self);
  TaubeFolderState before, after;

  taube_folder_table_update_facts (priv->table, priv->name, -1, rights, &before, &after);
  taube_folder_notify_differences (self, &before, &after);
}
