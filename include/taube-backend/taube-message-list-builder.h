/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-message-list.h>
#include <taube/taube-message.h>
#include <taube/taube-part.h>

G_BEGIN_DECLS

/* Fills the columns of a message list, row by row, and then becomes the list. Not shared between threads. */
typedef struct _TaubeMessageListBuilder TaubeMessageListBuilder;

typedef enum
{
  TAUBE_MESSAGE_COLUMN_SUBJECT,
  TAUBE_MESSAGE_COLUMN_FROM,
  TAUBE_MESSAGE_COLUMN_SENDER,
  TAUBE_MESSAGE_COLUMN_REPLY_TO,
  TAUBE_MESSAGE_COLUMN_TO,
  TAUBE_MESSAGE_COLUMN_CC,
  TAUBE_MESSAGE_COLUMN_BCC,
  TAUBE_MESSAGE_COLUMN_MESSAGE_ID,
  TAUBE_MESSAGE_COLUMN_IN_REPLY_TO,
  TAUBE_MESSAGE_COLUMN_PREVIEW,
  TAUBE_MESSAGE_COLUMN_EMAIL_ID,
  TAUBE_MESSAGE_COLUMN_THREAD_ID,
} TaubeMessageColumn;

#define TAUBE_N_MESSAGE_COLUMNS 12

TAUBE_API TaubeMessageListBuilder *taube_message_list_builder_new (TaubeFolder *folder, TaubeListFields fields);
TAUBE_API void taube_message_list_builder_free (TaubeMessageListBuilder *self);

/* A row begins: its id is PREFIX and NUMBER (cheap: "7." and 4711; PREFIX does not end with a digit), or any string
 * that is not empty. */
TAUBE_API void taube_message_list_builder_add (TaubeMessageListBuilder *self, const char *prefix, guint32 number);
TAUBE_API void taube_message_list_builder_add_id (TaubeMessageListBuilder *self, const char *id);
/* Takes the row that was begun last away again; like setting its cells, only before reverse() and peek(). */
TAUBE_API void taube_message_list_builder_drop (TaubeMessageListBuilder *self);
/* Only the first N_ROWS rows stay; lists that were peeked keep theirs. */
TAUBE_API void taube_message_list_builder_truncate (TaubeMessageListBuilder *self, guint n_rows);

/* The cells of the row begun last. KEYWORDS need not end with NUL; system flags come in FLAGS. */
TAUBE_API void taube_message_list_builder_set_flags (TaubeMessageListBuilder *self, TaubeMessageFlags flags,
                                                     const char *const *keywords, guint n_keywords);
TAUBE_API void taube_message_list_builder_set_size (TaubeMessageListBuilder *self, guint64 bytes);
TAUBE_API void taube_message_list_builder_set_date (TaubeMessageListBuilder *self, gint64 unix_time,
                                                    int offset_minutes);
TAUBE_API void taube_message_list_builder_set_sent_date (TaubeMessageListBuilder *self, gint64 unix_time,
                                                         int offset_minutes);
TAUBE_API void taube_message_list_builder_set_save_date (TaubeMessageListBuilder *self, gint64 unix_time);
TAUBE_API void taube_message_list_builder_set_importance (TaubeMessageListBuilder *self, TaubeImportance importance);
/* LABELS need not end with NULL; they are UTF-8 as users read them. */
TAUBE_API void taube_message_list_builder_set_labels (TaubeMessageListBuilder *self, const char *const *labels,
                                                      guint n_labels);
/* TEXT as it stands in the header (RFC 2047 and all); it is decoded here. Ids and previews are only made valid. */
TAUBE_API void taube_message_list_builder_set_text (TaubeMessageListBuilder *self, TaubeMessageColumn column,
                                                    const char *text, gsize length);
/* One more address of an address column, from the parts that an ENVELOPE has: NAME (may be NULL) as in the header.
 * A NULL HOST begins a group named MAILBOX, or ends it when MAILBOX is NULL too; without a domain HOST is "". */
TAUBE_API void taube_message_list_builder_add_address (TaubeMessageListBuilder *self, TaubeMessageColumn column,
                                                       const char *name, gsize name_length, const char *mailbox,
                                                       gsize mailbox_length, const char *host, gsize host_length);

TAUBE_API guint taube_message_list_builder_get_size (TaubeMessageListBuilder *self);
/* Turns round the rows from FIRST to the last: servers answer oldest first, lists are wanted newest first. */
TAUBE_API void taube_message_list_builder_reverse (TaubeMessageListBuilder *self, guint first);
/* Keeps the rows at these positions, in their order, and no others; each position at most once. */
TAUBE_API void taube_message_list_builder_arrange (TaubeMessageListBuilder *self, const guint *positions,
                                                   guint n_positions);
/* A list of the rows from FIRST on, to be handed out as a chunk; the builder goes on. (transfer full) */
TAUBE_API TaubeMessageList *taube_message_list_builder_peek (TaubeMessageListBuilder *self, guint first);
/* The list of all rows; the builder is freed. (transfer full) */
TAUBE_API TaubeMessageList *taube_message_list_builder_end (TaubeMessageListBuilder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeMessageListBuilder, taube_message_list_builder_free)

/* One message of a folder by itself, from the first row of a list. (transfer full) */
TAUBE_API TaubeMessage *taube_message_new_from_list (TaubeMessageList *list, guint position);

G_END_DECLS
