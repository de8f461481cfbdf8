/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What decodes strictly has one spelling only, and whatever is UTF-8 comes back. */
#include <stdint.h>
#include <string.h>

#include "imap-utf7.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *tolerant = imap_utf7_decode ((const char *) data, size);
  g_autofree char *strict = imap_utf7_decode_strict ((const char *) data, size, NULL);
  g_autofree char *encoded = imap_utf7_encode (text, NULL);

  g_assert_true (g_utf8_validate (tolerant, -1, NULL));
  if (strict != NULL)
    {
      g_autofree char *again = imap_utf7_encode (strict, NULL);

      g_assert_cmpstr (strict, ==, tolerant);
      g_assert_cmpmem (again, strlen (again), data, size);
    }
  if (encoded != NULL)
    {
      g_autofree char *decoded = imap_utf7_decode_strict (encoded, strlen (encoded), NULL);

      g_assert_cmpstr (decoded, ==, text);
    }
  return 0;
}
