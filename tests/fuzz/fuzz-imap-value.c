/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The value tree of whatever a server sends, read whole and byte by byte. */
#include "imap-fuzz.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gboolean
accept_all (const ImapBodyInfo *info, gpointer user_data)
{
  return TRUE;
}

static void
hash_values (guint *hash, const ImapValue *value)
{
  for (; value != NULL; value = value->next)
    {
      *hash = *hash * 31 + value->type * 7 + value->broken * 3 + value->length;
      if (value->type == IMAP_VALUE_LIST)
        hash_values (hash, value->first);
      else if (value->type != IMAP_VALUE_STREAMED)
        *hash = *hash * 31 + g_str_hash (value->text);
    }
}

static void
on_response (ImapReader *reader, const ImapResponse *response, gpointer user_data)
{
  guint *hash = user_data;

  imap_fuzz_touch_values (response->values, 0);
  imap_fuzz_touch_values (response->code_values, 0);
  g_assert_cmpuint (strlen (response->text), ==, response->text_length);
  *hash = *hash * 31 + response->type * 5 + response->number + response->broken;
  *hash = *hash * 31 + g_str_hash (response->text) + g_str_hash (response->name);
  hash_values (hash, response->values);
  hash_values (hash, response->code_values);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  guint whole = 0, bytes = 0, streamed = 0;

  imap_fuzz_feed (data, size, MAX (size, 1), NULL, on_response, &whole);
  imap_fuzz_feed (data, size, 1, NULL, on_response, &bytes);
  imap_fuzz_feed (data, size, 5, accept_all, on_response, &streamed);
  g_assert_cmphex (whole, ==, bytes);
  return 0;
}
