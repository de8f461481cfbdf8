/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-decoder.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
collect (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
  g_string_append_len (user_data, (const char *) data, (gssize) length);
  return TRUE;
}

/* Input: a byte for the encoding, one for the charset, one for the size of the pieces, then the body. The text is
 * UTF-8 and does not depend on how the body is cut; only what libc makes of wrong UTF-7 does. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const encodings[] = { "7bit", "base64", "quoted-printable", "x-uuencode", "x" };
  static const char *const charsets[] = { "utf-8", "iso-8859-1", "gb18030", "iso-2022-jp", "utf-7", "utf-16",
                                          "utf-32be", "big5", "euc-kr", "shift_jis", "iso-2022-kr", "koi8-r", "x" };
  TaubeMimeDecoderFlags flags = TAUBE_MIME_DECODER_FLAGS_TEXT | TAUBE_MIME_DECODER_FLAGS_NEWLINES;
  g_autoptr (GString) whole = g_string_new (NULL), pieces = g_string_new (NULL);
  g_autoptr (TaubeMimeDecoder) one = NULL, many = NULL;
  const char *encoding, *charset;
  gsize step;

  if (size < 3)
    return 0;
  encoding = encodings[data[0] % G_N_ELEMENTS (encodings)];
  charset = charsets[data[1] % G_N_ELEMENTS (charsets)];
  step = data[2] % 16 + 1u;
  one = taube_mime_decoder_new (encoding, charset, flags, collect, whole);
  many = taube_mime_decoder_new (encoding, charset, flags, collect, pieces);
  taube_mime_decoder_write (one, data + 3, size - 3, NULL);
  taube_mime_decoder_finish (one, NULL);
  for (gsize at = 3; at < size; at += step)
    taube_mime_decoder_write (many, data + at, MIN (step, size - at), NULL);
  taube_mime_decoder_finish (many, NULL);
  g_assert_true (g_utf8_validate_len (whole->str, whole->len, NULL));
  g_assert_true (g_utf8_validate_len (pieces->str, pieces->len, NULL));
  if (strcmp (charset, "utf-7") != 0)
    g_assert_cmpmem (whole->str, whole->len, pieces->str, pieces->len);
  return 0;
}
