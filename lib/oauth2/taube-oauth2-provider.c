/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-provider.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <string.h>

#define URL_MAXIMUM 2048

static const TaubeOAuth2Provider providers[] = {
  /* Its loopback address is registered as http://localhost; the port is not compared. */
  { .name = "microsoft",
    .authorization_endpoint = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    .token_endpoint = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    .device_endpoint = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
    .scope = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/POP.AccessAsUser.All "
             "https://outlook.office.com/EWS.AccessAsUser.All offline_access",
    .hosts = "outlook.office365.com,outlook.office.com,imap-mail.outlook.com,pop-mail.outlook.com",
    .redirect_host = "localhost",
    .tenant = "common" },
  /* It gives no device codes for mail; a refresh token only when it is asked for. */
  { .name = "google",
    .authorization_endpoint = "https://accounts.google.com/o/oauth2/v2/auth",
    .token_endpoint = "https://oauth2.googleapis.com/token",
    .scope = "https://mail.google.com/",
    .hosts = "imap.gmail.com,pop.gmail.com,imap.googlemail.com,pop.googlemail.com",
    .redirect_host = "127.0.0.1",
    .issuer = "https://accounts.google.com",
    .prompt = "consent",
    .access_type = "offline" },
  /* All of it is said by options. */
  { .name = "other", .redirect_host = "127.0.0.1" },
};

const TaubeOAuth2Provider *
taube_oauth2_provider_get (guint number)
{
  return number < G_N_ELEMENTS (providers) ? &providers[number] : NULL;
}

const TaubeOAuth2Provider *
taube_oauth2_provider_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (providers); i++)
    if (g_str_equal (providers[i].name, name))
      return &providers[i];
  return NULL;
}

/* "*.example.org" is each host below it, and not example.org. */
static gboolean
matches (const char *pattern, const char *host)
{
  gsize host_length = strlen (host), length = strlen (pattern);

  if (!g_str_has_prefix (pattern, "*."))
    return g_ascii_strcasecmp (pattern, host) == 0;
  return length > 2 && host_length > length - 1
         && g_ascii_strcasecmp (host + host_length - (length - 1), pattern + 1) == 0;
}

gboolean
taube_oauth2_provider_has_host (const char *patterns, const char *host)
{
  g_auto (GStrv) list = g_strsplit_set (patterns != NULL ? patterns : "", ", ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    if (list[i][0] != '\0' && matches (list[i], host))
      return TRUE;
  return FALSE;
}

static gboolean
is_loopback (const char *host)
{
  return g_str_equal (host, "127.0.0.1") || g_str_equal (host, "::1") || g_str_equal (host, "localhost");
}

gboolean
taube_oauth2_provider_check_url (const char *url, gboolean loopback, GError **error)
{
  g_autoptr (GUri) uri = strlen (url) <= URL_MAXIMUM ? g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL) : NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autofree char *shown = g_utf8_make_valid (url, -1);

  for (const char *c = url; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      host = NULL;
  if (host == NULL || host[0] == '\0' || g_uri_get_userinfo (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("\"%.200s\" is no URL of a provider"), shown);
  else if (g_ascii_strcasecmp (g_uri_get_scheme (uri), "https") == 0
           || (loopback && g_ascii_strcasecmp (g_uri_get_scheme (uri), "http") == 0 && is_loopback (host)))
    return TRUE;
  else
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("\"%.200s\": secrets go over https only"), shown);
  return FALSE;
}
