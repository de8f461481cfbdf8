/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-login.h>

#include <taube-backend/taube-settings-impl.h>

#include "base/taube-gettext.h"

static gboolean
ask_trust (TaubeCertificate *certificate, GCancellable *cancellable, gpointer user_data)
{
  return taube_account_ask_trust (TAUBE_ACCOUNT (user_data), certificate, cancellable);
}

/* A key with a password has that of the account. */
static TaubeSecret *
ask_key_password (guint attempt, GCancellable *cancellable, gpointer user_data, GError **error)
{
  return taube_account_ask_password (TAUBE_ACCOUNT (user_data), attempt,
                                     attempt > 0 ? _ ("the password of the key is wrong") : NULL, cancellable, error);
}

TaubeEndpoint *
taube_login_make_endpoint (TaubeAccount *account, const char *name, gboolean implicit_tls, guint16 port,
                           TaubeTlsSessions *sessions)
{
  TaubeUri *uri = taube_account_get_uri (account);
  TaubeSettings *settings = taube_account_get_settings (account);
  g_autofree char *ca_file = taube_settings_get (settings, "ca-file");
  g_autofree char *pin = taube_settings_get (settings, "pin");
  g_autofree char *proxy = taube_settings_get (settings, "proxy");
  g_autofree char *client_cert = taube_settings_get (settings, "client-cert");
  g_autofree char *client_key = taube_settings_get (settings, "client-key");
  TaubeEndpoint endpoint = { 0 };

  endpoint.host = (char *) taube_uri_get_host (uri);
  endpoint.port = taube_uri_get_port (uri) != 0 ? taube_uri_get_port (uri) : port;
  endpoint.implicit_tls = implicit_tls;
  endpoint.ca_file = ca_file;
  endpoint.pin = pin;
  endpoint.proxy = proxy;
  endpoint.alpn = (char *) name;
  endpoint.trace = (char *) name;
  endpoint.connect_timeout = taube_settings_get_number (settings, "connect-timeout") * 1000;
  endpoint.silence_timeout = taube_settings_get_number (settings, "timeout") * 1000;
  endpoint.certificate_func = ask_trust;
  endpoint.certificate_data = account;
  endpoint.client_cert = client_cert;
  endpoint.client_key = client_key;
  endpoint.key_password_func = ask_key_password;
  endpoint.key_password_data = account;
  endpoint.tls_sessions = sessions;
  return taube_endpoint_copy (&endpoint);
}

/* Without a password or token there is nothing else; with one, a ticket is looked for only when the user says so, for
 * that may take long. */
static gboolean
may_ask_kerberos (TaubeAccount *account, const char *mechanism)
{
  if (mechanism != NULL)
    return g_ascii_strcasecmp (mechanism, "GSSAPI") == 0;
  return !taube_account_has_password (account) && !taube_account_has_token (account);
}

void
taube_login_request_fill (TaubeLoginRequest *self, TaubeAccount *account, TaubeConnection *connection,
                          const TaubeSecret *secret, gboolean is_token, gboolean bind)
{
  TaubeUri *uri = taube_account_get_uri (account);
  TaubeSettings *settings = taube_account_get_settings (account);
  TaubeSaslRequest *out = &self->request;

  /* The URI's ;AUTH= went into the settings, if it was not "*". */
  self->mechanism = taube_settings_get (settings, "auth");
  out->user = taube_uri_get_user (uri);
  out->password = is_token ? NULL : (TaubeSecret *) secret;
  out->token = is_token ? (TaubeSecret *) secret : NULL;
  out->host = taube_uri_get_host (uri);
  out->port = taube_uri_get_port (uri);
  out->secure = taube_connection_is_secure (connection);
  out->allow_plaintext = !taube_settings_wants_tls (settings);
  /* What needs no secret is tried before one is asked for; afterwards it has been refused. */
  out->client_certificate = secret == NULL && taube_connection_has_client_certificate (connection);
  out->ticket = secret == NULL && may_ask_kerberos (account, self->mechanism);
  out->allow_cram_md5 = taube_settings_get_flag (settings, "allow-cram-md5");
  out->mechanism = self->mechanism;
  out->limits = taube_account_get_limits (account);
  if (bind)
    out->channel_binding = self->binding
      = taube_connection_find_channel_binding (connection, &out->channel_binding_type);
}

void
taube_login_request_clear (TaubeLoginRequest *self)
{
  g_clear_pointer (&self->binding, g_bytes_unref);
  g_clear_pointer (&self->mechanism, g_free);
}
