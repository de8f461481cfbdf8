/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-batches.h"

#include "exchange-gettext.h"

/* Removing. */

/* What was to go and is not there any more has gone. */
static void
forgive_missing (ExchangeOutcome *outcome, const char *const *ids, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) problem = taube_batch_result_get_error (outcome->result, ids[i]);

      if (g_error_matches (problem, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND))
        taube_batch_result_set_done (outcome->result, ids[i], NULL);
    }
}

/* For ExchangeBatches.run */
static gboolean
run_remove (ExchangeBatches *batches, const char *const *ids, guint n, ExchangeOutcome *outcome,
            GCancellable *cancellable, GError **error)
{
  const TaubeDiscardMode *mode = batches->data;

  if (!batches->wire->remove (batches->account, ids, n, *mode, batches->what, outcome, cancellable, error))
    return FALSE;
  if (batches->repeated)
    forgive_missing (outcome, ids, n);
  return TRUE;
}

static TaubeBatchResult *
remove_items (TaubeFolder *folder, const TaubeIdSet *ids, TaubeDiscardMode mode, TaubeProgress *progress,
              GCancellable *cancellable, GError **error)
{
  g_auto (ExchangeBatches) batches = { 0 };

  exchange_batches_init (&batches, folder, run_remove, &mode);
  batches.progress = progress;
  batches.what = g_strdup_printf (_ ("cannot remove from folder \"%s\""), taube_folder_get_name (folder));
  return exchange_batches_run (&batches, ids, cancellable, error);
}

/* TaubeFolderClass.remove */
TaubeBatchResult *
exchange_folder_remove (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids, TaubeAttempt *attempt,
                        TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  return remove_items (folder, ids, TAUBE_DISCARD_MODE_FOR_GOOD, progress, cancellable, error);
}

/* TaubeFolderClass.remove_recoverable */
TaubeBatchResult *
exchange_folder_remove_recoverable (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                    TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                                    GError **error)
{
  return remove_items (folder, ids, TAUBE_DISCARD_MODE_RECOVERABLE, progress, cancellable, error);
}
