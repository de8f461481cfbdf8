/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A table of text: collects rows, then prints each column as wide as its widest cell. */
typedef struct _OutputTable OutputTable;

OutputTable *output_table_new (guint n_columns);
void output_table_free (OutputTable *self);
void output_table_add (OutputTable *self, guint column, const char *text);
void output_table_let_yield (OutputTable *self, guint column);
void output_table_end_row (OutputTable *self);
void output_table_print (OutputTable *self);

/* Untrusted text for one line of a terminal, or for several: no control characters. */
char *output_clean_line (const char *text);
char *output_clean_text (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OutputTable, output_table_free)

G_END_DECLS
