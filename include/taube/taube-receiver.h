/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_RECEIVER (taube_receiver_get_type ())
#define TAUBE_RECEIVER(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_RECEIVER, TaubeReceiver))
#define TAUBE_IS_RECEIVER(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_RECEIVER))
#define TAUBE_RECEIVER_GET_IFACE(obj) \
  (G_TYPE_INSTANCE_GET_INTERFACE ((obj), TAUBE_TYPE_RECEIVER, TaubeReceiverInterface))

typedef struct _TaubeReceiverInterface TaubeReceiverInterface;

/**
 * TaubeReceiverInterface:
 * @g_iface: the parent
 * @open: gives the stream for a message that begins to come
 * @finish: the whole message was written to the stream
 * @abandon: the message did not come whole
 *
 * What an application implements to take messages from [method@Folder.retrieve].
 */
struct _TaubeReceiverInterface
{
  GTypeInterface g_iface;

  GOutputStream *(*open) (TaubeReceiver *self, const char *id, guint64 size, GError **error);
  gboolean (*finish) (TaubeReceiver *self, const char *id, GOutputStream *sink, GError **error);
  void (*abandon) (TaubeReceiver *self, const char *id, GOutputStream *sink);
};

TAUBE_API GType taube_receiver_get_type (void);

TAUBE_API GOutputStream *taube_receiver_open (TaubeReceiver *self, const char *id, guint64 size, GError **error);
TAUBE_API gboolean taube_receiver_finish (TaubeReceiver *self, const char *id, GOutputStream *sink, GError **error);
TAUBE_API void taube_receiver_abandon (TaubeReceiver *self, const char *id, GOutputStream *sink);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeReceiver, g_object_unref)

G_END_DECLS
