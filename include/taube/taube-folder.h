/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_FOLDER (taube_folder_get_type ())
#define TAUBE_FOLDER(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_FOLDER, TaubeFolder))
#define TAUBE_IS_FOLDER(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_FOLDER))
TAUBE_API GType taube_folder_get_type (void);

TAUBE_API TaubeAccount *taube_folder_get_account (TaubeFolder *self);
TAUBE_API const char *const *taube_folder_get_path (TaubeFolder *self);
TAUBE_API const char *taube_folder_get_name (TaubeFolder *self);
TAUBE_API const char *taube_folder_get_display_name (TaubeFolder *self);
TAUBE_API TaubeUri *taube_folder_get_uri (TaubeFolder *self);
TAUBE_API TaubeFolderRole taube_folder_get_role (TaubeFolder *self);
TAUBE_API TaubeContent taube_folder_get_content (TaubeFolder *self);
TAUBE_API TaubeFolderFlags taube_folder_get_flags (TaubeFolder *self);
TAUBE_API gint64 taube_folder_get_total (TaubeFolder *self);
TAUBE_API gint64 taube_folder_get_unread (TaubeFolder *self);
TAUBE_API gint64 taube_folder_get_size (TaubeFolder *self);
TAUBE_API TaubeNamespace taube_folder_get_namespace (TaubeFolder *self);
TAUBE_API char *taube_folder_get_owner (TaubeFolder *self);
TAUBE_API TaubeRights taube_folder_get_rights (TaubeFolder *self);
TAUBE_API char *taube_folder_get_comment (TaubeFolder *self);

TAUBE_API gboolean taube_folder_refresh (TaubeFolder *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_refresh_async (TaubeFolder *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                           gpointer user_data);
TAUBE_API gboolean taube_folder_refresh_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeItemList *taube_folder_list (TaubeFolder *self, TaubeListRequest *request, GCancellable *cancellable,
                                            GError **error);
TAUBE_API void taube_folder_list_async (TaubeFolder *self, TaubeListRequest *request, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeItemList *taube_folder_list_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeItem *taube_folder_get_item (TaubeFolder *self, const char *id, GCancellable *cancellable,
                                            GError **error);
TAUBE_API void taube_folder_get_item_async (TaubeFolder *self, const char *id, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeItem *taube_folder_get_item_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API gboolean taube_folder_fetch (TaubeFolder *self, const char *id, const char *section, guint64 offset,
                                       gint64 length, GOutputStream *sink, TaubeProgress *progress,
                                       GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_fetch_async (TaubeFolder *self, const char *id, const char *section, guint64 offset,
                                         gint64 length, GOutputStream *sink, TaubeProgress *progress,
                                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API gboolean taube_folder_fetch_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeBatchResult *taube_folder_set_flags (TaubeFolder *self, const TaubeIdSet *ids, TaubeFlagsMode mode,
                                                    TaubeMessageFlags flags, const char *const *keywords,
                                                    GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_set_flags_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeFlagsMode mode,
                                             TaubeMessageFlags flags, const char *const *keywords,
                                             GCancellable *cancellable, GAsyncReadyCallback callback,
                                             gpointer user_data);
TAUBE_API TaubeBatchResult *taube_folder_set_flags_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeBatchResult *taube_folder_set_labels (TaubeFolder *self, const TaubeIdSet *ids, TaubeFlagsMode mode,
                                                     const char *const *labels, GCancellable *cancellable,
                                                     GError **error);
TAUBE_API void taube_folder_set_labels_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeFlagsMode mode,
                                              const char *const *labels, GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeBatchResult *taube_folder_set_labels_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

/* taube-folder-importance.c */
TAUBE_API TaubeBatchResult *taube_folder_set_importance (TaubeFolder *self, const TaubeIdSet *ids,
                                                         TaubeImportance importance, GCancellable *cancellable,
                                                         GError **error);
TAUBE_API void taube_folder_set_importance_async (TaubeFolder *self, const TaubeIdSet *ids,
                                                  TaubeImportance importance, GCancellable *cancellable,
                                                  GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeBatchResult *taube_folder_set_importance_finish (TaubeFolder *self, GAsyncResult *result,
                                                                GError **error);

TAUBE_API TaubeChanges *taube_folder_get_changes (TaubeFolder *self, GBytes *token, TaubeProgress *progress,
                                                  GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_get_changes_async (TaubeFolder *self, GBytes *token, TaubeProgress *progress,
                                               GCancellable *cancellable, GAsyncReadyCallback callback,
                                               gpointer user_data);
TAUBE_API TaubeChanges *taube_folder_get_changes_finish (TaubeFolder *self, GAsyncResult *result, GError **error);
TAUBE_API GPtrArray *taube_folder_load_metadata (TaubeFolder *self, const char *const *names,
                                                 GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_load_metadata_async (TaubeFolder *self, const char *const *names,
                                                 GCancellable *cancellable, GAsyncReadyCallback callback,
                                                 gpointer user_data);
TAUBE_API GPtrArray *taube_folder_load_metadata_finish (TaubeFolder *self, GAsyncResult *result, GError **error);
TAUBE_API gboolean taube_folder_set_metadata (TaubeFolder *self, const char *name, GBytes *value,
                                              GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_set_metadata_async (TaubeFolder *self, const char *name, GBytes *value,
                                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                                gpointer user_data);
TAUBE_API gboolean taube_folder_set_metadata_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

/* Writing: taube-folder-write.c */

TAUBE_API TaubeBatchResult *taube_folder_append (TaubeFolder *self, TaubeMessageSource *const *sources,
                                                 guint n_sources, TaubeProgress *progress, GCancellable *cancellable,
                                                 GError **error);
TAUBE_API void taube_folder_append_async (TaubeFolder *self, TaubeMessageSource *const *sources, guint n_sources,
                                          TaubeProgress *progress, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeBatchResult *taube_folder_append_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeBatchResult *taube_folder_copy (TaubeFolder *self, const TaubeIdSet *ids, TaubeFolder *target,
                                               TaubeProgress *progress, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_copy_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeFolder *target,
                                        TaubeProgress *progress, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeBatchResult *taube_folder_copy_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeBatchResult *taube_folder_move (TaubeFolder *self, const TaubeIdSet *ids, TaubeFolder *target,
                                               TaubeProgress *progress, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_move_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeFolder *target,
                                        TaubeProgress *progress, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeBatchResult *taube_folder_move_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeBatchResult *taube_folder_remove (TaubeFolder *self, const TaubeIdSet *ids, TaubeProgress *progress,
                                                 GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_remove_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeProgress *progress,
                                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeBatchResult *taube_folder_remove_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

/* taube-folder-discard.c, taube-folder-whole.c */
TAUBE_API TaubeBatchResult *taube_folder_discard (TaubeFolder *self, const TaubeIdSet *ids, TaubeDiscardMode mode,
                                                  TaubeProgress *progress, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_discard_async (TaubeFolder *self, const TaubeIdSet *ids, TaubeDiscardMode mode,
                                           TaubeProgress *progress, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeBatchResult *taube_folder_discard_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API gboolean taube_folder_empty (TaubeFolder *self, TaubeDiscardMode mode, gboolean with_folders,
                                       TaubeProgress *progress, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_empty_async (TaubeFolder *self, TaubeDiscardMode mode, gboolean with_folders,
                                         TaubeProgress *progress, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API gboolean taube_folder_empty_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API gboolean taube_folder_mark_all_seen (TaubeFolder *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_mark_all_seen_async (TaubeFolder *self, GCancellable *cancellable,
                                                 GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API gboolean taube_folder_mark_all_seen_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API TaubeBatchResult *taube_folder_replace (TaubeFolder *self, const char *id, TaubeMessageSource *source,
                                                  TaubeProgress *progress, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_replace_async (TaubeFolder *self, const char *id, TaubeMessageSource *source,
                                           TaubeProgress *progress, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubeBatchResult *taube_folder_replace_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

TAUBE_API const char *taube_folder_get_search_language (TaubeFolder *self);
TAUBE_API TaubeSearchResult *taube_folder_search (TaubeFolder *self, TaubeQuery *query, TaubeSearchRequest *request,
                                                  GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_search_async (TaubeFolder *self, TaubeQuery *query, TaubeSearchRequest *request,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);
TAUBE_API TaubeSearchResult *taube_folder_search_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeFolder, g_object_unref)

G_END_DECLS
