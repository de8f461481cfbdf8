/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-json.h"
#include "output-messages.h"
#include "output.h"
#include "progress-bar.h"

static gint64 option_limit = G_MININT64; /* not given */
static char *option_sort;
static gboolean option_thread;
static gboolean option_explain;

static const GOptionEntry search_options[] = {
  { "sort", 0, 0, G_OPTION_ARG_STRING, &option_sort,
    N_ ("Sort by arrival, date, from, to, cc, subject, size, display-from, display-to; - turns round"),
    N_ ("KEY,-KEY") },
  { "thread", 0, 0, G_OPTION_ARG_NONE, &option_thread, N_ ("Put messages and their answers together"), NULL },
  { "limit", 'n', 0, G_OPTION_ARG_INT64, &option_limit, N_ ("Only the first N, or N threads"), N_ ("N") },
  { "explain", 0, 0, G_OPTION_ARG_NONE, &option_explain, N_ ("Tell what the server did of it and what was done here"),
    NULL },
  { NULL },
};

/* A line with the query, and below it one with a mark at COLUMN: the only message of two lines. */
static void
point_at (const char *query, guint column)
{
  g_autoptr (GString) mark = g_string_new (NULL);
  const char *at = query;

  for (guint i = 1; i < column && *at != '\0'; i++, at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == '\t' || g_unichar_iszerowidth (c))
        continue;
      g_string_append (mark, g_unichar_iswide (c) ? "  " : " ");
    }
  g_string_append_c (mark, '^');
  cli_complain ("  %s", query);
  cli_complain ("  %s", mark->str);
}

static TaubeQuery *
parse_query (Cli *cli, const char *text)
{
  g_autoptr (GError) error = NULL;
  guint column;
  TaubeQuery *query = taube_query_parse (text, &column, &error);
  g_autofree char *shown = NULL;

  if (query != NULL)
    return query;
  cli_complain ("taube %s: %s", cli->verb, error->message);
  shown = g_utf8_make_valid (text, -1);
  g_strdelimit (shown, "\t\r\n", ' ');
  if (g_utf8_strlen (shown, -1) <= 1000)
    point_at (shown, column);
  return NULL;
}

static TaubeSearchRequest *
make_request (TaubeProgress *progress, GError **error)
{
  g_autoptr (TaubeSearchRequest) request = taube_search_request_new ();

  if (!taube_search_request_set_sort (request, option_sort, error))
    return NULL;
  if (option_thread)
    taube_search_request_set_threading (request, TAUBE_THREADING_REFERENCES);
  taube_search_request_set_newest_first (request, TRUE);
  taube_search_request_set_progress (request, progress);
  if (option_limit > 0)
    taube_search_request_set_range (request, 0, (guint64) option_limit);
  return g_steal_pointer (&request);
}

static void
explain (TaubeSearchResult *result)
{
  const char *const steps[] = { N_ ("find"), N_ ("sort"), N_ ("threads") };
  const char *const places[] = { NULL, N_ ("by the server"), N_ ("by the server and here"), N_ ("here") };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      TaubeSearchPlace place = taube_search_result_get_place (result, (TaubeSearchStep) i);
      const char *reason = taube_search_result_get_reason (result, (TaubeSearchStep) i);

      if (place != TAUBE_SEARCH_PLACE_NOWHERE)
        cli_complain ("%s: %s%s%s%s", _ (steps[i]), _ (places[place]), reason != NULL ? " (" : "",
                      reason != NULL ? reason : "", reason != NULL ? ")" : "");
    }
}

static gboolean
print_found (Cli *cli, TaubeSearchResult *result, TaubeFolder *folder, GError **error)
{
  TaubeItemList *list = taube_search_result_get_list (result);
  g_autoptr (TaubeUri) folder_uri = taube_folder_get_uri (folder);
  TaubeSearchResult *threads = option_thread ? result : NULL;

  if (!TAUBE_IS_MESSAGE_LIST (list))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("\"%s\" holds no mail"),
                   taube_folder_get_name (folder));
      return FALSE;
    }
  if (cli->format == FORMAT_JSON)
    output_messages_as_json (TAUBE_MESSAGE_LIST (list), folder_uri, threads);
  else
    output_messages_as_table (TAUBE_MESSAGE_LIST (list), threads);
  return output_flush (error);
}

static gboolean
search (Cli *cli, const char *uri_text, TaubeQuery *query, GError **error)
{
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (TaubeSearchRequest) request = make_request (progress, error);
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeAccount) account = request != NULL ? cli_open_account (cli, uri_text, &uri, error) : NULL;
  g_autoptr (TaubeFolder) folder = account != NULL ? cli_get_folder (account, uri, error) : NULL;
  g_autoptr (TaubeSearchResult) result = NULL;

  if (folder == NULL || !cli_connect (cli, account, error))
    return FALSE;
  {
    g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Searching"), progress);

    result = taube_folder_search (folder, query, request, cli->cancellable, error);
  }
  if (result == NULL || !print_found (cli, result, folder, error))
    return FALSE;
  if (option_explain)
    explain (result);
  return TRUE;
}

static ExitCode
run_search (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeQuery) query = NULL;
  g_autofree char *text = NULL;

  if (n_words < 1)
    return cli_usage_error (cli, _ ("it takes the URI of a folder, and what to search for"));
  if (option_limit <= 0 && option_limit != G_MININT64)
    return cli_usage_error (cli, _ ("--limit takes a number above 0"));
  /* "--" keeps a query that begins with "-" from being taken for an option. */
  text = g_strjoinv (" ", words + (n_words > 1 && g_str_equal (words[1], "--") ? 2 : 1));
  query = parse_query (cli, text);
  if (query == NULL)
    return EXIT_USAGE;
  return search (cli, words[0], query, &error) ? EXIT_DONE : cli_fail (cli, error);
}

const Verb verb_search = {
  .name = "search",
  .arguments = N_ ("URI [QUERY...]"),
  .summary = N_ ("Search a folder, newest first"),
  .options = search_options,
  .run = run_search,
};
