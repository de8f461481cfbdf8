/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-print.h"

/* Which message is which, by what is known of it. */

static void
add (GArray *prints, guint32 uid, const char *message_id, guint64 size, gint64 date)
{
  ImapPrint print = { uid, size, date != 0, date, g_strdup (message_id) };

  g_array_append_val (prints, print);
}

static void
assert_matched (GArray *candidates, GArray *wanted, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  imap_prints_match (candidates, wanted);
  for (guint i = 0; i < wanted->len; i++)
    g_string_append_printf (text, "%s%u", i > 0 ? " " : "", g_array_index (wanted, ImapPrint, i).uid);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_message_ids (void)
{
  g_autoptr (GArray) candidates = imap_prints_new (), wanted = imap_prints_new ();

  add (candidates, 14, "<a>", 10, 5);
  add (candidates, 11, "<b>", 10, 5);
  add (candidates, 12, "<c>", 11, 5); /* rewritten: another size */
  add (candidates, 13, "<d>", 10, 5);
  add (candidates, 15, "<d>", 10, 5);
  add (wanted, 0, "<c>", 10, 0);
  add (wanted, 0, "<a>", 10, 0);
  add (wanted, 0, "<b>", 10, 7); /* the date does not matter */
  add (wanted, 0, "<d>", 10, 0); /* two for one */
  add (wanted, 0, "<e>", 10, 0);
  assert_matched (candidates, wanted, "12 14 11 0 0");
}

static void
test_same_id (void)
{
  g_autoptr (GArray) candidates = imap_prints_new (), wanted = imap_prints_new ();

  add (candidates, 12, "<a>", 10, 5);
  add (candidates, 11, "<a>", 10, 5);
  add (candidates, 13, "<a>", 20, 5);
  add (wanted, 0, "<a>", 20, 0);
  add (wanted, 0, "<a>", 10, 0);
  add (wanted, 0, "<a>", 10, 0);
  assert_matched (candidates, wanted, "13 11 12");
}

static void
test_dates (void)
{
  g_autoptr (GArray) candidates = imap_prints_new (), wanted = imap_prints_new ();

  add (candidates, 11, NULL, 10, 5);
  add (candidates, 12, NULL, 10, 6);
  add (candidates, 13, NULL, 10, 7);
  add (candidates, 14, NULL, 10, 7);
  add (candidates, 15, NULL, 99, 5);
  add (wanted, 0, NULL, 10, 6);
  add (wanted, 0, NULL, 10, 5);
  add (wanted, 0, NULL, 10, 7); /* two for one */
  add (wanted, 0, NULL, 10, 8);
  assert_matched (candidates, wanted, "12 11 0 0");
}

static void
test_no_dates (void)
{
  g_autoptr (GArray) candidates = imap_prints_new (), wanted = imap_prints_new ();

  add (candidates, 12, NULL, 10, 5);
  add (candidates, 11, NULL, 10, 6);
  add (candidates, 13, NULL, 20, 6);
  add (wanted, 0, NULL, 10, 0);
  add (wanted, 0, NULL, 10, 0);
  add (wanted, 0, NULL, 30, 0);
  assert_matched (candidates, wanted, "11 12 0");
}

/* Far too many for looking at pairs: all alike, all different, and without a Message-ID. */
static void
test_many (gconstpointer data)
{
  const guint n = 200000;
  int kind = GPOINTER_TO_INT (data);
  g_autoptr (GArray) candidates = imap_prints_new (), wanted = imap_prints_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *there = kind == 2 ? NULL : g_strdup_printf ("<%u>", kind == 0 ? 0 : i);
      g_autofree char *here = kind == 2 ? NULL : g_strdup_printf ("<%u>", kind == 0 ? 0 : n - 1 - i);

      add (candidates, i + 1, there, 10, i + 1);
      add (wanted, 0, here, 10, n - i);
    }
  imap_prints_match (candidates, wanted);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (g_array_index (wanted, ImapPrint, i).uid, ==, kind == 0 ? i + 1 : n - i);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/print/message-ids", test_message_ids);
  g_test_add_func ("/imap/print/same-id", test_same_id);
  g_test_add_func ("/imap/print/dates", test_dates);
  g_test_add_func ("/imap/print/no-dates", test_no_dates);
  g_test_add_data_func ("/imap/print/many/alike", GINT_TO_POINTER (0), test_many);
  g_test_add_data_func ("/imap/print/many/different", GINT_TO_POINTER (1), test_many);
  g_test_add_data_func ("/imap/print/many/dated", GINT_TO_POINTER (2), test_many);
  return g_test_run ();
}
