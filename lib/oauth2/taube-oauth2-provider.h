/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* Who gives tokens, as data. {tenant} is replaced by the option "tenant". NULL: there is none. */
typedef struct
{
  const char *name;
  const char *authorization_endpoint;
  const char *token_endpoint;
  const char *device_endpoint;
  const char *scope;
  const char *hosts;         /* to whom its tokens may be shown: "imap.example.org,*.example.net" */
  const char *redirect_host; /* how it wants to hear 127.0.0.1 called */
  const char *tenant;
  const char *issuer;        /* of RFC 9207: compared when the provider tells it */
  const char *prompt;        /* parameters of the authorization request that are its own */
  const char *access_type;
} TaubeOAuth2Provider;

const TaubeOAuth2Provider *taube_oauth2_provider_find (const char *name);
const TaubeOAuth2Provider *taube_oauth2_provider_get (guint number);
/* Whether PATTERNS, as in "hosts", have that host. */
gboolean taube_oauth2_provider_has_host (const char *patterns, const char *host);
/* A URL that secrets may be sent to: https, or, when LOOPBACK says so, http on this machine. TAUBE_ERROR_INVALID. */
gboolean taube_oauth2_provider_check_url (const char *url, gboolean loopback, GError **error);

G_END_DECLS
