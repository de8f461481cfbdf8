/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-endpoint.h"

#include <string.h>

#include <libsoup/soup.h>

#include <taube-backend/taube-client-key.h>
#include <taube-backend/taube-login.h>
#include <taube-backend/taube-settings-impl.h>

#include "exchange-gettext.h"

#define DOCUMENT "/EWS/Exchange.asmx"

char *
exchange_endpoint_make_url (TaubeAccount *account)
{
  TaubeUri *uri = taube_account_get_uri (account);
  g_autofree char *url = taube_settings_get (taube_account_get_settings (account), "url");
  const char *host = taube_uri_get_host (uri);
  gboolean secure = taube_settings_wants_tls (taube_account_get_settings (account));
  guint port = taube_uri_get_port (uri);

  if (url != NULL)
    return g_steal_pointer (&url);
  return g_strdup_printf (strchr (host, ':') != NULL ? "%s://[%s]:%u" DOCUMENT : "%s://%s:%u" DOCUMENT,
                          secure ? "https" : "http", host, port != 0 ? port : secure ? 443 : 80);
}

/* The key is read by the library, which asks for its password as it does for the other protocols. */
static GTlsCertificate *
load_client_certificate (TaubeAccount *account, GCancellable *cancellable, GError **error)
{
  g_autofree char *cert = taube_settings_get (taube_account_get_settings (account), "client-cert");
  TaubeEndpoint *endpoint = NULL;
  g_autoptr (TaubeSecret) secret = NULL, both = NULL;
  g_autofree char *chain = NULL;
  g_autoptr (GError) local = NULL;
  GTlsCertificate *certificate = NULL;

  if (cert == NULL)
    return NULL;
  if (g_file_get_contents (cert, &chain, NULL, &local))
    {
      endpoint = taube_login_make_endpoint (account, "exchange", TRUE, 443, NULL);
      secret = taube_client_key_read (endpoint, cancellable, error);
      taube_endpoint_free (endpoint);
      if (secret == NULL)
        return NULL;
      both = taube_secret_new_take (g_strconcat (taube_secret_peek (secret), "\n", chain, NULL));
      certificate = g_tls_certificate_new_from_pem (taube_secret_peek (both), -1, &local);
    }
  if (certificate == NULL)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("client-cert \"%s\": %s"), cert, local->message);
  return certificate;
}

ExchangeSchemes
exchange_endpoint_read_scheme (const char *name)
{
  return name != NULL ? exchange_status_read_schemes (name) : 0;
}

static ExchangeTrust *
make_trust (TaubeSettings *settings, GError **error)
{
  g_autofree char *ca_file = taube_settings_get (settings, "ca-file");
  g_autofree char *pin = taube_settings_get (settings, "pin");

  return exchange_trust_new (ca_file, pin, error);
}

gboolean
exchange_endpoint_check (TaubeAccount *account, GError **error)
{
  TaubeSettings *settings = taube_account_get_settings (account);
  g_autofree char *url = exchange_endpoint_make_url (account);
  g_autofree char *wanted = taube_settings_get (settings, "auth");
  g_autofree char *pin = taube_settings_get (settings, "pin");
  g_autofree char *plain_pin = pin != NULL ? taube_pin_normalize (pin, error) : NULL;
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);

  if (pin != NULL && plain_pin == NULL)
    return FALSE;
  if (uri == NULL || g_uri_get_host (uri) == NULL || strpbrk (g_uri_get_host (uri), "\r\n \t") != NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("\"%s\" is not the URL of an endpoint"), url);
      return FALSE;
    }
  if (g_ascii_strcasecmp (g_uri_get_scheme (uri), "https") != 0 && taube_settings_wants_tls (settings))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                   _ ("the endpoint is http, without TLS; that needs the option \"tls=none\""));
      return FALSE;
    }
  if (wanted != NULL && exchange_endpoint_read_scheme (wanted) == 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                   _ ("\"%s\" is no way to sign in here: there are Basic, NTLM, Negotiate and Bearer"), wanted);
      return FALSE;
    }
  return TRUE;
}

/* Reads files, so it is made by the first call. */
ExchangeHttp *
exchange_endpoint_open (TaubeAccount *account, GCancellable *cancellable, GError **error)
{
  TaubeSettings *settings = taube_account_get_settings (account);
  g_autofree char *proxy = taube_settings_get (settings, "proxy");
  g_autoptr (ExchangeTrust) trust = make_trust (settings, error);
  g_autoptr (GTlsCertificate) certificate = NULL;
  ExchangeHttpOptions options = { 0 };
  GError *local = NULL;

  if (trust == NULL)
    return NULL;
  certificate = load_client_certificate (account, cancellable, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  options.trust = trust;
  options.client_certificate = certificate;
  options.proxy = proxy;
  options.connections = taube_settings_get_number (settings, "max-connections");
  options.silence_seconds = taube_settings_get_number (settings, "timeout");
  return exchange_http_new (&options);
}
