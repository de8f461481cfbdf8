/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Input: the text of a header field. It comes out as something that can be shown, the same in both forms. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = taube_mime_decode_text ((const char *) data, size);
  TaubeBuffer out = { 0 };

  taube_mime_append_text (&out, (const char *) data, size);
  g_assert_cmpmem (text, strlen (text), taube_buffer_peek (&out), taube_buffer_length (&out));
  taube_buffer_clear (&out);
  taube_mime_append_raw_text (&out, (const char *) data, size);
  g_assert_true (g_utf8_validate ((const char *) taube_buffer_peek (&out), (gssize) taube_buffer_length (&out), NULL));
  taube_buffer_clear (&out);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    g_assert_false (g_utf8_get_char (c) < 0x20 || (g_utf8_get_char (c) >= 0x7f && g_utf8_get_char (c) < 0xa0));
  return 0;
}
