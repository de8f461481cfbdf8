/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-redirect.h"

#include <string.h>

static void
wipe_free (char *text)
{
  if (text != NULL)
    taube_memory_wipe (text, strlen (text));
  g_free (text);
}

/* value = *(ALPHA / DIGIT / … / "+" / "%" 2HEXDIG), up to "&"; what it stands for must be UTF-8 without
 * NUL. (transfer full) */
static char *
decode (const char *text, gsize length)
{
  char *plain = g_malloc0 (length + 1), *at = plain;

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '%' && i + 2 < length && g_ascii_isxdigit (text[i + 1]) && g_ascii_isxdigit (text[i + 2]))
        {
          *at++ = (char) (g_ascii_xdigit_value (text[i + 1]) << 4 | g_ascii_xdigit_value (text[i + 2]));
          i += 2;
        }
      else
        *at++ = text[i] == '+' ? ' ' : text[i];
    }
  if (g_utf8_validate (plain, at - plain, NULL))
    return plain;
  wipe_free (plain);
  return NULL;
}

static gboolean
set_secret (TaubeSecret **place, char *value)
{
  if (*place != NULL)
    {
      wipe_free (value);
      return FALSE;
    }
  *place = taube_secret_new_take (value);
  return TRUE;
}

static gboolean
set_text (char **place, char *value)
{
  if (*place != NULL)
    {
      g_free (value);
      return FALSE;
    }
  *place = value;
  return TRUE;
}

/* parameter = name "=" value. Names that nobody knows are passed over; one that comes twice is an attack. */
static gboolean
take_parameter (TaubeOAuth2Redirect *out, const char *text, gsize length)
{
  const char *equals = memchr (text, '=', length);
  gsize name = equals != NULL ? (gsize) (equals - text) : length;
  char *value;

  if (equals == NULL)
    return TRUE;
  value = decode (equals + 1, length - name - 1);
  if (value == NULL)
    return FALSE;
#define IS(word) (name == strlen (word) && memcmp (text, word, name) == 0)
  if (IS ("code"))
    return set_secret (&out->code, value);
  if (IS ("state"))
    return set_secret (&out->state, value);
  if (IS ("iss"))
    return set_text (&out->issuer, value);
  if (IS ("error"))
    return set_text (&out->error, value);
  if (IS ("error_description"))
    return set_text (&out->description, value);
#undef IS
  wipe_free (value);
  return TRUE;
}

/* request-line = "GET" SP "/?" [parameter *("&" parameter)] SP "HTTP/1." DIGIT              (RFC 9112, 3) */
gboolean
taube_oauth2_redirect_parse (const char *line, TaubeOAuth2Redirect *out)
{
  static const char begin[] = "GET /?";
  const char *at = line + strlen (begin), *end;
  gboolean good = g_str_has_prefix (line, begin);

  *out = (TaubeOAuth2Redirect){ NULL };
  end = good ? strchr (at, ' ') : NULL;
  good = end != NULL && g_str_has_prefix (end, " HTTP/1.");
  while (good && at < end)
    {
      gsize length = strcspn (at, "& ");

      good = take_parameter (out, at, length);
      at += length + (at[length] == '&');
    }
  good = good && out->state != NULL && (out->code != NULL) != (out->error != NULL);
  if (!good)
    taube_oauth2_redirect_clear (out);
  return good;
}

void
taube_oauth2_redirect_clear (TaubeOAuth2Redirect *self)
{
  g_clear_pointer (&self->code, taube_secret_unref);
  g_clear_pointer (&self->state, taube_secret_unref);
  g_clear_pointer (&self->issuer, g_free);
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->description, g_free);
}
