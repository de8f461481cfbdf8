/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-batch-result.h>

#include <taube/taube-error.h>
#include <taube/taube-id-set.h>
#include <taube-backend/taube-batch-result-impl.h>

#include "base/taube-gettext.h"

#define N_STATUS (TAUBE_BATCH_STATUS_UNKNOWN + 1)

/* Items that share one error. */
typedef struct
{
  TaubeIdSet *ids;
  GError *error;
} Failure;

/**
 * TaubeBatchResult:
 *
 * What became of each item of a bulk operation. Immutable once it is returned, safe between threads.
 */
struct _TaubeBatchResult
{
  gatomicrefcount refs;
  TaubeIdSet *ids[N_STATUS]; /* together all that were asked for, none in two */
  GPtrArray *failures;       /* of Failure; the last that holds an id counts */
  GHashTable *new_ids;       /* id -> new id; NULL: none */
};

G_DEFINE_BOXED_TYPE (TaubeBatchResult, taube_batch_result, taube_batch_result_ref, taube_batch_result_unref)

static void
failure_free (gpointer data)
{
  Failure *failure = data;

  taube_id_set_free (failure->ids);
  g_error_free (failure->error);
  g_free (failure);
}

TaubeBatchResult *
taube_batch_result_new (const TaubeIdSet *ids)
{
  TaubeBatchResult *self = g_new0 (TaubeBatchResult, 1);

  g_atomic_ref_count_init (&self->refs);
  self->ids[TAUBE_BATCH_STATUS_DONE] = taube_id_set_new ();
  self->ids[TAUBE_BATCH_STATUS_FAILED] = taube_id_set_new ();
  self->ids[TAUBE_BATCH_STATUS_UNKNOWN] = taube_id_set_copy (ids);
  self->failures = g_ptr_array_new_with_free_func (failure_free);
  return self;
}

/* Moves those of IDS that were asked for to STATUS; returns which they are. */
static TaubeIdSet *
move_ids (TaubeBatchResult *self, const TaubeIdSet *ids, TaubeBatchStatus status)
{
  g_autoptr (TaubeIdSet) strange = taube_id_set_copy (ids);
  TaubeIdSet *ours = taube_id_set_copy (ids);

  for (guint i = 0; i < N_STATUS; i++)
    taube_id_set_remove_set (strange, self->ids[i]);
  taube_id_set_remove_set (ours, strange);
  for (guint i = 0; i < N_STATUS; i++)
    if (i != status)
      taube_id_set_remove_set (self->ids[i], ours);
  taube_id_set_add_set (self->ids[status], ours);
  return ours;
}

static void
add_failure (TaubeBatchResult *self, TaubeIdSet *ids, const GError *error)
{
  Failure *failure = g_new (Failure, 1);

  failure->ids = ids;
  failure->error = g_error_copy (error);
  g_ptr_array_add (self->failures, failure);
}

/* ID was done; NEW_ID is what it is called where it now is, or NULL. */
void
taube_batch_result_set_done (TaubeBatchResult *self, const char *id, const char *new_id)
{
  const char *const ids[] = { id, NULL };
  g_autoptr (TaubeIdSet) one = NULL, moved = NULL;

  g_return_if_fail (self != NULL && id != NULL);

  one = taube_id_set_new_from_ids (ids);
  moved = move_ids (self, one, TAUBE_BATCH_STATUS_DONE);
  if (new_id != NULL && taube_id_set_get_size (moved) > 0)
    taube_batch_result_set_new_id (self, id, new_id);
}

void
taube_batch_result_set_new_id (TaubeBatchResult *self, const char *id, const char *new_id)
{
  g_return_if_fail (self != NULL && id != NULL && new_id != NULL);

  if (self->new_ids == NULL)
    self->new_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_replace (self->new_ids, g_strdup (id), g_strdup (new_id));
}

void
taube_batch_result_set_done_set (TaubeBatchResult *self, const TaubeIdSet *ids)
{
  g_return_if_fail (self != NULL && ids != NULL);

  taube_id_set_free (move_ids (self, ids, TAUBE_BATCH_STATUS_DONE));
}

void
taube_batch_result_set_failed (TaubeBatchResult *self, const TaubeIdSet *ids, const GError *error)
{
  g_return_if_fail (self != NULL && ids != NULL && error != NULL);

  add_failure (self, move_ids (self, ids, TAUBE_BATCH_STATUS_FAILED), error);
}

void
taube_batch_result_set_unknown (TaubeBatchResult *self, const TaubeIdSet *ids, const GError *error)
{
  g_return_if_fail (self != NULL && ids != NULL && error != NULL);

  add_failure (self, move_ids (self, ids, TAUBE_BATCH_STATUS_UNKNOWN), error);
}

/**
 * taube_batch_result_ref:
 * @self: a result
 *
 * Takes another reference.
 *
 * Returns: (transfer full): @self
 */
TaubeBatchResult *
taube_batch_result_ref (TaubeBatchResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * taube_batch_result_unref:
 * @self: (transfer full): a result
 *
 * Gives a reference back.
 */
void
taube_batch_result_unref (TaubeBatchResult *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < N_STATUS; i++)
    taube_id_set_free (self->ids[i]);
  g_ptr_array_unref (self->failures);
  g_clear_pointer (&self->new_ids, g_hash_table_unref);
  g_free (self);
}

/**
 * taube_batch_result_is_all_done:
 * @self: a result
 *
 * Whether the operation was done for every item.
 *
 * Returns: %TRUE when none failed and none is in doubt
 */
gboolean
taube_batch_result_is_all_done (TaubeBatchResult *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return taube_batch_result_count (self, TAUBE_BATCH_STATUS_FAILED) == 0
         && taube_batch_result_count (self, TAUBE_BATCH_STATUS_UNKNOWN) == 0;
}

/**
 * taube_batch_result_count:
 * @self: a result
 * @status: what may have become of an item
 *
 * For how many items it came out like that.
 *
 * Returns: a count
 */
guint64
taube_batch_result_count (TaubeBatchResult *self, TaubeBatchStatus status)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (status < N_STATUS, 0);

  return taube_id_set_get_size (self->ids[status]);
}

/**
 * taube_batch_result_get_ids:
 * @self: a result
 * @status: what may have become of an item
 *
 * The items for which it came out like that.
 *
 * Returns: (transfer full): their ids
 */
TaubeIdSet *
taube_batch_result_get_ids (TaubeBatchResult *self, TaubeBatchStatus status)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (status < N_STATUS, NULL);

  return taube_id_set_copy (self->ids[status]);
}

/**
 * taube_batch_result_get_status:
 * @self: a result
 * @id: the id of an item
 *
 * What became of one item.
 *
 * Returns: its status; `TAUBE_BATCH_STATUS_FAILED` for an item that was not part of the operation
 */
TaubeBatchStatus
taube_batch_result_get_status (TaubeBatchResult *self, const char *id)
{
  g_return_val_if_fail (self != NULL && id != NULL, TAUBE_BATCH_STATUS_FAILED);

  for (guint i = 0; i < N_STATUS; i++)
    if (taube_id_set_contains (self->ids[i], id))
      return (TaubeBatchStatus) i;
  return TAUBE_BATCH_STATUS_FAILED;
}

/**
 * taube_batch_result_get_new_id:
 * @self: a result
 * @id: the id of an item
 *
 * The id that the item, or its copy, has where the operation put it.
 *
 * Returns: (transfer full) (nullable): an id of the target folder; %NULL when there is none or the server did not tell
 */
char *
taube_batch_result_get_new_id (TaubeBatchResult *self, const char *id)
{
  g_return_val_if_fail (self != NULL && id != NULL, NULL);

  if (self->new_ids == NULL || !taube_id_set_contains (self->ids[TAUBE_BATCH_STATUS_DONE], id))
    return NULL;
  return g_strdup (g_hash_table_lookup (self->new_ids, id));
}

/**
 * taube_batch_result_get_error:
 * @self: a result
 * @id: the id of an item
 *
 * Why it was not done for one item, or why that is in doubt (`TAUBE_ERROR_UNKNOWN_OUTCOME` when the server said
 * nothing about it).
 *
 * Returns: (transfer full) (nullable): the error; %NULL when it was done
 */
GError *
taube_batch_result_get_error (TaubeBatchResult *self, const char *id)
{
  g_return_val_if_fail (self != NULL && id != NULL, NULL);

  if (taube_id_set_contains (self->ids[TAUBE_BATCH_STATUS_DONE], id))
    return NULL;
  for (guint i = self->failures->len; i > 0; i--)
    {
      const Failure *failure = g_ptr_array_index (self->failures, i - 1);

      if (taube_id_set_contains (failure->ids, id))
        return g_error_copy (failure->error);
    }
  if (taube_id_set_contains (self->ids[TAUBE_BATCH_STATUS_UNKNOWN], id))
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME, _ ("item \"%s\": the server said nothing about it"),
                        id);
  return g_error_new (TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, _ ("item \"%s\" was not part of the operation"), id);
}
