/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-batches.h"

#include "exchange-gettext.h"

/* So often in a row a request is repeated that brings nothing forward: somebody is faster each time. */
#define VAIN_MAXIMUM 5

void
exchange_batches_init (ExchangeBatches *self, TaubeFolder *folder, ExchangeBatchFunc run, gpointer data)
{
  self->folder = folder;
  self->account = exchange_folder_get_account (folder);
  self->wire = exchange_account_get_wire (self->account);
  self->run = run;
  self->data = data;
}

void
exchange_batches_clear (ExchangeBatches *self)
{
  g_clear_pointer (&self->what, g_free);
}

void
exchange_outcome_set_failed (ExchangeOutcome *self, const char *id, const GError *problem)
{
  g_autoptr (TaubeIdSet) one = taube_id_set_new ();

  taube_id_set_add (one, id);
  taube_batch_result_set_failed (self->result, one, problem);
}

/* What nothing is known of yet gets PROBLEM. */
static void
set_rest (TaubeBatchResult *result, const char *const *ids, guint n, const GError *problem)
{
  g_autoptr (TaubeIdSet) set = taube_id_set_new ();

  for (guint i = 0; i < n; i++)
    if (taube_batch_result_get_status (result, ids[i]) == TAUBE_BATCH_STATUS_UNKNOWN)
      taube_id_set_add (set, ids[i]);
  if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME))
    taube_batch_result_set_unknown (result, set, problem);
  else
    taube_batch_result_set_failed (result, set, problem);
}

/* (transfer full): those of IDS that are in AGAIN (NULL: all), in the same order */
static GPtrArray *
pick (const char *const *ids, guint n, const TaubeIdSet *again)
{
  GPtrArray *picked = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    if (again == NULL || taube_id_set_contains (again, ids[i]))
      g_ptr_array_add (picked, (gpointer) ids[i]);
  return picked;
}

/* Nothing says what was done: looks, once, and asks for the rest again. FALSE: PROBLEM stays. */
static gboolean
settle (ExchangeBatches *self, const char *const *ids, guint n, ExchangeOutcome *outcome, const GError *problem,
        GCancellable *cancellable)
{
  if (!g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME) || g_cancellable_is_cancelled (cancellable))
    return FALSE;
  if (self->settle != NULL)
    return self->settle (self, ids, n, outcome, cancellable, NULL);
  for (guint i = 0; i < n; i++)
    if (taube_batch_result_get_status (outcome->result, ids[i]) == TAUBE_BATCH_STATUS_UNKNOWN)
      taube_id_set_add (outcome->again, ids[i]);
  return TRUE;
}

/* FALSE: it failed, and RESULT says of each of IDS what became of it unless nothing was done. */
static gboolean
run_batch (ExchangeBatches *self, TaubeBatchResult *result, const char *const *ids, guint n,
           GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) open = pick (ids, n, NULL);
  g_autoptr (GError) silent = NULL;

  self->repeated = FALSE;
  for (guint vain = 0; open->len > 0 && vain < VAIN_MAXIMUM;)
    {
      const char *const *asked = (const char *const *) open->pdata;
      g_autoptr (TaubeIdSet) again = taube_id_set_new ();
      ExchangeOutcome outcome = { result, again };
      g_autoptr (GPtrArray) next = NULL;
      GError *problem = NULL;

      if (!self->run (self, asked, open->len, &outcome, cancellable, &problem))
        {
          if (self->repeated || !settle (self, asked, open->len, &outcome, problem, cancellable))
            {
              /* Of what was to be asked once more, and was not, the first answer counts. */
              set_rest (result, ids, n, problem);
              g_propagate_error (error, problem);
              return FALSE;
            }
          self->repeated = TRUE;
          g_error_free (problem);
        }
      next = pick (asked, open->len, again);
      vain = next->len < open->len ? 0 : vain + 1;
      g_ptr_array_unref (open);
      open = g_steal_pointer (&next);
    }
  silent = g_error_new (TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME, _ ("%s: the server does not say whether it was done"),
                        self->what);
  set_rest (result, ids, n, silent);
  return TRUE;
}

static gboolean
is_nothing_done (TaubeBatchResult *result)
{
  return taube_batch_result_count (result, TAUBE_BATCH_STATUS_DONE) == 0
         && taube_batch_result_count (result, TAUBE_BATCH_STATUS_UNKNOWN) == 0;
}

TaubeBatchResult *
exchange_batches_run (ExchangeBatches *self, const TaubeIdSet *ids, GCancellable *cancellable, GError **error)
{
  g_auto (GStrv) all = taube_id_set_to_strv (ids);
  guint n = g_strv_length (all);
  g_autoptr (TaubeBatchResult) result = taube_batch_result_new (ids);

  for (guint at = 0; at < n; at += self->wire->batch_size)
    {
      const char *const *batch = (const char *const *) all + at;
      guint size = MIN (n - at, self->wire->batch_size);
      GError *problem = NULL;

      if (!run_batch (self, result, batch, size, cancellable, &problem))
        {
          g_autoptr (GError) rest = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("it was not tried: %s"),
                                                 problem->message);

          set_rest (result, batch + size, n - at - size, rest);
          if (is_nothing_done (result))
            {
              g_propagate_error (error, problem);
              return NULL;
            }
          g_error_free (problem);
          break;
        }
      taube_progress_update (self->progress, at + size, n);
    }
  return g_steal_pointer (&result);
}
