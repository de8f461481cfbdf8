/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "taube-test-pki.h"
#include "taube-test-script.h"

G_BEGIN_DECLS

/* An IMAP or POP3 server over TLS that does little more than signing in, each connection on a thread of its own. The
 * user is alice with TAUBE_TEST_PASSWORD. */
typedef struct
{
  const char *mechanisms;    /* "AUTH=PLAIN AUTH=SCRAM-SHA-256-PLUS" */
  int version;               /* the latest of TLS that it speaks; 0: any */
  const char *binding_type;  /* what a -PLUS mechanism takes: "tls-exporter", "tls-unique"; NULL: none of ours */
  gboolean in_between;       /* somebody else ends the TLS that the client sees: the binding is another one */
  gboolean refuses_at_once;  /* NO to a -PLUS mechanism, before anything else is said */
  gboolean wrong_signature;
  gboolean wants_certificate;
  gboolean no_tickets;       /* nothing can be resumed */
  guint iterations;          /* of SCRAM; 0: 4096 */
  const char *token;         /* of OAuth 2 that it takes; NULL: none */
  const char *expired;       /* the answer to STATUS, once: "NO [EXPIRED] …", "* BYE …"; NULL: the usual one */
  TaubeTestFault fault;      /* in the place of */
  guint fault_at;            /* the so-manieth line that it says, from 1, over all connections; once. 0: never */
  GCancellable *cancellable; /* is cancelled instead of the fault */
  gboolean holds;            /* STATUS is answered after signin_server_release() only */
  guint limit;               /* connections that may be signed in at once; 0: any number */
  const char *limit_words;   /* "NO [UNAVAILABLE] …" in the place of the OK, "* BYE …" in that of the greeting */
  gboolean pop3;             /* it speaks POP3, and MECHANISMS are "PLAIN SCRAM-SHA-256-PLUS" */
  const char *stamp;         /* "<1.2@h>", for APOP; NULL: none */
  gboolean has_user;         /* USER and PASS */
} SigninOptions;

/* What happened up to now. */
typedef struct
{
  guint connections; /* with a whole handshake or a resumed one */
  guint resumed;
  guint signed_in;
  guint refused;
  guint most;        /* signed in at the same time */
} SigninCount;

typedef struct _SigninServer SigninServer;

SigninServer *signin_server_start (const SigninOptions *options);
void signin_server_stop (SigninServer *self);
guint16 signin_server_get_port (SigninServer *self);
TaubeTestPki *signin_server_get_pki (SigninServer *self);
/* Takes effect with the next connection. */
void signin_server_set_options (SigninServer *self, const SigninOptions *options);
SigninCount signin_server_get_count (SigninServer *self);
/* Whether the fault has happened. */
gboolean signin_server_has_failed (SigninServer *self);
/* The commands of all connections, a line each; secrets as they came. (transfer full) */
char *signin_server_get_said (SigninServer *self);
/* Waits until so many were refused. */
void signin_server_wait_refused (SigninServer *self, guint refused);
void signin_server_release (SigninServer *self);
/* Ends all connections. */
void signin_server_cut (SigninServer *self);

G_END_DECLS
