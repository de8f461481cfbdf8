/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-journal.h"
#include "pop3-maildrop.h"

#include <string.h>

/* Ids are kept once, for a list and a journal: where they stay, for how long, and what they cost. */

static Pop3Maildrop *
make_drop (guint n, const char *rest, Pop3Texts *texts)
{
  Pop3Maildrop *drop = pop3_maildrop_new (n, texts);

  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u 12345", i);

      g_assert_true (pop3_maildrop_add_list_line (drop, line, strlen (line)));
    }
  pop3_maildrop_begin (drop);
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u %010u%s", i, i, rest);

      g_assert_true (pop3_maildrop_add_uidl_line (drop, line, strlen (line)));
    }
  g_assert_cmpuint (pop3_maildrop_name (drop), ==, 0);
  return drop;
}

static Pop3Journal *
make_journal (void)
{
  gsize whole;

  return pop3_journal_replay ("", 0, &whole, NULL);
}

static void
test_once (void)
{
  g_autoptr (Pop3Texts) texts = pop3_texts_new ();
  g_autofree char *endless = g_strnfill (100000, 'x');
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  const char *empty = pop3_texts_add (texts, "", 0);

  g_assert_cmpstr (empty, ==, "");
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%.*s%u", (int) (i % 97), endless, i);
      const char *kept;

      g_assert_null (pop3_texts_find (texts, text));
      kept = pop3_texts_add (texts, text, strlen (text));
      g_assert_cmpstr (kept, ==, text);
      g_assert_cmpuint (pop3_texts_get_row (kept), ==, 0);
      pop3_texts_set_row (kept, i);
      g_ptr_array_add (all, (gpointer) kept);
      /* One that needs a block of its own. */
      if (i % 5000 == 0)
        g_assert_cmpuint (strlen (pop3_texts_add (texts, endless, 50000 + i)), ==, 50000 + i);
    }
  for (guint i = 0; i < all->len; i++)
    {
      g_autofree char *text = g_strdup_printf ("%.*s%u", (int) (i % 97), endless, i);

      g_assert_true (pop3_texts_find (texts, text) == all->pdata[i]);
      g_assert_true (pop3_texts_add (texts, text, strlen (text)) == all->pdata[i]);
      g_assert_cmpuint (pop3_texts_get_row (all->pdata[i]), ==, i);
    }
  g_assert_true (pop3_texts_find (texts, "") == empty);
  g_assert_cmpuint (strlen (pop3_texts_find (texts, endless + 50000)), ==, 50000);
  g_assert_null (pop3_texts_find (texts, endless));
  /* A text may be the beginning of another. */
  g_assert_cmpstr (pop3_texts_add (texts, "abcdef", 3), ==, "abc");
  g_assert_null (pop3_texts_find (texts, "abcdef"));
  g_assert_null (pop3_texts_find (texts, "ab"));
}

/* The list is there when the journal, and the folder that had it open, are gone. */
static void
test_outlives (void)
{
  Pop3Journal *journal = make_journal ();
  g_autoptr (Pop3Maildrop) drop = make_drop (1000, "", pop3_journal_get_texts (journal));
  Pop3JournalEntry *entry;
  guint position;

  for (guint i = 0; i < 1000; i++)
    {
      entry = pop3_journal_add (journal, pop3_maildrop_get_id (drop, i), 1);
      g_assert_true (entry->id == pop3_maildrop_get_id (drop, i));
    }
  entry = pop3_journal_find (journal, "0000000007");
  pop3_journal_rename (journal, entry, "other");
  g_assert_null (pop3_journal_find (journal, "0000000007"));
  g_assert_true (pop3_journal_find (journal, "other") == entry);
  pop3_journal_unref (journal);
  g_assert_cmpstr (pop3_maildrop_get_id (drop, 6), ==, "0000000007");
  g_assert_true (pop3_maildrop_find (drop, "0000001000", &position));
  g_assert_cmpuint (position, ==, 999);
}

/* A list that was made before the journal was opened. */
static void
test_share (void)
{
  g_autoptr (Pop3Journal) journal = make_journal ();
  g_autoptr (Pop3Maildrop) drop = make_drop (100, "", NULL);
  const char *known = pop3_journal_add (journal, "0000000050", 1)->id;
  guint position;

  g_assert_true (pop3_maildrop_get_id (drop, 49) != known);
  pop3_maildrop_share (drop, pop3_journal_get_texts (journal));
  g_assert_true (pop3_maildrop_get_id (drop, 49) == known);
  g_assert_cmpstr (pop3_maildrop_get_id (drop, 99), ==, "0000000100");
  g_assert_null (pop3_journal_find (journal, "0000000100"));
  g_assert_true (pop3_maildrop_find (drop, "0000000100", &position));
  pop3_maildrop_share (drop, pop3_journal_get_texts (journal));
  g_assert_true (pop3_maildrop_get_id (drop, 49) == known);
}

#define THREADS 4

static gpointer
add_many (gpointer data)
{
  Pop3Texts *texts = data;
  GPtrArray *kept = g_ptr_array_new ();

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *text = g_strdup_printf ("id-%u", i);

      g_ptr_array_add (kept, (gpointer) pop3_texts_add (texts, text, strlen (text)));
      g_assert_true (pop3_texts_find (texts, text) == kept->pdata[i]);
    }
  pop3_texts_unref (texts);
  return kept;
}

static void
test_threads (void)
{
  Pop3Texts *texts = pop3_texts_new ();
  GThread *threads[THREADS];
  GPtrArray *kept[THREADS];

  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("texts", add_many, pop3_texts_ref (texts));
  for (guint i = 0; i < THREADS; i++)
    {
      kept[i] = g_thread_join (threads[i]);
      g_assert_cmpmem (kept[0]->pdata, 5000 * sizeof (gpointer), kept[i]->pdata, 5000 * sizeof (gpointer));
    }
  for (guint i = 0; i < THREADS; i++)
    g_ptr_array_unref (kept[i]);
  pop3_texts_unref (texts);
}

/* The list and the journal of the same messages, with the longest UIDLs: under 200 bytes a message. */
static void
test_memory (void)
{
  const guint n = 100000;
  g_autofree char *rest = g_strnfill (60, 'u');
  g_autoptr (Pop3Journal) journal = make_journal ();
  Pop3Texts *texts = pop3_journal_get_texts (journal);
  g_autoptr (Pop3Maildrop) drop = make_drop (n, rest, texts);
  gsize bytes;

  for (guint i = 0; i < n; i++)
    pop3_journal_add (journal, pop3_maildrop_get_id (drop, i), 1);
  bytes = pop3_maildrop_get_memory (drop) + pop3_journal_get_memory (journal) - pop3_texts_get_memory (texts);
  g_test_message ("%.1f bytes a message", (double) bytes / n);
  g_assert_cmpuint (bytes, <, 200 * n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/texts/once", test_once);
  g_test_add_func ("/pop3/texts/outlives", test_outlives);
  g_test_add_func ("/pop3/texts/share", test_share);
  g_test_add_func ("/pop3/texts/threads", test_threads);
  g_test_add_func ("/pop3/texts/memory", test_memory);
  return g_test_run ();
}
