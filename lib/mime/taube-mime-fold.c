/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include <string.h>

/* i;unicode-casemap (RFC 5051): each character becomes its titlecase, then what it is composed of. */

static gboolean
is_ascii (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guchar) text[i] >= 0x80)
      return FALSE;
  return TRUE;
}

char *
taube_mime_fold_text (const char *text, gssize length)
{
  gsize n = length < 0 ? strlen (text) : (gsize) length;
  g_autoptr (GString) title = NULL;

  if (is_ascii (text, n))
    return g_ascii_strup (text, (gssize) n);
  title = g_string_sized_new (n + n / 4);
  for (const char *p = text; p < text + n; p = g_utf8_next_char (p))
    if ((guchar) *p < 0x80)
      g_string_append_c (title, g_ascii_toupper (*p));
    else
      g_string_append_unichar (title, g_unichar_totitle (g_utf8_get_char (p)));
  return g_utf8_normalize (title->str, (gssize) title->len, G_NORMALIZE_NFKD);
}
