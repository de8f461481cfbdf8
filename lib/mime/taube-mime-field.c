/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-field.h"

#include <taube-backend/taube-mime.h>

#include <string.h>

#define PARAMS_MAX 100

typedef struct
{
  const char *at;
  const char *end;
} Cursor;

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* comment = "(" *ccontent ")", comments inside of comments included   (RFC 5322) */
static void
skip_comment (Cursor *in)
{
  guint depth = 0;

  do
    {
      char c = *in->at++;

      if (c == '(')
        depth++;
      else if (c == ')')
        depth--;
      else if (c == '\\' && in->at < in->end)
        in->at++;
    }
  while (depth > 0 && in->at < in->end);
}

static void
skip_space (Cursor *in)
{
  while (in->at < in->end && (is_blank (*in->at) || *in->at == '('))
    if (*in->at == '(')
      skip_comment (in);
    else
      in->at++;
}

/* A token up to one of STOPS, without the blanks and comments around and inside. */
static void
read_token (Cursor *in, const char *stops, GString *out)
{
  for (skip_space (in); in->at < in->end && (*in->at == '\0' || strchr (stops, *in->at) == NULL); skip_space (in))
    if (*in->at != '\0')
      g_string_append_c (out, *in->at++);
    else
      in->at++;
}

/* value = token / quoted-string   (RFC 2045); a token may hold blanks, for file names often do */
static void
read_value (Cursor *in, GString *out)
{
  skip_space (in);
  if (in->at < in->end && *in->at == '"')
    {
      for (in->at++; in->at < in->end && *in->at != '"'; in->at++)
        {
          if (*in->at == '\\' && in->at + 1 < in->end)
            in->at++;
          if (*in->at != '\0' && *in->at != '\r' && *in->at != '\n')
            g_string_append_c (out, *in->at);
        }
      return;
    }
  for (; in->at < in->end && *in->at != ';'; in->at++)
    if (*in->at == '(' && out->len > 0 && is_blank (out->str[out->len - 1]))
      break;
    else if (*in->at != '\0')
      g_string_append_c (out, *in->at);
  while (out->len > 0 && is_blank (out->str[out->len - 1]))
    g_string_truncate (out, out->len - 1);
}

/* value *(";" attribute "=" value)   (RFC 2045, RFC 2183)
 *
 * *VALUE_OUT (transfer full) is in lower case; *PARAMS_OUT (transfer full) is decoded as by
 * taube_mime_decode_params(). Never fails: what cannot be read is not there. */
void
taube_mime_field_parse (const char *raw, gsize length, char **value_out, GStrv *params_out)
{
  Cursor in = { raw, raw + length };
  g_autoptr (GPtrArray) pairs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) value = g_string_new (NULL);
  g_autofree char *lower = NULL;

  read_token (&in, ";", value);
  while (in.at < in.end && pairs->len < 2 * PARAMS_MAX)
    {
      g_autoptr (GString) name = g_string_new (NULL);
      g_autoptr (GString) text = g_string_new (NULL);

      if (*in.at == ';')
        in.at++;
      read_token (&in, "=;", name);
      if (in.at == in.end || *in.at == ';')
        continue;
      in.at++;
      read_value (&in, text);
      while (in.at < in.end && *in.at != ';')
        in.at++;
      g_ptr_array_add (pairs, g_string_free (g_steal_pointer (&name), FALSE));
      g_ptr_array_add (pairs, g_string_free (g_steal_pointer (&text), FALSE));
    }
  g_ptr_array_add (pairs, NULL);
  *params_out = taube_mime_decode_params ((const char *const *) pairs->pdata);
  lower = g_ascii_strdown (value->str, (gssize) value->len);
  *value_out = taube_mime_decode_text (lower, strlen (lower));
}
