/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output-messages.h"
#include "output-json.h"
#include "output-table.h"
#include "output.h"

#include <glib/gi18n.h>

/* The date of a message for people: when it was written, or else when it arrived. */
static gboolean
get_date (TaubeMessageList *list, guint i, gint64 *unix_time, int *offset)
{
  return taube_message_list_get_sent_date (list, i, unix_time, offset)
         || taube_message_list_get_date (list, i, unix_time, offset);
}

static void
set_thread (JsonBuilder *builder, TaubeItemList *list, TaubeSearchResult *threads, guint i)
{
  g_autofree char *id = NULL;
  guint parent;

  if (taube_search_result_get_parent (threads, i, &parent))
    id = taube_item_list_get_id (list, parent);
  json_builder_set_member_name (builder, "thread");
  json_builder_add_int_value (builder, taube_search_result_get_thread (threads, i));
  json_builder_set_member_name (builder, "depth");
  json_builder_add_int_value (builder, taube_search_result_get_depth (threads, i));
  output_json_set (builder, "parent", id);
}

static void
set_labels (JsonBuilder *builder, const char *const *labels)
{
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_array (builder);
  for (guint i = 0; labels[i] != NULL; i++)
    json_builder_add_string_value (builder, labels[i]);
  json_builder_end_array (builder);
}

/* NULL: it is not known. */
static const char *
name_importance (TaubeMessageList *list, guint i)
{
  TaubeImportance importance = taube_message_list_get_importance (list, i);

  return importance != TAUBE_IMPORTANCE_UNKNOWN ? output_get_nick (TAUBE_TYPE_IMPORTANCE, (int) importance) : NULL;
}

/* What the list has because somebody asked for it. */
static void
set_further (JsonBuilder *builder, TaubeMessageList *list, guint i)
{
  TaubeListFields fields = taube_message_list_get_fields (list);
  gint64 saved = 0;

  if (fields & TAUBE_LIST_FIELDS_PREVIEW)
    output_json_set (builder, "preview", taube_message_list_get_preview (list, i));
  if (fields & TAUBE_LIST_FIELDS_OBJECT_IDS)
    {
      output_json_set (builder, "email_id", taube_message_list_get_email_id (list, i));
      output_json_set (builder, "thread_id", taube_message_list_get_thread_id (list, i));
    }
  if (fields & TAUBE_LIST_FIELDS_SAVE_DATE)
    {
      gboolean known = taube_message_list_get_save_date (list, i, &saved);

      output_json_set_date (builder, "saved", known, saved, 0);
    }
  if (fields & TAUBE_LIST_FIELDS_LABELS)
    set_labels (builder, taube_message_list_get_labels (list, i));
  if (fields & TAUBE_LIST_FIELDS_IMPORTANCE)
    output_json_set (builder, "importance", name_importance (list, i));
}

/* One object a line; with THREADS, whose list it is, also where in its thread each message is. */
void
output_messages_as_json (TaubeMessageList *list, TaubeUri *folder_uri, TaubeSearchResult *threads)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  for (guint i = 0; i < taube_item_list_get_size (TAUBE_ITEM_LIST (list)) && !output_has_failed (); i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);
      g_autoptr (TaubeUri) uri = taube_uri_with_item (folder_uri, id, NULL);
      g_autofree char *uri_text = taube_uri_to_string (uri);
      gint64 date;
      int offset;
      gboolean known;

      json_builder_begin_object (builder);
      output_json_set (builder, "uri", uri_text);
      output_json_set (builder, "id", id);
      output_json_set_flags (builder, taube_message_list_get_flags (list, i),
                              taube_message_list_get_keywords (list, i));
      json_builder_set_member_name (builder, "size");
      json_builder_add_int_value (builder, (gint64) taube_message_list_get_message_size (list, i));
      known = get_date (list, i, &date, &offset);
      output_json_set_date (builder, "date", known, date, offset);
      output_json_set (builder, "subject", taube_message_list_get_subject (list, i));
      output_json_set (builder, "from", taube_message_list_get_from (list, i));
      output_json_set (builder, "to", taube_message_list_get_to (list, i));
      output_json_set (builder, "message_id", taube_message_list_get_message_id (list, i));
      set_further (builder, list, i);
      if (threads != NULL)
        set_thread (builder, TAUBE_ITEM_LIST (list), threads, i);
      json_builder_end_object (builder);
      output_json_print (builder, FALSE);
    }
}

static char *
format_local_date (TaubeMessageList *list, guint i)
{
  g_autoptr (GDateTime) date = NULL;
  gint64 unix_time;
  int offset;

  if (!get_date (list, i, &unix_time, &offset))
    return NULL;
  date = g_date_time_new_from_unix_local (unix_time);
  return date != NULL ? g_date_time_format (date, "%Y-%m-%d %H:%M") : NULL;
}

/* Indented by how deep it is in its thread; beyond a few steps nobody counts them. */
static char *
format_subject (TaubeMessageList *list, TaubeSearchResult *threads, guint i)
{
  guint depth = threads != NULL ? MIN (taube_search_result_get_depth (threads, i), 20) : 0;
  const char *subject = taube_message_list_get_subject (list, i);

  return g_strdup_printf ("%*s%s", (int) (2 * depth), "", subject != NULL ? subject : "");
}

/* Columns that stand in a table only when somebody asked for them. */
typedef struct
{
  TaubeListFields field;
  const char *heading;
  char *(*format) (TaubeMessageList *list, guint i);
} FurtherColumn;

static char *
format_preview (TaubeMessageList *list, guint i)
{
  return g_strdup (taube_message_list_get_preview (list, i));
}

static char *
format_labels (TaubeMessageList *list, guint i)
{
  return g_strjoinv (", ", (char **) taube_message_list_get_labels (list, i));
}

static char *
format_importance (TaubeMessageList *list, guint i)
{
  return g_strdup (name_importance (list, i));
}

static char *
format_thread_id (TaubeMessageList *list, guint i)
{
  return g_strdup (taube_message_list_get_thread_id (list, i));
}

static char *
format_saved (TaubeMessageList *list, guint i)
{
  g_autoptr (GDateTime) date = NULL;
  gint64 saved;

  if (!taube_message_list_get_save_date (list, i, &saved))
    return NULL;
  date = g_date_time_new_from_unix_local (saved);
  return date != NULL ? g_date_time_format (date, "%Y-%m-%d %H:%M") : NULL;
}

static const FurtherColumn further_columns[] = {
  { TAUBE_LIST_FIELDS_SAVE_DATE, N_ ("saved"), format_saved },
  { TAUBE_LIST_FIELDS_LABELS, N_ ("labels"), format_labels },
  { TAUBE_LIST_FIELDS_IMPORTANCE, N_ ("importance"), format_importance },
  { TAUBE_LIST_FIELDS_OBJECT_IDS, N_ ("conversation"), format_thread_id },
  { TAUBE_LIST_FIELDS_PREVIEW, N_ ("preview"), format_preview },
};

#define N_COLUMNS 6

static guint
count_columns (TaubeListFields fields)
{
  guint n = N_COLUMNS;

  for (guint i = 0; i < G_N_ELEMENTS (further_columns); i++)
    n += (fields & further_columns[i].field) != 0;
  return n;
}

static void
add_further (OutputTable *table, TaubeMessageList *list, gboolean is_heading, guint row)
{
  TaubeListFields fields = taube_message_list_get_fields (list);
  guint n = N_COLUMNS;

  for (guint i = 0; i < G_N_ELEMENTS (further_columns); i++)
    {
      g_autofree char *text = NULL;

      if ((fields & further_columns[i].field) == 0)
        continue;
      text = is_heading ? g_strdup (_ (further_columns[i].heading)) : further_columns[i].format (list, row);
      output_table_add (table, n++, text);
    }
}

/* A table for people; with THREADS, whose list it is, with the subjects indented. */
void
output_messages_as_table (TaubeMessageList *list, TaubeSearchResult *threads)
{
  const char *const headings[N_COLUMNS] = { _ ("id"), _ ("flags"), _ ("size"), _ ("date"), _ ("from"), _ ("subject") };
  g_autoptr (OutputTable) table = output_table_new (count_columns (taube_message_list_get_fields (list)));

  output_table_let_yield (table, 0);
  for (guint i = 0; i < N_COLUMNS; i++)
    output_table_add (table, i, headings[i]);
  add_further (table, list, TRUE, 0);
  output_table_end_row (table);
  for (guint i = 0; i < taube_item_list_get_size (TAUBE_ITEM_LIST (list)); i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);
      g_autofree char *flags = output_format_flags (taube_message_list_get_flags (list, i),
                                                    taube_message_list_get_keywords (list, i));
      g_autofree char *size = g_format_size (taube_message_list_get_message_size (list, i));
      g_autofree char *date = format_local_date (list, i);
      g_autofree char *subject = format_subject (list, threads, i);

      output_table_add (table, 0, id);
      output_table_add (table, 1, flags);
      output_table_add (table, 2, size);
      output_table_add (table, 3, date);
      output_table_add (table, 4, taube_message_list_get_from (list, i));
      output_table_add (table, 5, subject);
      add_further (table, list, FALSE, i);
      output_table_end_row (table);
    }
  output_table_print (table);
}
