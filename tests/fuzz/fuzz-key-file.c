/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-key-file.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Any bytes: an error that can be shown, or names that are names. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  TaubeKeyFile file;

  if (!taube_key_file_parse ((const char *) data, size, &file, &error))
    {
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  g_assert_true (taube_key_file_is_name (file.name));
  g_assert_true (g_utf8_validate (file.title, -1, NULL));
  for (guint i = 0; file.schemes[i] != NULL; i++)
    g_assert_true (taube_key_file_is_name (file.schemes[i]));
  taube_key_file_clear (&file);
  return 0;
}
