/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-message-block.h"

#include <string.h>

/* A block is sealed before it is full when its strings get longer than this: offsets have 32 bits, and one row may
 * still come. */
#define STRINGS_MAX (64u << 20)
/* The same for combinations of keywords, of which dropped rows may have left some. */
#define KEYWORD_SETS_MAX 32768

void
taube_message_draft_init (TaubeMessageDraft *self, TaubeListFields fields)
{
  memset (self, 0, sizeof *self);
  self->fields = fields;
  self->pool = taube_message_pool_new ();
  self->open_column = -1;
  self->keyword_sets = g_ptr_array_new ();
  self->keyword_indices = g_hash_table_new (NULL, NULL);
  taube_text_cells_init (&self->cells);
  taube_text_cells_init (&self->ids);
}

void
taube_message_draft_clear (TaubeMessageDraft *self)
{
  taube_text_cells_clear (&self->cells);
  taube_text_cells_clear (&self->ids);
  g_clear_pointer (&self->rows, g_free);
  g_clear_pointer (&self->keyword_indices, g_hash_table_unref);
  g_clear_pointer (&self->keyword_sets, g_ptr_array_unref);
  g_clear_pointer (&self->pool, taube_message_pool_unref);
}

/* Whether a row whose id has PREFIX (NULL: a whole string) can still come; if not, the draft must be sealed first. */
gboolean
taube_message_draft_accepts (const TaubeMessageDraft *self, const char *prefix)
{
  if (self->n_rows == 0)
    return TRUE;
  return self->n_rows < TAUBE_MESSAGE_BLOCK_ROWS && self->cells.used < STRINGS_MAX && self->ids.used < STRINGS_MAX
         && self->keyword_sets->len < KEYWORD_SETS_MAX
         && (prefix == self->prefix || g_strcmp0 (prefix, self->prefix) == 0);
}

/* A new row without cells. */
TaubeMessageRow *
taube_message_draft_add (TaubeMessageDraft *self, const char *prefix)
{
  TaubeMessageRow *row;

  taube_message_draft_close_text (self);
  if (self->n_rows == 0 && g_strcmp0 (prefix, self->prefix) != 0)
    self->prefix = prefix != NULL ? g_string_chunk_insert_const (self->pool->strings, prefix) : NULL;
  if (self->n_rows == self->n_allocated)
    {
      self->n_allocated = CLAMP (4 * self->n_allocated, 4, TAUBE_MESSAGE_BLOCK_ROWS);
      self->rows = g_renew (TaubeMessageRow, self->rows, self->n_allocated);
    }
  self->row_start = self->cells.used;
  self->id_start = self->ids.used;
  row = &self->rows[self->n_rows++];
  memset (row, 0, sizeof *row);
  row->date_offset = row->sent_offset = TAUBE_MESSAGE_NO_DATE;
  row->save_date = TAUBE_MESSAGE_NO_TIME;
  return row;
}

/* Takes the last row away with its strings. */
void
taube_message_draft_drop (TaubeMessageDraft *self)
{
  self->cells.used = self->cells.start = self->row_start;
  self->ids.used = self->ids.start = self->id_start;
  self->open_column = -1;
  self->n_rows--;
  if (self->n_rows == 0)
    taube_message_draft_forget_keywords (self);
}

/* A new block begins, with its own numbers for combinations of keywords. */
void
taube_message_draft_forget_keywords (TaubeMessageDraft *self)
{
  g_ptr_array_set_size (self->keyword_sets, 0);
  g_hash_table_remove_all (self->keyword_indices);
  self->last_keywords = NULL;
}

/* What a cell says for this combination; 0 for none. */
static guint16
get_index (TaubeMessageDraft *self, const char *const *names, guint n_names)
{
  const TaubeKeywords *keywords;
  guint index;

  if (n_names == 0)
    return 0;
  keywords = taube_message_pool_get_keywords (self->pool, names, n_names);
  if (keywords == self->last_keywords)
    return self->last_keyword_index;
  index = GPOINTER_TO_UINT (g_hash_table_lookup (self->keyword_indices, keywords));
  if (index == 0 && self->keyword_sets->len < G_MAXUINT16)
    {
      g_ptr_array_add (self->keyword_sets, (gpointer) keywords);
      index = self->keyword_sets->len;
      g_hash_table_insert (self->keyword_indices, (gpointer) keywords, GUINT_TO_POINTER (index));
    }
  self->last_keywords = keywords;
  self->last_keyword_index = index;
  return index;
}

void
taube_message_draft_set_keywords (TaubeMessageDraft *self, const char *const *names, guint n_names)
{
  taube_message_draft_last (self)->keywords = get_index (self, names, n_names);
}

void
taube_message_draft_set_labels (TaubeMessageDraft *self, const char *const *names, guint n_names)
{
  taube_message_draft_last (self)->labels = get_index (self, names, n_names);
}

/* Whether the same string is to be reckoned with in many rows. */
static gboolean
repeats (int column)
{
  return (column >= TAUBE_MESSAGE_COLUMN_FROM && column <= TAUBE_MESSAGE_COLUMN_BCC)
         || column == TAUBE_MESSAGE_COLUMN_THREAD_ID;
}

void
taube_message_draft_close_text (TaubeMessageDraft *self)
{
  if (self->open_column < 0)
    return;
  taube_message_draft_last (self)->text[self->open_column]
      = repeats (self->open_column) ? taube_text_cells_end_shared (&self->cells)
                                    : taube_text_cells_end (&self->cells);
  self->open_column = -1;
}

/* Makes COLUMN of the last row the one that grows. */
void
taube_message_draft_open_text (TaubeMessageDraft *self, TaubeMessageColumn column)
{
  guint32 before;

  if (self->open_column == (int) column)
    return;
  taube_message_draft_close_text (self);
  before = taube_message_draft_last (self)->text[column];
  if (before != 0)
    taube_text_cells_continue (&self->cells, before);
  else
    taube_text_cells_begin (&self->cells);
  self->open_column = column;
}
