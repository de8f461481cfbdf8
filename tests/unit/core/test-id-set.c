/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-id-set-impl.h>

#include <string.h>

static void
assert_ranges (const TaubeIdSet *set, const char *prefix, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const TaubeIdRange *ranges;
  guint n;

  ranges = taube_id_set_get_ranges (set, prefix, &n);
  g_assert_true ((ranges == NULL) == (n == 0));
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%u:%u", i > 0 ? "," : "", ranges[i].first, ranges[i].last);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
assert_ids (const TaubeIdSet *set, const char *expected)
{
  g_auto (GStrv) ids = taube_id_set_to_strv (set);
  g_autofree char *text = g_strjoinv (" ", ids);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (taube_id_set_get_size (set), ==, g_strv_length (ids));
  for (gsize i = 0; ids[i] != NULL; i++)
    g_assert_true (taube_id_set_contains (set, ids[i]));
}

static TaubeIdSet *
make_set (const char *ids)
{
  g_auto (GStrv) words = g_strsplit (ids, " ", -1);
  TaubeIdSet *set = taube_id_set_new ();

  for (gsize i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0')
      taube_id_set_add (set, words[i]);
  return set;
}

static void
test_empty (void)
{
  g_autoptr (TaubeIdSet) set = taube_id_set_new ();
  g_autoptr (TaubeIdSet) copy = taube_id_set_copy (set);
  g_autofree const char **prefixes = taube_id_set_get_prefixes (set);

  g_assert_cmpuint (taube_id_set_get_size (set), ==, 0);
  g_assert_false (taube_id_set_contains (set, "7.1"));
  g_assert_false (taube_id_set_contains (set, "x"));
  g_assert_null (prefixes[0]);
  g_assert_true (taube_id_set_equal (set, copy));
  assert_ids (set, "");
  taube_id_set_remove_set (set, copy);
  taube_id_set_remove_set (set, set);
  taube_id_set_add_set (set, set);
  assert_ids (set, "");
}

static void
test_order (void)
{
  static const char *const ids[] = { "b", "7.3", "12", "7.1", "a007", "8.1", "7.2", "7.3", "b", "9", NULL };
  g_autoptr (TaubeIdSet) set = taube_id_set_new_from_ids (ids);
  g_autofree const char **prefixes = taube_id_set_get_prefixes (set);
  g_auto (GStrv) strings = taube_id_set_get_strings (set);

  assert_ids (set, "9 12 7.1 7.2 7.3 8.1 a007 b");
  assert_ranges (set, "7.", "1:3");
  assert_ranges (set, "", "9:9,12:12");
  assert_ranges (set, "6.", "");
  g_assert_cmpstr (prefixes[0], ==, "");
  g_assert_cmpstr (prefixes[1], ==, "7.");
  g_assert_cmpstr (prefixes[2], ==, "8.");
  g_assert_null (prefixes[3]);
  g_assert_cmpstr (strings[0], ==, "a007");
  g_assert_cmpstr (strings[1], ==, "b");
  g_assert_null (strings[2]);
}

/* Only a canonical number is a number: the text of an id must come out as it went in. */
static void
test_numbers (void)
{
  static const char *const plain[] = { "0",
                                       "00",
                                       "01",
                                       "7.0",
                                       "7.007",
                                       "4294967296",
                                       "7.99999999999",
                                       "7.4294967296",
                                       "7.-",
                                       "+",
                                       "7.18446744073709551617",
                                       "7.1 ",
                                       NULL };
  static const char *const numbered[] = { "1", "7.1", "4294967295", "x4294967295", "-1", "7..10", "ü9", "7. 3", NULL };

  for (gsize i = 0; plain[i] != NULL; i++)
    {
      g_autoptr (TaubeIdSet) set = make_set ("");
      g_autofree const char **prefixes = NULL;

      taube_id_set_add (set, plain[i]);
      assert_ids (set, plain[i]);
      prefixes = taube_id_set_get_prefixes (set);
      g_assert_null (prefixes[0]);
    }
  for (gsize i = 0; numbered[i] != NULL; i++)
    {
      g_autoptr (TaubeIdSet) set = make_set ("");
      g_auto (GStrv) strings = NULL;

      taube_id_set_add (set, numbered[i]);
      assert_ids (set, numbered[i]);
      strings = taube_id_set_get_strings (set);
      g_assert_null (strings[0]);
    }
}

/* Ids as long as Exchange's are strings, whatever they end with. */
static void
test_long (void)
{
  g_autofree char *most = g_strnfill (TAUBE_ID_PREFIX_MAX, 'a'), *more = g_strconcat (most, "b", NULL);
  g_autofree char *numbered = g_strconcat (most, "7", NULL), *plain = g_strconcat (more, "7", NULL);
  g_autoptr (TaubeIdSet) set = taube_id_set_new ();
  g_auto (GStrv) strings = NULL;
  guint n;

  taube_id_set_add (set, numbered);
  taube_id_set_add (set, plain);
  taube_id_set_add_range (set, more, 6, 8);
  assert_ranges (set, most, "7:7");
  g_assert_null (taube_id_set_get_ranges (set, more, &n));
  strings = taube_id_set_get_strings (set);
  g_assert_cmpuint (g_strv_length (strings), ==, 3);
  g_assert_cmpstr (strings[1], ==, plain);
  g_assert_true (taube_id_set_contains (set, numbered));
  g_assert_true (taube_id_set_contains (set, plain));
  g_assert_cmpuint (taube_id_set_get_size (set), ==, 4);
}

static void
test_join (void)
{
  g_autoptr (TaubeIdSet) set = taube_id_set_new ();

  taube_id_set_add_range (set, "7.", 10, 20);
  taube_id_set_add_range (set, "7.", 30, 40);
  assert_ranges (set, "7.", "10:20,30:40");
  taube_id_set_add_range (set, "7.", 21, 21);
  assert_ranges (set, "7.", "10:21,30:40");
  taube_id_set_add_range (set, "7.", 29, 29);
  assert_ranges (set, "7.", "10:21,29:40");
  taube_id_set_add_range (set, "7.", 22, 28);
  assert_ranges (set, "7.", "10:40");
  taube_id_set_add_range (set, "7.", 12, 13);
  assert_ranges (set, "7.", "10:40");
  taube_id_set_add_range (set, "7.", 1, 1);
  taube_id_set_add_range (set, "7.", 4, 5);
  taube_id_set_add_range (set, "7.", 50, 60);
  assert_ranges (set, "7.", "1:1,4:5,10:40,50:60");
  taube_id_set_add_range (set, "7.", 3, 55);
  assert_ranges (set, "7.", "1:1,3:60");
  taube_id_set_add_range (set, "7.", G_MAXUINT32, G_MAXUINT32);
  taube_id_set_add_range (set, "7.", G_MAXUINT32 - 1, G_MAXUINT32);
  assert_ranges (set, "7.", "1:1,3:60,4294967294:4294967295");
  taube_id_set_add_range (set, "7.", 1, G_MAXUINT32);
  assert_ranges (set, "7.", "1:4294967295");
}

/* S15: what a server writes in eleven bytes costs one range, and nobody expands it by accident. */
static void
test_everything (void)
{
  g_autoptr (TaubeIdSet) set = taube_id_set_new ();
  g_autoptr (TaubeIdSet) copy = NULL;
  g_autoptr (TaubeIdSet) hole = make_set ("7.1000 7.4294967295 7.1");

  taube_id_set_add_range (set, "7.", 1, G_MAXUINT32);
  assert_ranges (set, "7.", "1:4294967295");
  g_assert_cmpuint (taube_id_set_get_size (set), ==, G_MAXUINT32);
  g_assert_true (taube_id_set_contains (set, "7.4294967295"));
  g_assert_false (taube_id_set_contains (set, "7.0"));
  g_assert_null (taube_id_set_to_strv (set));

  copy = taube_id_set_copy (set);
  taube_id_set_remove_set (copy, hole);
  assert_ranges (copy, "7.", "2:999,1001:4294967294");
  g_assert_false (taube_id_set_contains (copy, "7.1000"));
  taube_id_set_add_set (copy, hole);
  g_assert_true (taube_id_set_equal (copy, set));
  taube_id_set_remove_set (copy, set);
  g_assert_cmpuint (taube_id_set_get_size (copy), ==, 0);
  assert_ranges (copy, "7.", "");
}

static void
test_sets (void)
{
  g_autoptr (TaubeIdSet) a = make_set ("7.1 7.2 7.3 8.1 x y");
  g_autoptr (TaubeIdSet) b = make_set ("7.2 9.1 y z");
  g_autoptr (TaubeIdSet) both = taube_id_set_copy (a);
  g_autoptr (TaubeIdSet) rest = taube_id_set_copy (a);

  taube_id_set_add_set (both, b);
  assert_ids (both, "7.1 7.2 7.3 8.1 9.1 x y z");
  taube_id_set_remove_set (rest, b);
  assert_ids (rest, "7.1 7.3 8.1 x");
  g_assert_false (taube_id_set_equal (a, b));
  g_assert_false (taube_id_set_equal (a, rest));
  assert_ids (a, "7.1 7.2 7.3 8.1 x y");
  taube_id_set_remove_set (rest, a);
  g_assert_cmpuint (taube_id_set_get_size (rest), ==, 0);
  {
    g_autoptr (TaubeIdSet) empty = taube_id_set_new ();

    g_assert_true (taube_id_set_equal (rest, empty));
    g_assert_true (taube_id_set_equal (empty, rest));
  }
}

/* Against a plain bitmap: random unions and differences. */
#define MODEL 64

static void
assert_model (const TaubeIdSet *set, const gboolean *model)
{
  const TaubeIdRange *ranges;
  guint n, size = 0;

  for (guint i = 1; i < MODEL; i++)
    {
      g_autofree char *id = g_strdup_printf ("m%u", i);

      g_assert_cmpint (taube_id_set_contains (set, id), ==, model[i]);
      size += model[i];
    }
  ranges = taube_id_set_get_ranges (set, "m", &n);
  g_assert_cmpuint (taube_id_set_get_size (set), ==, size);
  for (guint i = 1; i < n; i++)
    g_assert_cmpuint (ranges[i].first, >, ranges[i - 1].last + 1);
}

static void
test_model (void)
{
  for (guint round = 0; round < 300; round++)
    {
      g_autoptr (TaubeIdSet) set = taube_id_set_new ();
      gboolean model[MODEL] = { FALSE };

      for (guint step = 0; step < 12; step++)
        {
          g_autoptr (TaubeIdSet) other = taube_id_set_new ();
          gboolean remove = g_test_rand_int_range (0, 2), single = g_test_rand_int_range (0, 3) == 0;
          gint n = g_test_rand_int_range (0, 6);

          for (gint i = 0; i < n; i++)
            {
              guint32 first = (guint32)g_test_rand_int_range (1, MODEL);
              guint32 length = (guint32)g_test_rand_int_range (0, 9);
              guint32 last = MIN (first + length, MODEL - 1);

              taube_id_set_add_range (single && !remove ? set : other, "m", first, last);
              for (guint32 k = first; k <= last; k++)
                model[k] = !remove;
            }
          if (remove)
            taube_id_set_remove_set (set, other);
          else
            taube_id_set_add_set (set, other);
          assert_model (set, model);
        }
    }
}

static void
test_boxed (void)
{
  g_autoptr (TaubeIdSet) set = make_set ("7.1 x");
  GValue value = G_VALUE_INIT;

  g_value_init (&value, TAUBE_TYPE_ID_SET);
  g_value_set_boxed (&value, set);
  g_assert_true (taube_id_set_equal (set, g_value_get_boxed (&value)));
  g_assert_true (set != g_value_get_boxed (&value));
  g_value_unset (&value);
}

static void
test_large (void)
{
  g_autoptr (TaubeIdSet) set = taube_id_set_new ();
  guint n;

  for (guint32 i = 1; i <= 200000; i += 2)
    taube_id_set_add_range (set, "1.", i, i);
  taube_id_set_get_ranges (set, "1.", &n);
  g_assert_cmpuint (n, ==, 100000);
  for (guint32 i = 2; i <= 200000; i += 2)
    taube_id_set_add_range (set, "1.", i, i);
  assert_ranges (set, "1.", "1:200000");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/id-set/empty", test_empty);
  g_test_add_func ("/id-set/order", test_order);
  g_test_add_func ("/id-set/numbers", test_numbers);
  g_test_add_func ("/id-set/long", test_long);
  g_test_add_func ("/id-set/join", test_join);
  g_test_add_func ("/id-set/everything", test_everything);
  g_test_add_func ("/id-set/sets", test_sets);
  g_test_add_func ("/id-set/model", test_model);
  g_test_add_func ("/id-set/boxed", test_boxed);
  g_test_add_func ("/id-set/large", test_large);
  return g_test_run ();
}
