/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "progress-bar.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

static TaubeMessageSource *
make_source (const char *word)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GInputStream) in = NULL;

  if (word == NULL || g_str_equal (word, "-"))
    {
      in = g_unix_input_stream_new (STDIN_FILENO, FALSE);
      return taube_message_source_new (in, -1);
    }
  file = g_file_new_for_commandline_arg (word);
  return taube_message_source_new_from_file (file);
}

static gboolean
send_message (Cli *cli, const char *uri_text, const char *word, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeAccount) account = cli_open_account (cli, uri_text, &uri, error);
  g_autoptr (TaubeCapabilities) table = account != NULL ? taube_account_get_capabilities (account) : NULL;
  g_autoptr (TaubeMessageSource) source = NULL;
  g_autoptr (TaubeProgress) progress = NULL;
  g_autoptr (ProgressBar) bar = NULL;

  /* Nobody signs in for what is impossible. */
  if (account == NULL || !taube_capabilities_require (table, TAUBE_CAPABILITY_SENDING, "send", error)
      || !cli_connect (cli, account, error))
    return FALSE;
  source = make_source (word);
  progress = taube_progress_new ();
  bar = progress_bar_start (_ ("Sending"), progress);
  return taube_account_send (account, source, progress, cli->cancellable, error);
}

static ExitCode
run_send (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;

  if (n_words < 1 || n_words > 2)
    return cli_usage_error (cli, _ ("it takes one URI of an account, and one file or none"));
  return send_message (cli, words[0], n_words > 1 ? words[1] : NULL, &error) ? EXIT_DONE : cli_fail (cli, error);
}

const Verb verb_send = {
  .name = "send",
  .arguments = N_ ("URI [FILE]"),
  .summary = N_ ("Send a message from a file or standard input to those whom it names"),
  .run = run_send,
};
