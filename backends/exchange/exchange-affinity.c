/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-affinity.h"

#include <string.h>

#define COOKIE "X-BackEndOverrideCookie"
#define VALUE_MAXIMUM 4000

/* It fits into a header and cannot end it. */
static gboolean
is_printable (const char *text)
{
  for (; *text != '\0'; text++)
    if (!g_ascii_isgraph (*text))
      return FALSE;
  return TRUE;
}

GStrv
exchange_affinity_make_headers (const char *user, const char *cookie)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (user != NULL && strchr (user, '@') != NULL && is_printable (user))
    g_strv_builder_add_many (builder, "X-AnchorMailbox", user, NULL);
  g_strv_builder_add_many (builder, "X-PreferServerAffinity", "true", NULL);
  if (cookie != NULL)
    {
      g_autofree char *pair = g_strconcat (COOKIE "=", cookie, NULL);

      g_strv_builder_add_many (builder, "Cookie", pair, NULL);
    }
  return g_strv_builder_end (builder);
}

/* set-cookie = cookie-pair *( ";" cookie-av )    (RFC 6265); several of them are joined by commas, which a date has
 * inside, too. */
char *
exchange_affinity_find_cookie (const char *header)
{
  const char *at = header;
  char *value;

  while (at != NULL && g_ascii_strncasecmp (at, COOKIE "=", strlen (COOKIE "=")) != 0)
    {
      at = strchr (at, ',');
      at = at != NULL ? at + 1 + strspn (at + 1, " \t") : NULL;
    }
  if (at == NULL)
    return NULL;
  at += strlen (COOKIE "=");
  value = g_strndup (at, strcspn (at, ";, \t"));
  if (value[0] != '\0' && strlen (value) <= VALUE_MAXIMUM && is_printable (value))
    return value;
  g_free (value);
  return NULL;
}
