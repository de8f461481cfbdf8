/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Any text: an error with a place in it, or a query that prints as something that reads as the same. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  guint column;
  g_autoptr (TaubeQuery) query = taube_query_parse (text, &column, &error);
  g_autoptr (TaubeQuery) again = NULL;
  g_autofree char *printed = NULL;

  if (query == NULL)
    {
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_cmpuint (column, >, 0);
      g_assert_cmpuint (column, <=, strlen (text) + 1);
      return 0;
    }
  g_assert_cmpuint (column, ==, 0);
  printed = taube_query_to_string (query);
  /* Printing may make it longer than what is accepted. */
  if (strlen (printed) > 65536)
    return 0;
  again = taube_query_parse (printed, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_query_equal (query, again));
  return 0;
}
