/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output-table.h"

#include "output.h"

#include <string.h>

/* A wider cell pushes what stands behind it in its own row only. */
#define WIDTH_MAX 60
/* And a wider one in a column that may yield comes last. */
#define YIELDING_WIDTH 24

struct _OutputTable
{
  guint n_columns;
  guint yielding;   /* this column; N_COLUMNS: none */
  GPtrArray *cells; /* row by row, each row N_COLUMNS long */
  guint row_start;  /* of the row being filled */
};

OutputTable *
output_table_new (guint n_columns)
{
  OutputTable *self = g_new0 (OutputTable, 1);

  self->n_columns = self->yielding = n_columns;
  self->cells = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
output_table_free (OutputTable *self)
{
  g_ptr_array_unref (self->cells);
  g_free (self);
}

static gboolean
is_unsafe (gunichar c, gboolean lines)
{
  if (lines && (c == '\n' || c == '\t'))
    return FALSE;
  /* Besides control characters: overrides of the writing direction, which make text look like another. */
  return g_unichar_iscntrl (c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static char *
clean (const char *text, gboolean lines)
{
  GString *result = g_string_sized_new (strlen (text));

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!is_unsafe (c, lines))
        g_string_append_len (result, p, g_utf8_next_char (p) - p);
      else if (!lines && (c == '\n' || c == '\t'))
        g_string_append_c (result, ' ');
      else if (c != '\r')
        g_string_append (result, "\xef\xbf\xbd");
    }
  return g_string_free (result, FALSE);
}

char *
output_clean_line (const char *text)
{
  return clean (text, FALSE);
}

char *
output_clean_text (const char *text)
{
  return clean (text, TRUE);
}

/* One cell of the row being filled; cells that are not added stay empty. */
void
output_table_add (OutputTable *self, guint column, const char *text)
{
  g_assert (column < self->n_columns);
  while (self->cells->len <= self->row_start + column)
    g_ptr_array_add (self->cells, NULL);
  self->cells->pdata[self->row_start + column] = output_clean_line (text != NULL ? text : "");
}

void
output_table_end_row (OutputTable *self)
{
  self->row_start += self->n_columns;
  while (self->cells->len < self->row_start)
    g_ptr_array_add (self->cells, NULL);
}

/* How many cells of a terminal TEXT takes. */
static guint
get_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; p != NULL && *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

/* COLUMN comes last where it is so wide that it would push the others out of sight, as ids of Exchange are. */
void
output_table_let_yield (OutputTable *self, guint column)
{
  g_assert (column < self->n_columns);
  self->yielding = column;
}

/* (transfer full): which column stands in each place. */
static guint *
get_order (OutputTable *self, const guint *widths)
{
  guint *order = g_new (guint, self->n_columns), n = 0;
  gboolean yields = self->yielding < self->n_columns && widths[self->yielding] > YIELDING_WIDTH;

  for (guint column = 0; column < self->n_columns; column++)
    if (!yields || column != self->yielding)
      order[n++] = column;
  if (yields)
    order[n] = self->yielding;
  return order;
}

static void
print_row (OutputTable *self, char **cells, const guint *order, const guint *widths)
{
  for (guint i = 0; i < self->n_columns; i++)
    {
      guint width = get_width (cells[order[i]]);
      gboolean last = i + 1 == self->n_columns;

      output_text (cells[order[i]] != NULL ? cells[order[i]] : "");
      if (!last)
        output_printf ("%*s", (int) (MAX (MIN (widths[order[i]], WIDTH_MAX), width) - width + 2), "");
    }
  output_text ("\n");
}

void
output_table_print (OutputTable *self)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);
  g_autofree guint *order = NULL;

  for (guint i = 0; i < self->row_start; i++)
    widths[i % self->n_columns] = MAX (widths[i % self->n_columns], get_width (self->cells->pdata[i]));
  order = get_order (self, widths);
  for (guint i = 0; i < self->row_start && !output_has_failed (); i += self->n_columns)
    print_row (self, (char **) self->cells->pdata + i, order, widths);
}
