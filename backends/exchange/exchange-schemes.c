/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-schemes.h"

#include <string.h>

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
  if (!secure && (left & EXCHANGE_SCHEME_NEGOTIATE))
    return EXCHANGE_SCHEME_NEGOTIATE;
  if (left & EXCHANGE_SCHEME_NTLM)
    return EXCHANGE_SCHEME_NTLM;
  return left & (EXCHANGE_SCHEME_NEGOTIATE | EXCHANGE_SCHEME_BASIC);
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
