/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-connection.h>

#include <openssl/ssl.h>

G_BEGIN_DECLS

SSL_CTX *taube_tls_context_get (const char *ca_file, GError **error);
char *taube_tls_take_errors (void);
gboolean taube_tls_use_identity (SSL *ssl, const TaubeEndpoint *endpoint, GCancellable *cancellable, GError **error);
/* taube-stream-tls.c: what a context calls for a session that can be resumed. */
int taube_tls_stream_on_new_session (SSL *ssl, SSL_SESSION *session);

G_END_DECLS
