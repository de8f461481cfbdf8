/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Input: a list of addresses. What is printed can be shown, and read again. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *raw = g_strndup ((const char *) data, size);
  g_autoptr (GPtrArray) addresses = taube_address_list_parse (raw);
  g_autofree char *text = taube_address_list_to_string (addresses);
  g_autoptr (GPtrArray) again = taube_address_list_parse (text);

  g_assert_nonnull (again);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *c = text; *c != '\0'; c++)
    g_assert_false (g_ascii_iscntrl (*c));
  for (guint i = 0; i < addresses->len; i++)
    {
      g_autofree char *one = taube_address_to_string (addresses->pdata[i]);

      g_assert_true (g_utf8_validate (taube_address_get_address (addresses->pdata[i]), -1, NULL));
      g_assert_true (g_utf8_validate (one, -1, NULL));
    }
  return 0;
}
