/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-folder.h>
#include <taube/taube-message.h>

#include "core/taube-message-job.h"

/* The operations that write into a stream. */

typedef struct
{
  TaubePart *part; /* NULL: the whole message */
  gboolean decode;
  GOutputStream *sink;
  TaubeProgress *progress;
} SaveArgs;

static void
save_args_free (gpointer data)
{
  SaveArgs *args = data;

  g_clear_object (&args->part);
  g_clear_object (&args->sink);
  g_clear_object (&args->progress);
  g_free (args);
}

static SaveArgs *
save_args_new (TaubePart *part, gboolean decode, GOutputStream *sink, TaubeProgress *progress)
{
  SaveArgs *args = g_new0 (SaveArgs, 1);

  args->part = part != NULL ? g_object_ref (part) : NULL;
  args->decode = decode;
  args->sink = g_object_ref (sink);
  args->progress = progress != NULL ? g_object_ref (progress) : NULL;
  return args;
}

/* Whole message. */

static gpointer
run_save (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const SaveArgs *args = data;
  g_auto (TaubeMessageContent) content = { 0 };

  taube_message_content_init (&content, object, session, cancellable);
  return GINT_TO_POINTER (taube_message_content_save (&content, args->sink, args->progress, error));
}

static const TaubeJobKind save_kind = { "TaubeMessage.save", taube_message_check_job, run_save, save_args_free, NULL };

/**
 * taube_message_save:
 * @self: a message
 * @sink: where to write the message; it is neither flushed nor closed
 * @progress: (nullable): told how many bytes have come
 * @cancellable: (nullable): cancels
 *
 * Writes the whole message, as the server keeps it, to a stream. Blocking; see [method@Message.save_async].
 *
 * The bytes are written as they come: it takes no more memory for a large message than for a small one. When it fails,
 * part of the message may have been written.
 *
 * Returns: %TRUE, or %FALSE with @error: also what @sink said
 */
gboolean
taube_message_save (TaubeMessage *self, GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable,
                    GError **error)
{
  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), FALSE);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (sink), FALSE);
  return taube_message_run_job (self, &save_kind, save_args_new (NULL, FALSE, sink, progress), cancellable, error)
         != NULL;
}

/**
 * taube_message_save_async:
 * @self: a message
 * @sink: where to write the message, from a thread of the library; it is neither flushed nor closed
 * @progress: (nullable): told how many bytes have come
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Writes the whole message, as the server keeps it, to a stream. See [method@Message.save].
 */
void
taube_message_save_async (TaubeMessage *self, GOutputStream *sink, TaubeProgress *progress, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (TAUBE_IS_MESSAGE (self));
  g_return_if_fail (G_IS_OUTPUT_STREAM (sink));
  taube_message_push_job (self, &save_kind, save_args_new (NULL, FALSE, sink, progress), cancellable, callback,
                          user_data);
}

/**
 * taube_message_save_finish:
 * @self: a message
 * @result: what the callback got
 *
 * Whether the sink of [method@Message.save_async] has got the whole message; see [method@Message.save] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error; part of the message may have been written by then
 */
gboolean
taube_message_save_finish (TaubeMessage *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), FALSE);
  return taube_job_finish (&save_kind, self, result, error) != NULL;
}

/* One part. */

static gpointer
run_save_part (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const SaveArgs *args = data;
  g_auto (TaubeMessageContent) content = { 0 };

  taube_message_content_init (&content, object, session, cancellable);
  return GINT_TO_POINTER (taube_message_content_save_part (&content, args->part, args->decode, args->sink,
                                                           args->progress, error));
}

static const TaubeJobKind save_part_kind
    = { "TaubeMessage.save_part", taube_message_check_job, run_save_part, save_args_free, NULL };

/**
 * taube_message_save_part:
 * @self: a message
 * @part: a part of this message, from [method@Message.load_structure]
 * @decode: whether to undo the transfer encoding; %FALSE for the bytes as they stand in the message
 * @sink: where to write the content; it is neither flushed nor closed
 * @progress: (nullable): told how many bytes have come, as they stand in the message
 * @cancellable: (nullable): cancels
 *
 * Writes the content of one part, such as an attachment, to a stream. Blocking; see [method@Message.save_part_async].
 *
 * Only that part is fetched, and its bytes are written as they come; when the structure was not known to the server,
 * the whole message is. Texts stay in their character set.
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_NOT_FOUND when the message has no such part; also what @sink said
 */
gboolean
taube_message_save_part (TaubeMessage *self, TaubePart *part, gboolean decode, GOutputStream *sink,
                         TaubeProgress *progress, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), FALSE);
  g_return_val_if_fail (TAUBE_IS_PART (part), FALSE);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (sink), FALSE);
  return taube_message_run_job (self, &save_part_kind, save_args_new (part, decode, sink, progress), cancellable, error)
         != NULL;
}

/**
 * taube_message_save_part_async:
 * @self: a message
 * @part: a part of this message, from [method@Message.load_structure]
 * @decode: whether to undo the transfer encoding; %FALSE for the bytes as they stand in the message
 * @sink: where to write the content, from a thread of the library; it is neither flushed nor closed
 * @progress: (nullable): told how many bytes have come, as they stand in the message
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Writes the content of one part, such as an attachment, to a stream. See [method@Message.save_part].
 */
void
taube_message_save_part_async (TaubeMessage *self, TaubePart *part, gboolean decode, GOutputStream *sink,
                               TaubeProgress *progress, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (TAUBE_IS_MESSAGE (self));
  g_return_if_fail (TAUBE_IS_PART (part));
  g_return_if_fail (G_IS_OUTPUT_STREAM (sink));
  taube_message_push_job (self, &save_part_kind, save_args_new (part, decode, sink, progress), cancellable, callback,
                          user_data);
}

/**
 * taube_message_save_part_finish:
 * @self: a message
 * @result: what the callback got
 *
 * Whether the sink of [method@Message.save_part_async] has got the whole content; see [method@Message.save_part] for
 * the errors.
 *
 * Returns: %TRUE, or %FALSE with @error; some of the content may have been written by then
 */
gboolean
taube_message_save_part_finish (TaubeMessage *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (TAUBE_IS_MESSAGE (self), FALSE);
  return taube_job_finish (&save_part_kind, self, result, error) != NULL;
}
