/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output.h"
#include "progress-bar.h"

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

/* Prints one line on standard error, whatever line ends a server has put into it. */
void
cli_complain (const char *format, ...)
{
  g_autofree char *text = NULL, *shown = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_strdelimit (text, "\r\n", ' ');
  shown = output_to_locale (text);
  g_printerr ("%s\n", shown);
}

/* Says in one line that the command was used wrongly. */
ExitCode
cli_usage_error (Cli *cli, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  /* Translators: what is wrong with the arguments, the verb */
  cli_complain (_ ("taube: %s (see \"taube %s --help\")"), text, cli->verb);
  return EXIT_USAGE;
}

ExitCode
cli_get_exit_code (const GError *error)
{
  if (error->domain == TAUBE_ERROR && error->code >= 0 && error->code < (int) G_N_ELEMENTS (exit_codes))
    return exit_codes[error->code];
  return EXIT_OTHER;
}

/* When it may be tried again, if the server or the library says that; else nothing. (transfer full) */
static char *
describe_pause (const GError *error)
{
  guint seconds = taube_error_get_retry_after (error);

  if (seconds == 0)
    return g_strdup ("");
  /* Translators: behind an error */
  return g_strdup_printf (ngettext (" (to be tried again in %u second)", " (to be tried again in %u seconds)", seconds),
                          seconds);
}

/* Says in one line what went wrong, and which exit code that is. */
ExitCode
cli_fail (Cli *cli, const GError *error)
{
  int number = g_atomic_int_get (&cli->signal_number);
  g_autofree char *later = NULL;

  /* The user, or the reader of our output, has gone: nobody wants to be told. */
  if (number != 0)
    return EXIT_SIGNAL + (ExitCode) number;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    return EXIT_OTHER;
  later = describe_pause (error);
  cli_complain ("taube%s%s: %s%s", *cli->verb != '\0' ? " " : "", cli->verb, error->message, later);
  return cli_get_exit_code (error);
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
      || !apply_option (settings, "client-cert", cli->client_cert, error)
      || !apply_option (settings, "client-key", cli->client_key, error)
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

/* Where there is only the inbox, a URI need not name it. */
static gboolean
has_one_folder (TaubeAccount *account)
{
  g_autoptr (TaubeCapabilities) capabilities = taube_account_get_capabilities (account);

  return taube_capabilities_get_support (capabilities, TAUBE_CAPABILITY_FOLDERS) == TAUBE_SUPPORT_NO;
}

/* The folder that a URI names. */
gboolean
cli_get_discard_mode (gboolean to_trash, gboolean recoverable, TaubeDiscardMode *mode_out)
{
  *mode_out = to_trash      ? TAUBE_DISCARD_MODE_TO_TRASH
              : recoverable ? TAUBE_DISCARD_MODE_RECOVERABLE
                            : TAUBE_DISCARD_MODE_FOR_GOOD;
  return !to_trash || !recoverable;
}

TaubeFolder *
cli_get_folder (TaubeAccount *account, TaubeUri *uri, GError **error)
{
  const char *const *path = taube_uri_get_folder_path (uri);

  if (path != NULL && path[0] != NULL)
    return taube_account_get_folder (account, path);
  if (has_one_folder (account))
    return taube_account_get_folder_by_name (account, "INBOX");
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("the URI names no folder, such as .../INBOX"));
  return NULL;
}
