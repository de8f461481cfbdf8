/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-message-source.h>
#include <taube/taube-progress.h>
#include <taube/taube-sender.h>
#include <taube-backend/taube-session.h>

G_BEGIN_DECLS

#define TAUBE_SENDER_GET_IFACE(obj) \
  (G_TYPE_INSTANCE_GET_INTERFACE ((obj), TAUBE_TYPE_SENDER, TaubeSenderInterface))

typedef struct _TaubeSenderInterface TaubeSenderInterface;

/* Accounts of a backend that can send implement this. The public wrapper has asked the row `sending`, has measured
 * SOURCE and holds the lease on SESSION; what is NULL becomes TAUBE_ERROR_NOT_SUPPORTED. FALSE if and only if ERROR is
 * set. */
struct _TaubeSenderInterface
{
  GTypeInterface parent_iface;

  /* To those whom its header names, and a copy into the folder for sent messages. Once: what may have been sent is
   * TAUBE_ERROR_UNKNOWN_OUTCOME, and not tried again. PROGRESS may be NULL. */
  gboolean (*send) (TaubeAccount *self, TaubeSession *session, TaubeMessageSource *source, TaubeProgress *progress,
                    GCancellable *cancellable, GError **error);

  gpointer reserved[8];
};

G_END_DECLS
