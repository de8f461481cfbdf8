/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sasl/taube-sasl-base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int
value_of (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  if (c == '+')
    return 62;
  return c == '/' ? 63 : -1;
}

/* base64 = *(4base64-char) [base64-terminal]   (RFC 9051)
 *
 * Strict: nothing outside the alphabet, padding present, its unused bits zero. Appends to OUT; what stands there
 * after a failure is worthless. */
gboolean
taube_sasl_base64_decode (const char *text, gsize length, TaubeBuffer *out)
{
  gsize padding = 0;

  if (length % 4 != 0)
    return FALSE;
  while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
    padding++;

  for (gsize i = 0; i < length; i += 4)
    {
      gsize keep = i + 4 == length ? 3 - padding : 3;
      guint32 bits = 0;
      guint8 bytes[3];

      for (gsize k = 0; k < 4; k++)
        {
          int value = k > keep ? 0 : value_of (text[i + k]);

          if (value < 0)
            return FALSE;
          bits = bits << 6 | (guint32) value;
        }
      for (gsize k = 0; k < 3; k++)
        bytes[k] = (guint8) (bits >> (16 - 8 * k));
      if ((keep < 3 && bytes[2] != 0) || (keep < 2 && bytes[1] != 0))
        return FALSE;
      taube_buffer_append (out, bytes, keep);
      taube_memory_wipe (bytes, sizeof bytes);
    }
  return TRUE;
}

/* The text as a secret: what is encoded here is a response that may hold a password. */
TaubeSecret *
taube_sasl_base64_encode (const guint8 *data, gsize length)
{
  char *text = g_malloc (length / 3 * 4 + 5);
  char *out = text;

  for (gsize i = 0; i < length; i += 3)
    {
      gsize have = MIN (length - i, 3);
      guint32 bits = (guint32) data[i] << 16;

      if (have > 1)
        bits |= (guint32) data[i + 1] << 8;
      if (have > 2)
        bits |= data[i + 2];
      *out++ = alphabet[bits >> 18 & 63];
      *out++ = alphabet[bits >> 12 & 63];
      *out++ = have > 1 ? alphabet[bits >> 6 & 63] : '=';
      *out++ = have > 2 ? alphabet[bits & 63] : '=';
    }
  *out = '\0';
  return taube_secret_new_take (text);
}
