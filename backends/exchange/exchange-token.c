/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-token.h"

#include <string.h>

/* token = "E1" NUL folder-id NUL sync-state */
#define MAGIC "E1"

GBytes *
exchange_token_write (const char *folder_id, const char *sync_state)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) MAGIC, sizeof MAGIC);
  g_byte_array_append (bytes, (const guint8 *) folder_id, strlen (folder_id) + 1);
  g_byte_array_append (bytes, (const guint8 *) sync_state, strlen (sync_state));
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
exchange_token_read (GBytes *token, const char *folder_id, char **sync_state)
{
  gsize length, head = sizeof MAGIC + strlen (folder_id) + 1;
  const char *data = g_bytes_get_data (token, &length);

  if (length <= head || memcmp (data, MAGIC, sizeof MAGIC) != 0
      || memcmp (data + sizeof MAGIC, folder_id, strlen (folder_id) + 1) != 0
      || !g_utf8_validate (data + head, (gssize) (length - head), NULL))
    return FALSE;
  *sync_state = g_strndup (data + head, length - head);
  return TRUE;
}
