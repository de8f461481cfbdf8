/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-mime.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Input: a Date field. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gint64 seconds = 0;
  int offset = 0;

  if (!taube_mime_parse_date ((const char *) data, size, &seconds, &offset))
    return 0;
  g_assert_cmpint (ABS (offset), <, 24 * 60);
  g_assert_cmpint (seconds, >=, G_GINT64_CONSTANT (-2208988800) - 86400);
  g_assert_cmpint (seconds, <, G_GINT64_CONSTANT (253402300800) + 86400);
  return 0;
}
