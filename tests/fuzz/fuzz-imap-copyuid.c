/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a server says of new UIDs: never more pairs than there were messages, whatever it says. */
#include "imap-copy-map.h"
#include "imap-fuzz.h"

#define MOST 1000

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct
{
  ImapCopyMap map;
  guint64 n;
} Pairs;

static void
count_pair (guint32 source, guint32 target, gpointer user_data)
{
  Pairs *pairs = user_data;

  g_assert_cmpuint (source, >, 0);
  g_assert_cmpuint (target, >, 0);
  pairs->n++;
}

static void
on_response (ImapReader *reader, const ImapResponse *response, gpointer user_data)
{
  Pairs *pairs = user_data;
  ImapCopyuid copyuid;

  if (imap_decode_copyuid (response, &copyuid))
    {
      imap_fuzz_touch (copyuid.source.text, copyuid.source.length);
      imap_fuzz_touch (copyuid.target.text, copyuid.target.length);
    }
  imap_copy_map_add (&pairs->map, response, MOST);
  pairs->n = 0;
  imap_copy_map_foreach (&pairs->map, count_pair, pairs);
  g_assert_cmpuint (pairs->n, <=, MOST);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Pairs whole = { 0 }, split = { 0 };

  imap_copy_map_init (&whole.map);
  imap_copy_map_init (&split.map);
  imap_fuzz_feed (data, size, MAX (size, 1), NULL, on_response, &whole);
  imap_fuzz_feed (data, size, 1, NULL, on_response, &split);
  g_assert_cmpuint (whole.n, ==, split.n);
  imap_copy_map_clear (&whole.map);
  imap_copy_map_clear (&split.map);
  return 0;
}
