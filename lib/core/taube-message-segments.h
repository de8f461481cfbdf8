/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/taube-message-block.h"

G_BEGIN_DECLS

/* What a list is made of: runs of rows of blocks, forwards or backwards. So a list can be turned round, cut into chunks
 * and shared between lists without copying a row. */
typedef struct
{
  TaubeMessageBlock *block;
  guint start;     /* position of its first row in the list */
  guint first;     /* lowest row of the block that is in it */
  guint n_rows;
  gboolean backwards;
} TaubeMessageSegment;

typedef struct
{
  GArray *segments; /* of TaubeMessageSegment */
  guint n_rows;
} TaubeMessageSegments;

void taube_message_segments_init (TaubeMessageSegments *self);
void taube_message_segments_clear (TaubeMessageSegments *self);
void taube_message_segments_append (TaubeMessageSegments *self, TaubeMessageBlock *block);
void taube_message_segments_reverse (TaubeMessageSegments *self, guint first);
void taube_message_segments_truncate (TaubeMessageSegments *self, guint first);
void taube_message_segments_copy (const TaubeMessageSegments *self, guint first, TaubeMessageSegments *copy);
void taube_message_segments_arrange (const TaubeMessageSegments *self, const guint *positions, guint n_positions,
                                     TaubeMessageSegments *arranged);
guint taube_message_segments_locate (const TaubeMessageSegments *self, guint position);

static inline const TaubeMessageSegment *
taube_message_segments_get (const TaubeMessageSegments *self, guint index)
{
  return &g_array_index (self->segments, TaubeMessageSegment, index);
}

static inline guint
taube_message_segment_row (const TaubeMessageSegment *self, guint position)
{
  guint step = position - self->start;

  return self->backwards ? self->first + self->n_rows - 1 - step : self->first + step;
}

/* Finds ids: by halving when all are numbers behind one prefix, in runs that do not overlap; else by hash. */
typedef struct _TaubeMessageIndex TaubeMessageIndex;

TaubeMessageIndex *taube_message_index_new (const TaubeMessageSegments *segments);
void taube_message_index_free (TaubeMessageIndex *self);
gboolean taube_message_index_find (const TaubeMessageIndex *self, const char *id, guint *position_out);
const guint *taube_message_index_get_order (const TaubeMessageIndex *self);

G_END_DECLS
