/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-folder-view.h>
#include <taube/taube-message-list.h>

G_BEGIN_DECLS

/* The rows of a view: 40 bytes each beside the columns of the lists that they come from. A row is a number that stays
 * the same as long as the row is there; shown rows have a position in the order of the sort key, found in both
 * directions in O(log n). No I/O, no signals, one thread. */
typedef struct _TaubeViewRows TaubeViewRows;

#define TAUBE_VIEW_NO_ROW G_MAXUINT32

typedef struct
{
  TaubeViewSort sort;
  gboolean descending;
  TaubeMessageFlags mask;  /* a row is shown when its flags, as far as they are in MASK, are FLAGS */
  TaubeMessageFlags flags;
} TaubeViewOrder;

TaubeViewRows *taube_view_rows_new (const TaubeViewOrder *order);
void taube_view_rows_free (TaubeViewRows *self);
/* Of all rows, shown or not; and of those that are shown. */
guint taube_view_rows_get_count (const TaubeViewRows *self);
guint taube_view_rows_get_shown (const TaubeViewRows *self);

/* The row with ID, or NO_ROW. */
guint32 taube_view_rows_find (const TaubeViewRows *self, const char *id);
/* The shown row at POSITION, which is less than the number of those. */
guint32 taube_view_rows_at (const TaubeViewRows *self, guint position);
gboolean taube_view_rows_is_shown (const TaubeViewRows *self, guint32 row);
/* Of a shown row; of another one: where it would be. */
guint taube_view_rows_position (const TaubeViewRows *self, guint32 row);
/* Where the row's cells are. (transfer none) */
TaubeMessageList *taube_view_rows_get_cells (const TaubeViewRows *self, guint32 row, guint *index_out);

/* A row that is not shown yet, from INDEX of LIST; its id must be new. */
guint32 taube_view_rows_add (TaubeViewRows *self, TaubeMessageList *list, guint index);
/* The same message with other cells, of which the sort key, too, may be another: it must not be shown meanwhile unless
 * the key is the same. */
void taube_view_rows_set_cells (TaubeViewRows *self, guint32 row, TaubeMessageList *list, guint index);
/* Whether those cells would leave the row where it is. */
gboolean taube_view_rows_keeps_key (TaubeViewRows *self, guint32 row, TaubeMessageList *list, guint index);
gboolean taube_view_rows_passes (const TaubeViewRows *self, guint32 row);
void taube_view_rows_show (TaubeViewRows *self, guint32 row);
void taube_view_rows_hide (TaubeViewRows *self, guint32 row);
/* Forgets a row that is not shown. */
void taube_view_rows_drop (TaubeViewRows *self, guint32 row);
/* All rows, shown or not, in no order. *CURSOR is 0 at first. NO_ROW: that was all. */
guint32 taube_view_rows_next (const TaubeViewRows *self, guint *cursor);
/* By the order of what is shown. */
int taube_view_rows_compare (const TaubeViewRows *self, guint32 a, guint32 b);

/* Another order: every row is shown or hidden anew. */
void taube_view_rows_set_order (TaubeViewRows *self, const TaubeViewOrder *order);
/* Row I of ROWS moves to row I of LIST, which has the same cells, unless somebody holds its item. */
void taube_view_rows_settle (TaubeViewRows *self, TaubeMessageList *list, const GArray *rows);
/* Small lists become one; a row whose item somebody holds stays where it is. */
void taube_view_rows_tidy_up (TaubeViewRows *self, TaubeFolder *folder);
/* For tests: lists that are held, and steps down the tree so far. */
guint taube_view_rows_get_n_lists (const TaubeViewRows *self);
guint64 taube_view_rows_get_steps (const TaubeViewRows *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeViewRows, taube_view_rows_free)

G_END_DECLS
