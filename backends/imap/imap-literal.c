/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-literal.h"

#include "imap-gettext.h"

/* Bytes that are read and sent at once. */
#define BLOCK_SIZE (64 << 10)

/* Breaks the stream by ERROR (taken) and tells it. */
static gboolean
break_with (ImapPipeline *pipeline, GError *error, GError **error_out)
{
  imap_pipeline_break (pipeline, error);
  g_propagate_error (error_out, error);
  return FALSE;
}

/* One block of a literal. */
static gboolean
write_block (ImapCall *call, const guint8 *block, gsize length, GCancellable *cancellable, GError **error)
{
  ImapPipeline *self = call->pipeline;
  TaubeConnection *connection = imap_pipeline_get_connection (self);
  GError *local = NULL;

  if (!taube_connection_write (connection, block, length, NULL, 0, cancellable, &local))
    return imap_pipeline_break_writing (self, local, error);
  if (call->streamed != NULL)
    call->streamed (length, call->user_data);
  if (!imap_pipeline_read_meanwhile (self, error))
    return FALSE;
  if (!call->done)
    return TRUE;
  /* The rest of the literal will not come: nobody would know where the next command begins. */
  local = call->refusal != NULL ? g_error_copy (call->refusal)
                                : g_error_new (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL,
                                               _ ("%s: the server answered before it had everything"), call->what);
  return break_with (self, local, error);
}

static gboolean
write_blocks (ImapCall *call, GInputStream *in, guint64 size, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK_SIZE);
  GError *local = NULL;

  for (;;)
    {
      /* One byte more than there should be would show that it has grown. */
      gssize n = g_input_stream_read (in, block, MIN (MAX (size, 1), BLOCK_SIZE), cancellable, &local);

      if (n < 0)
        return break_with (call->pipeline, local, error);
      if (n == 0 && size == 0)
        return TRUE;
      if (n == 0 || (guint64) n > size)
        return break_with (call->pipeline,
                           g_error_new (TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("%s: it became %s while it was sent"),
                                        call->what, n == 0 ? _ ("shorter") : _ ("longer")),
                           error);
      if (!write_block (call, block, n, cancellable, error))
        return FALSE;
      size -= n;
    }
}

gboolean
imap_literal_write (ImapCall *call, const ImapFragment *fragment, GCancellable *cancellable, GError **error)
{
  GError *local = NULL;
  g_autoptr (GInputStream) in = fragment->open (fragment->source, cancellable, &local);

  if (in == NULL)
    return break_with (call->pipeline, local, error);
  return write_blocks (call, in, fragment->size, cancellable, error);
}
