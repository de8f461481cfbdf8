/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-json.h"
#include "output-table.h"
#include "output.h"

static gint64 option_count = G_MININT64; /* not given */

static const GOptionEntry watch_options[] = {
  { "count", 0, 0, G_OPTION_ARG_INT64, &option_count, N_ ("End after N events"), N_ ("N") },
  { NULL },
};

static void
print_ids (Cli *cli, TaubeFolder *folder, const char *what, const TaubeIdSet *ids)
{
  g_auto (GStrv) list = taube_id_set_to_strv (ids);
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (TaubeUri) uri = taube_folder_get_uri (folder);
  g_autofree char *uri_text = taube_uri_to_string (uri);

  if (list == NULL || list[0] == NULL)
    return;
  if (cli->format == FORMAT_TABLE)
    {
      g_autofree char *joined = g_strjoinv (" ", list);
      g_autofree char *line = output_clean_line (joined);
      g_autofree char *name = output_clean_line (taube_folder_get_name (folder));

      output_printf ("%s  %s  %s\n", name, _ (what), line);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  output_json_set (builder, "folder", uri_text);
  output_json_set (builder, "event", what);
  json_builder_set_member_name (builder, "ids");
  json_builder_begin_array (builder);
  for (guint i = 0; list[i] != NULL; i++)
    json_builder_add_string_value (builder, list[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  output_json_print (builder, FALSE);
}

static void
print_reset (Cli *cli, TaubeFolder *folder)
{
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (TaubeUri) uri = taube_folder_get_uri (folder);
  g_autofree char *uri_text = taube_uri_to_string (uri);

  if (cli->format == FORMAT_TABLE)
    {
      g_autofree char *name = output_clean_line (taube_folder_get_name (folder));

      output_printf ("%s  %s\n", name, _ ("reset: list the folder again"));
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  output_json_set (builder, "folder", uri_text);
  output_json_set (builder, "event", "reset");
  json_builder_set_member_name (builder, "ids");
  json_builder_begin_array (builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  output_json_print (builder, FALSE);
}

static void
print_event (Cli *cli, TaubeWatchEvent *event)
{
  TaubeFolder *folder = taube_watch_event_get_folder (event);
  TaubeChanges *changes = taube_watch_event_get_changes (event);

  if (taube_changes_is_reset (changes))
    print_reset (cli, folder);
  print_ids (cli, folder, N_ ("added"), taube_changes_get_added (changes));
  print_ids (cli, folder, N_ ("changed"), taube_changes_get_changed (changes));
  print_ids (cli, folder, N_ ("removed"), taube_changes_get_removed (changes));
}

static gboolean
watch (Cli *cli, const char *uri_text, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeAccount) account = cli_open_account (cli, uri_text, &uri, error);
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (TaubeWatch) events = NULL;

  if (account == NULL || !cli_connect (cli, account, error))
    return FALSE;
  if (taube_uri_get_folder_path (uri) != NULL && taube_uri_get_folder_path (uri)[0] != NULL)
    {
      folders = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (folders, taube_account_get_folder (account, taube_uri_get_folder_path (uri)));
    }
  events = taube_account_watch (account, folders, error);
  if (events == NULL)
    return FALSE;
  for (gint64 i = 0; option_count == G_MININT64 || i < option_count; i++)
    {
      g_autoptr (TaubeWatchEvent) event = taube_watch_next (events, cli->cancellable, error);

      if (event == NULL)
        return FALSE;
      print_event (cli, event);
      if (!output_flush (error))
        return FALSE;
    }
  return TRUE;
}

static ExitCode
run_watch (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;

  if (n_words != 1)
    return cli_usage_error (cli, _ ("it takes one URI of a folder or an account"));
  if (option_count <= 0 && option_count != G_MININT64)
    return cli_usage_error (cli, _ ("--count takes a number above 0"));
  if (watch (cli, words[0], &error))
    return EXIT_DONE;
  /* Being told to stop is how watching ends. */
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? EXIT_DONE : cli_fail (cli, error);
}

const Verb verb_watch = {
  .name = "watch",
  .arguments = N_ ("URI"),
  .summary = N_ ("Tell what changes in a folder, or in all of an account, until interrupted"),
  .options = watch_options,
  .run = run_watch,
};
