/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-batches.h"

#include "exchange-gettext.h"

/* Moving and copying. What an item has in common with its copies is read before, so that they can be found in the
 * target when the answer is lost, or names no new ids. */

typedef struct
{
  const char *target_id;
  gboolean copy;
  GHashTable *traces; /* id -> trace */
  GHashTable *before; /* ids of what was in the target already, for a copy */
} Transfer;

/* One request. */
typedef struct
{
  Transfer *transfer;
  const char *const *ids;
  ExchangeOutcome *outcome; /* NULL: who is gone is noted alone */
  GPtrArray *there;         /* of const char*: those that are in the source */
} Look;

/* For ExchangeStateFunc */
static void
on_state (guint index, const ExchangeItemState *state, const GError *problem, gpointer user_data)
{
  Look *look = user_data;
  const char *id = look->ids[index];

  if (state == NULL)
    {
      if (look->outcome != NULL)
        exchange_outcome_set_failed (look->outcome, id, problem);
      return;
    }
  g_ptr_array_add (look->there, (gpointer) id);
  if (state->trace != NULL)
    g_hash_table_replace (look->transfer->traces, g_strdup (id), g_strdup (state->trace));
}

/* (transfer full): the traces of IDS, each once */
static GPtrArray *
collect_traces (Transfer *transfer, const char *const *ids, guint n)
{
  GPtrArray *traces = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n; i++)
    {
      char *trace = g_hash_table_lookup (transfer->traces, ids[i]);

      if (trace != NULL && g_hash_table_add (seen, trace))
        g_ptr_array_add (traces, trace);
    }
  return traces;
}

/* For ExchangeFoundFunc: FOUND has a queue of ids for each trace. */
static void
on_found (const char *trace, const char *id, gpointer user_data)
{
  GHashTable *found = user_data;
  GQueue *queue = trace != NULL ? g_hash_table_lookup (found, trace) : NULL;

  if (trace == NULL)
    return;
  if (queue == NULL)
    {
      queue = g_queue_new ();
      g_hash_table_insert (found, g_strdup (trace), queue);
    }
  g_queue_push_tail (queue, g_strdup (id));
}

static void
free_queue (gpointer data)
{
  g_queue_free_full (data, g_free);
}

/* Which items with the traces of IDS are in the target now and were not before. NULL with ERROR. */
static GHashTable *
look_into_target (ExchangeBatches *batches, const char *const *ids, guint n, GCancellable *cancellable,
                  GError **error)
{
  Transfer *transfer = batches->data;
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_queue);
  g_autoptr (GPtrArray) traces = collect_traces (transfer, ids, n);
  GHashTableIter iter;
  GQueue *queue;

  if (!batches->wire->find_traces (batches->account, transfer->target_id, (const char *const *) traces->pdata,
                                   traces->len, batches->what, on_found, found, cancellable, error))
    return NULL;
  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &queue))
    for (guint left = queue->length; left > 0; left--)
      {
        char *id = g_queue_pop_head (queue);

        if (g_hash_table_contains (transfer->before, id))
          g_free (id);
        else
          g_queue_push_tail (queue, id);
      }
  return g_steal_pointer (&found);
}

/* The item that ID became, if that is certain, is told. FALSE: there is none. */
static gboolean
settle_one (Transfer *transfer, GHashTable *found, const char *id, ExchangeOutcome *outcome)
{
  const char *trace = g_hash_table_lookup (transfer->traces, id);
  GQueue *queue = trace != NULL ? g_hash_table_lookup (found, trace) : NULL;
  g_autofree char *new_id = NULL;

  if (queue == NULL || queue->length == 0)
    return FALSE;
  /* Of what was moved there may have been a copy in the target before. */
  if (transfer->copy || queue->length == 1)
    new_id = g_queue_pop_head (queue);
  taube_batch_result_set_done (outcome->result, id, new_id);
  return TRUE;
}

/* For ExchangeBatches.settle: what is not in the source any more and is in the target was moved; of copies one more is
 * in the target. */
static gboolean
settle_transfer (ExchangeBatches *batches, const char *const *ids, guint n, ExchangeOutcome *outcome,
                 GCancellable *cancellable, GError **error)
{
  Transfer *transfer = batches->data;
  g_autoptr (GPtrArray) there = g_ptr_array_new ();
  g_autoptr (GHashTable) found = NULL;
  Look look = { transfer, ids, NULL, there };

  if (!batches->wire->get_states (batches->account, ids, n, batches->what, on_state, &look, cancellable, error))
    return FALSE;
  found = look_into_target (batches, ids, n, cancellable, error);
  if (found == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      gboolean stays = g_ptr_array_find (there, ids[i], NULL);

      if (taube_batch_result_get_status (outcome->result, ids[i]) != TAUBE_BATCH_STATUS_UNKNOWN)
        continue;
      if (!transfer->copy && stays)
        taube_id_set_add (outcome->again, ids[i]);
      else if (!settle_one (transfer, found, ids[i], outcome) && transfer->copy
               && g_hash_table_contains (transfer->traces, ids[i]))
        taube_id_set_add (outcome->again, ids[i]);
    }
  return TRUE;
}

/* What was done and has no new id, because the server does not tell it, is looked for; that it was done is certain. */
static void
find_new_ids (ExchangeBatches *batches, const char *const *ids, guint n, ExchangeOutcome *outcome,
              GCancellable *cancellable)
{
  g_autoptr (GPtrArray) nameless = g_ptr_array_new ();
  g_autoptr (GHashTable) found = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *new_id = taube_batch_result_get_new_id (outcome->result, ids[i]);

      if (new_id == NULL && taube_batch_result_get_status (outcome->result, ids[i]) == TAUBE_BATCH_STATUS_DONE)
        g_ptr_array_add (nameless, (gpointer) ids[i]);
    }
  if (nameless->len == 0)
    return;
  found = look_into_target (batches, (const char *const *) nameless->pdata, nameless->len, cancellable, NULL);
  for (guint i = 0; i < nameless->len && found != NULL; i++)
    settle_one (batches->data, found, nameless->pdata[i], outcome);
}

/* What is in the target already is not what a copy becomes. */
static gboolean
note_before (ExchangeBatches *batches, GPtrArray *ids, GCancellable *cancellable, GError **error)
{
  Transfer *transfer = batches->data;
  g_autoptr (GHashTable) found
    = look_into_target (batches, (const char *const *) ids->pdata, ids->len, cancellable, error);
  GHashTableIter iter;
  GQueue *queue;

  if (found == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &queue))
    while (queue->length > 0)
      g_hash_table_add (transfer->before, g_queue_pop_head (queue));
  return TRUE;
}

/* For ExchangeBatches.run */
static gboolean
run_transfer (ExchangeBatches *batches, const char *const *ids, guint n, ExchangeOutcome *outcome,
              GCancellable *cancellable, GError **error)
{
  Transfer *transfer = batches->data;
  g_autoptr (GPtrArray) there = g_ptr_array_new ();
  Look look = { transfer, ids, outcome, there };

  if (!batches->wire->get_states (batches->account, ids, n, batches->what, on_state, &look, cancellable, error))
    return FALSE;
  if (there->len == 0)
    return TRUE;
  if (transfer->copy && !batches->repeated && !note_before (batches, there, cancellable, error))
    return FALSE;
  if (!batches->wire->transfer (batches->account, (const char *const *) there->pdata, there->len, transfer->target_id,
                                transfer->copy, batches->what, outcome, cancellable, error))
    return FALSE;
  find_new_ids (batches, (const char *const *) there->pdata, there->len, outcome, cancellable);
  return TRUE;
}

/* The target may have been deleted, and made anew under its name: the next one looks for it. RESULT may be NULL. */
static void
note_missing (TaubeFolder *target, const TaubeIdSet *ids, TaubeBatchResult *result, const GError *problem)
{
  g_auto (GStrv) all = taube_id_set_to_strv (ids);

  exchange_folder_note_failure (target, problem);
  for (guint i = 0; result != NULL && all[i] != NULL; i++)
    {
      g_autoptr (GError) refusal = taube_batch_result_get_error (result, all[i]);

      exchange_folder_note_failure (target, refusal);
    }
}

static TaubeBatchResult *
run (TaubeFolder *folder, const TaubeIdSet *ids, TaubeFolder *target, gboolean copy, TaubeProgress *progress,
     GCancellable *cancellable, GError **error)
{
  g_auto (ExchangeBatches) batches = { 0 };
  g_autoptr (GHashTable) traces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) before = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Transfer transfer = { NULL, copy, traces, before };
  g_autofree char *target_id = NULL;
  TaubeBatchResult *result;
  GError *problem = NULL;

  exchange_batches_init (&batches, folder, run_transfer, &transfer);
  batches.settle = settle_transfer;
  batches.progress = progress;
  batches.what = g_strdup_printf (copy ? _ ("cannot copy from folder \"%s\" to \"%s\"")
                                       : _ ("cannot move from folder \"%s\" to \"%s\""),
                                  taube_folder_get_name (folder), taube_folder_get_name (target));
  target_id = exchange_account_find_folder_id (batches.account, target, cancellable, error);
  transfer.target_id = target_id;
  if (target_id == NULL)
    return NULL;
  result = exchange_batches_run (&batches, ids, cancellable, &problem);
  if (problem != NULL || taube_batch_result_count (result, TAUBE_BATCH_STATUS_FAILED) > 0)
    note_missing (target, ids, result, problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return result;
}

/* TaubeFolderClass.copy */
TaubeBatchResult *
exchange_folder_copy (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFolder *target,
                      TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  return run (folder, ids, target, TRUE, progress, cancellable, error);
}

/* TaubeFolderClass.move */
TaubeBatchResult *
exchange_folder_move (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeFolder *target,
                      TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  return run (folder, ids, target, FALSE, progress, cancellable, error);
}
