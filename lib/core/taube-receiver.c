/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube-receiver.h>

/**
 * TaubeReceiver:
 *
 * Who takes messages that come one after the other, such as a mail store; implemented by the application. Its functions
 * are called in turn, for one message at a time, on the thread that reads from the server: the caller's own in the
 * blocking form, one of the library's in the asynchronous one. They must not ask anything of the same account that
 * needs the server; [method@Folder.confirm_stored] is no such thing.
 */
G_DEFINE_INTERFACE (TaubeReceiver, taube_receiver, G_TYPE_OBJECT)

static void
taube_receiver_default_init (TaubeReceiverInterface *iface)
{
}

/**
 * taube_receiver_open:
 * @self: a receiver
 * @id: the message's id in its folder
 * @size: how many bytes the server says that it has, which need not be true; 0: it does not say
 * @error: return location
 *
 * Gives the stream that the message is to be written to. An error ends the whole retrieval.
 *
 * Returns: (transfer full): a stream; the library neither flushes nor closes it; %NULL with @error set
 */
GOutputStream *
taube_receiver_open (TaubeReceiver *self, const char *id, guint64 size, GError **error)
{
  g_return_val_if_fail (TAUBE_IS_RECEIVER (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  return TAUBE_RECEIVER_GET_IFACE (self)->open (self, id, size, error);
}

/**
 * taube_receiver_finish:
 * @self: a receiver
 * @id: the message's id
 * @sink: what [method@Receiver.open] gave for it
 * @error: return location
 *
 * Tells that the whole message was written to the stream. An error ends the whole retrieval.
 *
 * Returns: %TRUE when the message was taken; %FALSE with @error set
 */
gboolean
taube_receiver_finish (TaubeReceiver *self, const char *id, GOutputStream *sink, GError **error)
{
  g_return_val_if_fail (TAUBE_IS_RECEIVER (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);
  g_return_val_if_fail (G_IS_OUTPUT_STREAM (sink), FALSE);

  return TAUBE_RECEIVER_GET_IFACE (self)->finish (self, id, sink, error);
}

/**
 * taube_receiver_abandon:
 * @self: a receiver
 * @id: the message's id
 * @sink: what [method@Receiver.open] gave for it
 *
 * Tells that the message will not come whole: what was written of it is worth nothing.
 */
void
taube_receiver_abandon (TaubeReceiver *self, const char *id, GOutputStream *sink)
{
  TaubeReceiverInterface *iface;

  g_return_if_fail (TAUBE_IS_RECEIVER (self));
  g_return_if_fail (id != NULL);
  g_return_if_fail (G_IS_OUTPUT_STREAM (sink));

  iface = TAUBE_RECEIVER_GET_IFACE (self);
  if (iface->abandon != NULL)
    iface->abandon (self, id, sink);
}
