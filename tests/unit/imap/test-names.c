/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-names.h"

#include <taube/taube-error.h>

#include <string.h>

static void
assert_path (const char *wire, char delimiter, gboolean utf8, const char *expected)
{
  g_auto (GStrv) path = imap_names_split (wire, strlen (wire), delimiter, utf8);
  g_autofree char *joined = g_strjoinv ("|", path);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_split (void)
{
  assert_path ("INBOX", '/', FALSE, "INBOX");
  assert_path ("inbox", '/', FALSE, "INBOX");
  assert_path ("inbox.Sent", '.', FALSE, "INBOX|Sent");
  assert_path ("Entw&APw-rfe/Neu", '/', FALSE, "Entwürfe|Neu");
  assert_path ("Q&A/x", '/', TRUE, "Q&A|x");
  assert_path ("a/b/", '/', FALSE, "a|b");
  assert_path ("/a//b", '/', FALSE, "a|b");
  assert_path ("a/b", '.', FALSE, "a/b");
  assert_path ("a/b", '\0', FALSE, "a/b");
  assert_path ("", '/', FALSE, "");
}

static void
test_join (void)
{
  const char *const good[] = { "Projekte", "Brücke", NULL };
  const char *const delimiter[] = { "a/b", NULL };
  const char *const empty[] = { "a", "", NULL };
  const char *const one[] = { "a", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *name = imap_names_join (good, '.', &error);
  g_autofree char *single = imap_names_join (one, '\0', &error);
  g_autofree char *wire = imap_names_to_wire (good, '/');

  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, "Projekte.Brücke");
  g_assert_cmpstr (single, ==, "a");
  g_assert_cmpstr (wire, ==, "Projekte/Br&APw-cke");
  g_assert_null (imap_names_join (delimiter, '/', &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (imap_names_join (empty, '/', &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (imap_names_join (good, '\0', &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/names/split", test_split);
  g_test_add_func ("/imap/names/join", test_join);
  return g_test_run ();
}
