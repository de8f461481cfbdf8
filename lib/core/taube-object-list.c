/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-item-impl.h>

/* A list of a few items that are objects already. */
#define TAUBE_TYPE_OBJECT_LIST (taube_object_list_get_type ())
G_DECLARE_FINAL_TYPE (TaubeObjectList, taube_object_list, TAUBE, OBJECT_LIST, TaubeItemList)

struct _TaubeObjectList
{
  TaubeItemList parent_instance;
  GPtrArray *items;
  GType item_type;
  GHashTable *positions; /* id to position + 1; the ids are the items' own */
};

G_DEFINE_FINAL_TYPE (TaubeObjectList, taube_object_list, TAUBE_TYPE_ITEM_LIST)

static GType
taube_object_list_get_item_type (TaubeItemList *list)
{
  return ((TaubeObjectList *) list)->item_type;
}

static guint
taube_object_list_get_size (TaubeItemList *list)
{
  return ((TaubeObjectList *) list)->items->len;
}

static TaubeItem *
taube_object_list_get_item (TaubeItemList *list, guint position)
{
  return g_object_ref (((TaubeObjectList *) list)->items->pdata[position]);
}

static char *
taube_object_list_dup_id (TaubeItemList *list, guint position)
{
  return g_strdup (taube_item_get_id (((TaubeObjectList *) list)->items->pdata[position]));
}

static gboolean
taube_object_list_find (TaubeItemList *list, const char *id, guint *position_out)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (((TaubeObjectList *) list)->positions, id));

  *position_out = found - 1;
  return found > 0;
}

static void
taube_object_list_finalize (GObject *object)
{
  TaubeObjectList *self = (TaubeObjectList *) object;

  g_clear_pointer (&self->positions, g_hash_table_unref);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  G_OBJECT_CLASS (taube_object_list_parent_class)->finalize (object);
}

static void
taube_object_list_class_init (TaubeObjectListClass *klass)
{
  TaubeItemListClass *list_class = TAUBE_ITEM_LIST_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = taube_object_list_finalize;
  list_class->get_item_type = taube_object_list_get_item_type;
  list_class->get_size = taube_object_list_get_size;
  list_class->dup_id = taube_object_list_dup_id;
  list_class->find = taube_object_list_find;
  list_class->get_item = taube_object_list_get_item;
}

static void
taube_object_list_init (TaubeObjectList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->positions = g_hash_table_new (g_str_hash, g_str_equal);
}

/* A list of ITEMS, which are TaubeItem objects of FOLDER, in their order. The array is not taken; each item gets one
 * more reference. Meant for lists that are objects anyway, such as contacts; mail has its own list. */
TaubeItemList *
taube_item_list_new_from_items (TaubeFolder *folder, GPtrArray *items)
{
  TaubeObjectList *self = g_object_new (TAUBE_TYPE_OBJECT_LIST, "folder", folder, NULL);

  self->item_type = items->len > 0 ? G_OBJECT_TYPE (items->pdata[0]) : TAUBE_TYPE_ITEM;
  for (guint i = 0; i < items->len; i++)
    {
      TaubeItem *item = items->pdata[i];

      while (!g_type_is_a (G_OBJECT_TYPE (item), self->item_type))
        self->item_type = g_type_parent (self->item_type);
      g_ptr_array_add (self->items, g_object_ref (item));
      if (!g_hash_table_contains (self->positions, taube_item_get_id (item)))
        g_hash_table_insert (self->positions, (gpointer) taube_item_get_id (item), GUINT_TO_POINTER (i + 1));
    }
  return TAUBE_ITEM_LIST (self);
}
