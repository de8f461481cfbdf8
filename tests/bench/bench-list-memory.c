/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../support/message-corpus.h"

#include <malloc.h>
#include <stdlib.h>

/* Builds a list of the fixed corpus and prints what it takes.
 *
 * usage: bench-list-memory [ROWS]
 *
 * Under callgrind, instructions a message are the difference of two runs with different ROWS divided by the rows. */

static gsize
allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

static TaubeMessageList *
make_list (guint n_rows, TaubeListFields fields)
{
  TaubeMessageListBuilder *builder = taube_message_list_builder_new (NULL, fields);
  MessageCorpus corpus = { 1 };

  for (guint i = 0; i < n_rows; i++)
    message_corpus_add (&corpus, builder, i + 1);
  return taube_message_list_builder_end (builder);
}

static void
print (const char *what, guint n_rows, TaubeListFields fields)
{
  gint64 start = g_get_monotonic_time ();
  gsize before = allocated ();
  g_autoptr (TaubeMessageList) list = make_list (n_rows, fields);
  gsize bytes = allocated () - before;

  g_print ("%-28s %8.1f bytes a message, %6.2f us\n", what, (double) bytes / n_rows,
           (double) (g_get_monotonic_time () - start) / n_rows);
}

int
main (int argc, char **argv)
{
  guint n_rows = argc > 1 ? (guint) atoi (argv[1]) : 100000;

  g_object_unref (make_list (1, TAUBE_LIST_FIELDS_DEFAULT));
  print ("all columns", n_rows, TAUBE_LIST_FIELDS_DEFAULT);
  if (argc > 1)
    return 0;
  print ("without strings", n_rows, TAUBE_LIST_FIELDS_DEFAULT & ~TAUBE_LIST_FIELDS_ENVELOPE);
  print ("ids alone", n_rows, TAUBE_LIST_FIELDS_NONE);
  return 0;
}
