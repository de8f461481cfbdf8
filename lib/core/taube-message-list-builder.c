/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-message-list-builder.h>

#include "core/taube-message-list-private.h"

#include <string.h>

struct _TaubeMessageListBuilder
{
  TaubeFolder *folder;
  TaubeMessageSegments segments;
  TaubeMessageDraft draft;
  gboolean row_is_open; /* cells can be set */
};

/* A builder of lists with the columns FIELDS: cells of others are thrown away. */
TaubeMessageListBuilder *
taube_message_list_builder_new (TaubeFolder *folder, TaubeListFields fields)
{
  TaubeMessageListBuilder *self = g_new0 (TaubeMessageListBuilder, 1);

  self->folder = folder != NULL ? g_object_ref (folder) : NULL;
  taube_message_segments_init (&self->segments);
  taube_message_draft_init (&self->draft, fields);
  return self;
}

void
taube_message_list_builder_free (TaubeMessageListBuilder *self)
{
  if (self == NULL)
    return;
  taube_message_draft_clear (&self->draft);
  taube_message_segments_clear (&self->segments);
  g_clear_object (&self->folder);
  g_free (self);
}

static void
seal (TaubeMessageListBuilder *self)
{
  if (self->draft.n_rows > 0)
    taube_message_segments_append (&self->segments, taube_message_draft_seal (&self->draft));
  self->row_is_open = FALSE;
}

static TaubeMessageRow *
add_row (TaubeMessageListBuilder *self, const char *prefix)
{
  if (!taube_message_draft_accepts (&self->draft, prefix))
    seal (self);
  self->row_is_open = TRUE;
  return taube_message_draft_add (&self->draft, prefix);
}

/* Begins a row whose id is PREFIX, which is valid UTF-8 and does not end with a digit, and NUMBER. */
void
taube_message_list_builder_add (TaubeMessageListBuilder *self, const char *prefix, guint32 number)
{
  g_return_if_fail (prefix != NULL);
  add_row (self, prefix)->id = number;
}

/* Begins a row whose id is any string that is not empty. */
void
taube_message_list_builder_add_id (TaubeMessageListBuilder *self, const char *id)
{
  TaubeMessageRow *row;

  g_return_if_fail (id != NULL && id[0] != '\0');
  row = add_row (self, NULL);
  taube_text_cells_begin (&self->draft.ids);
  taube_text_cells_add_valid (&self->draft.ids, id, strlen (id));
  row->id = taube_text_cells_end (&self->draft.ids);
}

/* Takes the row that was begun last away again; only until the next call of reverse() or peek(). */
void
taube_message_list_builder_drop (TaubeMessageListBuilder *self)
{
  g_return_if_fail (self->row_is_open);
  taube_message_draft_drop (&self->draft);
  self->row_is_open = FALSE;
}

static gboolean
wants (TaubeMessageListBuilder *self, TaubeListFields field)
{
  g_return_val_if_fail (self->row_is_open, FALSE);
  return (self->draft.fields & field) != 0;
}

/* The flags, and the N_KEYWORDS strings at KEYWORDS. */
void
taube_message_list_builder_set_flags (TaubeMessageListBuilder *self, TaubeMessageFlags flags,
                                      const char *const *keywords, guint n_keywords)
{
  if (!wants (self, TAUBE_LIST_FIELDS_FLAGS))
    return;
  taube_message_draft_last (&self->draft)->flags = flags;
  taube_message_draft_set_keywords (&self->draft, keywords, n_keywords);
}

void
taube_message_list_builder_set_size (TaubeMessageListBuilder *self, guint64 bytes)
{
  if (wants (self, TAUBE_LIST_FIELDS_SIZE))
    taube_message_draft_last (&self->draft)->size = bytes;
}

static gint16
limit_offset (int minutes)
{
  return CLAMP (minutes, -24 * 60, 24 * 60);
}

/* When the message came: seconds since 1970 in UTC, and how far local time was ahead of that. */
void
taube_message_list_builder_set_date (TaubeMessageListBuilder *self, gint64 unix_time, int offset_minutes)
{
  if (!wants (self, TAUBE_LIST_FIELDS_DATE))
    return;
  taube_message_draft_last (&self->draft)->date = unix_time;
  taube_message_draft_last (&self->draft)->date_offset = limit_offset (offset_minutes);
}

/* The same for the date that its sender gave it. */
void
taube_message_list_builder_set_sent_date (TaubeMessageListBuilder *self, gint64 unix_time, int offset_minutes)
{
  if (!wants (self, TAUBE_LIST_FIELDS_ENVELOPE))
    return;
  taube_message_draft_last (&self->draft)->sent_date = unix_time;
  taube_message_draft_last (&self->draft)->sent_offset = limit_offset (offset_minutes);
}

/* When the message was put into this folder: seconds since 1970 in UTC. */
void
taube_message_list_builder_set_save_date (TaubeMessageListBuilder *self, gint64 unix_time)
{
  if (wants (self, TAUBE_LIST_FIELDS_SAVE_DATE))
    taube_message_draft_last (&self->draft)->save_date = unix_time;
}

void
taube_message_list_builder_set_importance (TaubeMessageListBuilder *self, TaubeImportance importance)
{
  if (wants (self, TAUBE_LIST_FIELDS_IMPORTANCE))
    taube_message_draft_last (&self->draft)->importance = importance;
}

/* The N_LABELS strings at LABELS. */
void
taube_message_list_builder_set_labels (TaubeMessageListBuilder *self, const char *const *labels, guint n_labels)
{
  if (wants (self, TAUBE_LIST_FIELDS_LABELS))
    taube_message_draft_set_labels (&self->draft, labels, n_labels);
}

static TaubeListFields
field_of (TaubeMessageColumn column)
{
  switch (column)
    {
    case TAUBE_MESSAGE_COLUMN_PREVIEW:
      return TAUBE_LIST_FIELDS_PREVIEW;
    case TAUBE_MESSAGE_COLUMN_EMAIL_ID:
    case TAUBE_MESSAGE_COLUMN_THREAD_ID:
      return TAUBE_LIST_FIELDS_OBJECT_IDS;
    default:
      return TAUBE_LIST_FIELDS_ENVELOPE;
    }
}

/* The cell of COLUMN, instead of what it was. NULL leaves it empty. */
void
taube_message_list_builder_set_text (TaubeMessageListBuilder *self, TaubeMessageColumn column, const char *text,
                                     gsize length)
{
  TaubeMessageDraft *draft = &self->draft;

  if (!wants (self, field_of (column)) || text == NULL)
    return;
  taube_message_draft_close_text (draft);
  taube_message_draft_last (draft)->text[column] = 0;
  taube_message_draft_open_text (draft, column);
  if (column >= TAUBE_MESSAGE_COLUMN_MESSAGE_ID)
    taube_text_cells_add_text (&draft->cells, text, length);
  else
    taube_text_cells_add_header_text (&draft->cells, text, length);
}

/* One more address at the end of COLUMN's cell. A NULL HOST begins a group that is called MAILBOX; NULL for both ends
 * it. A HOST of no characters that is not NULL is an address without a domain. */
void
taube_message_list_builder_add_address (TaubeMessageListBuilder *self, TaubeMessageColumn column, const char *name,
                                        gsize name_length, const char *mailbox, gsize mailbox_length, const char *host,
                                        gsize host_length)
{
  if (!wants (self, TAUBE_LIST_FIELDS_ENVELOPE))
    return;
  taube_message_draft_open_text (&self->draft, column);
  taube_text_cells_add_address (&self->draft.cells, name, name_length, mailbox, mailbox_length, host, host_length);
}

static void
copy_id (TaubeMessageListBuilder *self, TaubeMessageList *from, guint position)
{
  g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (from), position);
  gsize digits = strlen (id);
  guint64 number;

  while (digits > 0 && g_ascii_isdigit (id[digits - 1]))
    digits--;
  /* An id of another form that only looks like a number, such as "7.007", is kept as it is. */
  if (id[digits] == '\0' || (id[digits] == '0' && id[digits + 1] != '\0')
      || !g_ascii_string_to_unsigned (id + digits, 10, 0, G_MAXUINT32, &number, NULL))
    {
      taube_message_list_builder_add_id (self, id);
      return;
    }
  id[digits] = '\0';
  taube_message_list_builder_add (self, id, (guint32) number);
}

static void
copy_texts (TaubeMessageListBuilder *self, TaubeMessageList *from, guint position)
{
  for (guint column = 0; column < TAUBE_N_MESSAGE_COLUMNS; column++)
    {
      const char *text = taube_message_list_get_text (from, column, position);

      if (text == NULL || !wants (self, field_of (column)))
        continue;
      taube_message_draft_open_text (&self->draft, column);
      taube_text_cells_add_valid (&self->draft.cells, text, strlen (text));
      taube_message_draft_close_text (&self->draft);
    }
}

/* A row like the one at POSITION of FROM. */
void
taube_message_list_builder_copy (TaubeMessageListBuilder *self, TaubeMessageList *from, guint position)
{
  const char *const *keywords = taube_message_list_get_keywords (from, position);
  const char *const *labels = taube_message_list_get_labels (from, position);
  gint64 time;
  int offset;

  copy_id (self, from, position);
  taube_message_list_builder_set_flags (self, taube_message_list_get_flags (from, position), keywords,
                                        g_strv_length ((char **) keywords));
  taube_message_list_builder_set_size (self, taube_message_list_get_message_size (from, position));
  if (taube_message_list_get_date (from, position, &time, &offset))
    taube_message_list_builder_set_date (self, time, offset);
  if (taube_message_list_get_sent_date (from, position, &time, &offset))
    taube_message_list_builder_set_sent_date (self, time, offset);
  if (taube_message_list_get_save_date (from, position, &time))
    taube_message_list_builder_set_save_date (self, time);
  taube_message_list_builder_set_labels (self, labels, g_strv_length ((char **) labels));
  taube_message_list_builder_set_importance (self, taube_message_list_get_importance (from, position));
  copy_texts (self, from, position);
}

/* How many rows there are. */
guint
taube_message_list_builder_get_size (TaubeMessageListBuilder *self)
{
  return self->segments.n_rows + self->draft.n_rows;
}

/* Turns round the rows from FIRST to the last. */
void
taube_message_list_builder_reverse (TaubeMessageListBuilder *self, guint first)
{
  seal (self);
  taube_message_segments_reverse (&self->segments, first);
}

/* Takes the rows from N_ROWS on away again; lists that were peeked keep theirs. */
void
taube_message_list_builder_truncate (TaubeMessageListBuilder *self, guint n_rows)
{
  seal (self);
  taube_message_segments_truncate (&self->segments, n_rows);
}

/* A list of the rows from FIRST on; it shares them with the builder and the lists that come later. */
TaubeMessageList *
taube_message_list_builder_peek (TaubeMessageListBuilder *self, guint first)
{
  TaubeMessageSegments part;

  seal (self);
  taube_message_segments_copy (&self->segments, first, &part);
  return taube_message_list_new (self->folder, self->draft.fields, &part);
}

/* Keeps the rows at these positions, in their order, and no others; each position at most once. */
void
taube_message_list_builder_arrange (TaubeMessageListBuilder *self, const guint *positions, guint n_positions)
{
  TaubeMessageSegments arranged;

  seal (self);
  taube_message_segments_arrange (&self->segments, positions, n_positions, &arranged);
  taube_message_segments_clear (&self->segments);
  self->segments = arranged;
}

/* The list of all rows. The builder is freed. */
TaubeMessageList *
taube_message_list_builder_end (TaubeMessageListBuilder *self)
{
  TaubeMessageList *list;

  seal (self);
  list = taube_message_list_new (self->folder, self->draft.fields, &self->segments);
  taube_message_list_builder_free (self);
  return list;
}
