/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-search-impl.h>

#include <string.h>

TaubeForest *
taube_forest_new (void)
{
  return g_new0 (TaubeForest, 1);
}

void
taube_forest_free (TaubeForest *self)
{
  g_free (self->nodes);
  g_free (self);
}

/* What is added from now on is in another thread. */
guint
taube_forest_begin_thread (TaubeForest *self)
{
  return self->n_threads++;
}

/* Adds a message to the thread begun last, and returns its place. */
guint32
taube_forest_add (TaubeForest *self, guint32 number, guint32 parent, guint32 depth)
{
  if (self->n_nodes == self->n_allocated)
    {
      self->n_allocated = MAX (64, self->n_allocated + self->n_allocated / 2);
      self->nodes = g_renew (TaubeForestNode, self->nodes, self->n_allocated);
    }
  self->nodes[self->n_nodes] = (TaubeForestNode){ number, MAX (self->n_threads, 1) - 1, parent, depth };
  return self->n_nodes++;
}

/* Where the thread that begins at FIRST ends. */
static guint
find_end (const TaubeForest *self, guint first)
{
  guint end = first;

  while (end < self->n_nodes && self->nodes[end].thread == self->nodes[first].thread)
    end++;
  return end;
}

/* Copies nodes FIRST to END behind each other to OUT, as thread THREAD. */
static void
move_thread (const TaubeForest *self, guint first, guint end, TaubeForestNode *out, guint at, guint thread)
{
  for (guint i = first; i < end; i++)
    {
      TaubeForestNode node = self->nodes[i];

      node.thread = thread;
      if (node.parent != TAUBE_FOREST_NONE)
        node.parent = node.parent - first + at;
      out[at + i - first] = node;
    }
}

void
taube_forest_filter (TaubeForest *self, gboolean (*keep) (guint32 number, gpointer user_data), gpointer user_data)
{
  g_autofree guint32 *places = g_new (guint32, self->n_nodes + 1); /* of each old node, or of the one it answered */
  guint n = 0, n_threads = 0;
  guint32 last_thread = TAUBE_FOREST_NONE;

  for (guint i = 0; i < self->n_nodes; i++)
    {
      TaubeForestNode node = self->nodes[i];
      guint32 parent = node.parent != TAUBE_FOREST_NONE ? places[node.parent] : TAUBE_FOREST_NONE;

      places[i] = parent;
      if (!keep (node.number, user_data))
        continue;
      if (node.thread != last_thread)
        n_threads++;
      last_thread = node.thread;
      node.thread = n_threads - 1;
      node.depth = parent != TAUBE_FOREST_NONE ? self->nodes[parent].depth + 1 : MIN (node.depth, 1);
      node.parent = parent;
      places[i] = n;
      self->nodes[n++] = node;
    }
  self->n_nodes = n;
  self->n_threads = n_threads;
}

typedef struct
{
  guint first;
  guint end;
  guint rank;
} Thread;

static Thread *
list_threads (const TaubeForest *self)
{
  Thread *threads = g_new (Thread, self->n_threads + 1);
  guint first = 0;

  for (guint i = 0; i < self->n_threads; i++)
    {
      threads[i] = (Thread){ first, find_end (self, first), i };
      first = threads[i].end;
    }
  return threads;
}

static int
compare_ranks (gconstpointer first, gconstpointer second, gpointer user_data)
{
  const Thread *a = first, *b = second;

  return (a->rank > b->rank) - (a->rank < b->rank);
}

static void
take_order (TaubeForest *self, const Thread *threads)
{
  TaubeForestNode *nodes = g_new (TaubeForestNode, self->n_allocated);
  guint at = 0;

  for (guint i = 0; i < self->n_threads; i++)
    {
      move_thread (self, threads[i].first, threads[i].end, nodes, at, i);
      at += threads[i].end - threads[i].first;
    }
  g_free (self->nodes);
  self->nodes = nodes;
}

void
taube_forest_sort (TaubeForest *self, guint (*rank) (guint32 number, gpointer user_data), gpointer user_data)
{
  g_autofree Thread *threads = list_threads (self);

  for (guint i = 0; i < self->n_threads; i++)
    {
      threads[i].rank = G_MAXUINT;
      for (guint j = threads[i].first; j < threads[i].end; j++)
        threads[i].rank = MIN (threads[i].rank, rank (self->nodes[j].number, user_data));
    }
  g_qsort_with_data (threads, (gint) self->n_threads, sizeof (Thread), compare_ranks, NULL);
  take_order (self, threads);
}

void
taube_forest_reverse (TaubeForest *self)
{
  g_autofree Thread *threads = list_threads (self);

  for (guint i = 0; i < self->n_threads; i++)
    threads[i].rank = self->n_threads - i;
  g_qsort_with_data (threads, (gint) self->n_threads, sizeof (Thread), compare_ranks, NULL);
  take_order (self, threads);
}

void
taube_forest_cut (TaubeForest *self, guint64 first, guint64 n)
{
  g_autofree Thread *threads = list_threads (self);
  guint from = (guint) MIN (first, self->n_threads);
  guint to = n < self->n_threads - from ? from + (guint) n : self->n_threads;

  memmove (threads, threads + from, (to - from) * sizeof (Thread));
  self->n_threads = to - from;
  take_order (self, threads);
  self->n_nodes = 0;
  for (guint i = 0; i < self->n_threads; i++)
    self->n_nodes += threads[i].end - threads[i].first;
}
