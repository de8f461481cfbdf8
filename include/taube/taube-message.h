/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>
#include <taube/taube-item.h>
#include <taube/taube-part.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_MESSAGE (taube_message_get_type ())
#define TAUBE_MESSAGE(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_MESSAGE, TaubeMessage))
#define TAUBE_IS_MESSAGE(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_MESSAGE))
TAUBE_API GType taube_message_get_type (void);

TAUBE_API TaubeMessageFlags taube_message_get_flags (TaubeMessage *self);
TAUBE_API const char *const *taube_message_get_keywords (TaubeMessage *self);
TAUBE_API guint64 taube_message_get_size (TaubeMessage *self);
TAUBE_API GDateTime *taube_message_get_date (TaubeMessage *self);
TAUBE_API GDateTime *taube_message_get_sent_date (TaubeMessage *self);
TAUBE_API const char *taube_message_get_subject (TaubeMessage *self);
TAUBE_API const char *taube_message_get_from (TaubeMessage *self);
TAUBE_API const char *taube_message_get_sender (TaubeMessage *self);
TAUBE_API const char *taube_message_get_reply_to (TaubeMessage *self);
TAUBE_API const char *taube_message_get_to (TaubeMessage *self);
TAUBE_API const char *taube_message_get_cc (TaubeMessage *self);
TAUBE_API const char *taube_message_get_bcc (TaubeMessage *self);
TAUBE_API const char *taube_message_get_message_id (TaubeMessage *self);
TAUBE_API const char *taube_message_get_in_reply_to (TaubeMessage *self);
TAUBE_API const char *taube_message_get_preview (TaubeMessage *self);
TAUBE_API const char *taube_message_get_email_id (TaubeMessage *self);
TAUBE_API const char *taube_message_get_thread_id (TaubeMessage *self);
TAUBE_API GDateTime *taube_message_get_save_date (TaubeMessage *self);
TAUBE_API TaubeImportance taube_message_get_importance (TaubeMessage *self);
TAUBE_API const char *const *taube_message_get_labels (TaubeMessage *self);

TAUBE_API TaubePart *taube_message_load_structure (TaubeMessage *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_message_load_structure_async (TaubeMessage *self, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API TaubePart *taube_message_load_structure_finish (TaubeMessage *self, GAsyncResult *result, GError **error);
TAUBE_API char *taube_message_load_headers (TaubeMessage *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_message_load_headers_async (TaubeMessage *self, GCancellable *cancellable,
                                                 GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API char *taube_message_load_headers_finish (TaubeMessage *self, GAsyncResult *result, GError **error);
TAUBE_API char *taube_message_load_text (TaubeMessage *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_message_load_text_async (TaubeMessage *self, GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API char *taube_message_load_text_finish (TaubeMessage *self, GAsyncResult *result, GError **error);
TAUBE_API char *taube_message_load_html (TaubeMessage *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_message_load_html_async (TaubeMessage *self, GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API char *taube_message_load_html_finish (TaubeMessage *self, GAsyncResult *result, GError **error);
TAUBE_API GBytes *taube_message_load_raw (TaubeMessage *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_message_load_raw_async (TaubeMessage *self, GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API GBytes *taube_message_load_raw_finish (TaubeMessage *self, GAsyncResult *result, GError **error);

TAUBE_API gboolean taube_message_save (TaubeMessage *self, GOutputStream *sink, TaubeProgress *progress,
                                       GCancellable *cancellable, GError **error);
TAUBE_API void taube_message_save_async (TaubeMessage *self, GOutputStream *sink, TaubeProgress *progress,
                                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API gboolean taube_message_save_finish (TaubeMessage *self, GAsyncResult *result, GError **error);
TAUBE_API gboolean taube_message_save_part (TaubeMessage *self, TaubePart *part, gboolean decode, GOutputStream *sink,
                                            TaubeProgress *progress, GCancellable *cancellable, GError **error);
TAUBE_API void taube_message_save_part_async (TaubeMessage *self, TaubePart *part, gboolean decode,
                                              GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API gboolean taube_message_save_part_finish (TaubeMessage *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeMessage, g_object_unref)

G_END_DECLS
