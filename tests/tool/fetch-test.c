/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch-test.h"

#include <string.h>

FetchStore *
fetch_test_open (const char *target)
{
  g_autoptr (GError) error = NULL;
  const char *path = NULL;
  const FetchStoreKind *kind = fetch_store_find_kind (target, &path);
  FetchStore *store;

  g_assert_nonnull (kind);
  store = fetch_store_open (kind, path, OWNER, &error);
  g_assert_no_error (error);
  g_assert_nonnull (store);
  return store;
}

char *
fetch_test_make_tag (guint number)
{
  g_autofree char *id = g_strdup_printf ("%u", number);

  return files_make_tag (OWNER, id);
}

FetchDraft *
fetch_test_write (FetchStore *store, const char *tag, const char *message, gsize size)
{
  g_autoptr (GError) error = NULL;
  FetchDraft *draft = fetch_store_begin (store, tag, &error);

  g_assert_no_error (error);
  for (gsize length = strlen (message), at = 0; at < length; at += size)
    g_assert_true (
        g_output_stream_write_all (G_OUTPUT_STREAM (draft), message + at, MIN (size, length - at), NULL, NULL, &error));
  return draft;
}

void
fetch_test_store (FetchStore *store, guint first, const char *const *messages)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; messages[i] != NULL; i++)
    {
      g_autofree char *tag = fetch_test_make_tag (first + i), *place = NULL;
      FetchDraft *draft = fetch_test_write (store, tag, messages[i], 1000);

      g_assert_true (fetch_store_finish (store, tag, draft, &place, &error));
      g_assert_false (fetch_store_has (store, tag));
    }
  fetch_store_commit (store, &error);
  g_assert_no_error (error);
}

char *
fetch_test_read (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

GPtrArray *
fetch_test_find (const char *path, const char *part)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (strstr (name, part) != NULL)
      g_ptr_array_add (found, g_build_filename (path, name, NULL));
  return found;
}
