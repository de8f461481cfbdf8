/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-folder-impl.h>

G_BEGIN_DECLS

/* The folder's vfuncs with their contract, for a job that holds the lease on SESSION: what TaubeMessage builds its own
 * operations from. */
gboolean taube_folder_run_fetch (TaubeFolder *self, TaubeSession *session, const char *id, const char *section,
                                 guint64 offset, gint64 length, GOutputStream *sink, TaubeProgress *progress,
                                 GCancellable *cancellable, GError **error);
/* NULL with TAUBE_ERROR_NOT_SUPPORTED when the backend has no get_structure. (transfer full) */
TaubePart *taube_folder_run_get_structure (TaubeFolder *self, TaubeSession *session, const char *id,
                                           GCancellable *cancellable, GError **error);
TaubeItem *taube_folder_run_get_item (TaubeFolder *self, TaubeSession *session, const char *id,
                                      GCancellable *cancellable, GError **error);

/* Says no before any traffic, for a folder with whatever content: MAIL_ROW counts for one of mail. */
gboolean taube_folder_require (TaubeFolder *self, gboolean has_function, TaubeCapability mail_row,
                               const char *operation, GError **error);

/* How items are thrown away; for a job that holds the lease. */
gboolean taube_folder_check_discard (TaubeFolder *self, TaubeDiscardMode mode, const char *operation, GError **error);
TaubeBatchResult *taube_folder_run_discard (TaubeFolder *self, TaubeSession *session, const TaubeIdSet *ids,
                                            TaubeDiscardMode mode, TaubeAttempt *attempt, TaubeProgress *progress,
                                            GCancellable *cancellable, GError **error);

G_END_DECLS
