/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-schemes.h"

#include <string.h>

#include "exchange-gettext.h"

const char *
exchange_schemes_get_name (ExchangeSchemes scheme)
{
  switch (scheme)
    {
    case EXCHANGE_SCHEME_BASIC:
      return "Basic";
    case EXCHANGE_SCHEME_NTLM:
      return "NTLM";
    case EXCHANGE_SCHEME_NEGOTIATE:
      return "Negotiate";
    case EXCHANGE_SCHEME_BEARER:
      return "Bearer";
    default:
      return NULL;
    }
}

ExchangeSchemes
exchange_schemes_prefer (ExchangeSchemes left, gboolean secure)
{
  if (secure && (left & EXCHANGE_SCHEME_BASIC))
    return EXCHANGE_SCHEME_BASIC;
  if (left & EXCHANGE_SCHEME_NTLM)
    return EXCHANGE_SCHEME_NTLM;
  return left & EXCHANGE_SCHEME_BASIC;
}

TaubeSecret *
exchange_schemes_make_basic (const char *user, const TaubeSecret *password)
{
  char *pair = g_strconcat (user != NULL ? user : "", ":", taube_secret_peek (password), NULL);
  char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
  char *header = g_strconcat ("Basic ", encoded, NULL);

  taube_memory_wipe (pair, strlen (pair));
  taube_memory_wipe (encoded, strlen (encoded));
  g_free (pair);
  g_free (encoded);
  return taube_secret_new_take (header);
}

gboolean
exchange_schemes_is_same_origin (GUri *a, GUri *b)
{
  return g_ascii_strcasecmp (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0
         && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0
         && g_uri_get_port (a) == g_uri_get_port (b);
}

/* A server that wants what it is shown bound to TLS (Extended Protection) says 401 and nothing else, as it does to a
 * wrong password; without TLS there is nothing to bind to. */
static GError *
make_bound_refusal (const char *host, const char *names, ExchangeSchemes tried)
{
  if (tried & EXCHANGE_SCHEME_NTLM)
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH,
                        _ ("cannot sign in at %s by %s: the server refused it. Either the password is wrong, or the "
                           "server demands Extended Protection (channel binding), which is not possible here: then "
                           "use OAuth2, or have Basic allowed"),
                        host, names);
  return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH,
                      _ ("cannot sign in at %s by %s: the server refused a valid ticket. Either it has no mailbox for "
                         "its owner, or it demands Extended Protection (channel binding), which is not possible here: "
                         "then use OAuth2, or have Basic allowed"),
                      host, names);
}

GError *
exchange_schemes_make_refusal (const char *host, ExchangeSchemes offered, ExchangeSchemes tried, gboolean secure)
{
  g_autofree char *names = exchange_status_name_schemes (offered);
  g_autofree char *refused = exchange_status_name_schemes (tried);

  if (tried != 0 && secure)
    return make_bound_refusal (host, refused, tried);
  if (tried & EXCHANGE_SCHEME_NTLM)
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in at %s: the server refused the password"),
                        host);
  if (tried != 0)
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in at %s: the server refused the ticket"), host);
  if (offered == 0)
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in at %s: the server does not say how"), host);
  if (offered == EXCHANGE_SCHEME_NEGOTIATE)
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH,
                        _ ("cannot sign in at %s: the server takes tickets of Kerberos alone (Negotiate): sign in "
                           "without a password, or with ;AUTH=Negotiate"),
                        host);
  return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH,
                      _ ("cannot sign in at %s: the server offers %s, and there is nothing for that"), host, names);
}

GError *
exchange_schemes_make_token_refusal (const char *host, ExchangeSchemes offered)
{
  g_autofree char *names = exchange_status_name_schemes (offered);

  if (offered == 0 || (offered & EXCHANGE_SCHEME_BEARER) != 0)
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in at %s: the server refused the token"), host);
  return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH,
                      _ ("cannot sign in at %s: the server refused the token; it offers no sign-in by token, but %s"),
                      host, names);
}
