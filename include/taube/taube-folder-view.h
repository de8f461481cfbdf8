/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_FOLDER_VIEW (taube_folder_view_get_type ())
#define TAUBE_FOLDER_VIEW(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_FOLDER_VIEW, TaubeFolderView))
#define TAUBE_IS_FOLDER_VIEW(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_FOLDER_VIEW))
TAUBE_API GType taube_folder_view_get_type (void);

TAUBE_API TaubeFolderView *taube_folder_view_new (TaubeFolder *folder, GError **error);
TAUBE_API TaubeFolder *taube_folder_view_get_folder (TaubeFolderView *self);

TAUBE_API void taube_folder_view_set_sort (TaubeFolderView *self, TaubeViewSort sort, gboolean descending);
TAUBE_API TaubeViewSort taube_folder_view_get_sort (TaubeFolderView *self, gboolean *descending_out);
TAUBE_API void taube_folder_view_set_filter (TaubeFolderView *self, TaubeMessageFlags mask, TaubeMessageFlags flags);
TAUBE_API TaubeMessageFlags taube_folder_view_get_filter (TaubeFolderView *self, TaubeMessageFlags *flags_out);

TAUBE_API guint taube_folder_view_get_size (TaubeFolderView *self);
TAUBE_API guint taube_folder_view_get_loaded (TaubeFolderView *self);
TAUBE_API char *taube_folder_view_get_id (TaubeFolderView *self, guint position);
TAUBE_API gboolean taube_folder_view_find (TaubeFolderView *self, const char *id, guint *position_out);
TAUBE_API TaubeMessageList *taube_folder_view_get_cells (TaubeFolderView *self, guint position, guint *index_out);

TAUBE_API gboolean taube_folder_view_is_loading (TaubeFolderView *self);
TAUBE_API gboolean taube_folder_view_is_online (TaubeFolderView *self);
TAUBE_API const GError *taube_folder_view_get_error (TaubeFolderView *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeFolderView, g_object_unref)

G_END_DECLS
