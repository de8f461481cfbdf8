/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-messages.h"
#include "output.h"
#include "progress-bar.h"

static gint64 option_limit = G_MININT64; /* not given */

static const GOptionEntry list_options[] = {
  { "limit", 'n', 0, G_OPTION_ARG_INT64, &option_limit, N_ ("Only the newest N"), N_ ("N") },
  { NULL },
};

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
    output_messages_as_json (TAUBE_MESSAGE_LIST (list), folder_uri, NULL);
  else
    output_messages_as_table (TAUBE_MESSAGE_LIST (list), NULL);
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
