/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-stamp.h"

#include <string.h>

/* Longer ones are nobody's. */
#define STAMP_MAX 512

/* atext of RFC 5322 and the dots between */
static gboolean
is_stamp_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-/=?^_`{|}~.", c) != NULL);
}

/* One side of the "@": what is allowed there, not empty. */
static gsize
span (const char *text, gsize length)
{
  gsize n = 0;

  while (n < length && is_stamp_char (text[n]))
    n++;
  return n;
}

/* id-right may be a literal: "[192.0.2.1]". */
static gsize
span_right (const char *text, gsize length)
{
  gsize n = 1;

  if (length == 0 || text[0] != '[')
    return span (text, length);
  while (n < length && (g_ascii_isalnum (text[n]) || text[n] == '.' || text[n] == ':'))
    n++;
  return n > 1 && n < length && text[n] == ']' ? n + 1 : 0;
}

/* msg-id = "<" id-left "@" id-right ">"                                (RFC 5322)
 *
 * The stamp is what the password is hashed with. Whoever may choose it freely, with bytes that no message id has, can
 * find out the password letter by letter, for MD5 is broken: such a stamp counts as none. */
char *
pop3_stamp_find (const char *text, gsize length)
{
  const char *start = memchr (text, '<', length);
  gsize rest, left, right;

  if (start == NULL)
    return NULL;
  rest = length - (gsize) (start - text) - 1;
  left = span (start + 1, rest);
  if (left == 0 || left == rest || start[1 + left] != '@')
    return NULL;
  right = span_right (start + left + 2, rest - left - 1);
  if (right == 0 || left + right + 2 > rest || start[left + right + 2] != '>' || left + right + 3 > STAMP_MAX)
    return NULL;
  return g_strndup (start, left + right + 3);
}
