/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a server says of the parts of a message: the tree that comes of it can be walked, and each leaf be found. */
#include <stdint.h>
#include <string.h>

#include "ews/ews-parts.h"
#include "ews/ews-reader.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
walk (TaubePart *part, ExchangeParts *parts)
{
  const char *name = taube_part_get_filename (part);

  g_assert_true (name == NULL || (strchr (name, '/') == NULL && g_utf8_validate (name, -1, NULL)));
  g_assert_true (g_utf8_validate (taube_part_get_media_type (part), -1, NULL));
  taube_part_get_charset (part);
  if (taube_part_get_n_children (part) == 0)
    g_assert_nonnull (exchange_parts_find (parts, taube_part_get_section (part)));
  for (guint i = 0; i < taube_part_get_n_children (part); i++)
    walk (taube_part_get_child (part, i), parts);
}

static gboolean
on_unit (const EwsNode *unit, const EwsNode *message, guint index, gpointer user_data, GError **error)
{
  g_autoptr (ExchangeParts) parts = exchange_parts_new ();

  ews_parts_decode (unit, *(gsize *) user_data, parts);
  exchange_parts_close (parts);
  if (exchange_parts_get_root (parts) != NULL)
    walk (exchange_parts_get_root (parts), parts);
  return TRUE;
}

static gboolean
on_stream (const char *text, gsize length, gpointer user_data, GError **error)
{
  *(gsize *) user_data += length;
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const EwsReaderFuncs funcs = { NULL, NULL, on_unit, NULL, on_stream, NULL };
  TaubeLimits limits = *taube_limits_get_default ();
  gsize streamed = 0;
  g_autoptr (EwsReader) reader = NULL;

  limits.response_bytes = 1 << 20;
  limits.messages = 1000;
  reader = ews_reader_new (&limits, &funcs, &streamed);
  ews_reader_set_stream (reader, "Body");
  if (ews_reader_feed (reader, data, size / 2, NULL))
    ews_reader_feed (reader, data + size / 2, size - size / 2, NULL);
  ews_reader_end (reader, NULL);
  return 0;
}
