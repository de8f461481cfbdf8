/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-json.h"
#include "output-table.h"
#include "output.h"
#include "progress-bar.h"

#include <string.h>

static void
set_count (JsonBuilder *builder, const char *name, gint64 count)
{
  json_builder_set_member_name (builder, name);
  if (count >= 0)
    json_builder_add_int_value (builder, count);
  else
    json_builder_add_null_value (builder);
}

static void
print_json (GPtrArray *folders)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  for (guint i = 0; i < folders->len; i++)
    {
      TaubeFolder *folder = folders->pdata[i];
      g_autoptr (TaubeUri) uri = taube_folder_get_uri (folder);
      g_autofree char *text = taube_uri_to_string (uri);
      g_autofree char *owner = taube_folder_get_owner (folder);

      json_builder_begin_object (builder);
      output_json_set (builder, "uri", text);
      output_json_set (builder, "path", taube_folder_get_name (folder));
      output_json_set (builder, "role", output_get_nick (TAUBE_TYPE_FOLDER_ROLE, (int) taube_folder_get_role (folder)));
      output_json_set (builder, "content",
                       output_get_nick (TAUBE_TYPE_CONTENT, (int) taube_folder_get_content (folder)));
      set_count (builder, "total", taube_folder_get_total (folder));
      set_count (builder, "unread", taube_folder_get_unread (folder));
      output_json_set (builder, "namespace",
                       output_get_nick (TAUBE_TYPE_NAMESPACE, (int) taube_folder_get_namespace (folder)));
      output_json_set (builder, "owner", owner);
      json_builder_set_member_name (builder, "subscribed");
      json_builder_add_boolean_value (builder,
                                      (taube_folder_get_flags (folder) & TAUBE_FOLDER_FLAGS_SUBSCRIBED) != 0);
      json_builder_end_object (builder);
      output_json_print (builder, FALSE);
    }
}

static void
add_count (OutputTable *table, guint column, gint64 count)
{
  g_autofree char *text = count >= 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, count) : g_strdup ("-");

  output_table_add (table, column, text);
}

static void
print_table (GPtrArray *folders)
{
  g_autoptr (OutputTable) table = output_table_new (4);

  output_table_add (table, 0, _ ("folder"));
  output_table_add (table, 1, _ ("role"));
  output_table_add (table, 2, _ ("total"));
  output_table_add (table, 3, _ ("unread"));
  output_table_end_row (table);
  for (guint i = 0; i < folders->len; i++)
    {
      TaubeFolder *folder = folders->pdata[i];
      TaubeFolderRole role = taube_folder_get_role (folder);

      output_table_add (table, 0, taube_folder_get_name (folder));
      output_table_add (table, 1,
                        role != TAUBE_FOLDER_ROLE_NONE ? output_get_nick (TAUBE_TYPE_FOLDER_ROLE, (int) role) : "");
      add_count (table, 2, taube_folder_get_total (folder));
      add_count (table, 3, taube_folder_get_unread (folder));
      output_table_end_row (table);
    }
  output_table_print (table);
}

/* The inbox comes first, then folders by their names, each before those inside it. */
static int
compare_folders (gconstpointer first, gconstpointer second)
{
  TaubeFolder *a = *(TaubeFolder *const *) first, *b = *(TaubeFolder *const *) second;
  const char *const *path_a = taube_folder_get_path (a), *const *path_b = taube_folder_get_path (b);
  gboolean inbox_a = taube_folder_get_role (a) == TAUBE_FOLDER_ROLE_INBOX;
  gboolean inbox_b = taube_folder_get_role (b) == TAUBE_FOLDER_ROLE_INBOX;
  int order = inbox_b - inbox_a;

  for (gsize i = 0; order == 0; i++)
    {
      if (path_a[i] == NULL || path_b[i] == NULL)
        return (path_a[i] != NULL) - (path_b[i] != NULL);
      order = g_utf8_collate (path_a[i], path_b[i]);
      if (order == 0)
        order = strcmp (path_a[i], path_b[i]);
    }
  return order;
}

static gboolean
print_folders (Cli *cli, const char *uri_text, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeAccount) account = cli_open_account (cli, uri_text, &uri, error);
  g_autoptr (GPtrArray) folders = NULL;

  if (account == NULL || !cli_connect (cli, account, error))
    return FALSE;
  {
    g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Listing folders"), NULL);

    folders = taube_account_list_folders (account, TAUBE_CONTENT_ANY, cli->cancellable, error);
  }
  if (folders == NULL)
    return FALSE;
  g_ptr_array_sort (folders, compare_folders);
  if (cli->format == FORMAT_JSON)
    print_json (folders);
  else
    print_table (folders);
  return output_flush (error);
}

static ExitCode
run_folders (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;

  if (n_words != 1)
    return cli_usage_error (cli, _ ("it takes one URI of an account"));
  return print_folders (cli, words[0], &error) ? EXIT_DONE : cli_fail (cli, error);
}

const Verb verb_folders = {
  .name = "folders",
  .arguments = N_ ("URI"),
  .summary = N_ ("Show the folders of an account"),
  .run = run_folders,
};
