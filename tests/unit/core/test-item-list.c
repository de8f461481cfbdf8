/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-item-impl.h>

#include <string.h>

/* Items and lists as another backend may have them, by the SDK alone. */

typedef struct
{
  TaubeItem parent_instance;
  guint number;
} TestCard;

typedef struct
{
  TaubeItemClass parent_class;
} TestCardClass;

static GType test_card_get_type (void);
G_DEFINE_TYPE (TestCard, test_card, TAUBE_TYPE_ITEM)

static const char *
test_card_get_change_key (TaubeItem *item)
{
  return "key";
}

static void
test_card_class_init (TestCardClass *klass)
{
  TAUBE_ITEM_CLASS (klass)->get_change_key = test_card_get_change_key;
}

static void
test_card_init (TestCard *self)
{
}

typedef struct
{
  TaubeItemList parent_instance;
  guint size;
} TestCards;

typedef struct
{
  TaubeItemListClass parent_class;
} TestCardsClass;

static GType test_cards_get_type (void);
G_DEFINE_TYPE (TestCards, test_cards, TAUBE_TYPE_ITEM_LIST)

static GType
test_cards_get_item_type (TaubeItemList *list)
{
  return test_card_get_type ();
}

static guint
test_cards_get_size (TaubeItemList *list)
{
  return ((TestCards *) list)->size;
}

static char *
test_cards_dup_id (TaubeItemList *list, guint position)
{
  return g_strdup_printf ("card-%c", 'a' + position);
}

static TaubeItem *
test_cards_create_item (TaubeItemList *list, guint position)
{
  g_autofree char *id = test_cards_dup_id (list, position);

  return g_object_new (test_card_get_type (), "id", id, NULL);
}

static void
test_cards_class_init (TestCardsClass *klass)
{
  TaubeItemListClass *list_class = TAUBE_ITEM_LIST_CLASS (klass);

  list_class->get_item_type = test_cards_get_item_type;
  list_class->get_size = test_cards_get_size;
  list_class->dup_id = test_cards_dup_id;
  list_class->create_item = test_cards_create_item;
}

static void
test_cards_init (TestCards *self)
{
  self->size = 5;
}

static void
test_columns (void)
{
  g_autoptr (TaubeItemList) list = g_object_new (test_cards_get_type (), NULL);
  g_autoptr (TaubeIdSet) ids = taube_item_list_get_ids (list);
  g_autoptr (TaubeItem) item = taube_item_list_get_item (list, 2);
  g_autoptr (TaubeItem) again = g_list_model_get_item (G_LIST_MODEL (list), 2);
  g_autofree char *id = NULL;
  GType item_type;
  guint position, n_items;

  g_assert_cmpuint (taube_item_list_get_size (list), ==, 5);
  g_assert_cmpuint (taube_id_set_get_size (ids), ==, 5);
  g_assert_true (taube_id_set_contains (ids, "card-e"));
  g_assert_true (taube_item_list_find (list, "card-d", &position));
  g_assert_cmpuint (position, ==, 3);
  g_assert_false (taube_item_list_find (list, "card-x", NULL));
  g_assert_true (item == again);
  g_assert_cmpstr (taube_item_get_change_key (item), ==, "key");
  g_object_get (list, "item-type", &item_type, "n-items", &n_items, NULL);
  g_assert_true (item_type == test_card_get_type ());
  g_assert_cmpuint (n_items, ==, 5);
  g_object_get (item, "id", &id, NULL);
  g_assert_cmpstr (id, ==, "card-c");
}

/* An item keeps its list, and a list none of its items. */
static void
test_lifetimes (void)
{
  TaubeItemList *list = g_object_new (test_cards_get_type (), NULL);
  TaubeItem *item = taube_item_list_get_item (list, 0);
  gpointer list_there = list;
  gpointer item_there = item;

  g_object_add_weak_pointer (G_OBJECT (list), &list_there);
  g_object_add_weak_pointer (G_OBJECT (item), &item_there);
  g_object_unref (list);
  g_assert_nonnull (list_there);
  g_object_unref (item);
  g_assert_null (item_there);
  g_assert_null (list_there);
}

static void
test_objects (void)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (TaubeItemList) empty = taube_item_list_new_from_items (NULL, items);
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeItem) first = NULL;
  g_autoptr (TaubeIdSet) ids = NULL;
  g_autofree char *id = NULL;
  guint position;

  g_assert_cmpuint (taube_item_list_get_size (empty), ==, 0);
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (empty)) == TAUBE_TYPE_ITEM);
  g_ptr_array_add (items, g_object_new (test_card_get_type (), "id", "one", NULL));
  g_ptr_array_add (items, g_object_new (test_card_get_type (), "id", "two", NULL));
  g_ptr_array_add (items, g_object_new (test_card_get_type (), "id", "one", NULL));
  list = taube_item_list_new_from_items (NULL, items);
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (list)) == test_card_get_type ());
  first = taube_item_list_get_item (list, 0);
  g_assert_true (first == items->pdata[0]);
  g_assert_true (taube_item_list_find (list, "one", &position));
  g_assert_cmpuint (position, ==, 0);
  g_assert_true (taube_item_list_find (list, "two", &position));
  g_assert_cmpuint (position, ==, 1);
  g_assert_false (taube_item_list_find (list, "three", NULL));
  id = taube_item_list_get_id (list, 1);
  g_assert_cmpstr (id, ==, "two");
  ids = taube_item_list_get_ids (list);
  g_assert_cmpuint (taube_id_set_get_size (ids), ==, 2);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (list), 3));
}

static void
test_invalid_id (void)
{
  g_autoptr (TaubeItem) item = g_object_new (test_card_get_type (), "id", "a\xff", NULL);
  g_autoptr (TaubeItem) nameless = g_object_new (test_card_get_type (), NULL);

  g_assert_true (g_utf8_validate (taube_item_get_id (item), -1, NULL));
  g_assert_cmpstr (taube_item_get_id (nameless), ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/item-list/columns", test_columns);
  g_test_add_func ("/item-list/lifetimes", test_lifetimes);
  g_test_add_func ("/item-list/objects", test_objects);
  g_test_add_func ("/item-list/invalid-id", test_invalid_id);
  return g_test_run ();
}
