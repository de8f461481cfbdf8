/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output.h"
#include "token-source.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const Verb *const verbs[] = {
  &verb_acl, &verb_append, &verb_capabilities, &verb_changes, &verb_copy, &verb_empty, &verb_fetch, &verb_flag,
  &verb_folders, &verb_list, &verb_login, &verb_mark_seen, &verb_mkdir, &verb_move, &verb_quota, &verb_remove,
  &verb_rename, &verb_rmdir, &verb_search, &verb_send, &verb_show, &verb_subscribe, &verb_unsubscribe, &verb_watch,
};

/* The signals come to this thread alone: it may take locks, which a signal handler must not. */
static gpointer
wait_for_signals (gpointer data)
{
  Cli *cli = data;
  sigset_t set;
  int number;

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  while (sigwait (&set, &number) != 0)
    ;
  g_atomic_int_set (&cli->signal_number, number);
  g_cancellable_cancel (cli->cancellable);
  /* A second one ends the command at once. */
  while (sigwait (&set, &number) != 0)
    ;
  _exit (EXIT_SIGNAL + number);
  return NULL;
}

static void
handle_signals (Cli *cli)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  /* A closed pipe is an error like another. */
  signal (SIGPIPE, SIG_IGN);
  g_thread_unref (g_thread_new ("signals", wait_for_signals, cli));
}

/* A descriptor that was closed would be taken by the first file or connection we open. */
static void
fill_standard_descriptors (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0)
      /* The wrong way round, so that using it fails. */
      (void) !open ("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static gboolean
parse_format (const char *name, const char *value, gpointer data, GError **error)
{
  Cli *cli = data;

  if (g_str_equal (value, "table"))
    cli->format = FORMAT_TABLE;
  else if (g_str_equal (value, "json"))
    cli->format = FORMAT_JSON;
  else
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _ ("\"%s\" is no format: it is \"table\" or \"json\""), value);
      return FALSE;
    }
  return TRUE;
}

static GOptionGroup *
make_common_options (Cli *cli)
{
  const GOptionEntry common[] = {
    { "help", 'h', 0, G_OPTION_ARG_NONE, &cli->help, N_ ("This text"), NULL },
    { "format", 0, 0, G_OPTION_ARG_CALLBACK, (gpointer) parse_format, N_ ("How to print: table or json"),
      N_ ("FORMAT") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &cli->password_file,
      N_ ("Take the password from the first line of FILE"), N_ ("FILE") },
    { "token-command", 0, 0, G_OPTION_ARG_STRING, &cli->token_command,
      N_ ("Sign in with the OAuth 2 access token that COMMAND prints"), N_ ("COMMAND") },
    { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &cli->token_file,
      N_ ("Sign in with the OAuth 2 tokens in FILE, which \"taube login\" makes"), N_ ("FILE") },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &cli->ca_file, N_ ("Trust the authorities in FILE (PEM) too"),
      N_ ("FILE") },
    { "client-cert", 0, 0, G_OPTION_ARG_FILENAME, &cli->client_cert,
      N_ ("Show the certificate in FILE (PEM) to the server, and sign in by it"), N_ ("FILE") },
    { "client-key", 0, 0, G_OPTION_ARG_FILENAME, &cli->client_key,
      N_ ("The key of that certificate, if it is not in the same file"), N_ ("FILE") },
    { "pin", 0, 0, G_OPTION_ARG_STRING, &cli->pin, N_ ("Trust the server whose key has this SHA-256, and no other"),
      N_ ("HEX") },
    { "timeout", 0, 0, G_OPTION_ARG_STRING, &cli->timeout, N_ ("Give up after so many seconds of silence"),
      N_ ("SECONDS") },
    { "debug", 0, 0, G_OPTION_ARG_STRING, &cli->debug, N_ ("Log these categories to standard error, such as imap,net"),
      N_ ("CATEGORIES") },
    { NULL },
  };
  GOptionGroup *group = g_option_group_new ("main", "", "", cli, NULL);

  g_option_group_add_entries (group, common);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  return group;
}

/* VERB is NULL for the text that tells of all verbs. */
static GOptionContext *
make_context (Cli *cli, const Verb *verb)
{
  g_autofree char *parameters
      = verb != NULL ? g_strdup_printf ("%s %s", verb->name, _ (verb->arguments)) : g_strdup (_ ("VERB [ARGUMENT...]"));
  GOptionContext *context = g_option_context_new (parameters);
  GOptionGroup *group = make_common_options (cli);
  const GOptionEntry version[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, &cli->version, N_ ("Tell the version"), NULL },
    { NULL },
  };

  if (verb == NULL)
    g_option_group_add_entries (group, version);
  else if (verb->options != NULL)
    g_option_group_add_entries (group, verb->options);
  /* What stands behind the verb may be an option of its own. */
  g_option_context_set_strict_posix (context, verb == NULL);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_main_group (context, group);
  if (verb != NULL)
    g_option_context_set_summary (context, _ (verb->summary));
  return context;
}

static ExitCode
print_help (Cli *cli, GOptionContext *context)
{
  g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);
  g_autofree char *shown = output_to_locale (help);
  g_autoptr (GError) error = NULL;

  output_text (shown);
  return output_flush (&error) ? EXIT_DONE : cli_fail (cli, error);
}

static ExitCode
print_general_help (Cli *cli)
{
  g_autoptr (GOptionContext) context = make_context (cli, NULL);
  g_autoptr (GString) summary = g_string_new (NULL);

  g_string_append (summary, _ ("Reaches mailboxes over every protocol for which a backend is installed.\n\nVerbs:\n"));
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    g_string_append_printf (summary, "  %-14s %s\n", verbs[i]->name, _ (verbs[i]->summary));
  g_string_append_printf (summary, "  %-14s %s", "help", _ ("Tell of the options of a verb"));
  g_option_context_set_summary (context, summary->str);
  g_option_context_set_description (
      context, _ ("A mailbox is named by a URI, such as imaps://alice@mail.example.org/INBOX"));
  return print_help (cli, context);
}

static ExitCode
print_version (Cli *cli)
{
  g_autoptr (GError) error = NULL;

  output_printf ("taube %s\n", taube_version ());
  return output_flush (&error) ? EXIT_DONE : cli_fail (cli, error);
}

static ExitCode
run_verb (Cli *cli, const Verb *verb, int argc, char **argv)
{
  g_autoptr (GOptionContext) context = make_context (cli, verb);
  g_autoptr (GError) error = NULL;

  if (verb->shield != NULL)
    verb->shield (argc, argv);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return cli_usage_error (cli, "%s", error->message);
  if (cli->help)
    return print_help (cli, context);
  /* "--" separates options from words; GOption leaves it there. */
  if (argc > 1 && g_str_equal (argv[1], "--"))
    {
      argv++;
      argc--;
    }
  if (cli->debug != NULL)
    taube_log_set_categories (cli->debug);
  return verb->run (cli, argc - 1, argv + 1);
}

static void
cli_clear (Cli *cli)
{
  g_free (cli->ca_file);
  g_free (cli->client_cert);
  g_free (cli->client_key);
  g_free (cli->pin);
  g_free (cli->timeout);
  g_free (cli->debug);
  g_free (cli->password_file);
  g_free (cli->token_command);
  g_free (cli->token_file);
  g_object_unref (cli->cancellable);
}

static const Verb *
find_verb (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (name, verbs[i]->name))
      return verbs[i];
  return NULL;
}

/* What the library warns of is one line, like an error. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if ((level & G_LOG_LEVEL_WARNING) == 0)
    return g_log_writer_default (level, fields, n_fields, user_data);
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && fields[i].length < 0)
      cli_complain (_ ("taube: warning: %s"), (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

static ExitCode
complain_of_verb (const char *name)
{
  if (name == NULL)
    cli_complain (_ ("taube: a verb is missing (see \"taube --help\")"));
  else
    cli_complain (_ ("taube: there is no verb \"%s\" (see \"taube --help\")"), name);
  return EXIT_USAGE;
}

/* Options may stand before the verb, too; argv[0] is the verb then. */
static ExitCode
run (Cli *cli, int argc, char **argv)
{
  g_autoptr (GOptionContext) context = make_context (cli, NULL);
  g_autoptr (GError) error = NULL;
  const Verb *verb;

  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      cli_complain (_ ("taube: %s (see \"taube --help\")"), error->message);
      return EXIT_USAGE;
    }
  if (cli->version)
    return print_version (cli);
  if (argc >= 2 && g_str_equal (argv[1], "help"))
    {
      cli->help = TRUE;
      argv++;
      argc--;
    }
  if (cli->help && argc < 2)
    return print_general_help (cli);
  verb = argc >= 2 ? find_verb (argv[1]) : NULL;
  if (verb == NULL)
    return complain_of_verb (argc >= 2 ? argv[1] : NULL);
  cli->verb = verb->name;
  handle_signals (cli);
  return run_verb (cli, verb, argc - 1, argv + 1);
}

int
main (int argc, char **argv)
{
  const char *locale_dir = g_getenv ("TAUBE_LOCALEDIR");
  Cli cli = { .verb = "" };
  ExitCode code;

  g_log_set_writer_func (write_log, NULL, NULL);
  fill_standard_descriptors ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("taube");

  cli.cancellable = g_cancellable_new ();
  code = run (&cli, argc, argv);
  token_source_finish_all ();
  cli_clear (&cli);
  return code;
}
