/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-json.h"
#include "output.h"
#include "progress-bar.h"

#include <string.h>

/* Folders as a whole: empty, mark-seen, mkdir, rename, rmdir, subscribe, unsubscribe. */

static char *role_name;
static gboolean to_trash, recoverable, with_folders;

/* The account and the folder that URI_TEXT names, connected; NULL with an error. (transfer full) */
static TaubeAccount *
open_folder (Cli *cli, const char *uri_text, TaubeFolder **folder_out, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL;
  g_autoptr (TaubeAccount) account = cli_open_account (cli, uri_text, &uri, error);
  g_autoptr (TaubeFolder) folder = NULL;

  if (account == NULL)
    return NULL;
  folder = cli_get_folder (account, uri, error);
  if (folder == NULL || !cli_connect (cli, account, error))
    return NULL;
  *folder_out = g_steal_pointer (&folder);
  return g_steal_pointer (&account);
}

static gboolean
print_folder (Cli *cli, TaubeFolder *folder, GError **error)
{
  g_autoptr (TaubeUri) uri = taube_folder_get_uri (folder);
  g_autofree char *text = taube_uri_to_string (uri);

  if (cli->format == FORMAT_JSON)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      output_json_set (builder, "uri", text);
      output_json_set (builder, "path", taube_folder_get_name (folder));
      output_json_set (builder, "role", output_get_nick (TAUBE_TYPE_FOLDER_ROLE, (int) taube_folder_get_role (folder)));
      json_builder_end_object (builder);
      output_json_print (builder, FALSE);
    }
  else
    output_printf ("%s\n", text);
  return output_flush (error);
}

/* Create. */

static gboolean
parse_role (const char *text, TaubeFolderRole *role_out, GError **error)
{
  GEnumClass *klass = g_type_class_ref (TAUBE_TYPE_FOLDER_ROLE);
  const GEnumValue *value = text != NULL ? g_enum_get_value_by_nick (klass, text) : NULL;

  *role_out = value != NULL ? (TaubeFolderRole) value->value : TAUBE_FOLDER_ROLE_NONE;
  g_type_class_unref (klass);
  if (text == NULL || (value != NULL && *role_out != TAUBE_FOLDER_ROLE_INBOX))
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
               _ ("\"%s\" is no role: it is drafts, sent, trash, junk, archive, all, flagged or important"), text);
  return FALSE;
}

static gboolean
make_folder (Cli *cli, const char *uri_text, GError **error)
{
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) wanted = NULL, folder = NULL;
  TaubeFolderRole role;

  if (!parse_role (role_name, &role, error))
    return FALSE;
  account = open_folder (cli, uri_text, &wanted, error);
  if (account == NULL)
    return FALSE;
  folder = taube_account_create_folder (account, taube_folder_get_path (wanted), role, TAUBE_CONTENT_MAIL,
                                        cli->cancellable, error);
  return folder != NULL && print_folder (cli, folder, error);
}

static ExitCode
run_mkdir (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (n_words != 1)
    return cli_usage_error (cli, _ ("it takes one URI of a folder"));
  done = make_folder (cli, words[0], &error);
  g_clear_pointer (&role_name, g_free);
  return done ? EXIT_DONE : cli_fail (cli, error);
}

/* Rename. */

/* A URI of the same account, a path, or a name that takes the place of the last step. (transfer full) */
static char **
make_new_path (TaubeFolder *folder, const char *text, GError **error)
{
  g_autoptr (TaubeUri) uri = NULL, base = NULL;
  const char *const *path = taube_folder_get_path (folder);
  g_autofree char *name = NULL;
  char **steps;
  guint last;

  if (strstr (text, "://") != NULL)
    {
      g_autofree char *ours = taube_uri_to_string (taube_account_get_uri (taube_folder_get_account (folder)));
      g_autofree char *theirs = NULL;

      uri = taube_uri_parse (text, error);
      if (uri == NULL)
        return NULL;
      base = taube_uri_get_account_uri (uri);
      theirs = taube_uri_to_string (base);
      if (g_str_equal (ours, theirs) && taube_uri_get_folder_path (uri) != NULL
          && taube_uri_get_folder_path (uri)[0] != NULL)
        return g_strdupv ((char **) taube_uri_get_folder_path (uri));
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("the new name is no folder of the same account"));
      return NULL;
    }
  if (strchr (text, '/') != NULL)
    {
      g_autoptr (TaubeFolder) target = taube_account_get_folder_by_name (taube_folder_get_account (folder), text);

      return g_strdupv ((char **) taube_folder_get_path (target));
    }
  steps = g_strdupv ((char **) path);
  last = g_strv_length (steps) - 1;
  g_free (steps[last]);
  steps[last] = g_strdup (text);
  return steps;
}

static gboolean
rename_folder (Cli *cli, const char *uri_text, const char *new_name, GError **error)
{
  g_autoptr (TaubeFolder) folder = NULL, renamed = NULL;
  g_autoptr (TaubeAccount) account = open_folder (cli, uri_text, &folder, error);
  g_auto (GStrv) path = account != NULL ? make_new_path (folder, new_name, error) : NULL;

  if (path == NULL)
    return FALSE;
  renamed
    = taube_account_rename_folder (account, folder, (const char *const *) path, cli->cancellable, error);
  return renamed != NULL && print_folder (cli, renamed, error);
}

static ExitCode
run_rename (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;

  if (n_words != 2 || words[1][0] == '\0')
    return cli_usage_error (cli, _ ("it takes the URI of a folder and its new name"));
  return rename_folder (cli, words[0], words[1], &error) ? EXIT_DONE : cli_fail (cli, error);
}

/* Delete, empty, mark and subscribe: nothing is printed. */

typedef gboolean (*FolderFunc) (TaubeAccount *account, TaubeFolder *folder, GCancellable *cancellable, GError **error);

static ExitCode
run_quietly (Cli *cli, int n_words, char **words, FolderFunc func)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeFolder) folder = NULL;

  if (n_words != 1)
    return cli_usage_error (cli, _ ("it takes one URI of a folder"));
  account = open_folder (cli, words[0], &folder, &error);
  if (account == NULL || !func (account, folder, cli->cancellable, &error))
    return cli_fail (cli, error);
  return EXIT_DONE;
}

static ExitCode
run_rmdir (Cli *cli, int n_words, char **words)
{
  return run_quietly (cli, n_words, words, taube_account_delete_folder);
}

static gboolean
empty (TaubeAccount *account, TaubeFolder *folder, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeProgress) progress = taube_progress_new ();
  g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Removing"), progress);
  TaubeDiscardMode mode;

  cli_get_discard_mode (to_trash, recoverable, &mode);
  return taube_folder_empty (folder, mode, with_folders, progress, cancellable, error);
}

static ExitCode
run_empty (Cli *cli, int n_words, char **words)
{
  if (to_trash && recoverable)
    return cli_usage_error (cli, _ ("--to-trash and --recoverable exclude each other"));
  return run_quietly (cli, n_words, words, empty);
}

static gboolean
mark_seen (TaubeAccount *account, TaubeFolder *folder, GCancellable *cancellable, GError **error)
{
  return taube_folder_mark_all_seen (folder, cancellable, error);
}

static ExitCode
run_mark_seen (Cli *cli, int n_words, char **words)
{
  return run_quietly (cli, n_words, words, mark_seen);
}

static gboolean
subscribe (TaubeAccount *account, TaubeFolder *folder, GCancellable *cancellable, GError **error)
{
  return taube_account_set_subscribed (account, folder, TRUE, cancellable, error);
}

static ExitCode
run_subscribe (Cli *cli, int n_words, char **words)
{
  return run_quietly (cli, n_words, words, subscribe);
}

static gboolean
unsubscribe (TaubeAccount *account, TaubeFolder *folder, GCancellable *cancellable, GError **error)
{
  return taube_account_set_subscribed (account, folder, FALSE, cancellable, error);
}

static ExitCode
run_unsubscribe (Cli *cli, int n_words, char **words)
{
  return run_quietly (cli, n_words, words, unsubscribe);
}

static const GOptionEntry mkdir_options[] = {
  { "role", 0, 0, G_OPTION_ARG_STRING, &role_name, N_ ("What the folder is for, such as sent or archive"),
    N_ ("ROLE") },
  { NULL },
};

static const GOptionEntry empty_options[] = {
  { "to-trash", 0, 0, G_OPTION_ARG_NONE, &to_trash, N_ ("Move what is in it to the trash"), NULL },
  { "recoverable", 0, 0, G_OPTION_ARG_NONE, &recoverable,
    N_ ("Let the server keep it for a while, out of sight (Exchange)"), NULL },
  { "with-folders", 0, 0, G_OPTION_ARG_NONE, &with_folders, N_ ("Remove the folders below it, too"), NULL },
  { NULL },
};

const Verb verb_empty = {
  .name = "empty",
  .arguments = N_ ("FOLDER-URI"),
  .summary = N_ ("Remove all messages of a folder"),
  .options = empty_options,
  .run = run_empty,
};

const Verb verb_mark_seen = {
  .name = "mark-seen",
  .arguments = N_ ("FOLDER-URI"),
  .summary = N_ ("Mark all messages of a folder as seen"),
  .run = run_mark_seen,
};

const Verb verb_mkdir = {
  .name = "mkdir",
  .arguments = N_ ("FOLDER-URI"),
  .summary = N_ ("Make a folder"),
  .options = mkdir_options,
  .run = run_mkdir,
};

const Verb verb_rename = {
  .name = "rename",
  .arguments = N_ ("FOLDER-URI NEW-NAME"),
  .summary = N_ ("Give a folder, and those below it, another name or place"),
  .run = run_rename,
};

const Verb verb_rmdir = {
  .name = "rmdir",
  .arguments = N_ ("FOLDER-URI"),
  .summary = N_ ("Delete a folder with its messages"),
  .run = run_rmdir,
};

const Verb verb_subscribe = {
  .name = "subscribe",
  .arguments = N_ ("FOLDER-URI"),
  .summary = N_ ("Put a folder on the list of those that are to be seen"),
  .run = run_subscribe,
};

const Verb verb_unsubscribe = {
  .name = "unsubscribe",
  .arguments = N_ ("FOLDER-URI"),
  .summary = N_ ("Take a folder off that list"),
  .run = run_unsubscribe,
};
