/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover/discover-names.h"

#include <string.h>

#include <gio/gio.h>
#include <libsoup/soup.h>

#include <taube-backend/taube-settings-impl.h>

#define HOST_MAXIMUM 253
#define LABEL_MAXIMUM 63

gboolean
discover_names_is_host (const char *host)
{
  g_auto (GStrv) labels = g_strsplit (host, ".", -1);
  guint n = g_strv_length (labels);

  if (strlen (host) > HOST_MAXIMUM || n < 2 || g_hostname_is_ip_address (host))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (labels[i][0] == '\0' || strlen (labels[i]) > LABEL_MAXIMUM
        || labels[i][strspn (labels[i], G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_")] != '\0')
      return FALSE;
  return TRUE;
}

char *
discover_names_get_domain (const char *address)
{
  const char *at = strrchr (address, '@');
  g_autofree char *ascii = at != NULL && at > address ? g_hostname_to_ascii (at + 1) : NULL;

  return ascii != NULL && discover_names_is_host (ascii) ? g_ascii_strdown (ascii, -1) : NULL;
}

char *
discover_names_make_address (TaubeUri *uri)
{
  const char *user = taube_uri_get_user (uri);

  if (strchr (user, '@') != NULL)
    return g_strdup (user);
  return g_strconcat (user, "@", taube_uri_get_host (uri), NULL);
}

/* "EXAMPLE\alice" is a name to sign in with, of which no address can be made. */
gboolean
discover_names_is_wanted (TaubeUri *uri, TaubeSettings *settings)
{
  g_autofree char *url = taube_settings_get (settings, "url"), *address = NULL, *domain = NULL;
  const char *user = taube_uri_get_user (uri), *host = taube_uri_get_host (uri);

  if (url != NULL || user == NULL || strchr (user, '\\') != NULL || taube_uri_get_port (uri) != 0
      || !taube_settings_wants_tls (settings) || !discover_names_is_host (host))
    return FALSE;
  address = discover_names_make_address (uri);
  domain = discover_names_get_domain (address);
  return domain != NULL && g_ascii_strcasecmp (domain, host) == 0;
}

gboolean
discover_names_is_shared (const char *domain)
{
  return strchr (domain, '.') == NULL || soup_tld_domain_is_public_suffix (domain);
}

gboolean
discover_names_is_own (const char *host, const char *domain)
{
  gsize length = strlen (host), own = strlen (domain);

  if (g_ascii_strcasecmp (host, domain) == 0)
    return TRUE;
  return length > own + 1 && host[length - own - 1] == '.' && g_ascii_strcasecmp (host + length - own, domain) == 0
         && !discover_names_is_shared (domain);
}

gboolean
discover_names_is_listed (const char *host, const char *list)
{
  g_auto (GStrv) names = g_strsplit (list != NULL ? list : "", ",", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_ascii_strcasecmp (names[i], host) == 0)
      return TRUE;
  return FALSE;
}
