/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-id-set.h>
#include <taube-backend/taube-message-list-builder.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Input: a line for each call of the builder. The list is compared with a vector of ids that goes the same way; all its
 * strings must be valid.
 *
 *   n42        a row with the number 42          x17       the same with another prefix
 *   iname      a row with the id "name"          d         the row begun last is dropped
 *   f3 a b     flags 3, keywords a and b         s99       size
 *   t0text     text of column 0                  a1N|M|H   address of column 1; "-" is NULL
 *   r5         turn round from row 5             p5        look at the rows from 5 on */
typedef struct
{
  TaubeMessageListBuilder *builder;
  GPtrArray *ids;
  gboolean row_is_open;
} Model;

static void
check_row (TaubeMessageList *list, guint i, const char *expected)
{
  static const char *(*const getters[]) (TaubeMessageList *, guint) = {
    taube_message_list_get_subject, taube_message_list_get_from,       taube_message_list_get_sender,
    taube_message_list_get_reply_to, taube_message_list_get_to,        taube_message_list_get_cc,
    taube_message_list_get_bcc,     taube_message_list_get_message_id, taube_message_list_get_in_reply_to,
  };
  g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);
  const char *const *keywords = taube_message_list_get_keywords (list, i);

  g_assert_cmpstr (id, ==, expected);
  for (guint g = 0; g < G_N_ELEMENTS (getters); g++)
    {
      const char *text = getters[g](list, i);

      g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
    }
  for (; *keywords != NULL; keywords++)
    g_assert_true (g_utf8_validate (*keywords, -1, NULL));
}

static void
check_list (Model *self, TaubeMessageList *list, guint first)
{
  g_autoptr (TaubeIdSet) set = taube_item_list_get_ids (TAUBE_ITEM_LIST (list));
  guint size = taube_item_list_get_size (TAUBE_ITEM_LIST (list));

  g_assert_cmpuint (size, ==, self->ids->len - MIN (first, self->ids->len));
  for (guint i = 0; i < size; i++)
    {
      const char *id = self->ids->pdata[first + i];
      guint position;

      check_row (list, i, id);
      g_assert_true (taube_item_list_find (TAUBE_ITEM_LIST (list), id, &position));
      g_assert_cmpstr (self->ids->pdata[first + position], ==, id);
      g_assert_true (taube_id_set_contains (set, id));
    }
}

static void
add (Model *self, char *id)
{
  g_ptr_array_add (self->ids, id);
  self->row_is_open = TRUE;
}

static void
add_address (Model *self, guint column, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "|", 3);
  const char *values[3] = { NULL, NULL, NULL };
  gsize lengths[3] = { 0 };

  for (guint i = 0; i < 3 && parts[i] != NULL; i++)
    if (!g_str_equal (parts[i], "-"))
      {
        values[i] = parts[i];
        lengths[i] = strlen (parts[i]);
      }
  taube_message_list_builder_add_address (self->builder, column, values[0], lengths[0], values[1], lengths[1],
                                          values[2], lengths[2]);
}

static void
turn_round (Model *self, guint first)
{
  taube_message_list_builder_reverse (self->builder, first);
  for (guint i = first, j = self->ids->len; i + 1 < j; i++, j--)
    {
      gpointer swapped = self->ids->pdata[i];

      self->ids->pdata[i] = self->ids->pdata[j - 1];
      self->ids->pdata[j - 1] = swapped;
    }
  self->row_is_open = FALSE;
}

static void
change_rows (Model *self, const char *line)
{
  guint32 number = (guint32) strtoul (line + 1, NULL, 10);
  g_autofree char *valid = NULL;

  if (line[0] == 'n' || line[0] == 'x')
    {
      taube_message_list_builder_add (self->builder, line[0] == 'n' ? "7." : "8.", number);
      add (self, g_strdup_printf ("%s%u", line[0] == 'n' ? "7." : "8.", number));
    }
  else if (line[0] == 'i' && line[1] != '\0')
    {
      taube_message_list_builder_add_id (self->builder, line + 1);
      add (self, g_utf8_make_valid (line + 1, -1));
    }
  else if (line[0] == 'r')
    {
      turn_round (self, number % (self->ids->len + 2));
    }
  else if (line[0] == 'p')
    {
      guint first = number % (self->ids->len + 1);
      g_autoptr (TaubeMessageList) list = taube_message_list_builder_peek (self->builder, first);

      self->row_is_open = FALSE;
      check_list (self, list, first);
    }
}

static void
change_cells (Model *self, const char *line)
{
  guint column = line[1] != '\0' ? (guint8) line[1] % TAUBE_N_MESSAGE_COLUMNS : 0;
  const char *rest = line[1] != '\0' ? line + 2 : "";
  g_auto (GStrv) words = g_strsplit (rest, " ", -1);

  if (line[0] == 't')
    taube_message_list_builder_set_text (self->builder, column, rest, strlen (rest));
  else if (line[0] == 'a')
    add_address (self, column, rest);
  else if (line[0] == 'f')
    taube_message_list_builder_set_flags (self->builder, (guint8) line[1], (const char *const *) words,
                                          g_strv_length (words));
  else if (line[0] == 's')
    taube_message_list_builder_set_size (self->builder, g_ascii_strtoull (line + 1, NULL, 10));
  else if (line[0] == 'd')
    {
      taube_message_list_builder_drop (self->builder);
      g_ptr_array_set_size (self->ids, self->ids->len - 1);
      self->row_is_open = FALSE;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TaubeMessageList) list = NULL;
  Model model = { taube_message_list_builder_new (NULL, TAUBE_LIST_FIELDS_DEFAULT), ids, FALSE };

  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] == '\0')
      continue;
    else if (strchr ("nxirp", lines[i][0]) != NULL)
      change_rows (&model, lines[i]);
    else if (model.row_is_open)
      change_cells (&model, lines[i]);
  list = taube_message_list_builder_end (model.builder);
  check_list (&model, list, 0);
  return 0;
}
