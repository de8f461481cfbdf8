/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A guard against hanging, far above what anything here takes. */
#define PATIENCE_MS (300 * 1000)

struct _TaubeTestChild
{
  GPid pid; /* 0 once it was waited for */
  int input;
  int output;
  int errors;
  GByteArray *out;
  GByteArray *err;
  guint lines_read; /* bytes of OUT that taube_test_child_read_line() has given */
};

static void
in_child (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static GStrv
make_environment (const char *const *env)
{
  GStrv result = g_get_environ ();

  for (; env != NULL && *env != NULL; env++)
    {
      g_auto (GStrv) pair = g_strsplit (*env, "=", 2);

      if (pair[1] != NULL)
        result = g_environ_setenv (result, pair[0], pair[1], TRUE);
      else
        result = g_environ_unsetenv (result, pair[0]);
    }
  return result;
}

TaubeTestChild *
taube_test_child_start (const char *const *argv, const char *const *env)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) environment = make_environment (env);
  TaubeTestChild *self = g_new0 (TaubeTestChild, 1);

  g_spawn_async_with_pipes (NULL, (char **) argv, environment, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH,
                            in_child, NULL, &self->pid, &self->input, &self->output, &self->errors, &error);
  g_assert_no_error (error);
  self->out = g_byte_array_new ();
  self->err = g_byte_array_new ();
  return self;
}

GPid
taube_test_child_get_pid (TaubeTestChild *self)
{
  return self->pid;
}

static void
close_descriptor (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

void
taube_test_child_close_input (TaubeTestChild *self)
{
  close_descriptor (&self->input);
}

void
taube_test_child_signal (TaubeTestChild *self, int signal_number)
{
  if (self->pid != 0)
    kill (self->pid, signal_number);
}

static void
read_some (int *fd, GByteArray *into)
{
  guint8 block[16384];
  gssize length = read (*fd, block, sizeof block);

  if (length > 0)
    g_byte_array_append (into, block, (guint) length);
  else if (length == 0 || (errno != EINTR && errno != EAGAIN))
    close_descriptor (fd);
}

/* Reads whatever comes next from either pipe; FALSE when both have ended. */
static gboolean
pump (TaubeTestChild *self)
{
  struct pollfd fds[2] = { { self->output, POLLIN, 0 }, { self->errors, POLLIN, 0 } };
  int ready;

  if (self->output < 0 && self->errors < 0)
    return FALSE;
  ready = poll (fds, 2, PATIENCE_MS);
  if (ready == 0)
    {
      taube_test_child_signal (self, SIGKILL);
      g_error ("a child process hangs; its errors: %.*s", (int) self->err->len, (char *) self->err->data);
    }
  if (fds[0].revents != 0)
    read_some (&self->output, self->out);
  if (fds[1].revents != 0)
    read_some (&self->errors, self->err);
  return TRUE;
}

void
taube_test_child_write (TaubeTestChild *self, const char *text, gssize length)
{
  gsize left = length < 0 ? strlen (text) : (gsize) length;

  signal (SIGPIPE, SIG_IGN);
  while (left > 0)
    {
      gssize written = write (self->input, text, left);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return;
      text += written;
      left -= (gsize) written;
    }
}

/* The next line of its output without the line end, or NULL when the output has ended. */
char *
taube_test_child_read_line (TaubeTestChild *self)
{
  for (;;)
    {
      const guint8 *start = self->out->data + self->lines_read;
      gsize left = self->out->len - self->lines_read;
      const guint8 *end = left > 0 ? memchr (start, '\n', left) : NULL;

      if (end != NULL)
        {
          self->lines_read += (guint) (end - start) + 1;
          return g_strndup ((const char *) start, (gsize) (end - start));
        }
      if (self->output < 0 || !pump (self))
        return NULL;
    }
}

static int
reap (TaubeTestChild *self, glong *peak_kib_out)
{
  struct rusage usage = { 0 };
  int status = 0;

  while (wait4 (self->pid, &status, 0, &usage) < 0 && errno == EINTR)
    continue;
  self->pid = 0;
  *peak_kib_out = usage.ru_maxrss;
  return WIFSIGNALED (status) ? -WTERMSIG (status) : WEXITSTATUS (status);
}

static char *
take_text (GByteArray **array, gsize *length_out)
{
  *length_out = (*array)->len;
  g_byte_array_append (*array, (const guint8 *) "", 1);
  return (char *) g_byte_array_free (g_steal_pointer (array), FALSE);
}

/* Waits for its end. Output that taube_test_child_read_line() gave is in the result once more. */
TaubeTestResult *
taube_test_child_wait (TaubeTestChild *self)
{
  TaubeTestResult *result = g_new0 (TaubeTestResult, 1);

  taube_test_child_close_input (self);
  while (pump (self))
    continue;
  result->exit_code = reap (self, &result->peak_kib);
  result->out = take_text (&self->out, &result->out_length);
  result->err = take_text (&self->err, &result->err_length);
  return result;
}

void
taube_test_child_free (TaubeTestChild *self)
{
  glong peak;

  if (self->pid != 0)
    {
      kill (self->pid, SIGKILL);
      reap (self, &peak);
    }
  close_descriptor (&self->input);
  close_descriptor (&self->output);
  close_descriptor (&self->errors);
  g_clear_pointer (&self->out, g_byte_array_unref);
  g_clear_pointer (&self->err, g_byte_array_unref);
  g_free (self);
}

/* INPUT must fit into a pipe (64 KiB). */
TaubeTestResult *
taube_test_run (const char *const *argv, const char *const *env, const char *input)
{
  g_autoptr (TaubeTestChild) child = taube_test_child_start (argv, env);

  if (input != NULL)
    taube_test_child_write (child, input, -1);
  return taube_test_child_wait (child);
}

void
taube_test_result_free (TaubeTestResult *self)
{
  g_free (self->out);
  g_free (self->err);
  g_free (self);
}
