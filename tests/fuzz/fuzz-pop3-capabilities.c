/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-capabilities.h"
#include "pop3-quirks.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Lines of CAPA: whatever they hold can be shown, and the numbers are numbers. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (Pop3Capabilities) caps = pop3_capabilities_new ();
  Pop3Quirks quirks;

  for (size_t at = 0; at < size;)
    {
      const uint8_t *end = memchr (data + at, '\n', size - at);
      size_t length = end != NULL ? (size_t) (end - data - at) : size - at;

      pop3_capabilities_add_line (caps, (const char *) data + at, length, taube_limits_get_default ());
      at += length + 1;
    }
  for (guint i = 0; pop3_capabilities_get_lines (caps)[i] != NULL; i++)
    g_assert (g_utf8_validate (pop3_capabilities_get_lines (caps)[i], -1, NULL));
  for (guint i = 0; i < POP3_N_CAPABILITIES; i++)
    g_assert (pop3_capabilities_has (caps, i) == (pop3_capabilities_get_line (caps, i) != NULL));
  g_assert (pop3_capabilities_get_login_delay (caps) <= G_MAXINT);
  pop3_quirks_detect (&quirks, NULL, NULL, caps);
  g_assert (quirks.server != NULL && quirks.max_pipeline > 0);
  return 0;
}
