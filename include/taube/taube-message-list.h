/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>
#include <taube/taube-item-list.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_MESSAGE_LIST (taube_message_list_get_type ())
#define TAUBE_MESSAGE_LIST(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_MESSAGE_LIST, TaubeMessageList))
#define TAUBE_IS_MESSAGE_LIST(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_MESSAGE_LIST))
TAUBE_API GType taube_message_list_get_type (void);

TAUBE_API TaubeListFields taube_message_list_get_fields (TaubeMessageList *self);
TAUBE_API TaubeMessageFlags taube_message_list_get_flags (TaubeMessageList *self, guint position);
TAUBE_API const char *const *taube_message_list_get_keywords (TaubeMessageList *self, guint position);
TAUBE_API guint64 taube_message_list_get_message_size (TaubeMessageList *self, guint position);
TAUBE_API gboolean taube_message_list_get_date (TaubeMessageList *self, guint position, gint64 *unix_time_out,
                                                int *offset_minutes_out);
TAUBE_API gboolean taube_message_list_get_sent_date (TaubeMessageList *self, guint position, gint64 *unix_time_out,
                                                     int *offset_minutes_out);
TAUBE_API const char *taube_message_list_get_subject (TaubeMessageList *self, guint position);
TAUBE_API const char *taube_message_list_get_from (TaubeMessageList *self, guint position);
TAUBE_API const char *taube_message_list_get_sender (TaubeMessageList *self, guint position);
TAUBE_API const char *taube_message_list_get_reply_to (TaubeMessageList *self, guint position);
TAUBE_API const char *taube_message_list_get_to (TaubeMessageList *self, guint position);
TAUBE_API const char *taube_message_list_get_cc (TaubeMessageList *self, guint position);
TAUBE_API const char *taube_message_list_get_bcc (TaubeMessageList *self, guint position);
TAUBE_API const char *taube_message_list_get_message_id (TaubeMessageList *self, guint position);
TAUBE_API const char *taube_message_list_get_in_reply_to (TaubeMessageList *self, guint position);
TAUBE_API const char *taube_message_list_get_preview (TaubeMessageList *self, guint position);
TAUBE_API const char *taube_message_list_get_email_id (TaubeMessageList *self, guint position);
TAUBE_API const char *taube_message_list_get_thread_id (TaubeMessageList *self, guint position);
TAUBE_API gboolean taube_message_list_get_save_date (TaubeMessageList *self, guint position, gint64 *unix_time_out);
TAUBE_API const char *const *taube_message_list_get_labels (TaubeMessageList *self, guint position);
TAUBE_API TaubeImportance taube_message_list_get_importance (TaubeMessageList *self, guint position);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeMessageList, g_object_unref)

G_END_DECLS
