/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "progress-bar.h"

#include <errno.h>
#include <stdio.h>

/* Which exit code an error of the library becomes; the order is that of TaubeError. */
static const ExitCode exit_codes[] = {
  [TAUBE_ERROR_NOT_SUPPORTED] = EXIT_NOT_SUPPORTED,
  [TAUBE_ERROR_INVALID] = EXIT_USAGE,
  [TAUBE_ERROR_CONNECTION] = EXIT_CONNECTION,
  [TAUBE_ERROR_TLS] = EXIT_CONNECTION,
  [TAUBE_ERROR_CERTIFICATE] = EXIT_CONNECTION,
  [TAUBE_ERROR_AUTH] = EXIT_SIGN_IN,
  [TAUBE_ERROR_PERMISSION] = EXIT_OTHER,
  [TAUBE_ERROR_NOT_FOUND] = EXIT_NOT_FOUND,
  [TAUBE_ERROR_EXISTS] = EXIT_OTHER,
  [TAUBE_ERROR_PROTOCOL] = EXIT_CONNECTION,
  [TAUBE_ERROR_LIMIT] = EXIT_OTHER,
  [TAUBE_ERROR_QUOTA] = EXIT_OTHER,
  [TAUBE_ERROR_THROTTLED] = EXIT_OTHER,
  [TAUBE_ERROR_CONFLICT] = EXIT_OTHER,
  [TAUBE_ERROR_UNKNOWN_OUTCOME] = EXIT_UNKNOWN_OUTCOME,
  [TAUBE_ERROR_STORAGE] = EXIT_OTHER,
};

/* Says in one line that the command was used wrongly. */
ExitCode
cli_usage_error (Cli *cli, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  /* Translators: the command's name, what is wrong with its arguments, the verb */
  g_printerr (_ ("%s: %s (see \"taube %s --help\")\n"), "taube", text, cli->verb);
  return EXIT_USAGE;
}

/* Says in one line what went wrong, and which exit code that is. */
ExitCode
cli_fail (Cli *cli, const GError *error)
{
  g_autofree char *line = g_strdup (error->message);

  g_strdelimit (line, "\r\n", ' ');
  g_printerr ("taube %s: %s\n", cli->verb, line);
  if (error->domain == TAUBE_ERROR && error->code >= 0 && error->code < (int) G_N_ELEMENTS (exit_codes))
    return exit_codes[error->code];
  return EXIT_OTHER;
}

static gboolean
apply_option (TaubeSettings *settings, const char *name, const char *value, GError **error)
{
  return value == NULL || taube_settings_set (settings, name, value, error);
}

/* The account of a URI, not connected yet, with what the options say; URI_OUT is the whole URI. */
TaubeAccount *
cli_open_account (Cli *cli, const char *uri_text, TaubeUri **uri_out, GError **error)
{
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autoptr (TaubeCredentials) credentials = NULL;
  g_autoptr (TaubeUri) uri = taube_uri_parse (uri_text, error);
  TaubeAccount *account;

  if (uri == NULL || !apply_option (settings, "ca-file", cli->ca_file, error)
      || !apply_option (settings, "pin", cli->pin, error)
      || !apply_option (settings, "timeout", cli->timeout, error)
      || !apply_option (settings, "connect-timeout", cli->timeout, error))
    return NULL;

  credentials = password_get_credentials (cli, uri, error);
  if (credentials == NULL)
    return NULL;
  account = taube_account_create_with_settings (uri_text, settings, credentials, error);
  if (account != NULL)
    *uri_out = g_steal_pointer (&uri);
  return account;
}

gboolean
cli_connect (Cli *cli, TaubeAccount *account, GError **error)
{
  g_autoptr (ProgressBar) bar = progress_bar_start (_ ("Connecting"), NULL);

  return taube_account_connect (account, cli->cancellable, error);
}

/* The folder that a URI names. */
TaubeFolder *
cli_get_folder (TaubeAccount *account, TaubeUri *uri, GError **error)
{
  const char *const *path = taube_uri_get_folder_path (uri);

  if (path == NULL || path[0] == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("the URI names no folder, such as .../INBOX"));
      return NULL;
    }
  return taube_account_get_folder (account, path);
}

/* Writes out what is still in the buffer: a full disk or a closed pipe shows here. */
gboolean
cli_flush (GError **error)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("cannot write to standard output: %s"),
               g_strerror (errno));
  return FALSE;
}
