/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>

G_BEGIN_DECLS

/* Strings one behind the other in one block of memory, each known by its offset; 0 is "no string". One string at a
 * time is open at the end of the block and grows there. */

#define TAUBE_TEXT_CELLS_RECENT 1024

typedef struct
{
  char *data;
  gsize size;
  gsize used;
  gsize start; /* of the open string */

  /* The open string as a list of addresses. */
  gboolean in_group;
  gboolean need_comma;

  TaubeBuffer decoded; /* on its way into the open string */
  guint32 recent[TAUBE_TEXT_CELLS_RECENT]; /* offsets of strings that may come again, by their hash */
} TaubeTextCells;

/* No string becomes longer than this, whatever the server sends. */
#define TAUBE_TEXT_CELL_MAX (1u << 20)

void taube_text_cells_init (TaubeTextCells *self);
void taube_text_cells_clear (TaubeTextCells *self);
void taube_text_cells_reset (TaubeTextCells *self);

void taube_text_cells_begin (TaubeTextCells *self);
void taube_text_cells_continue (TaubeTextCells *self, guint32 offset);
guint32 taube_text_cells_end (TaubeTextCells *self);
guint32 taube_text_cells_end_shared (TaubeTextCells *self);

void taube_text_cells_add_valid (TaubeTextCells *self, const char *text, gsize length);
void taube_text_cells_add_text (TaubeTextCells *self, const char *text, gsize length);
void taube_text_cells_add_header_text (TaubeTextCells *self, const char *text, gsize length);
void taube_text_cells_add_address (TaubeTextCells *self, const char *name, gsize name_length, const char *mailbox,
                                   gsize mailbox_length, const char *host, gsize host_length);

G_END_DECLS
