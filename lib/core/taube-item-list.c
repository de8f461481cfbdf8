/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-item-list.h>

#include <taube/taube-folder.h>

#include "core/taube-item-private.h"

/**
 * TaubeItemList:
 *
 * The items that a folder had when it was listed.
 *
 * A list never changes; it can be read from several threads at once. It is a [iface@Gio.ListModel], so it can be
 * shown as it is; the objects it gives exist only while somebody holds them, and while one is held the same position
 * gives the same object. A list keeps its folder, and an item its list.
 *
 * Mail comes as its subclass [class@MessageList].
 */

typedef struct
{
  TaubeFolder *folder;
  GMutex mutex;
  GHashTable *held; /* position to GWeakRef of the item made for it */
} TaubeItemListPrivate;

enum
{
  PROP_FOLDER = 1,
  PROP_ITEM_TYPE,
  PROP_N_ITEMS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void taube_item_list_model_init (GListModelInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (TaubeItemList, taube_item_list, G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (TaubeItemList)
                                  G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, taube_item_list_model_init))

static TaubeItemListPrivate *
get_private (TaubeItemList *self)
{
  return self->priv;
}

static GType
model_get_item_type (GListModel *model)
{
  return TAUBE_ITEM_LIST_GET_CLASS (model)->get_item_type (TAUBE_ITEM_LIST (model));
}

static guint
model_get_n_items (GListModel *model)
{
  return taube_item_list_get_size (TAUBE_ITEM_LIST (model));
}

static gpointer
model_get_item (GListModel *model, guint position)
{
  TaubeItemList *self = TAUBE_ITEM_LIST (model);

  return position < taube_item_list_get_size (self) ? taube_item_list_get_item (self, position) : NULL;
}

static void
taube_item_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = model_get_item_type;
  iface->get_n_items = model_get_n_items;
  iface->get_item = model_get_item;
}

static void
taube_item_list_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  TaubeItemList *self = TAUBE_ITEM_LIST (object);

  switch (prop_id)
    {
    case PROP_FOLDER:
      g_value_set_object (value, get_private (self)->folder);
      break;
    case PROP_ITEM_TYPE:
      g_value_set_gtype (value, model_get_item_type (G_LIST_MODEL (self)));
      break;
    case PROP_N_ITEMS:
      g_value_set_uint (value, taube_item_list_get_size (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
taube_item_list_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  TaubeItemListPrivate *priv = get_private (TAUBE_ITEM_LIST (object));

  switch (prop_id)
    {
    case PROP_FOLDER:
      priv->folder = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
taube_item_list_finalize (GObject *object)
{
  TaubeItemListPrivate *priv = get_private (TAUBE_ITEM_LIST (object));

  g_clear_pointer (&priv->held, g_hash_table_unref);
  g_clear_object (&priv->folder);
  g_mutex_clear (&priv->mutex);
  G_OBJECT_CLASS (taube_item_list_parent_class)->finalize (object);
}

static gboolean
taube_item_list_real_find (TaubeItemList *self, const char *id, guint *position_out)
{
  guint size = taube_item_list_get_size (self);

  for (guint i = 0; i < size; i++)
    {
      g_autofree char *other = taube_item_list_get_id (self, i);

      if (g_strcmp0 (id, other) == 0)
        {
          *position_out = i;
          return TRUE;
        }
    }
  return FALSE;
}

static void
taube_item_list_real_add_ids (TaubeItemList *self, TaubeIdSet *ids)
{
  guint size = taube_item_list_get_size (self);

  for (guint i = 0; i < size; i++)
    {
      g_autofree char *id = taube_item_list_get_id (self, i);

      taube_id_set_add (ids, id);
    }
}

static void
taube_item_list_class_init (TaubeItemListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags made = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags shown = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  klass->struct_size = sizeof (TaubeItemListClass);
  klass->find = taube_item_list_real_find;
  klass->add_ids = taube_item_list_real_add_ids;
  object_class->get_property = taube_item_list_get_property;
  object_class->set_property = taube_item_list_set_property;
  object_class->finalize = taube_item_list_finalize;

  /**
   * TaubeItemList:folder: (getter get_folder)
   *
   * The folder that was listed.
   */
  props[PROP_FOLDER] = g_param_spec_object ("folder", NULL, NULL, TAUBE_TYPE_FOLDER, made);
  /**
   * TaubeItemList:item-type:
   *
   * The type of the items, as [method@Gio.ListModel.get_item_type] gives it.
   */
  props[PROP_ITEM_TYPE] = g_param_spec_gtype ("item-type", NULL, NULL, TAUBE_TYPE_ITEM, shown);
  /**
   * TaubeItemList:n-items:
   *
   * How many items there are.
   */
  props[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, shown);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
taube_item_list_init (TaubeItemList *self)
{
  TaubeItemListPrivate *priv = taube_item_list_get_instance_private (self);

  self->priv = priv;
  g_mutex_init (&priv->mutex);
}

static void
free_weak_ref (gpointer data)
{
  GWeakRef *weak = data;

  g_weak_ref_clear (weak);
  g_free (weak);
}

/* The item that somebody holds for POSITION. The mutex is held. (transfer full) */
static TaubeItem *
look_up_held (TaubeItemListPrivate *priv, guint position)
{
  GWeakRef *weak = priv->held != NULL ? g_hash_table_lookup (priv->held, GUINT_TO_POINTER (position)) : NULL;

  return weak != NULL ? g_weak_ref_get (weak) : NULL;
}

/* Lets ITEM be the one for POSITION, unless another thread was quicker: then that one. (transfer full) */
static TaubeItem *
hold (TaubeItemList *self, guint position, TaubeItem *item)
{
  TaubeItemListPrivate *priv = get_private (self);
  TaubeItem *other;

  g_mutex_lock (&priv->mutex);
  other = look_up_held (priv, position);
  if (other == NULL)
    {
      GWeakRef *weak = g_new (GWeakRef, 1);

      g_weak_ref_init (weak, item);
      if (priv->held == NULL)
        priv->held = g_hash_table_new_full (NULL, NULL, NULL, free_weak_ref);
      g_hash_table_insert (priv->held, GUINT_TO_POINTER (position), weak);
    }
  g_mutex_unlock (&priv->mutex);
  if (other == NULL)
    return item;
  g_object_unref (item);
  return other;
}

gboolean
taube_item_list_is_held (TaubeItemList *self, guint position)
{
  TaubeItemListPrivate *priv = get_private (self);
  g_autoptr (TaubeItem) item = NULL;

  g_mutex_lock (&priv->mutex);
  item = look_up_held (priv, position);
  g_mutex_unlock (&priv->mutex);
  return item != NULL;
}

/* An item of POSITION ends: its entry goes, unless it is that of a younger one by now. */
void
taube_item_list_forget (TaubeItemList *self, guint position)
{
  TaubeItemListPrivate *priv = get_private (self);
  TaubeItem *younger;

  g_mutex_lock (&priv->mutex);
  younger = look_up_held (priv, position);
  if (younger == NULL && priv->held != NULL)
    g_hash_table_remove (priv->held, GUINT_TO_POINTER (position));
  g_mutex_unlock (&priv->mutex);
  g_clear_object (&younger);
}

/**
 * taube_item_list_get_size:
 * @self: a list
 *
 * Tells how many items are in the list.
 *
 * Returns: the number of items
 */
guint
taube_item_list_get_size (TaubeItemList *self)
{
  g_return_val_if_fail (TAUBE_IS_ITEM_LIST (self), 0);
  return TAUBE_ITEM_LIST_GET_CLASS (self)->get_size (self);
}

/**
 * taube_item_list_get_folder: (get-property folder)
 * @self: a list
 *
 * Gives the folder that was listed.
 *
 * Returns: (transfer none): the folder
 */
TaubeFolder *
taube_item_list_get_folder (TaubeItemList *self)
{
  g_return_val_if_fail (TAUBE_IS_ITEM_LIST (self), NULL);
  return get_private (self)->folder;
}

/**
 * taube_item_list_get_id:
 * @self: a list
 * @position: which item, from 0; less than the size
 *
 * Gives the id of an item without making the item.
 *
 * Returns: (transfer full): the id, as [method@Item.get_id] gives it
 */
char *
taube_item_list_get_id (TaubeItemList *self, guint position)
{
  g_return_val_if_fail (TAUBE_IS_ITEM_LIST (self), NULL);
  g_return_val_if_fail (position < taube_item_list_get_size (self), NULL);
  return TAUBE_ITEM_LIST_GET_CLASS (self)->dup_id (self, position);
}

/**
 * taube_item_list_find:
 * @self: a list
 * @id: the id of an item
 * @position_out: (out) (optional): where to put its position, which is left alone when it is not there
 *
 * Looks for an item by its id, without looking at each.
 *
 * Returns: whether the item is in the list
 */
gboolean
taube_item_list_find (TaubeItemList *self, const char *id, guint *position_out)
{
  guint position;

  g_return_val_if_fail (TAUBE_IS_ITEM_LIST (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);
  if (!TAUBE_ITEM_LIST_GET_CLASS (self)->find (self, id, &position))
    return FALSE;
  if (position_out != NULL)
    *position_out = position;
  return TRUE;
}

/**
 * taube_item_list_get_ids:
 * @self: a list
 *
 * Gives the ids of all items as a set, such as bulk operations take.
 *
 * Returns: (transfer full): the ids
 */
TaubeIdSet *
taube_item_list_get_ids (TaubeItemList *self)
{
  TaubeIdSet *ids;

  g_return_val_if_fail (TAUBE_IS_ITEM_LIST (self), NULL);
  ids = taube_id_set_new ();
  TAUBE_ITEM_LIST_GET_CLASS (self)->add_ids (self, ids);
  return ids;
}

/**
 * taube_item_list_get_item:
 * @self: a list
 * @position: which item, from 0; less than the size
 *
 * Gives an item as an object.
 *
 * While somebody holds that object, the same position gives the same one.
 *
 * Returns: (transfer full): the item
 */
TaubeItem *
taube_item_list_get_item (TaubeItemList *self, guint position)
{
  TaubeItemListPrivate *priv;
  TaubeItemListClass *klass;
  TaubeItem *item;

  g_return_val_if_fail (TAUBE_IS_ITEM_LIST (self), NULL);
  g_return_val_if_fail (position < taube_item_list_get_size (self), NULL);
  klass = TAUBE_ITEM_LIST_GET_CLASS (self);
  if (klass->get_item != NULL)
    return klass->get_item (self, position);

  priv = get_private (self);
  g_mutex_lock (&priv->mutex);
  item = look_up_held (priv, position);
  g_mutex_unlock (&priv->mutex);
  if (item != NULL)
    return item;
  item = klass->create_item (self, position);
  taube_item_set_home (item, self, position);
  return hold (self, position, item);
}
