/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_SENDER (taube_sender_get_type ())
#define TAUBE_IS_SENDER(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_SENDER))
TAUBE_API GType taube_sender_get_type (void);

/* What every account can be asked; one whose backend lacks the interface says TAUBE_ERROR_NOT_SUPPORTED. */
TAUBE_API gboolean taube_account_send (TaubeAccount *self, TaubeMessageSource *source, TaubeProgress *progress,
                                       GCancellable *cancellable, GError **error);
TAUBE_API void taube_account_send_async (TaubeAccount *self, TaubeMessageSource *source, TaubeProgress *progress,
                                         GCancellable *cancellable, GAsyncReadyCallback callback,
                                         gpointer user_data);
TAUBE_API gboolean taube_account_send_finish (TaubeAccount *self, GAsyncResult *result, GError **error);

G_END_DECLS
