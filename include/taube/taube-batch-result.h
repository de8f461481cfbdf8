/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_BATCH_RESULT (taube_batch_result_get_type ())
TAUBE_API GType taube_batch_result_get_type (void);

TAUBE_API TaubeBatchResult *taube_batch_result_ref (TaubeBatchResult *self);
TAUBE_API void taube_batch_result_unref (TaubeBatchResult *self);
TAUBE_API gboolean taube_batch_result_is_all_done (TaubeBatchResult *self);
TAUBE_API guint64 taube_batch_result_count (TaubeBatchResult *self, TaubeBatchStatus status);
TAUBE_API TaubeIdSet *taube_batch_result_get_ids (TaubeBatchResult *self, TaubeBatchStatus status);
TAUBE_API TaubeBatchStatus taube_batch_result_get_status (TaubeBatchResult *self, const char *id);
TAUBE_API char *taube_batch_result_get_new_id (TaubeBatchResult *self, const char *id);
TAUBE_API GError *taube_batch_result_get_error (TaubeBatchResult *self, const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeBatchResult, taube_batch_result_unref)

G_END_DECLS
