/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-limits.h>
#include <taube-backend/taube-secret.h>

G_BEGIN_DECLS

/* What a sign-in knows. Clear it with {0}; the strings are copied by taube_sasl_new(). */
typedef struct
{
  const char *user;
  const char *authzid;           /* nullable: whose mailbox, when not the user's own */
  TaubeSecret *password;         /* nullable */
  TaubeSecret *token;            /* nullable: OAuth2 access token */
  const char *service;           /* "imap", "pop", "smtp" */
  const char *host;              /* as the user named it */
  guint16 port;
  gboolean secure;               /* the connection is encrypted, the certificate was accepted */
  gboolean allow_plaintext;      /* the user wrote ?tls=none: secrets may go in the clear */
  gboolean login_command;        /* the server takes the protocol's own command with user and password as well */
  const char *mechanism;         /* ;AUTH= of the URI; NULL, "" or "*": the strongest. "+LOGIN" is that command */
  const char *channel_binding_type; /* "tls-exporter" or "tls-unique", for the -PLUS mechanisms; NULL: none */
  GBytes *channel_binding;          /* what goes with it, see taube_connection_get_channel_binding() */
  gboolean client_certificate;   /* TLS has shown a certificate of ours: EXTERNAL */
  gboolean ticket;               /* Kerberos may be asked for a ticket, which can block on its network: GSSAPI */
  gboolean allow_cram_md5;       /* the user has said so */
  const TaubeLimits *limits;     /* NULL: the defaults; must outlive the exchange */
  const char *apop_stamp;        /* nullable: what the server's greeting gives to hash the password with; "+APOP" */
} TaubeSaslRequest;

/* One exchange: one thread at a time, no I/O. The order of calls:
 *
 *   sasl = taube_sasl_new (offered, &request, &error);
 *   name = taube_sasl_get_mechanism (sasl);     NULL: send the protocol's own command with user and password;
 *     "+APOP": send that command with the 16 bytes that taube_sasl_step (sasl, NULL, 0, &error) gives, in hexadecimal
 *   send "AUTHENTICATE name", and on the same line, where the server allows it and
 *     taube_sasl_has_initial_response() says so, taube_sasl_step (sasl, NULL, 0, &error); "" is written as "="
 *   for each challenge: send taube_sasl_step (sasl, text, length, &error); on an error send "*" and read the reply
 *   success: taube_sasl_verify_success (sasl, data or NULL, length, &error) decides, not the server
 *   refusal: taube_sasl_get_server_error() may know more than the reply; when taube_sasl_may_unbind() says so, another
 *     exchange without channel_binding may be begun
 *
 * Who has signed in with a proof of the password once in this process is not signed in with anything weaker at the same
 * server afterwards (TAUBE_ERROR_TLS), unless by MECHANISM. */
typedef struct _TaubeSasl TaubeSasl;

TAUBE_API TaubeSasl *taube_sasl_new (const char *const *offered, const TaubeSaslRequest *request, GError **error);
TAUBE_API void taube_sasl_free (TaubeSasl *self);
TAUBE_API const char *taube_sasl_get_mechanism (const TaubeSasl *self);
TAUBE_API gboolean taube_sasl_has_initial_response (const TaubeSasl *self);
TAUBE_API TaubeSecret *taube_sasl_step (TaubeSasl *self, const char *challenge, gsize length, GError **error);
TAUBE_API gboolean taube_sasl_verify_success (TaubeSasl *self, const char *data, gsize length, GError **error);
TAUBE_API const char *taube_sasl_get_server_error (const TaubeSasl *self);
TAUBE_API gboolean taube_sasl_may_unbind (const TaubeSasl *self);
/* Whether one of the mechanisms that need neither password nor token can be used: OFFERED and REQUEST as above. */
TAUBE_API gboolean taube_sasl_needs_no_secret (const char *const *offered, const TaubeSaslRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeSasl, taube_sasl_free)

G_END_DECLS
