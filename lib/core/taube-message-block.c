/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-message-block.h"

#include <string.h>

static void
free_block_memory (TaubeMessageBlock *self)
{
  taube_message_pool_unref (self->pool);
  g_free (self);
}

TaubeMessageBlock *
taube_message_block_ref (TaubeMessageBlock *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
taube_message_block_unref (TaubeMessageBlock *self)
{
  if (g_atomic_ref_count_dec (&self->references))
    free_block_memory (self);
}

/* The id of a row as a string. (transfer full) */
char *
taube_message_block_dup_id (const TaubeMessageBlock *self, guint row)
{
  if (self->prefix == NULL)
    {
      g_autoptr (GString) buffer = g_string_new (NULL);

      return g_strdup (taube_message_block_get_id (self, row, buffer));
    }
  return g_strdup_printf ("%s%" G_GUINT32_FORMAT, self->prefix, self->id[row]);
}

const char *
taube_message_block_get_id (const TaubeMessageBlock *self, guint row, GString *buffer)
{
  if (self->prefix != NULL)
    g_string_printf (buffer, "%s%" G_GUINT32_FORMAT, self->prefix, self->id[row]);
  else if (self->packed.width > 0)
    taube_packed_ids_read (&self->packed, row, buffer);
  else
    return self->id_strings + self->id[row];
  return buffer->str;
}

/* Places pieces one behind the other: first only counts, with base NULL, then gives addresses. */
typedef struct
{
  guint8 *base;
  gsize used;
} Packer;

static gpointer
place (Packer *packer, gboolean wanted, gsize length)
{
  gsize offset = packer->used;

  if (!wanted)
    return NULL;
  packer->used += length;
  return packer->base != NULL ? packer->base + offset : NULL;
}

/* What is in a draft's rows at all. */
typedef struct
{
  gboolean date;
  gboolean sent_date;
  gboolean save_date;
  gboolean size;
  gboolean large_size;
  gboolean flags;
  gboolean importance;
  gboolean keywords;
  gboolean labels;
  gboolean text[TAUBE_N_MESSAGE_COLUMNS];
  const char **ids; /* that are strings; NULL: they are not (owned) */
  TaubePackedIds packed;
} Contents;

static void
look_at_rows (const TaubeMessageDraft *self, Contents *contents)
{
  guint32 texts[TAUBE_N_MESSAGE_COLUMNS] = { 0 };
  guint64 sizes = 0;
  guint flags = 0, importance = 0, keywords = 0, labels = 0;

  for (guint i = 0; i < self->n_rows; i++)
    {
      const TaubeMessageRow *row = &self->rows[i];

      contents->date |= row->date_offset != TAUBE_MESSAGE_NO_DATE;
      contents->sent_date |= row->sent_offset != TAUBE_MESSAGE_NO_DATE;
      contents->save_date |= row->save_date != TAUBE_MESSAGE_NO_TIME;
      sizes |= row->size;
      flags |= row->flags;
      importance |= row->importance;
      keywords |= row->keywords;
      labels |= row->labels;
      for (guint c = 0; c < TAUBE_N_MESSAGE_COLUMNS; c++)
        texts[c] |= row->text[c];
    }
  contents->large_size = sizes > G_MAXUINT32;
  contents->size = sizes > 0 && !contents->large_size;
  contents->flags = flags != 0;
  contents->importance = importance != 0;
  contents->keywords = keywords != 0;
  contents->labels = labels != 0;
  for (guint c = 0; c < TAUBE_N_MESSAGE_COLUMNS; c++)
    contents->text[c] = texts[c] != 0;
}

static void
look_at_ids (const TaubeMessageDraft *self, Contents *contents)
{
  if (self->prefix != NULL)
    return;
  contents->ids = g_new (const char *, self->n_rows);
  for (guint i = 0; i < self->n_rows; i++)
    contents->ids[i] = self->ids.data + self->rows[i].id;
  taube_packed_ids_plan (&contents->packed, contents->ids, self->n_rows);
}

/* The columns with the largest cells come first, so that each is aligned. */
static void
place_columns (TaubeMessageBlock *block, Packer *packer, const TaubeMessageDraft *self, const Contents *contents)
{
  gsize n = self->n_rows;

  block->date = place (packer, contents->date, n * sizeof (gint64));
  block->sent_date = place (packer, contents->sent_date, n * sizeof (gint64));
  block->save_date = place (packer, contents->save_date, n * sizeof (gint64));
  block->large_size = place (packer, contents->large_size, n * sizeof (guint64));
  block->keyword_sets
      = place (packer, contents->keywords || contents->labels, self->keyword_sets->len * sizeof (gpointer));
  block->id = place (packer, contents->packed.width == 0, n * sizeof (guint32));
  block->size = place (packer, contents->size, n * sizeof (guint32));
  for (guint c = 0; c < TAUBE_N_MESSAGE_COLUMNS; c++)
    block->text[c] = place (packer, contents->text[c], n * sizeof (guint32));
  block->date_offset = place (packer, contents->date, n * sizeof (gint16));
  block->sent_offset = place (packer, contents->sent_date, n * sizeof (gint16));
  block->keywords = place (packer, contents->keywords, n * sizeof (guint16));
  block->labels = place (packer, contents->labels, n * sizeof (guint16));
  block->flags = place (packer, contents->flags, n * sizeof (guint8));
  block->importance = place (packer, contents->importance, n * sizeof (guint8));
  block->strings = place (packer, TRUE, self->cells.used);
  if (contents->packed.width > 0)
    block->id_strings = place (packer, TRUE, taube_packed_ids_get_size (&contents->packed, self->n_rows));
  else
    block->id_strings = place (packer, self->prefix == NULL, self->ids.used);
}

#define FILL(column, type, member) \
  G_STMT_START \
  { \
    type *cells = (type *) (column); \
    for (guint i = 0; cells != NULL && i < self->n_rows; i++) \
      cells[i] = self->rows[i].member; \
  } \
  G_STMT_END

static void
fill_ids (TaubeMessageBlock *block, const TaubeMessageDraft *self, const Contents *contents)
{
  block->packed = contents->packed;
  if (block->packed.width > 0)
    taube_packed_ids_write (&block->packed, contents->ids, self->n_rows, (gpointer) block->id_strings);
  else if (block->id_strings != NULL)
    memcpy ((char *) block->id_strings, self->ids.data, self->ids.used);
}

static void
fill_columns (TaubeMessageBlock *block, const TaubeMessageDraft *self)
{
  FILL (block->date, gint64, date);
  FILL (block->sent_date, gint64, sent_date);
  FILL (block->save_date, gint64, save_date);
  FILL (block->large_size, guint64, size);
  FILL (block->id, guint32, id);
  FILL (block->size, guint32, size);
  for (guint c = 0; c < TAUBE_N_MESSAGE_COLUMNS; c++)
    FILL (block->text[c], guint32, text[c]);
  FILL (block->date_offset, gint16, date_offset);
  FILL (block->sent_offset, gint16, sent_offset);
  FILL (block->keywords, guint16, keywords);
  FILL (block->labels, guint16, labels);
  FILL (block->flags, guint8, flags);
  FILL (block->importance, guint8, importance);
  if (block->keyword_sets != NULL)
    memcpy ((gpointer) block->keyword_sets, self->keyword_sets->pdata, self->keyword_sets->len * sizeof (gpointer));
  memcpy ((char *) block->strings, self->cells.data, self->cells.used);
}

static void
find_order (TaubeMessageBlock *block)
{
  gboolean up = TRUE;
  gboolean down = TRUE;

  if (block->prefix == NULL)
    return;
  for (guint i = 1; i < block->n_rows; i++)
    {
      up = up && block->id[i - 1] < block->id[i];
      down = down && block->id[i - 1] > block->id[i];
    }
  block->order = up ? TAUBE_MESSAGE_ORDER_UP : down ? TAUBE_MESSAGE_ORDER_DOWN : TAUBE_MESSAGE_ORDER_NONE;
}

/* Packs the rows; the draft is empty then and can be written again. */
TaubeMessageBlock *
taube_message_draft_seal (TaubeMessageDraft *self)
{
  TaubeMessageBlock layout = { 0 };
  TaubeMessageBlock *block;
  Contents contents = { 0 };
  Packer packer = { .used = sizeof (TaubeMessageBlock) };

  g_assert (self->n_rows > 0);
  taube_message_draft_close_text (self);
  look_at_rows (self, &contents);
  look_at_ids (self, &contents);
  place_columns (&layout, &packer, self, &contents);
  block = g_malloc (packer.used);
  memset (block, 0, sizeof *block);
  packer.base = (guint8 *) block;
  packer.used = sizeof (TaubeMessageBlock);
  place_columns (block, &packer, self, &contents);
  g_atomic_ref_count_init (&block->references);
  block->n_rows = self->n_rows;
  block->prefix = self->prefix;
  block->pool = self->pool;
  g_atomic_ref_count_inc (&self->pool->references);
  fill_columns (block, self);
  fill_ids (block, self, &contents);
  find_order (block);

  self->n_rows = 0;
  taube_text_cells_reset (&self->cells);
  taube_text_cells_reset (&self->ids);
  g_free (contents.ids);
  taube_message_draft_forget_keywords (self);
  return block;
}
