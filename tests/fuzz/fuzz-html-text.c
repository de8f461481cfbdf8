/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-html-text.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Input: HTML. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = taube_html_to_text ((const char *) data, size);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *c = text; *c != '\0'; c++)
    g_assert_true (*c == '\n' || !g_ascii_iscntrl (*c));
  return 0;
}
