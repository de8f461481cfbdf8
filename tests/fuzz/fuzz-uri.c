/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube/taube.h>

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_same (TaubeUri *uri)
{
  g_autofree char *text = taube_uri_to_string (uri);
  g_autoptr (TaubeUri) again = taube_uri_parse (text, NULL);
  g_autofree char *twice = NULL;

  /* Printing may make it longer than what is accepted. */
  if (again == NULL && strlen (text) > 8192)
    return;
  g_assert_nonnull (again);
  twice = taube_uri_to_string (again);
  g_assert_cmpstr (twice, ==, text);
  g_assert_cmpstr (taube_uri_get_host (again), ==, taube_uri_get_host (uri));
  g_assert_cmpstr (taube_uri_get_user (again), ==, taube_uri_get_user (uri));
  g_assert_cmpstr (taube_uri_get_item_id (again), ==, taube_uri_get_item_id (uri));
  g_assert_cmpstr (taube_uri_get_section (again), ==, taube_uri_get_section (uri));
}

/* Any text: an error or a URI that prints as something that parses to the same. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeUri) uri = taube_uri_parse (text, &error);
  g_autoptr (TaubeUri) account = NULL;

  if (uri == NULL)
    {
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  check_same (uri);
  account = taube_uri_get_account_uri (uri);
  check_same (account);
  if (taube_uri_get_item_id (uri) != NULL)
    {
      g_autoptr (TaubeUri) item = taube_uri_with_item (uri, taube_uri_get_item_id (uri), taube_uri_get_section (uri));

      check_same (item);
    }
  return 0;
}
