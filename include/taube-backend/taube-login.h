/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-connection.h>
#include <taube-backend/taube-sasl.h>

G_BEGIN_DECLS

/* What account, connection and SASL make together: the way to sign in that protocols over a TaubeConnection share. */

/* Where the account's server is, as its URI and settings say. PORT is taken when it names none; NAME is that of the
 * protocol in ALPN (RFC 7301) and in the trace. The account must outlive what is dialled with it. (transfer full) */
TAUBE_API TaubeEndpoint *taube_login_make_endpoint (TaubeAccount *account, const char *name, gboolean implicit_tls,
                                                    guint16 port, TaubeTlsSessions *sessions);

/* What one exchange is begun with, and what it owns. */
typedef struct
{
  TaubeSaslRequest request;
  /*< private >*/
  GBytes *binding;
  char *mechanism;
} TaubeLoginRequest;

/* Fills SELF, which is {0}, with what account and connection say; the service, the protocol's own command and the APOP
 * stamp are the protocol's to add. SECRET NULL: for a sign-in by certificate or ticket. BIND: channel binding may be
 * used. SECRET must outlive SELF. */
TAUBE_API void taube_login_request_fill (TaubeLoginRequest *self, TaubeAccount *account, TaubeConnection *connection,
                                         const TaubeSecret *secret, gboolean is_token, gboolean bind);
TAUBE_API void taube_login_request_clear (TaubeLoginRequest *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TaubeLoginRequest, taube_login_request_clear)

/* A protocol's part in taube_login_run(). */
typedef struct
{
  TaubeAccount *account;
  const char *name; /* in the trace */
  gpointer user_data;
  /* Ends with a connection on which can be signed in, the old one or a new one (*DIALLED). */
  gboolean (*be_connected) (gpointer user_data, gboolean *dialled, GCancellable *cancellable, GError **error);
  /* Whether the server lets us in without a password or token; *FORCED: the user demands that. */
  gboolean (*needs_no_secret) (gpointer user_data, gboolean *forced);
  /* Signs in once; SECRET NULL: by certificate or ticket. TAUBE_ERROR_AUTH: another secret may do. */
  gboolean (*attempt) (gpointer user_data, const TaubeSecret *secret, gboolean is_token, GCancellable *cancellable,
                       GError **error);
} TaubeLogin;

/* Blocking: signs in by certificate or ticket where that can be, else with a password or token; with another password
 * (up to three) or a fresh token when the first was refused. A server that hangs up over a refusal is dialled again. */
TAUBE_API gboolean taube_login_run (const TaubeLogin *self, GCancellable *cancellable, GError **error);

G_END_DECLS
