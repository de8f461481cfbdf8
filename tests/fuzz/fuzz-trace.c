/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>
#include <taube-backend/taube-trace.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Nothing else in a trace can look like this: a byte 0x07 is always printed as \x07. */
#define SECRET "\007\007\007\007"

static void
check_line (const char *category, const char *line, gpointer user_data)
{
  g_assert_true (g_utf8_validate (line, -1, NULL));
  g_assert_null (strchr (line, '\n'));
  g_assert_null (strstr (line, "\\x07\\x07\\x07\\x07"));
}

/* Input: the first byte says where the secret is put into the rest. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) wire = g_byte_array_new ();
  TaubeRedaction redaction = { .length = strlen (SECRET) };

  if (size < 2 || memmem (data, size, "\007", 1) != NULL)
    return 0;
  redaction.offset = MIN ((gsize) data[0], size - 1);
  g_byte_array_append (wire, data + 1, redaction.offset);
  g_byte_array_append (wire, (const guint8 *) SECRET, redaction.length);
  g_byte_array_append (wire, data + 1 + redaction.offset, size - 1 - redaction.offset);

  taube_log_set_handler (check_line, NULL, NULL);
  taube_log_set_categories ("fuzz");
  taube_trace_wire ("fuzz", "1 >", wire->data, wire->len, &redaction, 1);
  return 0;
}
