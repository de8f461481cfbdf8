/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_SPOOL (taube_spool_get_type ())
#define TAUBE_IS_SPOOL(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_SPOOL))
TAUBE_API GType taube_spool_get_type (void);

/* What every folder can be asked; one whose backend lacks the interface says TAUBE_ERROR_NOT_SUPPORTED. */
TAUBE_API gboolean taube_folder_open_journal (TaubeFolder *self, const char *path, TaubeJournalFlags flags,
                                              GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_open_journal_async (TaubeFolder *self, const char *path, TaubeJournalFlags flags,
                                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                                gpointer user_data);
TAUBE_API gboolean taube_folder_open_journal_finish (TaubeFolder *self, GAsyncResult *result, GError **error);
TAUBE_API gboolean taube_folder_has_journal (TaubeFolder *self);
TAUBE_API void taube_folder_close_journal (TaubeFolder *self);

TAUBE_API TaubeItemList *taube_folder_list_unstored (TaubeFolder *self, TaubeListRequest *request,
                                                     GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_list_unstored_async (TaubeFolder *self, TaubeListRequest *request,
                                                 GCancellable *cancellable, GAsyncReadyCallback callback,
                                                 gpointer user_data);
TAUBE_API TaubeItemList *taube_folder_list_unstored_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeBatchResult *taube_folder_retrieve (TaubeFolder *self, const TaubeIdSet *ids, TaubeReceiver *receiver,
                                                   TaubeProgress *progress, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_retrieve_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeReceiver *receiver,
                                            TaubeProgress *progress, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeBatchResult *taube_folder_retrieve_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API gboolean taube_folder_confirm_stored (TaubeFolder *self, const TaubeIdSet *ids, GCancellable *cancellable,
                                                GError **error);
TAUBE_API void taube_folder_confirm_stored_async (TaubeFolder *self, const TaubeIdSet *ids, GCancellable *cancellable,
                                                  GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API gboolean taube_folder_confirm_stored_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API gboolean taube_folder_confirm_removed (TaubeFolder *self, const TaubeIdSet *ids, GCancellable *cancellable,
                                                 GError **error);
TAUBE_API void taube_folder_confirm_removed_async (TaubeFolder *self, const TaubeIdSet *ids, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API gboolean taube_folder_confirm_removed_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeBatchResult *taube_folder_settle (TaubeFolder *self, const TaubeLeavePolicy *policy,
                                                 TaubeProgress *progress, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_settle_async (TaubeFolder *self, const TaubeLeavePolicy *policy, TaubeProgress *progress,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);
TAUBE_API TaubeBatchResult *taube_folder_settle_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

G_END_DECLS
