/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output.h"
#include "progress-bar.h"
#include "token-source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define MAX_PROMPTS 3

/* A token source that runs a command of the user's. */
#define COMMAND_TYPE_TOKEN_SOURCE (command_token_source_get_type ())
G_DECLARE_FINAL_TYPE (CommandTokenSource, command_token_source, COMMAND, TOKEN_SOURCE, GObject)

struct _CommandTokenSource
{
  GObject parent_instance;
  char *command;
};

static void
on_command_done (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GSubprocess *process = G_SUBPROCESS (object);
  g_autoptr (GTask) task = user_data;
  g_autofree char *output = NULL;
  GError *error = NULL;
  char *end;

  if (!g_subprocess_communicate_utf8_finish (process, result, &output, NULL, &error))
    {
      g_subprocess_force_exit (process);
      g_task_return_error (task, error);
      return;
    }
  if (output != NULL && (end = strpbrk (output, "\r\n")) != NULL)
    *end = '\0';
  if (!g_subprocess_get_successful (process) || output == NULL || *output == '\0')
    g_task_return_new_error (task, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("the token command failed or printed no token"));
  else
    g_task_return_pointer (task, g_steal_pointer (&output), g_free);
}

/* We wait for signals in a thread of its own, the command gets them as usual. */
static void
unblock_signals (gpointer data)
{
  sigset_t none;

  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

static void
get_token_async (TaubeTokenSource *source, const char *host, GCancellable *cancellable, GAsyncReadyCallback callback,
                 gpointer user_data)
{
  CommandTokenSource *self = COMMAND_TOKEN_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  GError *error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, unblock_signals, NULL, NULL);
  process = g_subprocess_launcher_spawn (launcher, &error, "/bin/sh", "-c", self->command, NULL);
  if (process == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_subprocess_communicate_utf8_async (process, NULL, cancellable, on_command_done, g_steal_pointer (&task));
}

static char *
get_token_finish (TaubeTokenSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
invalidate (TaubeTokenSource *source, const char *token)
{
  /* Nothing is kept: the command is run again. */
}

static void
token_source_interface_init (TaubeTokenSourceInterface *iface)
{
  iface->get_token_async = get_token_async;
  iface->get_token_finish = get_token_finish;
  iface->invalidate = invalidate;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (CommandTokenSource, command_token_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TAUBE_TYPE_TOKEN_SOURCE, token_source_interface_init))

static void
command_token_source_finalize (GObject *object)
{
  g_free (COMMAND_TOKEN_SOURCE (object)->command);
  G_OBJECT_CLASS (command_token_source_parent_class)->finalize (object);
}

static void
command_token_source_class_init (CommandTokenSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = command_token_source_finalize;
}

static void
command_token_source_init (CommandTokenSource *self)
{
}

static gboolean
wait_for_input (int terminal, GCancellable *cancellable)
{
  struct pollfd fds[] = { { terminal, POLLIN, 0 }, { g_cancellable_get_fd (cancellable), POLLIN, 0 } };
  int n_ready;

  do
    n_ready = poll (fds, G_N_ELEMENTS (fds), -1);
  while (n_ready < 0 && errno == EINTR);
  g_cancellable_release_fd (cancellable);
  return n_ready > 0 && fds[1].revents == 0;
}

/* A terminal gives a line at once. NULL when it was closed, or the user does not want any more. */
static char *
read_line (int terminal, GCancellable *cancellable)
{
  char line[4096];
  char *password = NULL;
  gssize length;

  if (!wait_for_input (terminal, cancellable))
    return NULL;
  length = read (terminal, line, sizeof line - 1);
  if (length > 0)
    {
      line[length] = '\0';
      line[strcspn (line, "\r\n")] = '\0';
      password = g_strdup (line);
    }
  explicit_bzero (line, sizeof line);
  return password;
}

/* Asks on the terminal. NULL when there is none. */
static char *
ask_on_terminal (const char *prompt, gboolean secretly, GCancellable *cancellable)
{
  g_autofree char *shown_prompt = output_to_locale (prompt);
  struct termios shown, hidden;
  char *answer = NULL;
  int terminal = open ("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

  if (terminal < 0)
    return NULL;
  progress_bar_suspend ();
  if (tcgetattr (terminal, &shown) == 0)
    {
      hidden = shown;
      if (secretly)
        hidden.c_lflag &= ~(tcflag_t)ECHO;
      tcsetattr (terminal, TCSAFLUSH, &hidden);
      dprintf (terminal, "%s", shown_prompt);
      answer = read_line (terminal, cancellable);
      tcsetattr (terminal, TCSAFLUSH, &shown);
      if (secretly)
        dprintf (terminal, "\n");
    }
  progress_bar_resume ();
  close (terminal);
  return answer;
}

static char *
prompt_password (const char *user, const char *host, GCancellable *cancellable)
{
  /* Translators: the user's name, the server's */
  g_autofree char *prompt = g_strdup_printf (_ ("Password of %s at %s: "), user != NULL ? user : "?", host);

  return ask_on_terminal (prompt, TRUE, cancellable);
}

/* Only a word that is surely meant counts as yes. */
static void
on_host_asked (TaubeQuestion *question, Cli *cli)
{
  /* Translators: the account's host, another one; the answer is "yes" or "ja" */
  g_autofree char *prompt = g_strdup_printf (
      _ ("%s is said to be served by another host, %s, and nothing proves it. May that host get what you "
         "sign in with? [yes/no] "),
      taube_uri_get_display_host (taube_question_get_uri (question)), taube_question_get_host (question));
  g_autofree char *answer = ask_on_terminal (prompt, FALSE, cli->cancellable);

  if (answer != NULL
      && (g_ascii_strcasecmp (g_strstrip (answer), "yes") == 0 || g_ascii_strcasecmp (answer, _ ("yes")) == 0))
    taube_question_answer_trust (question);
  else
    taube_question_refuse (question);
}

static void
on_password_asked (TaubeQuestion *question, gpointer user_data)
{
  Cli *cli = user_data;
  TaubeUri *uri = taube_question_get_uri (question);
  char *password = NULL;

  if (taube_question_get_kind (question) == TAUBE_QUESTION_KIND_HOST)
    {
      on_host_asked (question, cli);
      return;
    }
  if (taube_question_get_attempt (question) < MAX_PROMPTS)
    {
      if (taube_question_get_refusal (question) != NULL)
        {
          progress_bar_suspend ();
          cli_complain (_ ("The server refused: %s"), taube_question_get_refusal (question));
          progress_bar_resume ();
        }
      password
          = prompt_password (taube_question_get_user (question), taube_uri_get_display_host (uri), cli->cancellable);
    }
  if (password == NULL)
    {
      taube_question_refuse (question);
      return;
    }
  taube_question_answer_password (question, password);
  explicit_bzero (password, strlen (password));
  g_free (password);
}

static TaubeCredentials *
read_password_file (const char *path, GError **error)
{
  g_autoptr (GError) read_error = NULL;
  TaubeCredentials *credentials;
  char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &read_error))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("cannot read the password: %s"), read_error->message);
      return NULL;
    }
  text[strcspn (text, "\r\n")] = '\0';
  credentials = taube_credentials_new_password (text);
  explicit_bzero (text, length);
  g_free (text);
  return credentials;
}

/* Whatever the user gave to sign in with: tokens by file or command, a file, the environment, or else a prompt. */
TaubeCredentials *
password_get_credentials (Cli *cli, TaubeUri *uri, GError **error)
{
  const char *environment = g_getenv ("TAUBE_PASSWORD");

  if (cli->token_file != NULL && cli->token_command != NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("--token-file and --token-command exclude each other"));
      return NULL;
    }
  if (cli->token_file != NULL)
    {
      g_autoptr (TaubeTokenSource) source = token_source_new (cli->token_file, error);

      return source != NULL ? taube_credentials_new_token_source (source) : NULL;
    }
  if (cli->token_command != NULL)
    {
      g_autoptr (CommandTokenSource) source = g_object_new (COMMAND_TYPE_TOKEN_SOURCE, NULL);

      source->command = g_strdup (cli->token_command);
      return taube_credentials_new_token_source (TAUBE_TOKEN_SOURCE (source));
    }
  if (cli->password_file != NULL)
    return read_password_file (cli->password_file, error);
  if (environment != NULL)
    return taube_credentials_new_password (environment);
  return taube_credentials_new_callback (on_password_asked, cli, NULL);
}
