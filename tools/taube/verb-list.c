/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-messages.h"
#include "output.h"
#include "progress-bar.h"

#include <string.h>

static gint64 option_limit = G_MININT64; /* not given */

static char *option_with;

static const GOptionEntry list_options[] = {
  { "limit", 'n', 0, G_OPTION_ARG_INT64, &option_limit, N_ ("Only the newest N"), N_ ("N") },
  { "with", 0, 0, G_OPTION_ARG_STRING, &option_with,
    N_ ("What else to show of each message, where the server tells it: preview, ids, saved, labels, importance"),
    N_ ("WHAT,...") },
  { NULL },
};

/* Reads --with; FALSE: *WRONG is no such word. */
static gboolean
read_with (TaubeListFields *fields, char **wrong)
{
  static const struct
  {
    const char *word;
    TaubeListFields field;
  } words[] = {
    { "preview", TAUBE_LIST_FIELDS_PREVIEW },
    { "ids", TAUBE_LIST_FIELDS_OBJECT_IDS },
    { "saved", TAUBE_LIST_FIELDS_SAVE_DATE },
    { "labels", TAUBE_LIST_FIELDS_LABELS },
    { "importance", TAUBE_LIST_FIELDS_IMPORTANCE },
  };
  g_auto (GStrv) given = g_strsplit (option_with != NULL ? option_with : "", ",", -1);

  *fields = TAUBE_LIST_FIELDS_DEFAULT;
  for (guint i = 0; given[i] != NULL; i++)
    {
      guint n = 0;

      while (n < G_N_ELEMENTS (words) && strcmp (given[i], words[n].word) != 0)
        n++;
      if (n == G_N_ELEMENTS (words))
        {
          *wrong = g_strdup (given[i]);
          return FALSE;
        }
      *fields |= words[n].field;
    }
  return TRUE;
}

static TaubeItemList *
fetch_list (Cli *cli, TaubeFolder *folder, TaubeListFields fields, GError **error)
{
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Listing messages"), progress);

  if (option_limit > 0)
    taube_list_request_set_newest (request, (guint64) option_limit);
  taube_list_request_set_fields (request, fields);
  taube_list_request_set_newest_first (request, TRUE);
  taube_list_request_set_progress (request, progress);
  return taube_folder_list (folder, request, cli->cancellable, error);
}

static gboolean
print_list (Cli *cli, const char *uri_text, TaubeListFields fields, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeUri) folder_uri = NULL;
  g_autoptr (TaubeAccount) account = cli_open_account (cli, uri_text, &uri, error);
  g_autoptr (TaubeFolder) folder = account != NULL ? cli_get_folder (account, uri, error) : NULL;
  g_autoptr (TaubeItemList) list = NULL;

  if (folder == NULL)
    return FALSE;
  /* This connects: over POP3 who is connected before has to sign in again to see what is new. */
  list = fetch_list (cli, folder, fields, error);
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
  g_autofree char *wrong = NULL;
  TaubeListFields fields;

  if (n_words != 1)
    return cli_usage_error (cli, _ ("it takes one URI of a folder"));
  if (!read_with (&fields, &wrong))
    return cli_usage_error (cli, _ ("--with knows preview, ids, saved, labels and importance, and not \"%s\""), wrong);
  if (option_limit <= 0 && option_limit != G_MININT64)
    return cli_usage_error (cli, _ ("--limit takes a number above 0"));
  return print_list (cli, words[0], fields, &error) ? EXIT_DONE : cli_fail (cli, error);
}

const Verb verb_list = {
  .name = "list",
  .arguments = N_ ("URI"),
  .summary = N_ ("List the messages of a folder, newest first"),
  .options = list_options,
  .run = run_list,
};
