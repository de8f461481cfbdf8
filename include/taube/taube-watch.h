/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_WATCH (taube_watch_get_type ())
#define TAUBE_WATCH(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_WATCH, TaubeWatch))
#define TAUBE_IS_WATCH(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_WATCH))
TAUBE_API GType taube_watch_get_type (void);
#define TAUBE_TYPE_WATCH_EVENT (taube_watch_event_get_type ())
TAUBE_API GType taube_watch_event_get_type (void);

TAUBE_API TaubeWatchEvent *taube_watch_next (TaubeWatch *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_watch_next_async (TaubeWatch *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer user_data);
TAUBE_API TaubeWatchEvent *taube_watch_next_finish (TaubeWatch *self, GAsyncResult *result, GError **error);
TAUBE_API void taube_watch_stop (TaubeWatch *self);
TAUBE_API gboolean taube_watch_is_online (TaubeWatch *self);

TAUBE_API TaubeWatchEvent *taube_watch_event_copy (TaubeWatchEvent *self);
TAUBE_API void taube_watch_event_free (TaubeWatchEvent *self);
TAUBE_API TaubeFolder *taube_watch_event_get_folder (TaubeWatchEvent *self);
TAUBE_API TaubeChanges *taube_watch_event_get_changes (TaubeWatchEvent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeWatch, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeWatchEvent, taube_watch_event_free)

G_END_DECLS
