/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-message-list-builder.h>

#include "core/taube-packed-ids.h"
#include "core/taube-text-cells.h"

G_BEGIN_DECLS

/* The rows of a message list in blocks of up to 4,096: a draft, written row by row, is packed into a block of columns
 * and strings, one piece of memory of exactly the right size, which never changes again and may be in several lists. */

#define TAUBE_MESSAGE_BLOCK_ROWS 4096

/* A combination of keywords or of labels, the same object for all rows of a list that have it. */
typedef struct
{
  guint hash;
  guint n_names;
  const char *const *names; /* ends with NULL in a stored one */
} TaubeKeywords;

/* What outlives the builder: prefixes and combinations of keywords. Only the builder adds to it; blocks know the
 * addresses of what they use, and those never move. */
typedef struct
{
  gatomicrefcount references;
  GStringChunk *strings;
  GHashTable *keywords;
  guint64 key; /* of its hashes */
} TaubeMessagePool;

TaubeMessagePool *taube_message_pool_new (void);
void taube_message_pool_unref (TaubeMessagePool *self);
const TaubeKeywords *taube_message_pool_get_keywords (TaubeMessagePool *self, const char *const *names, guint n_names);

typedef enum
{
  TAUBE_MESSAGE_ORDER_NONE, /* numbers in any order, or the same twice */
  TAUBE_MESSAGE_ORDER_UP,
  TAUBE_MESSAGE_ORDER_DOWN,
} TaubeMessageOrder;

/* A column that was not asked for, or that nothing stands in, is NULL. */
typedef struct
{
  gatomicrefcount references;
  guint n_rows;
  TaubeMessagePool *pool;

  const char *prefix; /* of all ids; NULL when they are strings */
  TaubeMessageOrder order;

  const gint64 *date;
  const gint64 *sent_date;
  const gint64 *save_date;   /* TAUBE_MESSAGE_NO_TIME: not known */
  const guint64 *large_size; /* instead of size, when one is over 32 bits */
  const TaubeKeywords *const *keyword_sets;
  const guint32 *id; /* number behind the prefix, or where the string stands in id_strings; NULL: they are packed */
  const char *id_strings;
  TaubePackedIds packed; /* with a width when the ids are strings that can be */
  const guint32 *size;
  const guint32 *text[TAUBE_N_MESSAGE_COLUMNS];
  const gint16 *date_offset;
  const gint16 *sent_offset;
  const guint16 *keywords; /* 0: none, else one more than the place in keyword_sets */
  const guint16 *labels;   /* the same */
  const guint8 *flags;
  const guint8 *importance; /* a TaubeImportance */
  const char *strings;
} TaubeMessageBlock;

/* An offset that says: no date. */
#define TAUBE_MESSAGE_NO_DATE G_MININT16
#define TAUBE_MESSAGE_NO_TIME G_MININT64

TaubeMessageBlock *taube_message_block_ref (TaubeMessageBlock *self);
void taube_message_block_unref (TaubeMessageBlock *self);
char *taube_message_block_dup_id (const TaubeMessageBlock *self, guint row);
/* The id of a row as a string, which is in BUFFER or in the block. (transfer none) */
const char *taube_message_block_get_id (const TaubeMessageBlock *self, guint row, GString *buffer);

typedef struct
{
  gint64 date;
  gint64 sent_date;
  gint64 save_date;
  guint64 size;
  guint32 id;
  guint32 text[TAUBE_N_MESSAGE_COLUMNS];
  gint16 date_offset;
  gint16 sent_offset;
  guint16 keywords;
  guint16 labels;
  guint8 flags;
  guint8 importance;
} TaubeMessageRow;

typedef struct
{
  TaubeListFields fields;
  TaubeMessagePool *pool;
  const char *prefix; /* of the rows so far; in the pool */

  TaubeMessageRow *rows;
  guint n_rows;
  guint n_allocated;
  TaubeTextCells cells;
  TaubeTextCells ids; /* those that are strings */
  gsize row_start;    /* where the strings of the last row begin */
  gsize id_start;     /* the same of its id */
  int open_column; /* whose string is open, -1: none */

  GPtrArray *keyword_sets;
  GHashTable *keyword_indices; /* TaubeKeywords to place in keyword_sets + 1 */
  const TaubeKeywords *last_keywords;
  guint16 last_keyword_index;
} TaubeMessageDraft;

void taube_message_draft_init (TaubeMessageDraft *self, TaubeListFields fields);
void taube_message_draft_clear (TaubeMessageDraft *self);
gboolean taube_message_draft_accepts (const TaubeMessageDraft *self, const char *prefix);
TaubeMessageRow *taube_message_draft_add (TaubeMessageDraft *self, const char *prefix);
void taube_message_draft_drop (TaubeMessageDraft *self);
void taube_message_draft_forget_keywords (TaubeMessageDraft *self);
void taube_message_draft_set_keywords (TaubeMessageDraft *self, const char *const *names, guint n_names);
void taube_message_draft_set_labels (TaubeMessageDraft *self, const char *const *names, guint n_names);
void taube_message_draft_open_text (TaubeMessageDraft *self, TaubeMessageColumn column);
void taube_message_draft_close_text (TaubeMessageDraft *self);
TaubeMessageBlock *taube_message_draft_seal (TaubeMessageDraft *self);

static inline TaubeMessageRow *
taube_message_draft_last (const TaubeMessageDraft *self)
{
  return &self->rows[self->n_rows - 1];
}

G_END_DECLS
