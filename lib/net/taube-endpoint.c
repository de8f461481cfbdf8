/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-connection.h>

#include <taube-backend/taube-certificate-impl.h>
#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <string.h>

/* A host name in DNS has at most 253 bytes; in its readable form it may be longer in UTF-8. */
#define HOST_BYTES_MAX 1024

/* (transfer full) */
TaubeEndpoint *
taube_endpoint_copy (const TaubeEndpoint *self)
{
  TaubeEndpoint *copy = g_new (TaubeEndpoint, 1);

  *copy = *self;
  copy->host = g_strdup (self->host);
  copy->ca_file = g_strdup (self->ca_file);
  copy->pin = g_strdup (self->pin);
  copy->alpn = g_strdup (self->alpn);
  copy->proxy = g_strdup (self->proxy);
  copy->trace = g_strdup (self->trace);
  copy->client_cert = g_strdup (self->client_cert);
  copy->client_key = g_strdup (self->client_key);
  copy->tls_sessions = self->tls_sessions != NULL ? taube_tls_sessions_ref (self->tls_sessions) : NULL;
  return copy;
}

/* Frees a copy. */
void
taube_endpoint_free (TaubeEndpoint *self)
{
  g_free (self->host);
  g_free (self->ca_file);
  g_free (self->pin);
  g_free (self->alpn);
  g_free (self->proxy);
  g_free (self->trace);
  g_free (self->client_cert);
  g_free (self->client_key);
  g_clear_pointer (&self->tls_sessions, taube_tls_sessions_unref);
  g_free (self);
}

static gboolean
is_host (const char *host)
{
  g_autofree char *ascii = NULL;

  if (host == NULL || host[0] == '\0' || strlen (host) > HOST_BYTES_MAX || !g_utf8_validate (host, -1, NULL))
    return FALSE;
  for (const char *at = host; *at != '\0'; at++)
    if ((guchar) *at <= ' ' || *at == 0x7f || strchr ("/@[]\"\\", *at) != NULL)
      return FALSE;
  ascii = g_hostname_to_ascii (host);
  return ascii != NULL;
}

gboolean
taube_endpoint_check (const TaubeEndpoint *self, GError **error)
{
  if (!is_host (self->host))
    {
      g_autofree char *shown = g_utf8_make_valid (self->host != NULL ? self->host : "", -1);

      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("host “%.100s”: no name or address of a host"), shown);
      return FALSE;
    }
  if (self->port == 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("no port to connect to at %s"), self->host);
      return FALSE;
    }
  if (self->client_key != NULL && self->client_cert == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("there is a client key, but no client certificate"));
      return FALSE;
    }
  if (self->pin != NULL)
    {
      g_autofree char *pin = taube_pin_normalize (self->pin, error);

      return pin != NULL;
    }
  return TRUE;
}
