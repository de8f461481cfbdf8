/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* THREAD: the forest is sound whatever comes, and stays so when it is filtered, sorted, turned round and cut. */
#include "imap-decode-thread.h"
#include "imap-fuzz.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (const TaubeForest *forest)
{
  guint32 thread = 0;

  for (guint i = 0; i < forest->n_nodes; i++)
    {
      const TaubeForestNode *node = &forest->nodes[i];

      g_assert_cmpuint (node->thread, >=, thread);
      g_assert_cmpuint (node->thread, <, forest->n_threads);
      thread = node->thread;
      if (node->parent == TAUBE_FOREST_NONE)
        {
          g_assert_cmpuint (node->depth, <=, 1);
          continue;
        }
      g_assert_cmpuint (node->parent, <, i);
      g_assert_cmpuint (forest->nodes[node->parent].thread, ==, node->thread);
      g_assert_cmpuint (forest->nodes[node->parent].depth + 1, ==, node->depth);
    }
}

static gboolean
keep (guint32 number, gpointer user_data)
{
  return number % 3 != 0;
}

static guint
rank (guint32 number, gpointer user_data)
{
  return number * 2654435761u;
}

static void
on_response (ImapReader *reader, const ImapResponse *response, gpointer user_data)
{
  g_autoptr (TaubeForest) forest = taube_forest_new ();

  imap_decode_thread (response, forest);
  check (forest);
  taube_forest_filter (forest, keep, NULL);
  check (forest);
  taube_forest_sort (forest, rank, NULL);
  check (forest);
  taube_forest_reverse (forest);
  check (forest);
  taube_forest_cut (forest, 1, 3);
  check (forest);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  imap_fuzz_feed (data, size, MAX (size, 1), NULL, on_response, NULL);
  return 0;
}
