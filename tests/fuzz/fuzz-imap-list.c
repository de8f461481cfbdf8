/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Everything about mailboxes: LIST, STATUS, NAMESPACE, ID, SEARCH, ESEARCH, VANISHED, FLAGS. */
#include "imap-decode-list.h"
#include "imap-decode-search.h"
#include "imap-flags.h"
#include "imap-fuzz.h"
#include "imap-utf7.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
on_pair (ImapString key, ImapString value, gpointer user_data)
{
  imap_fuzz_touch (key.text, key.length);
  imap_fuzz_touch (value.text, value.length);
}

static void
try_mailboxes (ImapReader *reader, const ImapResponse *response)
{
  ImapList list;
  ImapStatus status;
  ImapNamespaces namespaces;

  if (imap_decode_list (response, &list))
    {
      g_autofree char *name = imap_utf7_decode (list.name.text, list.name.length);

      g_assert_true (g_utf8_validate (name, -1, NULL));
      imap_fuzz_touch (list.old_name.text, list.old_name.length);
    }
  if (imap_decode_status (response, &status))
    {
      imap_fuzz_touch (status.name.text, status.name.length);
      g_assert_cmphex (status.malformed & ~status.fields, ==, 0);
    }
  if (imap_decode_namespace (response, imap_reader_get_arena (reader), &namespaces))
    for (const ImapNamespace *entry = namespaces.personal; entry != NULL; entry = entry->next)
      imap_fuzz_touch (entry->prefix.text, entry->prefix.length);
  imap_decode_id (response, on_pair, NULL);
}

static void
try_numbers (ImapReader *reader, const ImapResponse *response)
{
  g_autoptr (ImapSeqset) set = imap_seqset_new ();
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint32));
  ImapEsearch esearch;
  ImapVanished vanished;
  ImapFlags flags;
  guint64 modseq;

  imap_decode_search (response, set, &modseq);
  imap_decode_sort (response, numbers);
  imap_decode_esearch (response, &esearch);
  if (esearch.all.text != NULL)
    imap_seqset_add_text (set, esearch.all.text, esearch.all.length, NULL);
  if (imap_decode_vanished (response, &vanished))
    imap_seqset_add_text (set, vanished.uids.text, vanished.uids.length, NULL);
  imap_flags_decode (response->values, imap_reader_get_arena (reader), &flags);
}

static void
on_response (ImapReader *reader, const ImapResponse *response, gpointer user_data)
{
  try_numbers (reader, response);
  try_mailboxes (reader, response);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  imap_fuzz_feed (data, size, MAX (size, 1), NULL, on_response, NULL);
  return 0;
}
