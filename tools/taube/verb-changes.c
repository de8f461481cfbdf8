/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-json.h"
#include "output-table.h"
#include "output.h"
#include "progress-bar.h"

#include <errno.h>
#include <glib/gstdio.h>

static char *option_token;

static const GOptionEntry changes_options[] = {
  { "token", 0, 0, G_OPTION_ARG_FILENAME, &option_token,
    N_ ("Begin where FILE says, and write to it where to begin the next time"), N_ ("FILE") },
  { NULL },
};

typedef struct
{
  const char *kind;
  const TaubeIdSet *ids;
} Kind;

/* Printing. */

static void
print_object (JsonBuilder *builder, TaubeUri *uri, const char *kind)
{
  g_autofree char *text = taube_uri_to_string (uri);

  json_builder_begin_object (builder);
  output_json_set (builder, "uri", text);
  output_json_set (builder, "kind", kind);
  json_builder_end_object (builder);
  output_json_print (builder, FALSE);
}

static void
print_json (TaubeUri *folder_uri, const Kind *kinds, guint n_kinds)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  for (guint k = 0; k < n_kinds; k++)
    {
      g_auto (GStrv) ids = taube_id_set_to_strv (kinds[k].ids);

      for (guint i = 0; ids[i] != NULL && !output_has_failed (); i++)
        {
          g_autoptr (TaubeUri) uri = taube_uri_with_item (folder_uri, ids[i], NULL);

          print_object (builder, uri, kinds[k].kind);
        }
    }
}

static void
print_table (const Kind *kinds, guint n_kinds)
{
  g_autoptr (OutputTable) table = output_table_new (2);

  output_table_add (table, 0, _ ("kind"));
  output_table_add (table, 1, _ ("id"));
  output_table_end_row (table);
  for (guint k = 0; k < n_kinds; k++)
    {
      g_auto (GStrv) ids = taube_id_set_to_strv (kinds[k].ids);

      for (guint i = 0; ids[i] != NULL; i++)
        {
          output_table_add (table, 0, _ (kinds[k].kind));
          output_table_add (table, 1, ids[i]);
          output_table_end_row (table);
        }
    }
  output_table_print (table);
}

static void
print_changes (Cli *cli, TaubeFolder *folder, TaubeChanges *changes)
{
  const Kind kinds[] = { { N_ ("removed"), taube_changes_get_removed (changes) },
                         { N_ ("changed"), taube_changes_get_changed (changes) },
                         { N_ ("added"), taube_changes_get_added (changes) } };
  g_autoptr (TaubeUri) uri = taube_folder_get_uri (folder);

  if (cli->format == FORMAT_JSON)
    print_json (uri, kinds, G_N_ELEMENTS (kinds));
  else
    print_table (kinds, G_N_ELEMENTS (kinds));
}

static void
print_reset (Cli *cli, TaubeFolder *folder)
{
  g_autoptr (TaubeUri) uri = taube_folder_get_uri (folder);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (cli->format == FORMAT_JSON)
    print_object (builder, uri, "reset");
  else
    output_printf ("%s\n", _ ("reset: forget what you knew of the folder"));
}

/* The file. An empty one, as mktemp makes it, is like none. */

static gboolean
read_token (GBytes **token_out, GError **error)
{
  GStatBuf status;
  g_autofree char *text = NULL;
  gsize length;

  *token_out = NULL;
  if (g_stat (option_token, &status) != 0 && errno == ENOENT)
    return TRUE;
  /* A device would be replaced by a file. */
  if (g_file_test (option_token, G_FILE_TEST_EXISTS) && !g_file_test (option_token, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("\"%s\" is no regular file"), option_token);
      return FALSE;
    }
  if (!g_file_get_contents (option_token, &text, &length, error))
    return FALSE;
  if (length > 0)
    *token_out = g_bytes_new_take (g_steal_pointer (&text), length);
  return TRUE;
}

/* The old one or the new one, whatever happens meanwhile. */
static gboolean
write_token (GBytes *token, GError **error)
{
  gsize length;
  const char *bytes = g_bytes_get_data (token, &length);

  return g_file_set_contents_full (option_token, bytes, (gssize) length,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

/* All. */

static TaubeChanges *
fetch_changes (Cli *cli, TaubeFolder *folder, GBytes *token, GError **error)
{
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Looking for changes"), progress);

  return taube_folder_get_changes (folder, token, progress, cli->cancellable, error);
}

static gboolean
tell_changes (Cli *cli, const char *uri_text, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeAccount) account = cli_open_account (cli, uri_text, &uri, error);
  g_autoptr (TaubeFolder) folder = account != NULL ? cli_get_folder (account, uri, error) : NULL;
  g_autoptr (GBytes) token = NULL;
  g_autoptr (TaubeChanges) changes = NULL;

  if (folder == NULL || !read_token (&token, error))
    return FALSE;
  /* This connects, as in list. */
  changes = fetch_changes (cli, folder, token, error);
  if (changes != NULL && taube_changes_is_reset (changes))
    {
      print_reset (cli, folder);
      taube_changes_unref (changes);
      changes = fetch_changes (cli, folder, NULL, error);
    }
  if (changes == NULL)
    return FALSE;
  print_changes (cli, folder, changes);

  /* What was not printed is told again the next time. */
  return output_flush (error) && write_token (taube_changes_get_token (changes), error);
}

static ExitCode
run_changes (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (n_words != 1)
    return cli_usage_error (cli, _ ("it takes one URI of a folder"));
  if (option_token == NULL || option_token[0] == '\0')
    return cli_usage_error (cli, _ ("--token=FILE is missing"));
  ok = tell_changes (cli, words[0], &error);
  g_clear_pointer (&option_token, g_free);
  return ok ? EXIT_DONE : cli_fail (cli, error);
}

const Verb verb_changes = {
  .name = "changes",
  .arguments = N_ ("URI"),
  .summary = N_ ("Tell what happened in a folder since the last time"),
  .options = changes_options,
  .run = run_changes,
};
