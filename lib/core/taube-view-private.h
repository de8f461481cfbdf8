/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/taube-view-rows.h"

G_BEGIN_DECLS

/* What a view (taube-folder-view.c) and its way to the server (taube-view-sync.c) are to each other. All of it happens
 * in the account's context. */
typedef struct _TaubeViewSync TaubeViewSync;

/* Begins at once. No reference to VIEW is kept. */
TaubeViewSync *taube_view_sync_new (TaubeFolderView *view, TaubeFolder *folder, GError **error);
/* From any thread; nothing is called afterwards but what is running just then, which holds the view. */
void taube_view_sync_free (TaubeViewSync *self);
gboolean taube_view_sync_is_loading (TaubeViewSync *self);
gboolean taube_view_sync_is_online (TaubeViewSync *self);
const GError *taube_view_sync_get_error (TaubeViewSync *self);

/* Of the view. Each tells of its changes by as few splices as there are runs of neighbours. */
TaubeViewRows *taube_folder_view_get_rows (TaubeFolderView *self);
/* Rows INDEX to INDEX + N - 1 of LIST; those that are known already get the new cells. The rows' numbers are appended
 * to ROWS_OUT, unless it is NULL. */
void taube_folder_view_take (TaubeFolderView *self, TaubeMessageList *list, guint index, guint n, GArray *rows_out);
/* ROWS: their numbers; the array is turned about. */
void taube_folder_view_remove (TaubeFolderView *self, GArray *rows);
void taube_folder_view_clear (TaubeFolderView *self);
void taube_folder_view_tidy_up (TaubeFolderView *self);
typedef enum
{
  TAUBE_VIEW_NOTE_LOADING,
  TAUBE_VIEW_NOTE_ONLINE,
  TAUBE_VIEW_NOTE_ERROR,
} TaubeViewNote;
void taube_folder_view_note (TaubeFolderView *self, TaubeViewNote note);

G_END_DECLS
