/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/taube-job.h"
#include "core/taube-message-content.h"

G_BEGIN_DECLS

/* What all operations of a message have in common. ARGS are taken. */
gboolean taube_message_check_job (gpointer message, gpointer args, GError **error);
gpointer taube_message_run_job (TaubeMessage *self, const TaubeJobKind *kind, gpointer args, GCancellable *cancellable,
                                GError **error);
void taube_message_push_job (TaubeMessage *self, const TaubeJobKind *kind, gpointer args, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);

G_END_DECLS
