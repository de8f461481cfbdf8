/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as an answer of Autodiscover; the build says by DISCOVER_READ of which kind. */
#include <stdint.h>

#include "discover/discover-answer.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DiscoverAnswer) answer = DISCOVER_READ (data, size, &error);

  g_assert_true ((answer != NULL) == (error == NULL));
  if (answer == NULL)
    return 0;
  g_assert_true ((answer->kind == DISCOVER_URLS) == (answer->urls->len > 0));
  g_assert_true ((answer->kind == DISCOVER_ADDRESS || answer->kind == DISCOVER_PLACE) == (answer->target != NULL));
  g_assert_true ((answer->kind == DISCOVER_REFUSED) == (answer->problem != NULL));
  for (guint i = 0; i < answer->urls->len; i++)
    g_assert_true (g_str_is_ascii (answer->urls->pdata[i]));
  if (answer->problem != NULL)
    g_assert_true (g_utf8_validate (answer->problem, -1, NULL));
  return 0;
}
