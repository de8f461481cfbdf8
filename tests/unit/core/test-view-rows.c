/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-view-rows.h"

#include <taube-backend/taube-message-list-builder.h>

#include <malloc.h>
#include <string.h>

#include "../../support/message-corpus.h"

#define N_LARGE 100000

#if defined(__SANITIZE_ADDRESS__)
#define MALLINFO_WORKS FALSE
#else
#define MALLINFO_WORKS TRUE
#endif

typedef struct
{
  guint32 row;
  guint32 uid;
  gint64 date;
  guint size;
  char *subject;
  TaubeMessageFlags flags;
} Plain;

static void
plain_free (gpointer data)
{
  Plain *plain = data;

  g_free (plain->subject);
  g_free (plain);
}

static TaubeMessageList *
make_list (const Plain *plain)
{
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (NULL, TAUBE_LIST_FIELDS_DEFAULT);

  taube_message_list_builder_add (builder, "7.", plain->uid);
  taube_message_list_builder_set_date (builder, plain->date, 0);
  taube_message_list_builder_set_size (builder, plain->size);
  taube_message_list_builder_set_flags (builder, plain->flags, NULL, 0);
  taube_message_list_builder_set_text (builder, TAUBE_MESSAGE_COLUMN_SUBJECT, plain->subject,
                                       strlen (plain->subject));
  return taube_message_list_builder_end (builder);
}

static TaubeViewOrder the_order;

/* Subjects of the test are letters, so that every language has them in this order. */
static int
compare_plain (gconstpointer a, gconstpointer b)
{
  const Plain *left = *(const Plain *const *) a, *right = *(const Plain *const *) b;
  gint64 order = 0;

  if (the_order.sort == TAUBE_VIEW_SORT_DATE)
    order = left->date - right->date;
  else if (the_order.sort == TAUBE_VIEW_SORT_SIZE)
    order = (gint64) left->size - right->size;
  else
    order = g_ascii_strcasecmp (left->subject + (g_str_has_prefix (left->subject, "Re: ") ? 4 : 0),
                                right->subject + (g_str_has_prefix (right->subject, "Re: ") ? 4 : 0));
  if (order == 0)
    order = (gint64) left->uid - right->uid;
  return (the_order.descending ? -1 : 1) * (order > 0 ? 1 : order < 0 ? -1 : 0);
}

static gboolean
passes (const Plain *plain)
{
  return (plain->flags & the_order.mask) == the_order.flags;
}

static void
assert_same (TaubeViewRows *rows, GPtrArray *all)
{
  guint position = 0;

  g_ptr_array_sort (all, compare_plain);
  g_assert_cmpuint (taube_view_rows_get_count (rows), ==, all->len);
  for (guint i = 0; i < all->len; i++)
    {
      const Plain *plain = all->pdata[i];
      g_autofree char *id = g_strdup_printf ("7.%u", plain->uid);

      g_assert_cmpuint (taube_view_rows_find (rows, id), ==, plain->row);
      g_assert_cmpint (taube_view_rows_is_shown (rows, plain->row), ==, passes (plain));
      g_assert_cmpuint (taube_view_rows_position (rows, plain->row), ==, position);
      if (!passes (plain))
        continue;
      g_assert_cmpuint (taube_view_rows_at (rows, position), ==, plain->row);
      position++;
    }
  g_assert_cmpuint (taube_view_rows_get_shown (rows), ==, position);
}

static TaubeViewRows *
start (void)
{
  the_order = (TaubeViewOrder){ TAUBE_VIEW_SORT_DATE, TRUE, 0, 0 };
  return taube_view_rows_new (&the_order);
}

static void
add (TaubeViewRows *rows, GPtrArray *all, guint32 uid)
{
  Plain *plain = g_new0 (Plain, 1);
  g_autoptr (TaubeMessageList) list = NULL;

  plain->uid = uid;
  plain->date = g_test_rand_int_range (0, 50);
  plain->size = g_test_rand_int_range (0, 50);
  plain->subject = g_strdup_printf ("%s%c%c", g_test_rand_bit () ? "Re: " : "", g_test_rand_int_range ('a', 'f'),
                                    g_test_rand_int_range ('A', 'F'));
  plain->flags = g_test_rand_int_range (0, 8);
  list = make_list (plain);
  plain->row = taube_view_rows_add (rows, list, 0);
  g_ptr_array_add (all, plain);
  if (taube_view_rows_passes (rows, plain->row))
    taube_view_rows_show (rows, plain->row);
}

static void
drop (TaubeViewRows *rows, GPtrArray *all, guint i)
{
  Plain *plain = all->pdata[i];

  if (taube_view_rows_is_shown (rows, plain->row))
    taube_view_rows_hide (rows, plain->row);
  taube_view_rows_drop (rows, plain->row);
  g_ptr_array_remove_index_fast (all, i);
}

static void
change (TaubeViewRows *rows, Plain *plain)
{
  g_autoptr (TaubeMessageList) list = NULL;

  plain->flags = g_test_rand_int_range (0, 8);
  if (g_test_rand_int_range (0, 3) == 0)
    plain->date = g_test_rand_int_range (0, 50);
  list = make_list (plain);
  if (taube_view_rows_is_shown (rows, plain->row)
      && (!passes (plain) || !taube_view_rows_keeps_key (rows, plain->row, list, 0)))
    taube_view_rows_hide (rows, plain->row);
  taube_view_rows_set_cells (rows, plain->row, list, 0);
  if (!taube_view_rows_is_shown (rows, plain->row) && passes (plain))
    taube_view_rows_show (rows, plain->row);
}

static void
test_random (void)
{
  static const TaubeViewSort sorts[] = { TAUBE_VIEW_SORT_DATE, TAUBE_VIEW_SORT_SIZE, TAUBE_VIEW_SORT_SUBJECT };
  g_autoptr (TaubeViewRows) rows = start ();
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (plain_free);
  guint32 uid = 0;

  for (guint i = 0; i < 3000; i++)
    {
      int dice = g_test_rand_int_range (0, 100);

      if (all->len == 0 || dice < 45)
        add (rows, all, ++uid);
      else if (dice < 70)
        drop (rows, all, g_test_rand_int_range (0, all->len));
      else if (dice < 98)
        change (rows, all->pdata[g_test_rand_int_range (0, all->len)]);
      else
        {
          the_order.sort = sorts[g_test_rand_int_range (0, G_N_ELEMENTS (sorts))];
          the_order.descending = g_test_rand_bit ();
          the_order.mask = g_test_rand_int_range (0, 8);
          the_order.flags = g_test_rand_int_range (0, 8) & the_order.mask;
          taube_view_rows_set_order (rows, &the_order);
        }
      if (i % 8 == 0)
        {
          taube_view_rows_tidy_up (rows, NULL);
          assert_same (rows, all);
        }
    }
}

/* One flag after the other does not leave a list behind for each. */
static void
test_tidy_up (void)
{
  g_autoptr (TaubeViewRows) rows = start ();
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (plain_free);
  g_autoptr (TaubeItem) held = NULL;
  TaubeMessageList *list;
  guint index;

  for (guint32 uid = 1; uid <= 40; uid++)
    add (rows, all, uid);
  list = taube_view_rows_get_cells (rows, ((Plain *) all->pdata[7])->row, &index);
  held = taube_item_list_get_item (TAUBE_ITEM_LIST (list), index);
  for (guint i = 0; i < 1000; i++)
    {
      if (i % 40 != 7)
        change (rows, all->pdata[i % 40]);
      taube_view_rows_tidy_up (rows, NULL);
      g_assert_cmpuint (taube_view_rows_get_n_lists (rows), <=, 64);
    }
  assert_same (rows, all);

  /* The item that somebody holds is still the one of its row. */
  {
    g_autoptr (TaubeItem) again = NULL;

    list = taube_view_rows_get_cells (rows, taube_view_rows_find (rows, taube_item_get_id (held)), &index);
    again = taube_item_list_get_item (TAUBE_ITEM_LIST (list), index);
    g_assert_true (again == held);
  }
}

static gsize
allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* A hundred thousand rows are cheap, and each costs O(log n). */
static void
test_large (gconstpointer sort)
{
  TaubeViewOrder order = { GPOINTER_TO_INT (sort), TRUE, 0, 0 };
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (NULL, TAUBE_LIST_FIELDS_DEFAULT);
  g_autoptr (TaubeMessageList) list = NULL;
  g_autoptr (TaubeViewRows) rows = NULL;
  MessageCorpus corpus = { 1 };
  gsize before, used;
  guint64 steps;

  for (guint i = 0; i < N_LARGE; i++)
    message_corpus_add (&corpus, builder, i + 1);
  list = taube_message_list_builder_end (builder);
  before = allocated ();
  rows = taube_view_rows_new (&order);
  for (guint i = 0; i < N_LARGE; i++)
    taube_view_rows_show (rows, taube_view_rows_add (rows, list, i));
  used = allocated () - before;
  steps = taube_view_rows_get_steps (rows);
  g_test_message ("%.1f bytes and %.1f steps a row", (double) used / N_LARGE, (double) steps / N_LARGE);
  if (MALLINFO_WORKS)
    g_assert_cmpuint (used / N_LARGE, <, order.sort == TAUBE_VIEW_SORT_DATE ? 64 : 160);
  g_assert_cmpuint (steps / N_LARGE, <, 60);
  for (guint i = 0; i < 1000; i++)
    {
      guint32 row = taube_view_rows_at (rows, g_test_rand_int_range (0, N_LARGE - i));

      taube_view_rows_hide (rows, row);
      taube_view_rows_drop (rows, row);
    }
  g_assert_cmpuint ((taube_view_rows_get_steps (rows) - steps) / 1000, <, 80);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/view-rows/random", test_random);
  g_test_add_func ("/view-rows/tidy-up", test_tidy_up);
  g_test_add_data_func ("/view-rows/large/date", GINT_TO_POINTER (TAUBE_VIEW_SORT_DATE), test_large);
  g_test_add_data_func ("/view-rows/large/subject", GINT_TO_POINTER (TAUBE_VIEW_SORT_SUBJECT), test_large);
  return g_test_run ();
}
