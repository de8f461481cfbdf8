/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-id-set.h>
#include <taube-backend/taube-changes-impl.h>

static TaubeIdSet *
make_set (const char *ids)
{
  g_auto (GStrv) words = g_strsplit (ids, " ", -1);

  return taube_id_set_new_from_ids ((const char *const *) words);
}

static TaubeChanges *
make_changes (const char *added, const char *changed, const char *removed)
{
  return taube_changes_new (make_set (added), make_set (changed), make_set (removed), FALSE);
}

static void
assert_set (const TaubeIdSet *set, const char *expected)
{
  g_auto (GStrv) ids = taube_id_set_to_strv (set);
  g_autofree char *text = g_strjoinv (" ", ids);

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_changes (TaubeChanges *changes, const char *added, const char *changed, const char *removed)
{
  assert_set (taube_changes_get_added (changes), added);
  assert_set (taube_changes_get_changed (changes), changed);
  assert_set (taube_changes_get_removed (changes), removed);
  g_assert_false (taube_changes_is_reset (changes));
}

static void
test_new (void)
{
  g_autoptr (TaubeChanges) changes = make_changes ("7.1 7.2", "7.3", "7.4");
  g_autoptr (TaubeChanges) empty = taube_changes_new (NULL, NULL, NULL, FALSE);
  g_autoptr (TaubeChanges) reset = taube_changes_new (make_set ("7.1"), NULL, make_set ("7.2"), TRUE);
  g_autoptr (TaubeChanges) odd = make_changes ("1 2 3", "2 4 5 9", "3 4 6");

  assert_changes (changes, "7.1 7.2", "7.3", "7.4");
  g_assert_false (taube_changes_is_empty (changes));
  assert_changes (empty, "", "", "");
  g_assert_true (taube_changes_is_empty (empty));
  g_assert_true (taube_changes_is_reset (reset));
  g_assert_false (taube_changes_is_empty (reset));
  assert_set (taube_changes_get_added (reset), "");
  assert_set (taube_changes_get_removed (reset), "");
  assert_changes (odd, "1 2", "5 9", "4 6");
}

/* Every pair of what may happen to one item, one after the other. */
static void
test_merge (void)
{
  static const struct
  {
    const char *older[3];
    const char *newer[3];
    const char *merged[3];
  } cases[] = {
    { { "1", "", "" }, { "", "", "" }, { "1", "", "" } },
    { { "", "", "" }, { "1", "", "" }, { "1", "", "" } },
    { { "1", "", "" }, { "", "", "1" }, { "", "", "" } },
    { { "1", "", "" }, { "", "1", "" }, { "1", "", "" } },
    { { "1", "", "" }, { "1", "", "" }, { "1", "", "" } },
    { { "", "1", "" }, { "", "1", "" }, { "", "1", "" } },
    { { "", "1", "" }, { "", "", "1" }, { "", "", "1" } },
    { { "", "1", "" }, { "1", "", "" }, { "", "1", "" } },
    { { "", "", "1" }, { "1", "", "" }, { "", "1", "" } },
    { { "", "", "1" }, { "", "", "1" }, { "", "", "1" } },
    { { "", "", "1" }, { "", "1", "" }, { "", "1", "" } },
    { { "1 2", "3", "4" }, { "5", "1 3", "2 6" }, { "1 5", "3", "4 6" } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TaubeChanges) older = make_changes (cases[i].older[0], cases[i].older[1], cases[i].older[2]);
      g_autoptr (TaubeChanges) newer = make_changes (cases[i].newer[0], cases[i].newer[1], cases[i].newer[2]);
      g_autoptr (TaubeChanges) merged = taube_changes_merge (older, newer);

      assert_changes (merged, cases[i].merged[0], cases[i].merged[1], cases[i].merged[2]);
    }
}

static void
test_reset (void)
{
  g_autoptr (TaubeChanges) reset = taube_changes_new (NULL, NULL, NULL, TRUE);
  g_autoptr (TaubeChanges) some = make_changes ("1", "2", "3");
  g_autoptr (TaubeChanges) before = taube_changes_merge (some, reset);
  g_autoptr (TaubeChanges) after = taube_changes_merge (reset, some);

  g_assert_true (taube_changes_is_reset (before));
  g_assert_true (taube_changes_is_reset (after));
  assert_set (taube_changes_get_added (before), "");
  assert_set (taube_changes_get_added (after), "");
}

#define ITEMS 12

static TaubeChanges *
random_step (gboolean *there, gboolean *touched)
{
  TaubeIdSet *sets[3] = { taube_id_set_new (), taube_id_set_new (), taube_id_set_new () };

  for (guint i = 0; i < ITEMS; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%u", i + 1);
      gint what = g_test_rand_int_range (0, 4);

      if (what == 0 && !there[i])
        taube_id_set_add (sets[0], id);
      else if (what == 1 && there[i])
        taube_id_set_add (sets[1], id);
      else if (what == 2 && there[i])
        taube_id_set_add (sets[2], id);
      else
        continue;
      there[i] = what != 2;
      touched[i] = TRUE;
    }
  return taube_changes_new (sets[0], sets[1], sets[2], FALSE);
}

/* Whoever applies the merged changes knows at the end what one knows who applied them one by one; the order in which
 * steps are merged does not matter. */
static void
test_model (void)
{
  for (guint round = 0; round < 400; round++)
    {
      gboolean start[ITEMS], there[ITEMS], touched[ITEMS] = { FALSE };
      TaubeChanges *steps[3];
      g_autoptr (TaubeChanges) left = NULL, right = NULL, all = NULL, other = NULL;

      for (guint i = 0; i < ITEMS; i++)
        start[i] = there[i] = g_test_rand_bit ();
      for (guint i = 0; i < 3; i++)
        steps[i] = random_step (there, touched);
      left = taube_changes_merge (steps[0], steps[1]);
      all = taube_changes_merge (left, steps[2]);
      right = taube_changes_merge (steps[1], steps[2]);
      other = taube_changes_merge (steps[0], right);
      for (guint i = 0; i < ITEMS; i++)
        {
          g_autofree char *id = g_strdup_printf ("m%u", i + 1);

          g_assert_cmpint (taube_id_set_contains (taube_changes_get_added (all), id), ==, there[i] && !start[i]);
          g_assert_cmpint (taube_id_set_contains (taube_changes_get_removed (all), id), ==, !there[i] && start[i]);
          g_assert_cmpint (taube_id_set_contains (taube_changes_get_changed (all), id), ==,
                           there[i] && start[i] && touched[i]);
        }
      g_assert_true (taube_id_set_equal (taube_changes_get_added (all), taube_changes_get_added (other)));
      g_assert_true (taube_id_set_equal (taube_changes_get_changed (all), taube_changes_get_changed (other)));
      g_assert_true (taube_id_set_equal (taube_changes_get_removed (all), taube_changes_get_removed (other)));
      for (guint i = 0; i < 3; i++)
        taube_changes_unref (steps[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/changes/new", test_new);
  g_test_add_func ("/changes/merge", test_merge);
  g_test_add_func ("/changes/reset", test_reset);
  g_test_add_func ("/changes/model", test_model);
  return g_test_run ();
}
