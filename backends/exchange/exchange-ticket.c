/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-ticket.h"

#include <libsoup/soup.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-sasl.h>

#include "exchange-gettext.h"

/* The first token of an exchange that never takes place; the user would be told only in its end. */
static TaubeSecret *
make_token (const char *host, GError **error)
{
  static const char *const offered[] = { "GSSAPI", NULL };
  const TaubeSaslRequest request
    = { .user = host, .service = "HTTP", .host = host, .secure = TRUE, .mechanism = "GSSAPI", .ticket = TRUE };
  g_autoptr (TaubeSasl) sasl = taube_sasl_new (offered, &request, error);

  return sasl != NULL ? taube_sasl_step (sasl, NULL, 0, error) : NULL;
}

gboolean
exchange_ticket_fetch (const char *host, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (TaubeSecret) token = NULL;

  if (!soup_auth_negotiate_supported ())
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED,
                   _ ("cannot sign in at %s by Negotiate: libsoup was built without it"), host);
      return FALSE;
    }
  token = make_token (host, &why);
  if (token != NULL)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in at %s by Negotiate: %s"), host, why->message);
  return FALSE;
}
