/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-batch-result.h>

G_BEGIN_DECLS

/* The outcome of an operation on IDS: unknown for each until one of the functions below tells. The last word counts;
 * ids that were not asked for are ignored. Filled by one thread, then never changed. */
TAUBE_API TaubeBatchResult *taube_batch_result_new (const TaubeIdSet *ids);
TAUBE_API void taube_batch_result_set_done (TaubeBatchResult *self, const char *id, const char *new_id);
TAUBE_API void taube_batch_result_set_done_set (TaubeBatchResult *self, const TaubeIdSet *ids);
/* What ID is called where it now is; for an id that was or will be set done in another way. */
TAUBE_API void taube_batch_result_set_new_id (TaubeBatchResult *self, const char *id, const char *new_id);
TAUBE_API void taube_batch_result_set_failed (TaubeBatchResult *self, const TaubeIdSet *ids, const GError *error);
TAUBE_API void taube_batch_result_set_unknown (TaubeBatchResult *self, const TaubeIdSet *ids, const GError *error);

G_END_DECLS
