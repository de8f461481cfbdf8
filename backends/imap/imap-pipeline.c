/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-pipeline.h"

#include "imap-gettext.h"
#include "imap-literal.h"

#include <taube-backend/taube-trace.h>

#include <inttypes.h>
#include <string.h>

#include "imap-decode-facts.h"

struct _ImapPipeline
{
  TaubeConnection *connection; /* not owned */
  const TaubeLimits *limits;
  ImapReader *reader;
  ImapDialect dialect;
  GQueue calls; /* ImapCall, not owned: sent and not yet done, oldest first */
  ImapResponseFunc unsolicited;
  gpointer unsolicited_data;
  void (*broken_func) (gpointer user_data);
  gpointer broken_data;
  GString *continuation; /* the text of the last "+" */
  gboolean continued;    /* and nobody has looked at it yet */
  ImapCall *waiting;     /* the command that waits for a "+" now */
  guint n_unsolicited;   /* since a command was last completed */
  guint n_taken;         /* responses that a command did ask for, since then */
  guint32 exists;        /* the most messages that a mailbox of this connection was said to have */
  guint last_tag;
  GError *broken;
};

static gboolean accept_body (const ImapBodyInfo *info, gpointer user_data);

/* CONNECTION stays the caller's and must outlive the pipeline. */
ImapPipeline *
imap_pipeline_new (TaubeConnection *connection, const TaubeLimits *limits)
{
  ImapPipeline *self = g_new0 (ImapPipeline, 1);

  self->connection = connection;
  self->limits = limits;
  self->continuation = g_string_new (NULL);
  g_queue_init (&self->calls);
  self->reader = imap_reader_new (limits);
  imap_reader_set_body_filter (self->reader, accept_body, self);
  return self;
}

void
imap_pipeline_free (ImapPipeline *self)
{
  for (GList *link = self->calls.head; link != NULL; link = link->next)
    ((ImapCall *) link->data)->pipeline = NULL;
  g_queue_clear (&self->calls);
  imap_reader_free (self->reader);
  g_string_free (self->continuation, TRUE);
  g_clear_error (&self->broken);
  g_free (self);
}

ImapResponseFunc
imap_pipeline_get_unsolicited (ImapPipeline *self, gpointer *user_data)
{
  *user_data = self->unsolicited_data;
  return self->unsolicited;
}

/* What sees untagged responses that no command asked for. */
void
imap_pipeline_set_unsolicited (ImapPipeline *self, ImapResponseFunc func, gpointer user_data)
{
  self->unsolicited = func;
  self->unsolicited_data = user_data;
}

/* Called once, when the stream breaks. */
void
imap_pipeline_set_broken_func (ImapPipeline *self, void (*func) (gpointer user_data), gpointer user_data)
{
  self->broken_func = func;
  self->broken_data = user_data;
}

TaubeConnection *
imap_pipeline_get_connection (ImapPipeline *self)
{
  return self->connection;
}

/* Memory for what is decoded from the response being looked at. */
TaubeArena *
imap_pipeline_get_arena (ImapPipeline *self)
{
  return imap_reader_get_arena (self->reader);
}

/* Gives back what a parked connection does not need. */
void
imap_pipeline_release_memory (ImapPipeline *self)
{
  imap_reader_release_memory (self->reader);
}

ImapDialect *
imap_pipeline_get_dialect (ImapPipeline *self)
{
  return &self->dialect;
}

gboolean
imap_pipeline_is_broken (ImapPipeline *self)
{
  return self->broken != NULL;
}

/* From now on everything fails with ERROR. */
void
imap_pipeline_break (ImapPipeline *self, const GError *error)
{
  if (self->broken != NULL)
    return;
  self->broken = g_error_copy (error);
  TAUBE_TRACE ("imap", "connection is given up: %s", error->message);
  if (self->broken_func != NULL)
    self->broken_func (self->broken_data);
}

/* Breaks the stream by ERROR (taken) and tells it. */
static gboolean
break_with (ImapPipeline *self, GError *error, GError **error_out)
{
  imap_pipeline_break (self, error);
  g_propagate_error (error_out, error);
  return FALSE;
}

/* Unsolicited data is counted afresh: what a server may say in hours of waiting is not what it may say in one
 * command. */
void
imap_pipeline_reset_flood (ImapPipeline *self)
{
  self->n_unsolicited = self->n_taken = 0;
  taube_connection_forgive_expansion (self->connection);
}

/* TLS from here on; all that was read before is forgotten. */
gboolean
imap_pipeline_start_tls (ImapPipeline *self, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;

  if (!taube_connection_start_tls (self->connection, cancellable, &local))
    return break_with (self, local, error);
  imap_reader_free (self->reader);
  self->reader = imap_reader_new (self->limits);
  imap_reader_set_body_filter (self->reader, accept_body, self);
  return TRUE;
}

/* DEFLATE from here on. To be called from within the tagged OK of COMPRESS, when no other command is on its way: what
 * the server says next is compressed. */
void
imap_pipeline_start_compression (ImapPipeline *self)
{
  taube_connection_start_compression (self->connection);
}

/* Routing. */

static gboolean
accept_body (const ImapBodyInfo *info, gpointer user_data)
{
  ImapPipeline *self = user_data;

  for (GList *link = self->calls.head; link != NULL; link = link->next)
    {
      ImapCall *call = link->data;

      if (call->accept_body != NULL && call->accept_body (info, call->user_data))
        {
          call->streaming = TRUE;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
route_body (ImapPipeline *self, const ImapEvent *event, GError **error)
{
  GError *local = NULL;

  for (GList *link = self->calls.head; link != NULL; link = link->next)
    {
      ImapCall *call = link->data;

      if (!call->streaming)
        continue;
      if (event->type == IMAP_EVENT_BODY_END)
        call->streaming = FALSE;
      if (!call->body (event, call->user_data, &local))
        return break_with (self, local, error);
      return TRUE;
    }
  return TRUE;
}

static void
complete (ImapCall *call, const ImapResponse *response)
{
  ImapVerdict verdict;

  call->done = TRUE;
  call->status = response->type;
  call->code = response->code;
  if (response->type == IMAP_RESPONSE_OK)
    return;
  verdict = imap_errors_judge (response, call->fallback);
  call->not_alone = verdict.drop || (verdict.error == TAUBE_ERROR_THROTTLED && response->code != IMAP_CODE_NONE);
  call->refusal = imap_errors_new (response, call->fallback, "%s", call->what);
  if (verdict.drop || (response->type == IMAP_RESPONSE_BAD && !call->bad_is_refusal))
    imap_pipeline_break (call->pipeline, call->refusal);
}

static gboolean
route_tagged (ImapPipeline *self, const ImapResponse *response, GError **error)
{
  GError *local = NULL;

  for (GList *link = self->calls.head; link != NULL; link = link->next)
    {
      ImapCall *call = link->data;

      if (strcmp (imap_command_get_tag (call->command), response->tag) != 0)
        continue;
      if (response->type != IMAP_RESPONSE_OK && response->type != IMAP_RESPONSE_NO
          && response->type != IMAP_RESPONSE_BAD)
        break;
      g_queue_delete_link (&self->calls, link);
      self->n_unsolicited = self->n_taken = 0;
      complete (call, response);
      if (call->completed != NULL)
        call->completed (response, call->user_data, &local);
      if (local != NULL)
        return break_with (self, local, error);
      return TRUE;
    }
  local
      = g_error_new (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server at %s completed a command that was never given"),
                     taube_connection_get_host (self->connection));
  return break_with (self, local, error);
}

/* The server takes its leave. */
static gboolean
route_bye (ImapPipeline *self, const ImapResponse *response, GError **error)
{
  return break_with (self,
                     imap_errors_new (response, TAUBE_ERROR_CONNECTION, _ ("the server at %s closed the connection"),
                                      taube_connection_get_host (self->connection)),
                     error);
}

/* Another device may have read or removed all messages of a large mailbox: that is told one by one. */
static gboolean
count_unsolicited (ImapPipeline *self, const ImapResponse *response, GError **error)
{
  guint64 most = self->limits->untagged_responses;

  if (response->type == IMAP_RESPONSE_EXISTS)
    self->exists = MAX (self->exists, response->number);
  if (response->type == IMAP_RESPONSE_FETCH || response->type == IMAP_RESPONSE_EXPUNGE)
    most += 2 * (guint64) MIN (self->exists, self->limits->messages);
  if (++self->n_unsolicited <= most)
    return TRUE;
  return break_with (self,
                     g_error_new (TAUBE_ERROR, TAUBE_ERROR_LIMIT,
                                  _ ("the server at %s sent more than %" PRIu64 " responses that nobody asked for"),
                                  taube_connection_get_host (self->connection), most),
                     error);
}

/* Also an answer that is the right one must end: who repeats the same for ever keeps a call for ever. */
static gboolean
count_taken (ImapPipeline *self, const ImapResponse *response, GError **error)
{
  /* Folders come by LIST, LSUB and STATUS, and once more when the first way is refused. */
  guint64 most = response->type == IMAP_RESPONSE_FETCH ? self->limits->messages : 4 * (guint64) self->limits->folders;

  if (++self->n_taken <= MAX (most, self->limits->untagged_responses))
    return TRUE;
  return break_with (self,
                     g_error_new (TAUBE_ERROR, TAUBE_ERROR_LIMIT,
                                  _ ("the server at %s did not come to the end of its answer"),
                                  taube_connection_get_host (self->connection)),
                     error);
}

/* A server that works long on a command may say how far it is, and so shows that it is alive. */
static void
note_progress (ImapPipeline *self, const ImapResponse *response)
{
  ImapInprogress inprogress;

  if (!imap_decode_inprogress (response, &inprogress))
    return;
  for (GList *link = self->calls.head; link != NULL; link = link->next)
    {
      ImapCall *call = link->data;

      if (inprogress.tag.text != NULL && strcmp (imap_command_get_tag (call->command), inprogress.tag.text) != 0)
        continue;
      if (call->progress_total > 0)
        taube_progress_update (call->progress, MIN (call->progress_base + inprogress.done, call->progress_total),
                               call->progress_total);
      else
        taube_progress_update (call->progress, inprogress.done, inprogress.goal);
      return;
    }
}

static gboolean
route_untagged (ImapPipeline *self, const ImapResponse *response, GError **error)
{
  GError *local = NULL;

  for (GList *link = self->calls.head; link != NULL; link = link->next)
    {
      ImapCall *call = link->data;
      gboolean taken = call->untagged != NULL && call->untagged (response, call->user_data, &local);

      if (local != NULL)
        return break_with (self, local, error);
      if (taken)
        return count_taken (self, response, error);
    }
  if (response->type == IMAP_RESPONSE_BYE)
    return route_bye (self, response, error);
  if (!count_unsolicited (self, response, error))
    return FALSE;
  note_progress (self, response);
  if (self->unsolicited != NULL)
    self->unsolicited (response, self->unsolicited_data, &local);
  if (local != NULL)
    return break_with (self, local, error);

  /* Instead of "+" or a tagged reply some servers refuse a literal untagged, and then wait for nothing. */
  if (self->waiting != NULL && (response->type == IMAP_RESPONSE_BAD || response->type == IMAP_RESPONSE_NO)
      && taube_buffer_length (taube_connection_get_input (self->connection)) == 0)
    return break_with (self, imap_errors_new (response, self->waiting->fallback, "%s", self->waiting->what), error);
  return TRUE;
}

static gboolean
route (ImapPipeline *self, const ImapEvent *event, GError **error)
{
  const ImapResponse *response = event->response;

  if (event->type != IMAP_EVENT_RESPONSE)
    return route_body (self, event, error);
  if (response->tag != NULL)
    return route_tagged (self, response, error);
  if (response->type == IMAP_RESPONSE_CONTINUATION)
    {
      g_string_truncate (self->continuation, 0);
      g_string_append_len (self->continuation, response->text, response->text_length);
      self->continued = TRUE;
      return self->waiting != NULL || count_unsolicited (self, response, error);
    }
  return route_untagged (self, response, error);
}

/* Reading. */

static gboolean
still_whole (ImapPipeline *self, GError **error)
{
  if (self->broken == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->broken));
  return FALSE;
}

/* What fill() gave is not good news: breaks the stream unless it is only a wait for nothing that was cancelled. */
static gboolean
fill_failed (ImapPipeline *self, gssize n, GError *local, GError **error)
{
  if (n == 0)
    local = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("the server at %s closed the connection"),
                         taube_connection_get_host (self->connection));
  return break_with (self, local, error);
}

/* Reads one event and hands it to whom it belongs; blocks until there is one. */
gboolean
imap_pipeline_read (ImapPipeline *self, GCancellable *cancellable, GError **error)
{
  TaubeBuffer *in = taube_connection_get_input (self->connection);
  ImapEvent event;
  ImapParse result;
  GError *local = NULL;

  if (!still_whole (self, error))
    return FALSE;
  while ((result = imap_reader_next (self->reader, in, &event, &local)) == IMAP_PARSE_MORE)
    {
      gssize n = taube_connection_fill (self->connection, cancellable, &local);

      if (n <= 0)
        return fill_failed (self, n, local, error);
    }
  if (result == IMAP_PARSE_ERROR)
    return break_with (self, local, error);
  return route (self, &event, error);
}

/* Reads all that the server has said up to now, and the rest of what it is in the middle of saying. */
gboolean
imap_pipeline_read_available (ImapPipeline *self, GCancellable *cancellable, GError **error)
{
  TaubeBuffer *in = taube_connection_get_input (self->connection);
  GError *local = NULL;

  if (!still_whole (self, error))
    return FALSE;
  for (;;)
    {
      ImapEvent event;
      ImapParse result = imap_reader_next (self->reader, in, &event, &local);
      gssize n;

      if (result == IMAP_PARSE_ERROR)
        return break_with (self, local, error);
      if (result == IMAP_PARSE_VALUE)
        {
          if (!route (self, &event, error))
            return FALSE;
          continue;
        }
      n = taube_connection_fill_nowait (self->connection, &local);
      if (n == TAUBE_CONNECTION_WOULD_BLOCK)
        {
          if (imap_reader_is_idle (self->reader) && taube_buffer_length (in) == 0)
            return TRUE;
          n = taube_connection_fill (self->connection, cancellable, &local);
        }
      if (n <= 0)
        return fill_failed (self, n, local, error);
    }
}

/* Commands. */

/* A command NAME with the next tag; the caller appends its arguments to call->command. */
ImapCall *
imap_call_new (ImapPipeline *self, const char *name, TaubeError fallback, const char *what, ...)
{
  ImapCall *call = g_new0 (ImapCall, 1);
  char tag[16];
  va_list args;

  g_snprintf (tag, sizeof tag, "T%u", ++self->last_tag);
  call->pipeline = self;
  call->command = imap_command_new (tag, name, &self->dialect);
  call->fallback = fallback;
  va_start (args, what);
  call->what = g_strdup_vprintf (what, args);
  va_end (args);
  return call;
}

void
imap_call_free (ImapCall *call)
{
  ImapPipeline *self = call->pipeline;

  if (self != NULL && call->sent && !call->done)
    {
      g_queue_remove (&self->calls, call);
      if (self->waiting == call)
        self->waiting = NULL;
      if (self->broken == NULL)
        {
          g_autoptr (GError) error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION,
                                                  _ ("%s: given up before the server had answered"), call->what);

          imap_pipeline_break (self, error);
        }
    }
  if (call->free_user_data != NULL)
    call->free_user_data (call->user_data);
  imap_command_free (call->command);
  g_clear_error (&call->refusal);
  g_free (call->what);
  g_free (call);
}

static gboolean
write_fragment (ImapCall *call, const ImapFragment *fragment, gboolean last, GCancellable *cancellable,
                GError **error)
{
  ImapPipeline *self = call->pipeline;
  guint64 before = taube_connection_get_bytes_written (self->connection);
  GError *local = NULL;

  if (taube_connection_write (self->connection, fragment->data, fragment->length, fragment->redactions,
                              fragment->n_redactions, cancellable, &local))
    {
      call->sent = TRUE;
      call->complete = last;
      return TRUE;
    }
  if (taube_connection_get_bytes_written (self->connection) != before)
    {
      call->sent = TRUE;
      call->complete = last;
    }
  if (!call->sent && self->calls.length <= 1 && !taube_connection_is_broken (self->connection)
      && g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  return break_with (self, local, error);
}

/* Reads what the server says meanwhile, as far as it has come: what is too much for a pipe must not keep both sides
 * waiting, and who is refused need not send the rest. */
gboolean
imap_pipeline_read_meanwhile (ImapPipeline *self, GError **error)
{
  TaubeBuffer *in = taube_connection_get_input (self->connection);
  GError *local = NULL;

  for (;;)
    {
      ImapEvent event;
      ImapParse result = imap_reader_next (self->reader, in, &event, &local);
      gssize n;

      if (result == IMAP_PARSE_ERROR)
        return break_with (self, local, error);
      if (result == IMAP_PARSE_VALUE)
        {
          if (!route (self, &event, error))
            return FALSE;
          continue;
        }
      n = taube_connection_fill_nowait (self->connection, &local);
      if (n == TAUBE_CONNECTION_WOULD_BLOCK)
        return TRUE;
      if (n <= 0)
        return fill_failed (self, n, local, error);
    }
}

/* LOCAL (taken) befell a write: what the server said before it tells more than that. */
gboolean
imap_pipeline_break_writing (ImapPipeline *self, GError *local, GError **error)
{
  TaubeBuffer *in = taube_connection_get_input (self->connection);
  ImapEvent event;

  while (self->broken == NULL && imap_reader_next (self->reader, in, &event, NULL) == IMAP_PARSE_VALUE)
    if (!route (self, &event, NULL))
      break;
  imap_pipeline_break (self, local);
  g_error_free (local);
  return still_whole (self, error);
}

/* Waits for "+". TRUE when it came, or when the command is done already: the caller looks at call->done. */
gboolean
imap_call_wait_continuation (ImapCall *call, GCancellable *cancellable, GError **error)
{
  ImapPipeline *self = call->pipeline;
  gboolean ok = TRUE;

  self->waiting = call;
  while (ok && !self->continued && !call->done)
    ok = imap_pipeline_read (self, cancellable, error);
  self->waiting = NULL;
  self->continued = FALSE;
  return ok;
}

/* The words after the last "+". */
const char *
imap_pipeline_get_continuation (ImapPipeline *self, gsize *length_out)
{
  if (length_out != NULL)
    *length_out = self->continuation->len;
  return self->continuation->str;
}

/* Sends the command; waits only where a literal must be agreed to. TRUE also when the server refused such a literal:
 * imap_call_finish() tells. */
gboolean
imap_call_send (ImapCall *call, GCancellable *cancellable, GError **error)
{
  ImapPipeline *self = call->pipeline;
  guint n;

  if (!still_whole (self, error) || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (!imap_command_finish (call->command, error))
    {
      g_prefix_error (error, "%s: ", call->what);
      return FALSE;
    }
  self->continued = FALSE;
  g_queue_push_tail (&self->calls, call);
  n = imap_command_get_n_fragments (call->command);
  for (guint i = 0; i < n && !call->done; i++)
    {
      ImapFragment fragment;

      imap_command_get_fragment (call->command, i, &fragment);
      if (fragment.open != NULL)
        {
          if (!imap_literal_write (call, &fragment, cancellable, error))
            return FALSE;
          continue;
        }
      if (!write_fragment (call, &fragment, i + 1 == n, cancellable, error))
        {
          if (!call->sent)
            g_queue_remove (&self->calls, call);
          return FALSE;
        }
      if (fragment.wait && !imap_call_wait_continuation (call, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/* Waits for the tagged reply. FALSE with call->done: the server refused; without: the stream is broken. */
gboolean
imap_call_finish (ImapCall *call, GCancellable *cancellable, GError **error)
{
  while (!call->done)
    if (!imap_pipeline_read (call->pipeline, cancellable, error))
      return FALSE;
  if (call->refusal == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (call->refusal));
  return FALSE;
}

gboolean
imap_call_run (ImapCall *call, GCancellable *cancellable, GError **error)
{
  return imap_call_send (call, cancellable, error) && imap_call_finish (call, cancellable, error);
}

/* A line that belongs to a running command: DONE, a SASL response. SECRET hides it in the trace. */
gboolean
imap_pipeline_write_line (ImapPipeline *self, const char *text, gboolean secret, GCancellable *cancellable,
                          GError **error)
{
  gsize length = strlen (text);
  TaubeRedaction redaction = { 0, length };
  g_autofree char *line = NULL;
  GError *local = NULL;
  gboolean ok;

  if (!still_whole (self, error))
    return FALSE;
  line = g_strconcat (text, "\r\n", NULL);
  self->continued = FALSE;
  ok = taube_connection_write (self->connection, line, length + 2, &redaction, secret && length > 0 ? 1 : 0,
                               cancellable, &local);
  if (secret)
    taube_memory_wipe (line, length);
  return ok || break_with (self, local, error);
}
