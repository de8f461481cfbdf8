/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

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

static void
get_token_async (TaubeTokenSource *source, const char *host, GCancellable *cancellable, GAsyncReadyCallback callback,
                 gpointer user_data)
{
  CommandTokenSource *self = COMMAND_TOKEN_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);
  g_autoptr (GSubprocess) process = NULL;
  GError *error = NULL;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/bin/sh", "-c", self->command, NULL);
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

/* Reads a line from the terminal without showing it. NULL when there is no terminal, or it was closed. */
static char *
prompt_password (const char *user, const char *host)
{
  struct termios shown, hidden;
  char line[1024];
  char *password = NULL;
  FILE *terminal = fopen ("/dev/tty", "r+");

  if (terminal == NULL)
    return NULL;
  if (tcgetattr (fileno (terminal), &shown) != 0)
    {
      fclose (terminal);
      return NULL;
    }
  hidden = shown;
  hidden.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (fileno (terminal), TCSAFLUSH, &hidden);
  fprintf (terminal, _ ("Password of %s at %s: "), user != NULL ? user : "?", host);
  fflush (terminal);
  if (fgets (line, sizeof line, terminal) != NULL)
    {
      line[strcspn (line, "\r\n")] = '\0';
      password = g_strdup (line);
    }
  tcsetattr (fileno (terminal), TCSAFLUSH, &shown);
  fputc ('\n', terminal);
  fclose (terminal);
  explicit_bzero (line, sizeof line);
  return password;
}

static void
on_password_asked (TaubeQuestion *question, gpointer user_data)
{
  g_autoptr (TaubeUri) uri = taube_question_get_uri (question);
  g_autofree char *password = NULL;

  if (taube_question_get_refusal (question) != NULL)
    g_printerr (_ ("The server refused: %s\n"), taube_question_get_refusal (question));
  if (taube_question_get_attempt (question) < 3)
    password = prompt_password (taube_question_get_user (question), taube_uri_get_host (uri));
  if (password == NULL)
    {
      taube_question_refuse (question);
      return;
    }
  taube_question_answer_password (question, password);
  explicit_bzero (password, strlen (password));
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

/* Whatever the user gave to sign in with: a token command, a file, the environment, or else a prompt. */
TaubeCredentials *
password_get_credentials (Cli *cli, TaubeUri *uri, GError **error)
{
  const char *environment = g_getenv ("TAUBE_PASSWORD");

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
  return taube_credentials_new_callback (on_password_asked, NULL, NULL);
}
