/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-message-list.h>
#include <taube/taube-message.h>
#include <taube-backend/taube-id-set-impl.h>

#include "core/taube-item-private.h"
#include "core/taube-message-list-private.h"

/**
 * TaubeMessageList:
 *
 * The messages of a mail folder, as columns.
 *
 * A cell can be read without making an object for its row, so that a folder of a million messages can be listed and
 * shown. A column that was not asked for, see [flags@ListFields], is empty. Strings that are returned live as long as
 * the list. The list never changes, and can be read from several threads at once.
 */

struct _TaubeMessageList
{
  TaubeItemList parent_instance;
  TaubeMessageSegments segments;
  TaubeListFields fields;
  guint rows_per_segment; /* in all but the last; 0: they differ */
  GMutex mutex;
  TaubeMessageIndex *index; /* made when an id is looked for */
};

typedef struct
{
  TaubeItemListClass parent_class;
} TaubeMessageListClass;

G_DEFINE_FINAL_TYPE (TaubeMessageList, taube_message_list, TAUBE_TYPE_ITEM_LIST)

static const char *const no_keywords[] = { NULL };

static const TaubeMessageBlock *
locate (TaubeMessageList *self, guint position, guint *row_out)
{
  const TaubeMessageSegment *segment;
  guint index;

  if (self->rows_per_segment > 0)
    index = position / self->rows_per_segment;
  else
    index = taube_message_segments_locate (&self->segments, position);
  segment = taube_message_segments_get (&self->segments, index);
  *row_out = taube_message_segment_row (segment, position);
  return segment->block;
}

static GType
taube_message_list_get_item_type (TaubeItemList *list)
{
  return TAUBE_TYPE_MESSAGE;
}

static guint
taube_message_list_get_size (TaubeItemList *list)
{
  return TAUBE_MESSAGE_LIST (list)->segments.n_rows;
}

static char *
taube_message_list_dup_id (TaubeItemList *list, guint position)
{
  guint row;
  const TaubeMessageBlock *block = locate (TAUBE_MESSAGE_LIST (list), position, &row);

  return taube_message_block_dup_id (block, row);
}

static const TaubeMessageIndex *
get_index (TaubeMessageList *self)
{
  TaubeMessageIndex *index = g_atomic_pointer_get (&self->index);

  if (index != NULL)
    return index;
  g_mutex_lock (&self->mutex);
  if (self->index == NULL)
    g_atomic_pointer_set (&self->index, taube_message_index_new (&self->segments));
  index = self->index;
  g_mutex_unlock (&self->mutex);
  return index;
}

static gboolean
taube_message_list_find (TaubeItemList *list, const char *id, guint *position_out)
{
  return taube_message_index_find (get_index (TAUBE_MESSAGE_LIST (list)), id, position_out);
}

static int
compare_numbers (gconstpointer first, gconstpointer second, gpointer user_data)
{
  guint32 a = *(const guint32 *) first;
  guint32 b = *(const guint32 *) second;

  return (a > b) - (a < b);
}

/* The numbers of a segment, lowest first. (transfer full) */
static guint32 *
dup_numbers (const TaubeMessageSegment *segment)
{
  guint32 *numbers = g_memdup2 (segment->block->id + segment->first, segment->n_rows * sizeof (guint32));

  if (segment->block->order == TAUBE_MESSAGE_ORDER_NONE)
    g_qsort_with_data (numbers, segment->n_rows, sizeof (guint32), compare_numbers, NULL);
  if (segment->block->order == TAUBE_MESSAGE_ORDER_DOWN)
    for (guint i = 0, j = segment->n_rows - 1; i < j; i++, j--)
      {
        guint32 swapped = numbers[i];

        numbers[i] = numbers[j];
        numbers[j] = swapped;
      }
  return numbers;
}

static void
add_segment_ids (const TaubeMessageSegment *segment, TaubeIdSet *ids)
{
  g_autofree guint32 *numbers = NULL;
  guint begin = 0;

  if (segment->block->prefix == NULL)
    {
      g_autoptr (GString) buffer = g_string_new (NULL);

      for (guint i = 0; i < segment->n_rows; i++)
        taube_id_set_add (ids, taube_message_block_get_id (segment->block, segment->first + i, buffer));
      return;
    }
  numbers = dup_numbers (segment);
  if (numbers[0] == 0)
    {
      g_autofree char *id = g_strconcat (segment->block->prefix, "0", NULL);

      taube_id_set_add (ids, id);
      while (begin < segment->n_rows && numbers[begin] == 0)
        begin++;
    }
  for (guint i = begin + 1; i <= segment->n_rows; i++)
    if (i == segment->n_rows || numbers[i] - numbers[i - 1] > 1)
      {
        taube_id_set_add_range (ids, segment->block->prefix, numbers[begin], numbers[i - 1]);
        begin = i;
      }
}

/* Lowest numbers first: a set takes them fastest at its end. */
static void
taube_message_list_add_ids (TaubeItemList *list, TaubeIdSet *ids)
{
  TaubeMessageList *self = TAUBE_MESSAGE_LIST (list);
  const guint *order = taube_message_index_get_order (get_index (self));

  for (guint i = 0; i < self->segments.segments->len; i++)
    add_segment_ids (taube_message_segments_get (&self->segments, order != NULL ? order[i] : i), ids);
}

static TaubeItem *
taube_message_list_create_item (TaubeItemList *list, guint position)
{
  return g_object_new (TAUBE_TYPE_MESSAGE, "folder", taube_item_list_get_folder (list), NULL);
}

static void
taube_message_list_finalize (GObject *object)
{
  TaubeMessageList *self = TAUBE_MESSAGE_LIST (object);

  g_clear_pointer (&self->index, taube_message_index_free);
  taube_message_segments_clear (&self->segments);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (taube_message_list_parent_class)->finalize (object);
}

static void
taube_message_list_class_init (TaubeMessageListClass *klass)
{
  TaubeItemListClass *list_class = TAUBE_ITEM_LIST_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = taube_message_list_finalize;
  list_class->get_item_type = taube_message_list_get_item_type;
  list_class->get_size = taube_message_list_get_size;
  list_class->dup_id = taube_message_list_dup_id;
  list_class->find = taube_message_list_find;
  list_class->add_ids = taube_message_list_add_ids;
  list_class->create_item = taube_message_list_create_item;
}

static void
taube_message_list_init (TaubeMessageList *self)
{
  g_mutex_init (&self->mutex);
}

/* How many rows each segment but the last has, if they all have as many and the last has not more. */
static guint
common_length (const TaubeMessageSegments *segments)
{
  guint n = segments->segments->len;
  guint length;

  if (n == 0)
    return 0;
  length = taube_message_segments_get (segments, 0)->n_rows;
  for (guint i = 1; i + 1 < n; i++)
    if (taube_message_segments_get (segments, i)->n_rows != length)
      return 0;
  return taube_message_segments_get (segments, n - 1)->n_rows <= length ? length : 0;
}

TaubeMessageList *
taube_message_list_new (TaubeFolder *folder, TaubeListFields fields, TaubeMessageSegments *segments)
{
  TaubeMessageList *self = g_object_new (TAUBE_TYPE_MESSAGE_LIST, "folder", folder, NULL);

  self->fields = fields;
  self->segments = *segments;
  *segments = (TaubeMessageSegments){ 0 };
  self->rows_per_segment = common_length (&self->segments);
  return self;
}

/* The message at POSITION by itself. */
TaubeMessage *
taube_message_new_from_list (TaubeMessageList *list, guint position)
{
  return TAUBE_MESSAGE (taube_item_list_get_item (TAUBE_ITEM_LIST (list), position));
}

/**
 * taube_message_list_get_fields:
 * @self: a list
 *
 * Tells which columns it has: those that were asked for and that the server can fill.
 *
 * Returns: the columns
 */
TaubeListFields
taube_message_list_get_fields (TaubeMessageList *self)
{
  g_return_val_if_fail (TAUBE_IS_MESSAGE_LIST (self), TAUBE_LIST_FIELDS_NONE);
  return self->fields;
}

/**
 * taube_message_list_get_flags:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Gives the system flags of a message.
 *
 * Returns: the flags; none when they were not asked for
 */
TaubeMessageFlags
taube_message_list_get_flags (TaubeMessageList *self, guint position)
{
  const TaubeMessageBlock *block;
  guint row;

  g_return_val_if_fail (TAUBE_IS_MESSAGE_LIST (self), TAUBE_MESSAGE_FLAGS_NONE);
  g_return_val_if_fail (position < self->segments.n_rows, TAUBE_MESSAGE_FLAGS_NONE);
  block = locate (self, position, &row);
  return block->flags != NULL ? block->flags[row] : TAUBE_MESSAGE_FLAGS_NONE;
}

/**
 * taube_message_list_get_keywords:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Gives the keywords of a message: flags that users and programs made up, such as `$Junk`.
 *
 * Messages with the same keywords share one vector. Keywords are compared without regard to the case of ASCII letters.
 *
 * Returns: (transfer none) (array zero-terminated=1): the keywords; an empty vector when there are none
 */
const char *const *
taube_message_list_get_keywords (TaubeMessageList *self, guint position)
{
  const TaubeMessageBlock *block;
  guint row;

  g_return_val_if_fail (TAUBE_IS_MESSAGE_LIST (self), NULL);
  g_return_val_if_fail (position < self->segments.n_rows, NULL);
  block = locate (self, position, &row);
  if (block->keywords == NULL || block->keywords[row] == 0)
    return no_keywords;
  return block->keyword_sets[block->keywords[row] - 1]->names;
}

/**
 * taube_message_list_get_message_size:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Gives the size of a message in bytes, as the server counts it.
 *
 * Returns: the size; 0 when it is not known
 */
guint64
taube_message_list_get_message_size (TaubeMessageList *self, guint position)
{
  const TaubeMessageBlock *block;
  guint row;

  g_return_val_if_fail (TAUBE_IS_MESSAGE_LIST (self), 0);
  g_return_val_if_fail (position < self->segments.n_rows, 0);
  block = locate (self, position, &row);
  if (block->large_size != NULL)
    return block->large_size[row];
  return block->size != NULL ? block->size[row] : 0;
}

static gboolean
read_date (const gint64 *times, const gint16 *offsets, guint row, gint64 *unix_time_out, int *offset_minutes_out)
{
  if (times == NULL || offsets[row] == TAUBE_MESSAGE_NO_DATE)
    return FALSE;
  if (unix_time_out != NULL)
    *unix_time_out = times[row];
  if (offset_minutes_out != NULL)
    *offset_minutes_out = offsets[row];
  return TRUE;
}

/**
 * taube_message_list_get_date:
 * @self: a list
 * @position: which message, from 0; less than the size
 * @unix_time_out: (out) (optional): where to put the time, in seconds since 1970 in UTC
 * @offset_minutes_out: (out) (optional): where to put how many minutes local time was ahead of UTC
 *
 * Tells when a message arrived on the server.
 *
 * Returns: whether that is known; if not, nothing is put anywhere
 */
gboolean
taube_message_list_get_date (TaubeMessageList *self, guint position, gint64 *unix_time_out, int *offset_minutes_out)
{
  const TaubeMessageBlock *block;
  guint row;

  g_return_val_if_fail (TAUBE_IS_MESSAGE_LIST (self), FALSE);
  g_return_val_if_fail (position < self->segments.n_rows, FALSE);
  block = locate (self, position, &row);
  return read_date (block->date, block->date_offset, row, unix_time_out, offset_minutes_out);
}

/**
 * taube_message_list_get_sent_date:
 * @self: a list
 * @position: which message, from 0; less than the size
 * @unix_time_out: (out) (optional): where to put the time, in seconds since 1970 in UTC
 * @offset_minutes_out: (out) (optional): where to put how many minutes the sender's time was ahead of UTC
 *
 * Tells when a message was sent, as its sender says.
 *
 * Returns: whether that is known; if not, nothing is put anywhere
 */
gboolean
taube_message_list_get_sent_date (TaubeMessageList *self, guint position, gint64 *unix_time_out,
                                  int *offset_minutes_out)
{
  const TaubeMessageBlock *block;
  guint row;

  g_return_val_if_fail (TAUBE_IS_MESSAGE_LIST (self), FALSE);
  g_return_val_if_fail (position < self->segments.n_rows, FALSE);
  block = locate (self, position, &row);
  return read_date (block->sent_date, block->sent_offset, row, unix_time_out, offset_minutes_out);
}

/**
 * taube_message_list_get_save_date:
 * @self: a list
 * @position: which message, from 0; less than the size
 * @unix_time_out: (out) (optional): where to put the time, in seconds since 1970 in UTC
 *
 * Tells when a message was put into this folder: later than its arrival when it was copied or moved there (RFC 8514).
 *
 * Returns: whether that is known; if not, nothing is put anywhere
 */
gboolean
taube_message_list_get_save_date (TaubeMessageList *self, guint position, gint64 *unix_time_out)
{
  const TaubeMessageBlock *block;
  guint row;

  g_return_val_if_fail (TAUBE_IS_MESSAGE_LIST (self), FALSE);
  g_return_val_if_fail (position < self->segments.n_rows, FALSE);
  block = locate (self, position, &row);
  if (block->save_date == NULL || block->save_date[row] == TAUBE_MESSAGE_NO_TIME)
    return FALSE;
  if (unix_time_out != NULL)
    *unix_time_out = block->save_date[row];
  return TRUE;
}

/**
 * taube_message_list_get_labels:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Gives the labels of a message, on servers where one message is found under several.
 *
 * What a folder is elsewhere is a label there. System labels begin with a backslash, such as `\\Important`. Messages
 * with the same labels share one vector.
 *
 * Returns: (transfer none) (array zero-terminated=1): the labels; an empty vector when there are none, or they were not
 *   asked for
 */
const char *const *
taube_message_list_get_labels (TaubeMessageList *self, guint position)
{
  const TaubeMessageBlock *block;
  guint row;

  g_return_val_if_fail (TAUBE_IS_MESSAGE_LIST (self), NULL);
  g_return_val_if_fail (position < self->segments.n_rows, NULL);
  block = locate (self, position, &row);
  if (block->labels == NULL || block->labels[row] == 0)
    return no_keywords;
  return block->keyword_sets[block->labels[row] - 1]->names;
}

/**
 * taube_message_list_get_importance:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Tells how important a message is.
 *
 * Returns: its importance; %TAUBE_IMPORTANCE_UNKNOWN when that was not asked for or cannot be told
 */
TaubeImportance
taube_message_list_get_importance (TaubeMessageList *self, guint position)
{
  const TaubeMessageBlock *block;
  guint row;

  g_return_val_if_fail (TAUBE_IS_MESSAGE_LIST (self), TAUBE_IMPORTANCE_UNKNOWN);
  g_return_val_if_fail (position < self->segments.n_rows, TAUBE_IMPORTANCE_UNKNOWN);
  block = locate (self, position, &row);
  return block->importance != NULL ? (TaubeImportance) block->importance[row] : TAUBE_IMPORTANCE_UNKNOWN;
}

/* The string of any column. */
const char *
taube_message_list_get_text (TaubeMessageList *self, TaubeMessageColumn column, guint position)
{
  const TaubeMessageBlock *block;
  guint row;

  g_return_val_if_fail (TAUBE_IS_MESSAGE_LIST (self), NULL);
  g_return_val_if_fail (position < self->segments.n_rows, NULL);
  block = locate (self, position, &row);
  if (block->text[column] == NULL || block->text[column][row] == 0)
    return NULL;
  return block->strings + block->text[column][row];
}

/**
 * taube_message_list_get_subject:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Gives the subject of a message, decoded.
 *
 * Returns: (transfer none) (nullable): the subject;
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_list_get_subject (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_SUBJECT, position);
}

/**
 * taube_message_list_get_from:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Tells who wrote a message.
 *
 * Returns: (transfer none) (nullable): addresses as they are shown, such as
 *   `"Bell, Ann" <ann@example.org>, bob@example.org`; %NULL when there is none or it was not asked for
 */
const char *
taube_message_list_get_from (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_FROM, position);
}

/**
 * taube_message_list_get_sender:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Tells who sent a message: where somebody else sent it for its author.
 *
 * Returns: (transfer none) (nullable): the address, as in [method@MessageList.get_from];
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_list_get_sender (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_SENDER, position);
}

/**
 * taube_message_list_get_reply_to:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Tells where replies to a message shall go.
 *
 * Returns: (transfer none) (nullable): the addresses, as in [method@MessageList.get_from];
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_list_get_reply_to (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_REPLY_TO, position);
}

/**
 * taube_message_list_get_to:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Tells whom a message is for.
 *
 * Returns: (transfer none) (nullable): the addresses, as in [method@MessageList.get_from]; groups as
 *   `Team: ann@example.org, bob@example.org;`; %NULL when there is none or it was not asked for
 */
const char *
taube_message_list_get_to (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_TO, position);
}

/**
 * taube_message_list_get_cc:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Tells who got a copy of a message.
 *
 * Returns: (transfer none) (nullable): the addresses, as in [method@MessageList.get_from];
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_list_get_cc (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_CC, position);
}

/**
 * taube_message_list_get_bcc:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Tells who got a copy of a message without the others being told; known to its sender only.
 *
 * Returns: (transfer none) (nullable): the addresses, as in [method@MessageList.get_from];
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_list_get_bcc (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_BCC, position);
}

/**
 * taube_message_list_get_message_id:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Gives the name that the sender gave a message, unlike any other in the world (RFC 5322), between angle
 * brackets.
 *
 * Returns: (transfer none) (nullable): the message id;
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_list_get_message_id (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_MESSAGE_ID, position);
}

/**
 * taube_message_list_get_in_reply_to:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Gives the message ids of the messages that a message answers.
 *
 * Returns: (transfer none) (nullable): the message ids, as they stand in the header;
 *   %NULL when there is none or it was not asked for
 */
const char *
taube_message_list_get_in_reply_to (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_IN_REPLY_TO, position);
}

/**
 * taube_message_list_get_preview:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Gives the beginning of a message's text as the server shows it: plain text of at most some 256 characters (RFC 8970).
 *
 * Returns: (transfer none) (nullable): the text; empty when there is nothing to show; %NULL when the server makes none
 *   or it was not asked for
 */
const char *
taube_message_list_get_preview (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_PREVIEW, position);
}

/**
 * taube_message_list_get_email_id:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Gives the id that all copies of a message have, in whatever folder of the account they are, and that it keeps when
 * it is moved (RFC 8474). To be compared only.
 *
 * Returns: (transfer none) (nullable): the id; %NULL when the server keeps none or it was not asked for
 */
const char *
taube_message_list_get_email_id (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_EMAIL_ID, position);
}

/**
 * taube_message_list_get_thread_id:
 * @self: a list
 * @position: which message, from 0; less than the size
 *
 * Gives the id that all messages of a conversation have, in whatever folder of the account they are (RFC 8474). To be
 * compared only.
 *
 * Returns: (transfer none) (nullable): the id; %NULL when the server keeps none or it was not asked for
 */
const char *
taube_message_list_get_thread_id (TaubeMessageList *self, guint position)
{
  return taube_message_list_get_text (self, TAUBE_MESSAGE_COLUMN_THREAD_ID, position);
}
