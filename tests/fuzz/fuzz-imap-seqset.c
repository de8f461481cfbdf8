/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A set that was written is the same when it is read, whole and in pieces. */
#include <stdint.h>
#include <string.h>

#include "imap-seqset.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_pieces (const ImapSeqset *set, const char *text)
{
  g_autoptr (ImapSeqset) again = imap_seqset_new ();
  g_autofree char *joined = NULL;
  guint position = 0;
  char *piece;

  while ((piece = imap_seqset_next_piece (set, &position, 20)) != NULL)
    {
      g_assert_true (imap_seqset_add_text (again, piece, strlen (piece), NULL));
      g_free (piece);
    }
  joined = imap_seqset_to_string (again);
  g_assert_cmpstr (joined, ==, text);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (ImapSeqset) set = imap_seqset_parse ((const char *) data, size, NULL);
  g_autoptr (ImapSeqset) again = NULL;
  g_autofree char *text = NULL;
  g_autofree char *text_again = NULL;
  guint64 count;
  guint32 last;

  if (set == NULL)
    return 0;
  text = imap_seqset_to_string (set);
  again = imap_seqset_parse (text, -1, NULL);
  g_assert_nonnull (again);
  text_again = imap_seqset_to_string (again);
  g_assert_cmpstr (text, ==, text_again);
  check_pieces (set, text);

  count = imap_seqset_count (set);
  g_assert_true (imap_seqset_get_nth (set, count - 1, &last));
  g_assert_false (imap_seqset_get_nth (set, count, &last));
  imap_seqset_normalize (set);
  g_assert_cmpuint (imap_seqset_count (set), <=, count);
  for (guint i = 1; i < set->n_ranges; i++)
    g_assert_true (set->ranges[i].first == IMAP_STAR || set->ranges[i].first > set->ranges[i - 1].last);
  return 0;
}
