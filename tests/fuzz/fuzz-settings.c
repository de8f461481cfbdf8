/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* "name=value": it is refused, or it reads back as it was set. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) words = g_strsplit (text, "=", 2);
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *value = NULL;

  if (words[0] == NULL || words[1] == NULL)
    return 0;
  if (!taube_settings_set (settings, words[0], words[1], &error))
    {
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  value = taube_settings_get (settings, words[0]);
  g_assert_cmpstr (value, ==, words[1]);
  return 0;
}
