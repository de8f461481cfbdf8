/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-search-impl.h>

#include <taube/taube-item-list.h>

#define N_STEPS (TAUBE_SEARCH_STEP_THREAD + 1)

/**
 * TaubeSearchResult:
 *
 * What a search found: a list in the order that was asked for, the threads in it, and what of the work was done by the
 * server. Immutable, safe between threads.
 */
struct _TaubeSearchResult
{
  GObject parent_instance;
  TaubeItemList *list;
  guint64 total;
  TaubeForestNode *nodes; /* one for each row; NULL without threads */
  guint n_nodes;
  guint n_threads;
  TaubeSearchPlace places[N_STEPS];
  char *reasons[N_STEPS];
};

typedef struct
{
  GObjectClass parent_class;
} TaubeSearchResultClass;

G_DEFINE_FINAL_TYPE (TaubeSearchResult, taube_search_result, G_TYPE_OBJECT)

static void
taube_search_result_finalize (GObject *object)
{
  TaubeSearchResult *self = (TaubeSearchResult *) object;

  g_object_unref (self->list);
  g_free (self->nodes);
  for (guint i = 0; i < N_STEPS; i++)
    g_free (self->reasons[i]);
  G_OBJECT_CLASS (taube_search_result_parent_class)->finalize (object);
}

static void
taube_search_result_class_init (TaubeSearchResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = taube_search_result_finalize;
}

static void
taube_search_result_init (TaubeSearchResult *self)
{
}

TaubeSearchResult *
taube_search_result_new (TaubeItemList *list, const TaubeForest *forest, guint64 total)
{
  TaubeSearchResult *self = g_object_new (TAUBE_TYPE_SEARCH_RESULT, NULL);

  self->list = g_object_ref (list);
  self->total = total;
  if (forest == NULL)
    return self;
  g_warn_if_fail (forest->n_nodes == taube_item_list_get_size (list));
  self->nodes = g_memdup2 (forest->nodes, forest->n_nodes * sizeof (TaubeForestNode));
  self->n_nodes = forest->n_nodes;
  self->n_threads = forest->n_threads;
  return self;
}

void
taube_search_result_set_place (TaubeSearchResult *self, TaubeSearchStep step, TaubeSearchPlace place,
                               const char *reason)
{
  g_return_if_fail (TAUBE_IS_SEARCH_RESULT (self) && step < N_STEPS);
  self->places[step] = place;
  g_free (self->reasons[step]);
  self->reasons[step] = g_strdup (reason);
}

/**
 * taube_search_result_get_list:
 *
 * What was found, as far as it was asked for, in its order.
 *
 * Returns: (transfer none): the list; for mail a [class@MessageList]
 */
TaubeItemList *
taube_search_result_get_list (TaubeSearchResult *self)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_RESULT (self), NULL);
  return self->list;
}

/**
 * taube_search_result_get_total:
 *
 * How many items match, also those beyond the limit of the request.
 *
 * Returns: their number
 */
guint64
taube_search_result_get_total (TaubeSearchResult *self)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_RESULT (self), 0);
  return self->total;
}

/**
 * taube_search_result_get_n_threads:
 *
 * How many threads are in the list.
 *
 * Returns: their number; 0 when none were asked for
 */
guint
taube_search_result_get_n_threads (TaubeSearchResult *self)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_RESULT (self), 0);
  return self->n_threads;
}

/**
 * taube_search_result_get_thread:
 * @position: of a row
 *
 * Which thread a row belongs to. The rows of a thread follow each other.
 *
 * Returns: the number of the thread, from 0; without threads always 0
 */
guint
taube_search_result_get_thread (TaubeSearchResult *self, guint position)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_RESULT (self), 0);
  return position < self->n_nodes ? self->nodes[position].thread : 0;
}

/**
 * taube_search_result_get_depth:
 * @position: of a row
 *
 * How far down in its thread a row is. Above 0 without a parent, it answers a message that was not found.
 *
 * Returns: 0 for the beginning of a thread
 */
guint
taube_search_result_get_depth (TaubeSearchResult *self, guint position)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_RESULT (self), 0);
  return position < self->n_nodes ? self->nodes[position].depth : 0;
}

/**
 * taube_search_result_get_parent:
 * @position: of a row
 * @parent_out: (out): the position of the row that it answers, which comes before it
 *
 * What a row answers.
 *
 * Returns: %FALSE when it answers none of the others
 */
gboolean
taube_search_result_get_parent (TaubeSearchResult *self, guint position, guint *parent_out)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_RESULT (self), FALSE);
  *parent_out = position < self->n_nodes ? self->nodes[position].parent : TAUBE_FOREST_NONE;
  return *parent_out != TAUBE_FOREST_NONE;
}

/**
 * taube_search_result_get_place:
 * @step: of the search
 *
 * Where a step was done.
 *
 * Returns: where
 */
TaubeSearchPlace
taube_search_result_get_place (TaubeSearchResult *self, TaubeSearchStep step)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_RESULT (self) && step < N_STEPS, TAUBE_SEARCH_PLACE_NOWHERE);
  return self->places[step];
}

/**
 * taube_search_result_get_reason:
 * @step: of the search
 *
 * Why a step was not done by the server alone, or on less than the whole folder.
 *
 * Returns: (nullable): the reason, in English; %NULL when there is nothing to say
 */
const char *
taube_search_result_get_reason (TaubeSearchResult *self, TaubeSearchStep step)
{
  g_return_val_if_fail (TAUBE_IS_SEARCH_RESULT (self) && step < N_STEPS, NULL);
  return self->reasons[step];
}
