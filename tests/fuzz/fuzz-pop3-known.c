/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is read of a token is the same when it is written and read again. */
#include <stdint.h>

#include "pop3-known.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size), packed = NULL;
  g_autoptr (TaubeIdSet) ids = pop3_known_unpack (bytes), again = NULL;

  if (ids == NULL)
    return 0;
  packed = pop3_known_pack (ids);
  again = pop3_known_unpack (packed);
  g_assert_nonnull (again);
  g_assert_true (taube_id_set_equal (ids, again));
  return 0;
}
