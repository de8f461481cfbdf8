/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* VANISHED, ESEARCH and SEARCH: the sets that they tell, and what is made of these, hold only numbers that can be. */
#include "imap-fuzz.h"

#include "imap-decode-search.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_set (ImapSeqset *set)
{
  g_autoptr (ImapSeqset) part = NULL;
  g_autoptr (ImapSeqset) low = NULL;
  g_autoptr (ImapSeqset) rest = NULL;
  g_autoptr (ImapSeqset) both = NULL;

  imap_seqset_normalize (set);
  part = imap_seqset_clip (set, 1, G_MAXUINT32 - 1);
  for (guint i = 0; i < part->n_ranges; i++)
    g_assert_true (part->ranges[i].first >= 1 && part->ranges[i].first <= part->ranges[i].last
                   && part->ranges[i].last < G_MAXUINT32);
  low = imap_seqset_clip (part, 1, 1000);
  rest = imap_seqset_minus (part, low);
  both = imap_seqset_common (part, low);
  g_assert_cmpuint (imap_seqset_count (low) + imap_seqset_count (rest), ==, imap_seqset_count (part));
  g_assert_cmpuint (imap_seqset_count (both), ==, imap_seqset_count (low));
  imap_seqset_join (rest, low);
  g_assert_cmpuint (imap_seqset_count (rest), ==, imap_seqset_count (part));
}

static void
on_response (ImapReader *reader, const ImapResponse *response, gpointer user_data)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();
  ImapVanished vanished;
  ImapEsearch esearch;

  if (response->type == IMAP_RESPONSE_VANISHED && imap_decode_vanished (response, &vanished))
    imap_seqset_add_text (set, vanished.uids.text, vanished.uids.length, NULL);
  else if (response->type == IMAP_RESPONSE_ESEARCH && imap_decode_esearch (response, &esearch)
           && (esearch.fields & IMAP_ESEARCH_ALL))
    imap_seqset_add_text (set, esearch.all.text, esearch.all.length, NULL);
  else if (response->type == IMAP_RESPONSE_SEARCH)
    imap_decode_search (response, set, NULL);
  check_set (set);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  imap_fuzz_feed (data, size, size, NULL, on_response, NULL);
  if (size < 1000)
    imap_fuzz_feed (data, size, 1, NULL, on_response, NULL);
  return 0;
}
