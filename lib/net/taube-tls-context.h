/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

SSL_CTX *taube_tls_context_get (const char *ca_file, GError **error);
char *taube_tls_take_errors (void);

G_END_DECLS
