/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-field.h"

#include <taube-backend/taube-mime.h>

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_field (const char *raw, gsize length)
{
  g_autofree char *value = NULL;
  g_auto (GStrv) params = NULL;

  taube_mime_field_parse (raw, length, &value, &params);
  g_assert_true (g_utf8_validate (value, -1, NULL));
  for (guint i = 0; params[i] != NULL; i++)
    {
      g_autofree char *file_name = taube_mime_clean_file_name (params[i]);

      g_assert_true (g_utf8_validate (params[i], -1, NULL));
      g_assert_true (file_name == NULL
                     || (g_utf8_validate (file_name, -1, NULL) && strpbrk (file_name, "/\\") == NULL));
    }
  g_assert_true (g_strv_length (params) % 2 == 0);
}

/* Input: the header of a message; each field is read as text and as one with parameters. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize body;
  g_autoptr (TaubeMimeHeaders) headers
    = taube_mime_headers_parse ((const char *) data, size, taube_limits_get_default (), &body);

  g_assert_cmpuint (body, <=, size);
  for (guint i = 0; i < taube_mime_headers_get_n_fields (headers); i++)
    {
      gsize length;
      const char *raw = taube_mime_headers_get_raw (headers, i, &length);
      g_autofree char *text = taube_mime_decode_text (raw, length);

      g_assert_true (g_utf8_validate (text, -1, NULL));
      g_assert_cmpuint (length, <=, size);
      check_field (raw, length);
    }
  return 0;
}
