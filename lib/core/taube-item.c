/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-item.h>

#include <taube/taube-folder.h>
#include <taube/taube-uri.h>

#include "core/taube-item-private.h"

/**
 * TaubeItem:
 *
 * Something that is in a folder: a message, a contact, an event.
 *
 * An item shows what the server said when it was listed; it does not change afterwards. It can be read from any
 * thread. What an item is made of depends on the folder's content; see [class@Message].
 */

typedef struct
{
  TaubeFolder *folder;
  char *id;
  TaubeItemList *list; /* that it was made from */
  guint position;
} TaubeItemPrivate;

enum
{
  PROP_FOLDER = 1,
  PROP_ID,
  PROP_CHANGE_KEY,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (TaubeItem, taube_item, G_TYPE_OBJECT)

static TaubeItemPrivate *
get_private (TaubeItem *self)
{
  return self->priv;
}

static void
taube_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  TaubeItem *self = TAUBE_ITEM (object);

  switch (prop_id)
    {
    case PROP_FOLDER:
      g_value_set_object (value, get_private (self)->folder);
      break;
    case PROP_ID:
      g_value_set_string (value, taube_item_get_id (self));
      break;
    case PROP_CHANGE_KEY:
      g_value_set_string (value, taube_item_get_change_key (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
taube_item_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  TaubeItemPrivate *priv = get_private (TAUBE_ITEM (object));
  const char *id;

  switch (prop_id)
    {
    case PROP_FOLDER:
      priv->folder = g_value_dup_object (value);
      break;
    case PROP_ID:
      id = g_value_get_string (value);
      priv->id = id != NULL ? g_utf8_make_valid (id, -1) : NULL;
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
taube_item_finalize (GObject *object)
{
  TaubeItemPrivate *priv = get_private (TAUBE_ITEM (object));

  if (priv->list != NULL)
    taube_item_list_forget (priv->list, priv->position);
  g_clear_object (&priv->list);
  g_clear_object (&priv->folder);
  g_free (priv->id);
  G_OBJECT_CLASS (taube_item_parent_class)->finalize (object);
}

static const char *
taube_item_real_get_id (TaubeItem *self)
{
  const char *id = get_private (self)->id;

  return id != NULL ? id : "";
}

static void
taube_item_class_init (TaubeItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags made = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags shown = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  klass->struct_size = sizeof (TaubeItemClass);
  klass->get_id = taube_item_real_get_id;
  object_class->get_property = taube_item_get_property;
  object_class->set_property = taube_item_set_property;
  object_class->finalize = taube_item_finalize;

  /**
   * TaubeItem:folder: (getter get_folder)
   *
   * The folder that the item is in.
   */
  props[PROP_FOLDER] = g_param_spec_object ("folder", NULL, NULL, TAUBE_TYPE_FOLDER, made);
  /**
   * TaubeItem:id: (getter get_id)
   *
   * The name of the item within its folder.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, made);
  /**
   * TaubeItem:change-key: (getter get_change_key)
   *
   * What the server changes with the item.
   */
  props[PROP_CHANGE_KEY] = g_param_spec_string ("change-key", NULL, NULL, NULL, shown);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
taube_item_init (TaubeItem *self)
{
  self->priv = taube_item_get_instance_private (self);
}

void
taube_item_set_home (TaubeItem *self, TaubeItemList *list, guint position)
{
  TaubeItemPrivate *priv = get_private (self);

  g_assert (priv->list == NULL);
  priv->list = g_object_ref (list);
  priv->position = position;
}

TaubeItemList *
taube_item_get_home (TaubeItem *self, guint *position_out)
{
  TaubeItemPrivate *priv = get_private (self);

  *position_out = priv->position;
  return priv->list;
}

/**
 * taube_item_get_id: (get-property id)
 * @self: an item
 *
 * Gives the name that the item has within its folder.
 *
 * It is opaque and stays the same as long as the item is in this folder and the server keeps its numbers (the number
 * that tells this, IMAP's UIDVALIDITY, is part of it). It can be kept and used later with
 * [method@Folder.get_item] or in a [struct@IdSet].
 *
 * Returns: (transfer none): the id, valid UTF-8
 */
const char *
taube_item_get_id (TaubeItem *self)
{
  g_return_val_if_fail (TAUBE_IS_ITEM (self), NULL);
  return TAUBE_ITEM_GET_CLASS (self)->get_id (self);
}

/**
 * taube_item_get_change_key: (get-property change-key)
 * @self: an item
 *
 * Gives what the server changes whenever the item changes.
 *
 * Returns: (transfer none) (nullable): an opaque string, or %NULL when the server has nothing of the kind
 */
const char *
taube_item_get_change_key (TaubeItem *self)
{
  TaubeItemClass *klass;

  g_return_val_if_fail (TAUBE_IS_ITEM (self), NULL);
  klass = TAUBE_ITEM_GET_CLASS (self);
  return klass->get_change_key != NULL ? klass->get_change_key (self) : NULL;
}

/**
 * taube_item_get_folder: (get-property folder)
 * @self: an item
 *
 * Gives the folder in which the item was found.
 *
 * Returns: (transfer none): the folder
 */
TaubeFolder *
taube_item_get_folder (TaubeItem *self)
{
  g_return_val_if_fail (TAUBE_IS_ITEM (self), NULL);
  return get_private (self)->folder;
}

/**
 * taube_item_get_uri:
 * @self: an item
 *
 * Gives the address of the item, which can be opened again in another program.
 *
 * Returns: (transfer full): the URI, without any password
 */
TaubeUri *
taube_item_get_uri (TaubeItem *self)
{
  g_autoptr (TaubeUri) folder_uri = NULL;

  g_return_val_if_fail (TAUBE_IS_ITEM (self), NULL);
  folder_uri = taube_folder_get_uri (get_private (self)->folder);
  return taube_uri_with_item (folder_uri, taube_item_get_id (self), NULL);
}
