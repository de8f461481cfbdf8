/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-id-set.h>
#include <taube/taube-item-list.h>
#include <taube/taube-item.h>

G_BEGIN_DECLS

#define TAUBE_ITEM_CLASS(klass) (G_TYPE_CHECK_CLASS_CAST ((klass), TAUBE_TYPE_ITEM, TaubeItemClass))
#define TAUBE_ITEM_GET_CLASS(obj) (G_TYPE_INSTANCE_GET_CLASS ((obj), TAUBE_TYPE_ITEM, TaubeItemClass))
#define TAUBE_ITEM_LIST_CLASS(klass) (G_TYPE_CHECK_CLASS_CAST ((klass), TAUBE_TYPE_ITEM_LIST, TaubeItemListClass))
#define TAUBE_ITEM_LIST_GET_CLASS(obj) (G_TYPE_INSTANCE_GET_CLASS ((obj), TAUBE_TYPE_ITEM_LIST, TaubeItemListClass))

typedef struct _TaubeItemClass TaubeItemClass;
typedef struct _TaubeItemListClass TaubeItemListClass;

/* Something in a folder. A backend with its own kind of items derives it and makes its items with
 * g_object_new (TYPE, "folder", folder, "id", id, NULL). Items do not change once they are handed out. */
struct _TaubeItem
{
  GObject parent_instance;
  gpointer priv;
};

/* Called on any thread, several at once. */
struct _TaubeItemClass
{
  GObjectClass parent_class;
  gsize struct_size; /* sizeof (TaubeItemClass) as the module knows it */

  /* Optional: when the property "id" is not given. The string lives as long as the item. */
  const char *(*get_id) (TaubeItem *self);
  /* Optional: what the server changes whenever the item changes; NULL when there is nothing of the kind. */
  const char *(*get_change_key) (TaubeItem *self);

  gpointer reserved[8];
};

/* An immutable list of items: property "folder". */
struct _TaubeItemList
{
  GObject parent_instance;
  gpointer priv;
};

/* Called on any thread, several at once; POSITION is less than get_size(). */
struct _TaubeItemListClass
{
  GObjectClass parent_class;
  gsize struct_size; /* sizeof (TaubeItemListClass) as the module knows it */

  GType (*get_item_type) (TaubeItemList *self);
  guint (*get_size) (TaubeItemList *self);
  /* (transfer full) */
  char *(*dup_id) (TaubeItemList *self, guint position);
  /* Optional: without it every id is looked at. */
  gboolean (*find) (TaubeItemList *self, const char *id, guint *position_out);
  /* Optional: adds all ids to IDS; without it they are added one by one. */
  void (*add_ids) (TaubeItemList *self, TaubeIdSet *ids);
  /* One of the two. create_item() makes a new object whenever nobody holds the one that was made for that position
   * before, and the item then holds the list; get_item() gives an object that the list itself holds. (transfer full) */
  TaubeItem *(*create_item) (TaubeItemList *self, guint position);
  TaubeItem *(*get_item) (TaubeItemList *self, guint position);

  gpointer reserved[8];
};

/* A list of items that are objects already; ITEMS is not taken. (transfer full) */
TAUBE_API TaubeItemList *taube_item_list_new_from_items (TaubeFolder *folder, GPtrArray *items);

G_END_DECLS
