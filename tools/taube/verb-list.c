/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-json.h"
#include "output-table.h"
#include "output.h"
#include "progress-bar.h"

static gint64 option_limit = G_MININT64; /* not given */

static const GOptionEntry list_options[] = {
  { "limit", 'n', 0, G_OPTION_ARG_INT64, &option_limit, N_ ("Only the newest N"), N_ ("N") },
  { NULL },
};

/* The date of a message for people: when it was written, or else when it arrived. */
static gboolean
get_date (TaubeMessageList *list, guint i, gint64 *unix_time, int *offset)
{
  return taube_message_list_get_sent_date (list, i, unix_time, offset)
         || taube_message_list_get_date (list, i, unix_time, offset);
}

static void
print_json (TaubeMessageList *list, TaubeUri *folder_uri)
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

static void
print_table (TaubeMessageList *list)
{
  const char *const headings[] = { _ ("id"), _ ("flags"), _ ("size"), _ ("date"), _ ("from"), _ ("subject") };
  g_autoptr (OutputTable) table = output_table_new (G_N_ELEMENTS (headings));

  for (guint i = 0; i < G_N_ELEMENTS (headings); i++)
    output_table_add (table, i, headings[i]);
  output_table_end_row (table);
  for (guint i = 0; i < taube_item_list_get_size (TAUBE_ITEM_LIST (list)); i++)
    {
      g_autofree char *id = taube_item_list_get_id (TAUBE_ITEM_LIST (list), i);
      g_autofree char *flags = output_format_flags (taube_message_list_get_flags (list, i),
                                                    taube_message_list_get_keywords (list, i));
      g_autofree char *size = g_format_size (taube_message_list_get_message_size (list, i));
      g_autofree char *date = format_local_date (list, i);

      output_table_add (table, 0, id);
      output_table_add (table, 1, flags);
      output_table_add (table, 2, size);
      output_table_add (table, 3, date);
      output_table_add (table, 4, taube_message_list_get_from (list, i));
      output_table_add (table, 5, taube_message_list_get_subject (list, i));
      output_table_end_row (table);
    }
  output_table_print (table);
}

static TaubeItemList *
fetch_list (Cli *cli, TaubeFolder *folder, GError **error)
{
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Listing messages"), progress);

  if (option_limit > 0)
    taube_list_request_set_newest (request, (guint64) option_limit);
  taube_list_request_set_newest_first (request, TRUE);
  taube_list_request_set_progress (request, progress);
  return taube_folder_list (folder, request, cli->cancellable, error);
}

static gboolean
print_list (Cli *cli, const char *uri_text, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeUri) folder_uri = NULL;
  g_autoptr (TaubeAccount) account = cli_open_account (cli, uri_text, &uri, error);
  g_autoptr (TaubeFolder) folder = account != NULL ? cli_get_folder (account, uri, error) : NULL;
  g_autoptr (TaubeItemList) list = NULL;

  if (folder == NULL || !cli_connect (cli, account, error))
    return FALSE;
  list = fetch_list (cli, folder, error);
  if (list == NULL)
    return FALSE;
  if (!TAUBE_IS_MESSAGE_LIST (list))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("\"%s\" holds no mail"),
                   taube_folder_get_name (folder));
      return FALSE;
    }
  folder_uri = taube_folder_get_uri (folder);
  if (cli->format == FORMAT_JSON)
    print_json (TAUBE_MESSAGE_LIST (list), folder_uri);
  else
    print_table (TAUBE_MESSAGE_LIST (list));
  return output_flush (error);
}

static ExitCode
run_list (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;

  if (n_words != 1)
    return cli_usage_error (cli, _ ("it takes one URI of a folder"));
  if (option_limit <= 0 && option_limit != G_MININT64)
    return cli_usage_error (cli, _ ("--limit takes a number above 0"));
  return print_list (cli, words[0], &error) ? EXIT_DONE : cli_fail (cli, error);
}

const Verb verb_list = {
  .name = "list",
  .arguments = N_ ("URI"),
  .summary = N_ ("List the messages of a folder, newest first"),
  .options = list_options,
  .run = run_list,
};
