/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-packed-set.h"

#include <taube/taube-id-set.h>

#include <string.h>

/* Ids as servers have them, each of a number. */

static char *
make_exchange (guint i)
{
  return g_strdup_printf ("AAMkADRmMDExYzhjLTM5ZWItNDM0ZC1iNjVhLWE5MzFkZTA5ZWZiYgBGAAAAAABr%08xAAA=", i);
}

/* The same lengths and the same beginnings, but no base64. */
static char *
make_words (guint i)
{
  return g_strdup_printf ("message \xc3\xbc-%08x.", i);
}

/* One id is what another one begins with; the first is empty. */
static char *
make_prefixes (guint i)
{
  return g_strnfill (i % 1500, "ab"[i / 1500 % 2]);
}

/* Of every length up to 40, in alphabets that take turns. */
static char *
make_mixed (guint i)
{
  switch (i % 4)
    {
    case 0:
      return make_exchange (i);
    case 1:
      return g_strdup_printf ("%*u", (int)(i % 40), i);
    case 2:
      return g_strdup_printf ("%x==", i);
    default:
      return g_strdup_printf ("<%u@example.org>", i);
    }
}

/* Longer than what is ever packed. */
static char *
make_long (guint i)
{
  g_autofree char *filler = g_strnfill (1100, 'A');

  return g_strdup_printf ("%s%08x", filler, i);
}

static const struct
{
  const char *name;
  char *(*make) (guint i);
  guint n;
} kinds[] = { { "exchange", make_exchange, 6000 },
              { "words", make_words, 6000 },
              { "prefixes", make_prefixes, 3000 },
              { "mixed", make_mixed, 6000 },
              { "long", make_long, 1500 } };

static void
assert_same (const TaubePackedSet *set, GHashTable *model)
{
  g_auto (TaubePackedSetIter) iter = { 0 };
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *id;

  g_assert_cmpuint (taube_packed_set_get_size (set), ==, g_hash_table_size (model));
  taube_packed_set_iter_init (&iter, set);
  while ((id = taube_packed_set_iter_next (&iter)) != NULL)
    {
      g_assert_true (g_hash_table_contains (model, id));
      g_assert_true (g_hash_table_add (told, g_strdup (id)));
      g_assert_true (taube_packed_set_contains (set, id));
    }
  g_assert_cmpuint (g_hash_table_size (told), ==, g_hash_table_size (model));
}

/* Puts some in and takes some out, in runs and by chance. */
static void
change (TaubePackedSet *set, GHashTable *model, guint kind)
{
  gboolean remove = g_test_rand_int_range (0, 5) < 2, run = g_test_rand_bit ();
  guint n = (guint)g_test_rand_int_range (0, (int)kinds[kind].n / 2);
  guint at = (guint)g_test_rand_int_range (0, (int)kinds[kind].n);

  for (guint i = 0; i < n; i++)
    {
      guint number = run ? (at + i) % kinds[kind].n : (guint)g_test_rand_int_range (0, (int)kinds[kind].n);
      g_autofree char *id = kinds[kind].make (number);
      gboolean known = g_hash_table_contains (model, id);

      g_assert_true (taube_packed_set_contains (set, id) == known);
      if (remove)
        {
          g_assert_true (taube_packed_set_remove (set, id) == known);
          g_hash_table_remove (model, id);
        }
      else
        {
          g_assert_true (taube_packed_set_add (set, id) == !known);
          g_hash_table_add (model, g_steal_pointer (&id));
        }
    }
}

static void
test_model (gconstpointer data)
{
  guint kind = GPOINTER_TO_UINT (data);
  g_autoptr (TaubePackedSet) set = taube_packed_set_new ();
  g_autoptr (GHashTable) model = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint round = 0; round < 24; round++)
    {
      g_autoptr (TaubePackedSet) copy = taube_packed_set_copy (set);
      g_autoptr (GHashTable) before = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      GHashTableIter iter;
      gpointer id;

      g_hash_table_iter_init (&iter, model);
      while (g_hash_table_iter_next (&iter, &id, NULL))
        g_hash_table_add (before, g_strdup (id));
      change (set, model, kind);
      assert_same (set, model);
      /* What is shared with a copy does not change under it. */
      assert_same (copy, before);
    }
}

/* Down to nothing and up again. */
static void
test_emptied (void)
{
  g_autoptr (TaubePackedSet) set = taube_packed_set_new ();

  g_assert_false (taube_packed_set_contains (set, ""));
  g_assert_false (taube_packed_set_remove (set, ""));
  for (guint round = 0; round < 3; round++)
    {
      for (guint i = 0; i < 5000; i++)
        {
          g_autofree char *id = make_exchange (i);

          g_assert_true (taube_packed_set_add (set, id));
        }
      for (guint i = 0; i < 5000; i++)
        {
          g_autofree char *id = make_exchange (i);

          g_assert_true (taube_packed_set_remove (set, id));
        }
      g_assert_cmpuint (taube_packed_set_get_size (set), ==, 0);
    }
}

/* Among so many some hundred pairs have the same hash: they are told apart all the same. */
static void
test_million (void)
{
  g_autoptr (TaubeIdSet) set = taube_id_set_new ();
  g_autoptr (TaubeIdSet) odd = taube_id_set_new ();
  g_autoptr (TaubeIdSet) copy = NULL;
  char id[32];

  for (guint i = 0; i < 1000000; i++)
    {
      g_snprintf (id, sizeof id, "AAMk%08xAAA=", i);
      taube_id_set_add (set, id);
      if (i % 2 == 1)
        taube_id_set_add (odd, id);
    }
  g_assert_cmpuint (taube_id_set_get_size (set), ==, 1000000);
  copy = taube_id_set_copy (set);
  taube_id_set_remove_set (set, odd);
  g_assert_cmpuint (taube_id_set_get_size (set), ==, 500000);
  for (guint i = 0; i < 1000000; i += 101)
    {
      g_snprintf (id, sizeof id, "AAMk%08xAAA=", i);
      g_assert_true (taube_id_set_contains (set, id) == (i % 2 == 0));
    }
  g_assert_false (taube_id_set_equal (set, copy));
  taube_id_set_add_set (set, odd);
  g_assert_true (taube_id_set_equal (set, copy));
  taube_id_set_remove_set (odd, copy);
  g_assert_cmpuint (taube_id_set_get_size (odd), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/packed-set/model/%s", kinds[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_model);
    }
  g_test_add_func ("/packed-set/emptied", test_emptied);
  g_test_add_func ("/packed-set/million", test_million);
  return g_test_run ();
}
