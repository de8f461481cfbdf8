/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-message-list-private.h"

#include <taube/taube-id-set.h>
#include <taube/taube-message-list.h>

#include <string.h>

#define N 100

/* Ids as servers have them: what comes out is what went in, byte for byte. */
static const struct
{
  const char *format; /* of a number */
  gsize most;         /* bytes for N of them; 0: they are not packed */
} kinds[] = {
  /* Exchange: base64, of which most is the same. The number is eight characters of it. */
  { "AAMkADRmMDExYzhjLTM5ZWItNDM0ZC1iNjVhLWE5MzFkZTA5ZWZiYgBGAAAAAABr%08xAAA=", 68 + N * 8 },
  { "AAMk%08x", 16 + N * 6 },
  { "%08x", 8 + N * 6 },
  /* Of another alphabet, of a length that no base64 has, padded against the rules: kept as they are behind what is the
   * same. */
  { "AAMk_-%08x", 16 + N * 3 },
  { "AAM%08x", 12 + N * 3 },
  { "abc=%08x", 16 + N * 6 },
  { "a b c %08x", 16 + N * 3 },
  { "\xc3\xbc%08x", 12 + N * 3 },
  { "%08xAB==", 16 + N * 8 },
  /* Of different lengths. */
  { "%u", 0 },
};

static GPtrArray *
make_ids (const char *format, guint n)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
      g_ptr_array_add (ids, g_strdup_printf (format, i));
#pragma GCC diagnostic pop
    }
  return ids;
}

static void
test_kinds (void)
{
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autoptr (GPtrArray) ids = make_ids (kinds[k].format, N);
      const char *const *texts = (const char *const *) ids->pdata;
      g_autofree guint8 *memory = NULL;
      g_autoptr (GString) text = g_string_new ("before");
      TaubePackedIds packed;
      gboolean can = taube_packed_ids_plan (&packed, texts, N);

      g_test_message ("%s", kinds[k].format);
      g_assert_true (can == (kinds[k].most > 0));
      g_assert_true (can == (packed.width > 0));
      if (!can)
        continue;
      g_assert_cmpuint (taube_packed_ids_get_size (&packed, N), <=, kinds[k].most);
      memory = g_malloc (taube_packed_ids_get_size (&packed, N));
      taube_packed_ids_write (&packed, texts, N, memory);
      for (guint i = 0; i < N; i++)
        {
          taube_packed_ids_read (&packed, i, text);
          g_assert_cmpstr (text->str, ==, texts[i]);
        }
    }
}

static void
test_refused (void)
{
  static const char *const same[] = { "AAAA", "AAAA", "AAAA", "AAAA" };
  static const char *const empty[] = { "", "", "", "" };
  static const char *const few[] = { "AAAA", "BBBB", "CCCC" };
  g_autofree char *longer = g_strnfill (2000, 'A');
  const char *long_ones[] = { longer, longer, longer, longer };
  TaubePackedIds packed;

  g_assert_false (taube_packed_ids_plan (&packed, same, 4));
  g_assert_false (taube_packed_ids_plan (&packed, empty, 4));
  g_assert_false (taube_packed_ids_plan (&packed, few, 3));
  g_assert_false (taube_packed_ids_plan (&packed, long_ones, 4));
  g_assert_false (taube_packed_ids_plan (&packed, NULL, 0));
}

/* Of the longest ids that are packed, each byte counts. */
static void
test_longest (void)
{
  for (guint length = 1017; length <= 1024; length++)
    {
      g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
      g_autofree guint8 *memory = NULL;
      g_autoptr (GString) text = g_string_new (NULL);
      TaubePackedIds packed;

      for (guint i = 0; i < 4; i++)
        g_ptr_array_add (ids, g_strnfill (length, (char) ('A' + i)));
      g_assert_true (taube_packed_ids_plan (&packed, (const char *const *) ids->pdata, 4));
      memory = g_malloc (taube_packed_ids_get_size (&packed, 4));
      taube_packed_ids_write (&packed, (const char *const *) ids->pdata, 4, memory);
      for (guint i = 0; i < 4; i++)
        {
          taube_packed_ids_read (&packed, i, text);
          g_assert_cmpstr (text->str, ==, ids->pdata[i]);
        }
    }
}

/* In a list of several blocks: found, turned round, picked out, dropped. */
static void
test_list (void)
{
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      guint n = 2 * TAUBE_MESSAGE_BLOCK_ROWS + 3;
      g_autoptr (GPtrArray) ids = make_ids (kinds[k].format, n + 1);
      TaubeMessageListBuilder *builder = taube_message_list_builder_new (NULL, TAUBE_LIST_FIELDS_ENVELOPE);
      g_autoptr (TaubeMessageList) list = NULL;
      g_autoptr (TaubeIdSet) set = NULL;
      guint position;

      for (guint i = 0; i < n; i++)
        {
          taube_message_list_builder_add_id (builder, i % 3 == 0 ? "of another kind" : ids->pdata[i]);
          taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_SUBJECT, "x", 1);
          if (i % 3 == 0)
            {
              taube_message_list_builder_drop (builder);
              taube_message_list_builder_add_id (builder, ids->pdata[i]);
              taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_SUBJECT, ids->pdata[i],
                                                   strlen (ids->pdata[i]));
            }
        }
      taube_message_list_builder_reverse (builder, 0);
      list = taube_message_list_builder_end (builder);
      set = taube_item_list_get_ids (TAUBE_ITEM_LIST (list));
      g_assert_cmpuint (taube_id_set_get_size (set), ==, n);
      for (guint i = 0; i < n; i += 7)
        {
          g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), n - 1 - i);

          g_assert_cmpstr (id, ==, ids->pdata[i]);
          g_assert_cmpstr (taube_message_list_get_subject (list, n - 1 - i), ==, i % 3 == 0 ? ids->pdata[i] : "x");
          g_assert_true (taube_id_set_contains (set, id));
          g_assert_true (taube_item_list_find (TAUBE_ITEM_LIST (list), id, &position));
          g_assert_cmpuint (position, ==, n - 1 - i);
        }
      g_assert_false (taube_item_list_find (TAUBE_ITEM_LIST (list), ids->pdata[n], &position));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/packed-ids/kinds", test_kinds);
  g_test_add_func ("/packed-ids/refused", test_refused);
  g_test_add_func ("/packed-ids/longest", test_longest);
  g_test_add_func ("/packed-ids/list", test_list);
  return g_test_run ();
}
