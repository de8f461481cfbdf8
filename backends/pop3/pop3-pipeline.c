/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-pipeline.h"

#include <taube-backend/taube-line-reader.h>
#include <taube/taube-error.h>

#include <string.h>

#include "pop3-gettext.h"

/* Commands that may be sent ahead, whatever is asked for. */
#define WINDOW_MAX 256

struct _Pop3Pipeline
{
  TaubeConnection *connection; /* not owned */
  const TaubeLimits *limits;
  TaubeLineReader reader;
  void (*broken_func) (gpointer user_data);
  gpointer broken_data;
  guint64 round_trips;
  gboolean lost_ahead;
  GError *broken;
};

/* A batch that runs. */
typedef struct
{
  Pop3Pipeline *pipeline;
  const Pop3Batch *batch;
  gpointer user_data;
  guint window;
  gboolean exhausted;
  GError *bad_command; /* one that could not be sent: those before it are still answered */
  guint64 sent;
  guint64 done;
  gboolean texts[WINDOW_MAX]; /* by number of the command: whether a text follows +OK */
} Run;

/* CONNECTION stays the caller's and must outlive the pipeline. */
Pop3Pipeline *
pop3_pipeline_new (TaubeConnection *connection, const TaubeLimits *limits)
{
  Pop3Pipeline *self = g_new0 (Pop3Pipeline, 1);

  self->connection = connection;
  self->limits = limits;
  self->reader.limit = limits->line_bytes;
  return self;
}

void
pop3_pipeline_free (Pop3Pipeline *self)
{
  g_clear_error (&self->broken);
  g_free (self);
}

/* Called once, when the stream breaks. */
void
pop3_pipeline_set_broken_func (Pop3Pipeline *self, void (*func) (gpointer user_data), gpointer user_data)
{
  self->broken_func = func;
  self->broken_data = user_data;
}

TaubeConnection *
pop3_pipeline_get_connection (Pop3Pipeline *self)
{
  return self->connection;
}

gboolean
pop3_pipeline_is_broken (Pop3Pipeline *self)
{
  return self->broken != NULL;
}

guint64
pop3_pipeline_get_round_trips (Pop3Pipeline *self)
{
  return self->round_trips;
}

gboolean
pop3_pipeline_was_lost_ahead (Pop3Pipeline *self)
{
  return self->lost_ahead;
}

/* From now on everything fails with ERROR. */
void
pop3_pipeline_break (Pop3Pipeline *self, const GError *error)
{
  if (self->broken != NULL)
    return;
  self->broken = g_error_copy (error);
  TAUBE_TRACE ("pop3", "connection is given up: %s", error->message);
  if (self->broken_func != NULL)
    self->broken_func (self->broken_data);
}

/* Breaks the stream by ERROR (taken) and tells it. */
static gboolean
break_with (Pop3Pipeline *self, GError *error, GError **error_out)
{
  pop3_pipeline_break (self, error);
  g_propagate_error (error_out, error);
  return FALSE;
}

static gboolean
check_whole (Pop3Pipeline *self, GError **error)
{
  if (self->broken == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->broken));
  return FALSE;
}

/* TLS from here on; what was read before is forgotten. */
gboolean
pop3_pipeline_start_tls (Pop3Pipeline *self, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;

  if (!taube_connection_start_tls (self->connection, cancellable, &local))
    return break_with (self, local, error);
  self->reader = (TaubeLineReader){ .limit = self->limits->line_bytes };
  return TRUE;
}

/* Reading. */

static gboolean
fill (Pop3Pipeline *self, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;
  gssize n = taube_connection_fill (self->connection, cancellable, &local);

  if (n > 0)
    return TRUE;
  if (n == 0)
    local = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the server at %s closed the connection"),
                         taube_connection_get_host (self->connection));
  return break_with (self, local, error);
}

static gboolean
out_of_step (Pop3Pipeline *self, const char *line, gsize length, GError **error)
{
  g_autofree char *words = pop3_text_dup_utf8 (line, MIN (length, 100));

  return break_with (self,
                     g_error_new (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                                  _ ("the server at %s says what is no answer of POP3: \"%s\""),
                                  taube_connection_get_host (self->connection), words),
                     error);
}

static gboolean
read_line (Pop3Pipeline *self, const char **line, gsize *length, GCancellable *cancellable, GError **error)
{
  TaubeBuffer *input = taube_connection_get_input (self->connection);

  for (;;)
    {
      GError *local = NULL;

      switch (taube_line_reader_next (&self->reader, input, line, length, &local))
        {
        case TAUBE_PARSE_VALUE:
          return TRUE;
        case TAUBE_PARSE_ERROR:
          return break_with (self, local, error);
        case TAUBE_PARSE_MORE:
        default:
          if (!fill (self, cancellable, error))
            return FALSE;
        }
    }
}

gboolean
pop3_pipeline_read_response (Pop3Pipeline *self, Pop3Response *response, GCancellable *cancellable, GError **error)
{
  const char *line;
  gsize length;

  if (!check_whole (self, error) || !read_line (self, &line, &length, cancellable, error))
    return FALSE;
  return pop3_response_parse (line, length, response) || out_of_step (self, line, length, error);
}

gboolean
pop3_pipeline_check_quiet (Pop3Pipeline *self, GError **error)
{
  TaubeBuffer *input = taube_connection_get_input (self->connection);
  GError *local = NULL;
  gssize n;

  if (!check_whole (self, error))
    return FALSE;
  n = taube_buffer_length (input) > 0 ? 1 : taube_connection_fill_nowait (self->connection, &local);
  if (n == TAUBE_CONNECTION_WOULD_BLOCK)
    return TRUE;
  if (n == 0)
    local = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the server at %s closed the connection"),
                         taube_connection_get_host (self->connection));
  else if (n > 0)
    {
      g_autofree char *words = pop3_text_dup_utf8 ((const char *) taube_buffer_peek (input),
                                                   MIN (taube_buffer_length (input), 100));

      g_strchomp (words);
      local = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the server at %s ends the session: \"%s\""),
                           taube_connection_get_host (self->connection), words);
    }
  return break_with (self, local, error);
}

/* Writing. */

static gboolean
write_bytes (Pop3Pipeline *self, const guint8 *data, gsize length, const TaubeRedaction *redactions, guint n,
             GCancellable *cancellable, GError **error)
{
  guint64 before = taube_connection_get_bytes_written (self->connection);
  GError *local = NULL;

  self->round_trips++;
  if (taube_connection_write (self->connection, data, length, redactions, n, cancellable, &local))
    return TRUE;
  /* Cancelled before anything was said: the session is as good as before. */
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !taube_connection_is_broken (self->connection)
      && taube_connection_get_bytes_written (self->connection) == before)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  return break_with (self, local, error);
}

gboolean
pop3_pipeline_send (Pop3Pipeline *self, Pop3Command *command, GCancellable *cancellable, GError **error)
{
  gsize length;
  guint n;
  const guint8 *data;
  const TaubeRedaction *redactions;

  if (!check_whole (self, error))
    return FALSE;
  data = pop3_command_finish (command, &length, error);
  if (data == NULL)
    return FALSE;
  redactions = pop3_command_get_redactions (command, &n);
  return write_bytes (self, data, length, redactions, n, cancellable, error);
}

/* A line that only SASL sends, of any length. */
gboolean
pop3_pipeline_send_secret_line (Pop3Pipeline *self, const TaubeSecret *line, GCancellable *cancellable,
                                GError **error)
{
  gsize length = taube_secret_get_length (line);
  TaubeRedaction redaction = { 0, length };
  guint8 *data;
  gboolean ok;

  if (!check_whole (self, error))
    return FALSE;
  data = g_malloc (length + 2);
  memcpy (data, taube_secret_peek (line), length);
  memcpy (data + length, "\r\n", 2);
  ok = write_bytes (self, data, length + 2, &redaction, length > 0 ? 1 : 0, cancellable, error);
  taube_memory_wipe (data, length);
  g_free (data);
  return ok;
}

/* Batches. */

static void
append_command (Run *run, Pop3Command *command, TaubeBuffer *line, GArray *redactions)
{
  gsize length, before = taube_buffer_length (line);
  guint n;
  const guint8 *data = pop3_command_finish (command, &length, &run->bad_command);
  const TaubeRedaction *parts = pop3_command_get_redactions (command, &n);

  if (data == NULL)
    {
      run->exhausted = TRUE;
      return;
    }
  taube_buffer_append (line, data, length);
  for (guint i = 0; i < n; i++)
    {
      TaubeRedaction moved = { before + parts[i].offset, parts[i].length };

      g_array_append_val (redactions, moved);
    }
  run->texts[run->sent++ % WINDOW_MAX] = pop3_command_is_multi_line (command);
}

/* Sends as many commands as the window has room for, in one go. It waits until half of them are answered, so that a
 * packet holds many. */
static gboolean
send_ahead (Run *run, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) redactions = g_array_new (FALSE, FALSE, sizeof (TaubeRedaction));
  TaubeBuffer line = { 0 };
  guint64 sent = run->sent;
  gboolean ok = TRUE;

  if (run->exhausted || run->sent - run->done > run->window / 2)
    return TRUE;
  while (!run->exhausted && run->sent - run->done < run->window)
    {
      g_autoptr (Pop3Command) command = run->batch->next (run->user_data);

      if (command == NULL)
        run->exhausted = TRUE;
      else
        append_command (run, command, &line, redactions);
    }
  if (taube_buffer_length (&line) > 0)
    ok = write_bytes (run->pipeline, taube_buffer_peek (&line), taube_buffer_length (&line),
                      (const TaubeRedaction *) (gpointer) redactions->data, redactions->len, cancellable, error);
  /* Nothing of it was sent, but others wait for their answers. */
  if (!ok && run->pipeline->broken == NULL && sent > run->done)
    pop3_pipeline_break (run->pipeline, *error);
  taube_buffer_wipe (&line);
  return ok;
}

static gboolean
call_failed (Run *run, GError *local, GError **error)
{
  if (local == NULL)
    local = g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the answer could not be used"));
  return break_with (run->pipeline, local, error);
}

static gboolean
read_lines (Run *run, GCancellable *cancellable, GError **error)
{
  Pop3Pipeline *self = run->pipeline;
  TaubeBuffer *input = taube_connection_get_input (self->connection);
  g_auto (Pop3Lines) lines = {
    .line_limit = self->limits->line_bytes,
    .text_limit = run->batch->max_bytes > 0 ? run->batch->max_bytes : self->limits->body_bytes,
    .lines_limit = run->batch->max_lines > 0 ? run->batch->max_lines : self->limits->messages,
  };

  for (;;)
    {
      GError *local = NULL;
      const char *line;
      gsize length;
      TaubeParse result = pop3_lines_next (&lines, input, &line, &length, &local);

      if (result == TAUBE_PARSE_ERROR)
        return break_with (self, local, error);
      if (result == TAUBE_PARSE_MORE)
        {
          if (!fill (self, cancellable, error))
            return FALSE;
          continue;
        }
      if (line == NULL)
        return TRUE;
      if (!run->batch->line (line, length, run->user_data, &local))
        return call_failed (run, local, error);
    }
}

static gboolean
read_data (Run *run, GCancellable *cancellable, GError **error)
{
  Pop3Pipeline *self = run->pipeline;
  TaubeBuffer *input = taube_connection_get_input (self->connection);
  TaubeDotReader dot = { .limit = run->batch->max_bytes > 0 ? run->batch->max_bytes : self->limits->body_bytes };

  for (;;)
    {
      GError *local = NULL;
      const guint8 *data;
      gsize length;
      TaubeParse result = taube_dot_reader_next (&dot, input, &data, &length, &local);

      if (result == TAUBE_PARSE_ERROR)
        return break_with (self, local, error);
      if (result == TAUBE_PARSE_MORE)
        {
          if (!fill (self, cancellable, error))
            return FALSE;
          continue;
        }
      if (length == 0)
        return TRUE;
      if (run->batch->data != NULL && !run->batch->data (data, length, run->user_data, &local))
        return call_failed (run, local, error);
    }
}

static gboolean
read_reply (Run *run, GCancellable *cancellable, GError **error)
{
  const Pop3Batch *batch = run->batch;
  gboolean text = run->texts[run->done % WINDOW_MAX];
  guint64 index = run->done;
  Pop3Response response;
  GError *local = NULL;

  if (!pop3_pipeline_read_response (run->pipeline, &response, cancellable, error))
    return FALSE;
  if (response.status == POP3_STATUS_CONTINUE)
    return out_of_step (run->pipeline, "+", 1, error);
  text = text && response.status == POP3_STATUS_OK;
  if (!batch->answered (index, &response, run->user_data, &local))
    return call_failed (run, local, error);
  if (text && !(batch->line != NULL ? read_lines (run, cancellable, error) : read_data (run, cancellable, error)))
    return FALSE;
  if (text && batch->ended != NULL && !batch->ended (index, run->user_data, &local))
    return call_failed (run, local, error);
  run->done++;
  return TRUE;
}

static gboolean
is_lost (const GError *error)
{
  return g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION)
         || g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
}

gboolean
pop3_pipeline_run (Pop3Pipeline *self, const Pop3Batch *batch, guint window, gpointer user_data,
                   GCancellable *cancellable, GError **error)
{
  Run run = { .pipeline = self, .batch = batch, .user_data = user_data, .window = CLAMP (window, 1, WINDOW_MAX) };
  GError *local = NULL;
  gboolean ok = check_whole (self, &local);

  while (ok)
    {
      ok = send_ahead (&run, cancellable, &local);
      if (!ok || run.sent == run.done)
        break;
      ok = read_reply (&run, cancellable, &local);
    }
  if (!ok && run.sent - run.done > 1 && is_lost (local))
    self->lost_ahead = TRUE;
  if (ok && run.bad_command != NULL)
    {
      local = g_steal_pointer (&run.bad_command);
      ok = FALSE;
    }
  g_clear_error (&run.bad_command);
  if (!ok)
    g_propagate_error (error, local);
  return ok;
}
