/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const Verb *const verbs[] = {
  &verb_capabilities, &verb_folders, &verb_list, &verb_show, &verb_watch,
};

/* The signals come to this thread alone: it may take locks, which a signal handler must not. */
static gpointer
wait_for_signals (gpointer data)
{
  GCancellable *cancellable = data;
  sigset_t set;
  int number;

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  while (sigwait (&set, &number) != 0)
    ;
  g_cancellable_cancel (cancellable);
  /* A second one ends the command at once. */
  while (sigwait (&set, &number) != 0)
    ;
  _exit (128 + number);
  return NULL;
}

static void
handle_signals (GCancellable *cancellable)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  g_thread_unref (g_thread_new ("signals", wait_for_signals, cancellable));
}

static void
print_help (void)
{
  g_print (_ ("Usage:\n  taube VERB [OPTION...] [ARGUMENT...]\n\n"));
  g_print (_ ("Reaches mailboxes over every protocol for which a backend is installed.\n\nVerbs:\n"));
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    g_print ("  %-14s %s\n", verbs[i]->name, _ (verbs[i]->summary));
  g_print (_ ("\nOptions:\n"
              "  --help         this text; \"taube VERB --help\" tells more\n"
              "  --version      the version\n\n"
              "A mailbox is named by a URI, such as imaps://alice@mail.example.org/INBOX\n"));
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

static GOptionContext *
make_context (Cli *cli, const Verb *verb)
{
  const GOptionEntry common[] = {
    { "format", 0, 0, G_OPTION_ARG_CALLBACK, (gpointer) parse_format, N_ ("How to print: table or json"),
      N_ ("FORMAT") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &cli->password_file,
      N_ ("Take the password from the first line of FILE"), N_ ("FILE") },
    { "token-command", 0, 0, G_OPTION_ARG_STRING, &cli->token_command,
      N_ ("Sign in with the OAuth 2 access token that COMMAND prints"), N_ ("COMMAND") },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &cli->ca_file, N_ ("Trust the authorities in FILE (PEM) too"),
      N_ ("FILE") },
    { "pin", 0, 0, G_OPTION_ARG_STRING, &cli->pin, N_ ("Trust the server whose key has this SHA-256, and no other"),
      N_ ("HEX") },
    { "timeout", 0, 0, G_OPTION_ARG_STRING, &cli->timeout, N_ ("Give up after so many seconds of silence"),
      N_ ("SECONDS") },
    { "debug", 0, 0, G_OPTION_ARG_STRING, &cli->debug, N_ ("Log these categories to standard error, such as imap,net"),
      N_ ("CATEGORIES") },
    { NULL },
  };
  g_autofree char *parameters = g_strdup_printf ("%s %s", verb->name, _ (verb->arguments));
  GOptionContext *context = g_option_context_new (parameters);
  GOptionGroup *group = g_option_group_new ("main", "", "", cli, NULL);

  g_option_group_add_entries (group, common);
  if (verb->options != NULL)
    g_option_group_add_entries (group, verb->options);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  g_option_context_set_main_group (context, group);
  g_option_context_set_summary (context, _ (verb->summary));
  return context;
}

static ExitCode
run_verb (Cli *cli, const Verb *verb, int argc, char **argv)
{
  g_autoptr (GOptionContext) context = make_context (cli, verb);
  g_autoptr (GError) error = NULL;

  if (!g_option_context_parse (context, &argc, &argv, &error))
    return cli_usage_error (cli, "%s", error->message);
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
  g_free (cli->pin);
  g_free (cli->timeout);
  g_free (cli->debug);
  g_free (cli->password_file);
  g_free (cli->token_command);
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
      g_printerr (_ ("taube: warning: %s\n"), (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

int
main (int argc, char **argv)
{
  const char *locale_dir = g_getenv ("TAUBE_LOCALEDIR");
  const Verb *verb;
  Cli cli = { .verb = "" };
  ExitCode code;

  g_log_set_writer_func (write_log, NULL, NULL);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  if (argc >= 2 && (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") || g_str_equal (argv[1], "help")))
    {
      print_help ();
      return EXIT_DONE;
    }
  if (argc >= 2 && g_str_equal (argv[1], "--version"))
    {
      g_print ("taube %s\n", taube_version ());
      return EXIT_DONE;
    }
  verb = argc >= 2 ? find_verb (argv[1]) : NULL;
  if (verb == NULL)
    {
      if (argc < 2)
        g_printerr (_ ("taube: a verb is missing (see \"taube --help\")\n"));
      else
        g_printerr (_ ("taube: there is no verb \"%s\" (see \"taube --help\")\n"), argv[1]);
      return EXIT_USAGE;
    }

  cli.verb = verb->name;
  cli.cancellable = g_cancellable_new ();
  handle_signals (cli.cancellable);
  code = run_verb (&cli, verb, argc - 1, argv + 1);
  cli_clear (&cli);
  return code;
}
