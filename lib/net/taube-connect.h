/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-connection.h>

G_BEGIN_DECLS

/* FD: a connected socket that does not block, the function's own now; or -1 and ERROR, to be freed by it. */
typedef void (*TaubeConnectFunc) (int fd, GError *error, gpointer data);

void taube_connect (const TaubeEndpoint *endpoint, gint64 deadline, GCancellable *cancellable, TaubeConnectFunc func,
                    gpointer data);
GError *taube_connect_error_new (const TaubeEndpoint *endpoint, const char *why);
GError *taube_connect_error_new_timeout (const TaubeEndpoint *endpoint);
guint taube_connect_get_timeout (const TaubeEndpoint *endpoint);

G_END_DECLS
