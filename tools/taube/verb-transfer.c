/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages.h"

/* The verbs for messages that go: copy, move, remove. */

static TaubeBatchResult *
copy (TaubeFolder *folder, const TaubeIdSet *ids, TaubeProgress *progress, gpointer target, GCancellable *cancellable,
      GError **error)
{
  return taube_folder_copy (folder, ids, target, progress, cancellable, error);
}

static TaubeBatchResult *
move (TaubeFolder *folder, const TaubeIdSet *ids, TaubeProgress *progress, gpointer target, GCancellable *cancellable,
      GError **error)
{
  return taube_folder_move (folder, ids, target, progress, cancellable, error);
}

static gboolean to_trash, recoverable;

static TaubeBatchResult *
discard (TaubeFolder *folder, const TaubeIdSet *ids, TaubeProgress *progress, gpointer data, GCancellable *cancellable,
         GError **error)
{
  const TaubeDiscardMode *mode = data;

  return taube_folder_discard (folder, ids, *mode, progress, cancellable, error);
}

/* The folder that the last word names. */
static TaubeFolder *
get_target (Messages *messages, const char *text, GError **error)
{
  g_autoptr (TaubeUri) uri = taube_uri_parse (text, error);

  if (uri == NULL || !messages_check_account (messages, uri, error))
    return NULL;
  return cli_get_folder (messages_get_account (messages), uri, error);
}

static ExitCode
transfer (Cli *cli, int n_words, char **words, const char *label, MessagesFunc func)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Messages) messages = NULL;
  g_autoptr (TaubeFolder) target = NULL;

  if (n_words < 2)
    return cli_usage_error (cli, _ ("it takes URIs of messages and then one of a folder"));
  messages = messages_open (cli, words, (guint) n_words - 1, &error);
  if (messages != NULL)
    target = get_target (messages, words[n_words - 1], &error);
  if (target == NULL)
    return cli_fail (cli, error);
  messages_run (messages, label, func, target);
  return messages_report (messages, target);
}

static ExitCode
run_copy (Cli *cli, int n_words, char **words)
{
  return transfer (cli, n_words, words, _ ("Copying"), copy);
}

static ExitCode
run_move (Cli *cli, int n_words, char **words)
{
  return transfer (cli, n_words, words, _ ("Moving"), move);
}

static ExitCode
run_remove (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Messages) messages = NULL;
  g_autoptr (TaubeFolder) trash = NULL;
  TaubeDiscardMode mode;

  if (!cli_get_discard_mode (to_trash, recoverable, &mode))
    return cli_usage_error (cli, _ ("--to-trash and --recoverable exclude each other"));
  if (n_words < 1)
    return cli_usage_error (cli, _ ("it takes URIs of messages"));
  messages = messages_open (cli, words, (guint) n_words, &error);
  if (messages == NULL)
    return cli_fail (cli, error);
  messages_run (messages, _ ("Removing"), discard, &mode);
  if (mode == TAUBE_DISCARD_MODE_TO_TRASH)
    trash = taube_account_get_folder_for_role (messages_get_account (messages), TAUBE_FOLDER_ROLE_TRASH);
  return messages_report (messages, trash);
}

static const GOptionEntry remove_options[] = {
  { "to-trash", 0, 0, G_OPTION_ARG_NONE, &to_trash, N_ ("Move them to the trash and print their new URIs"), NULL },
  { "recoverable", 0, 0, G_OPTION_ARG_NONE, &recoverable,
    N_ ("Let the server keep them for a while, out of sight (Exchange)"), NULL },
  { NULL },
};

const Verb verb_copy = {
  .name = "copy",
  .arguments = N_ ("MESSAGE-URI... FOLDER-URI"),
  .summary = N_ ("Copy messages to another folder and print their new URIs"),
  .run = run_copy,
};

const Verb verb_move = {
  .name = "move",
  .arguments = N_ ("MESSAGE-URI... FOLDER-URI"),
  .summary = N_ ("Move messages to another folder and print their new URIs"),
  .run = run_move,
};

const Verb verb_remove = {
  .name = "remove",
  .arguments = N_ ("MESSAGE-URI..."),
  .summary = N_ ("Remove messages for good, or throw them away"),
  .options = remove_options,
  .run = run_remove,
};
