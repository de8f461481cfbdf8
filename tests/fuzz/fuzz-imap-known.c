/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is read of a token is the same when it is written and read again, and fits together. */
#include <stdint.h>
#include <string.h>

#include "imap-known.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_sets (const ImapKnown *known)
{
  guint64 count = 0;

  if (known->uids != NULL)
    {
      g_assert_cmpuint (imap_seqset_count (known->uids), ==, known->exists);
      for (guint i = 0; i < known->uids->n_ranges; i++)
        {
          g_assert_cmpuint (known->uids->ranges[i].first, <=, known->uids->ranges[i].last);
          g_assert_cmpuint (known->uids->ranges[i].last, <, known->uidnext);
          g_assert_true (i == 0 || known->uids->ranges[i].first > known->uids->ranges[i - 1].last + 1);
        }
    }
  for (guint i = 0; known->digests != NULL && i < known->digests->len; i++)
    count += g_array_index (known->digests, ImapDigestRun, i).count;
  g_assert_true (known->digests == NULL || count == known->exists);
  g_assert_true (known->uids != NULL || known->modseq != 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (ImapKnown) known = imap_known_decode (data, size, taube_limits_get_default ());
  g_autoptr (ImapKnown) again = NULL;
  g_autoptr (GBytes) written = NULL;
  g_autoptr (GBytes) twice = NULL;

  if (known == NULL)
    return 0;
  check_sets (known);

  /* Digests may take many bytes when they are written one by one. */
  if (known->exists > 1000000)
    return 0;
  written = imap_known_encode (known);
  again = imap_known_decode (g_bytes_get_data (written, NULL), g_bytes_get_size (written), taube_limits_get_default ());
  g_assert_nonnull (again);
  twice = imap_known_encode (again);
  g_assert_true (g_bytes_equal (written, twice));
  return 0;
}
