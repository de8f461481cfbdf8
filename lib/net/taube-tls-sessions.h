/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-connection.h>

#include <openssl/ssl.h>

G_BEGIN_DECLS

/* KEY says with whom and how TLS was set up; CONTEXT, whom we trust. */
SSL_SESSION *taube_tls_sessions_take (TaubeTlsSessions *self, SSL_CTX *context, const char *key);
void taube_tls_sessions_put (TaubeTlsSessions *self, SSL_CTX *context, const char *key, SSL_SESSION *session);
void taube_tls_sessions_give_up (TaubeTlsSessions *self);

G_END_DECLS
