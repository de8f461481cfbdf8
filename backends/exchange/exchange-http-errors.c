/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-http-errors.h"

#include <libsoup/soup.h>

#include <taube/taube-error.h>

#include "exchange-gettext.h"

static GError *
certificate_error (ExchangeTrust *trust, const char *host, const GError *error)
{
  g_autoptr (TaubeCertificate) refused = exchange_trust_take_refused (trust, host);

  if (refused != NULL)
    return taube_error_new_certificate (refused);
  return g_error_new (TAUBE_ERROR, TAUBE_ERROR_TLS, _ ("no TLS with %s: %s"), host, error->message);
}

GError *
exchange_http_translate_error (ExchangeTrust *trust, GUri *uri, const GError *error)
{
  const char *host = g_uri_get_host (uri);

  /* It is about the message that was to be sent. */
  if (error->domain == TAUBE_ERROR)
    return g_error_copy (error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("the operation was cancelled"));
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return certificate_error (trust, host, error);
  if (error->domain == G_TLS_ERROR && error->code != G_TLS_ERROR_EOF)
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_TLS, _ ("no TLS with %s: %s"), host, error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("%s says nothing for too long"), host);
  /* libsoup shows a ticket that is refused until it has had enough. */
  if (g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_TOO_MANY_RESTARTS))
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in at %s: the server refused the ticket"), host);
  if (error->domain == SOUP_SESSION_ERROR)
    return g_error_new (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s speaks no HTTP: %s"), host, error->message);
  return g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("no connection with %s: %s"), host, error->message);
}
