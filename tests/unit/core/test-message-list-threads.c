/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../../support/message-corpus.h"

#define N_THREADS 8
#define N_ROWS 9000

static TaubeMessageList *
make_list (guint *sum_out)
{
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (NULL, TAUBE_LIST_FIELDS_DEFAULT);
  MessageCorpus corpus = { 3 };
  TaubeMessageList *list;

  /* Numbers in an order that makes the index a table of hashes. */
  for (guint i = 0; i < N_ROWS; i++)
    message_corpus_add (&corpus, builder, 1 + (i * 7919u) % 104729);
  list = taube_message_list_builder_end (builder);
  *sum_out = 0;
  for (guint i = 0; i < N_ROWS; i++)
    *sum_out += strlen (taube_message_list_get_subject (list, i));
  return list;
}

typedef struct
{
  TaubeMessageList *list;
  guint sum;
  guint number;
} Reader;

static gpointer
read_all (gpointer data)
{
  Reader *self = data;
  guint sum = 0;

  for (guint i = 0; i < N_ROWS; i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (self->list), i);
      guint position;

      sum += strlen (taube_message_list_get_subject (self->list, i));
      g_assert_true (taube_item_list_find (TAUBE_ITEM_LIST (self->list), id, &position));
      g_assert_cmpuint (position, ==, i);
    }
  g_assert_cmpuint (sum, ==, self->sum);
  return NULL;
}

/* All threads get, look at and drop the same few messages. */
static gpointer
take_items (gpointer data)
{
  Reader *self = data;

  for (guint i = 0; i < 20000; i++)
    {
      guint position = (i + self->number) % 5;
      g_autoptr (TaubeMessage) message = taube_message_new_from_list (self->list, position);
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (self->list), position);
      g_autoptr (TaubeMessage) again = taube_message_new_from_list (self->list, position);

      g_assert_true (message == again);
      g_assert_cmpstr (taube_item_get_id (TAUBE_ITEM (message)), ==, id);
      g_assert_true (taube_message_get_subject (message) == taube_message_list_get_subject (self->list, position));
    }
  return NULL;
}

static void
run_threads (GThreadFunc func)
{
  guint sum;
  g_autoptr (TaubeMessageList) list = make_list (&sum);
  Reader readers[N_THREADS];
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    {
      readers[i] = (Reader){ list, sum, i };
      threads[i] = g_thread_new ("reader", func, &readers[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

static void
test_readers (void)
{
  run_threads (read_all);
}

static void
test_items (void)
{
  run_threads (take_items);
}

static gpointer
read_chunk (gpointer data)
{
  g_autoptr (TaubeMessageList) chunk = data;
  guint size = taube_item_list_get_size (TAUBE_ITEM_LIST (chunk));
  guint n = 0;

  for (guint i = 0; i < size; i++)
    {
      g_autoptr (TaubeMessage) message = taube_message_new_from_list (chunk, i);

      n += taube_message_get_from (message) != NULL;
      for (const char *const *k = taube_message_get_keywords (message); *k != NULL; k++)
        g_assert_cmpuint (strlen (*k), >, 0);
    }
  return GUINT_TO_POINTER (n);
}

/* Chunks are read while the builder goes on with what they share. */
static void
test_chunks (void)
{
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (NULL, TAUBE_LIST_FIELDS_DEFAULT);
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();
  MessageCorpus corpus = { 5 };
  guint n = 0;

  for (guint i = 1; i <= N_ROWS; i++)
    {
      message_corpus_add (&corpus, builder, i);
      if (i % 1000 == 0)
        {
          taube_message_list_builder_reverse (builder, i - 1000);
          g_ptr_array_add (threads, g_thread_new ("chunk", read_chunk,
                                                  taube_message_list_builder_peek (builder, i - 1000)));
        }
    }
  taube_message_list_builder_free (builder);
  for (guint i = 0; i < threads->len; i++)
    n += GPOINTER_TO_UINT (g_thread_join (threads->pdata[i]));
  g_assert_cmpuint (n, ==, N_ROWS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-list-threads/readers", test_readers);
  g_test_add_func ("/message-list-threads/items", test_items);
  g_test_add_func ("/message-list-threads/chunks", test_chunks);
  return g_test_run ();
}
