/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages.h"
#include "output.h"
#include "progress-bar.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

static char **option_flags;
static char *option_date;

static const GOptionEntry append_options[] = {
  { "flag", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_flags,
    N_ ("With this flag, such as seen or keyword:NAME; may be given several times"), N_ ("FLAG") },
  { "date", 0, 0, G_OPTION_ARG_STRING, &option_date,
    N_ ("With this date of arrival, such as 2026-11-05T14:03:07+01:00"), N_ ("DATE") },
  { NULL },
};

/* What all of the messages shall have. */
typedef struct
{
  TaubeMessageFlags flags;
  GPtrArray *keywords; /* of char *, NULL-terminated */
  GDateTime *date;     /* or NULL */
} Look;

static void
look_clear (Look *self)
{
  g_clear_pointer (&self->keywords, g_ptr_array_unref);
  g_clear_pointer (&self->date, g_date_time_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Look, look_clear)

static gboolean
parse_look (Look *self, GError **error)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();

  self->keywords = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; option_flags != NULL && option_flags[i] != NULL; i++)
    if (!messages_parse_flag (option_flags[i], &self->flags, self->keywords))
      {
        g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                     _ ("\"%s\" is no flag: it is one of seen, answered, flagged, deleted, draft, forwarded and "
                        "keyword:NAME"),
                     option_flags[i]);
        return FALSE;
      }
  g_ptr_array_add (self->keywords, NULL);
  if (option_date == NULL)
    return TRUE;
  self->date = g_date_time_new_from_iso8601 (option_date, zone);
  if (self->date != NULL)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("\"%s\" is no date, such as 2026-11-05T14:03:07+01:00"),
               option_date);
  return FALSE;
}

static TaubeMessageSource *
make_source (const char *word, const Look *look)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GInputStream) in = NULL;
  TaubeMessageSource *source;

  if (g_str_equal (word, "-"))
    {
      in = g_unix_input_stream_new (STDIN_FILENO, FALSE);
      source = taube_message_source_new (in, -1);
    }
  else
    {
      file = g_file_new_for_commandline_arg (word);
      source = taube_message_source_new_from_file (file);
    }
  taube_message_source_set_flags (source, look->flags);
  taube_message_source_set_keywords (source, (const char *const *) look->keywords->pdata);
  taube_message_source_set_date (source, look->date);
  return source;
}

static ExitCode
report (Cli *cli, TaubeFolder *folder, TaubeBatchResult *result, char **words, guint n_words)
{
  ExitCode code = EXIT_DONE;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n_words; i++)
    {
      g_autofree char *position = g_strdup_printf ("%u", i + 1);
      g_autofree char *id = taube_batch_result_get_new_id (result, position);
      g_autofree char *uri = messages_make_uri (folder, id);
      g_autoptr (GError) failure = taube_batch_result_get_error (result, position);
      TaubeBatchStatus status = taube_batch_result_get_status (result, position);

      messages_print (cli, words[i], status, uri, failure);
      if (failure != NULL)
        code = messages_add_failure (code, status, failure);
    }
  return output_flush (&error) ? code : cli_fail (cli, error);
}

static TaubeBatchResult *
append (Cli *cli, TaubeFolder *folder, char **words, guint n_words, const Look *look, GError **error)
{
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (ProgressBar) bar = NULL;

  for (guint i = 0; i < n_words; i++)
    g_ptr_array_add (sources, make_source (words[i], look));
  bar = progress_bar_start (_ ("Writing"), progress);
  return taube_folder_append (folder, (TaubeMessageSource *const *) sources->pdata, sources->len, progress,
                              cli->cancellable, error);
}

static ExitCode
run_append (Cli *cli, int n_words, char **words)
{
  static char *standard_input[] = { (char *) "-" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;
  g_autoptr (TaubeBatchResult) result = NULL;
  g_auto (Look) look = { 0 };
  char **names = n_words > 1 ? words + 1 : standard_input;
  guint n_names = n_words > 1 ? (guint) n_words - 1 : 1;

  if (n_words < 1)
    return cli_usage_error (cli, _ ("it takes one URI of a folder, and files"));
  if (!parse_look (&look, &error))
    return cli_usage_error (cli, "%s", error->message);
  account = cli_open_account (cli, words[0], &uri, &error);
  if (account != NULL)
    folder = cli_get_folder (account, uri, &error);
  if (folder != NULL && cli_connect (cli, account, &error))
    result = append (cli, folder, names, n_names, &look, &error);
  return result != NULL ? report (cli, folder, result, names, n_names) : cli_fail (cli, error);
}

const Verb verb_append = {
  .name = "append",
  .arguments = N_ ("FOLDER-URI [FILE...]"),
  .summary = N_ ("Write messages from files or standard input into a folder and print their URIs"),
  .options = append_options,
  .run = run_append,
};
