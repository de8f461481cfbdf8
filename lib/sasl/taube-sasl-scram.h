/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-limits.h>
#include <taube-backend/taube-secret.h>

#include <openssl/evp.h>

G_BEGIN_DECLS

#define TAUBE_SCRAM_SALT_BYTES 1024

/* What the server's first message says. */
typedef struct
{
  guint8 salt[TAUBE_SCRAM_SALT_BYTES];
  gsize salt_length;
  guint iterations;
} TaubeScramParameters;

gboolean taube_scram_parse_server_first (const char *message, const char *client_nonce, const TaubeLimits *limits,
                                         TaubeScramParameters *parameters, GError **error);
gboolean taube_scram_parse_server_final (const char *message, char **refusal_out, GError **error);
char *taube_scram_prepare_name (const char *name, GError **error);
gboolean taube_scram_salt_password (const TaubeSecret *password, const TaubeScramParameters *parameters,
                                    const EVP_MD *hash, guint8 *salted, GError **error);

G_END_DECLS
