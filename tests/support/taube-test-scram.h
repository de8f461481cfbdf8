/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The server's half of SCRAM, written from RFC 5802 and over OpenSSL alone. */
typedef struct
{
  gboolean sha256;
  const char *password;     /* as it is after SASLprep */
  const char *salt;         /* in base64 */
  guint iterations;
  const char *binding_type; /* the one that it takes, such as "tls-exporter"; NULL: none */
  GBytes *binding;
  gboolean plus;            /* the client has chosen a -PLUS mechanism */
  gboolean offered_plus;    /* the server has offered one */

  char *user;               /* what the client says */
  char *authzid;
  char *header;
  char *auth_message;
  char *nonce;
} TaubeTestScram;

/* The server's next message for the client's; one that begins with "e=" is the end. (transfer full) */
char *taube_test_scram_first (TaubeTestScram *self, const char *client_first);
char *taube_test_scram_final (TaubeTestScram *self, const char *client_final);
void taube_test_scram_clear (TaubeTestScram *self);

G_END_DECLS
