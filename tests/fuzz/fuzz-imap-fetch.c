/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* FETCH responses, with all that is in them. */
#include "imap-decode-fetch.h"
#include "imap-fuzz.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gboolean
accept_bodies (const ImapBodyInfo *info, gpointer user_data)
{
  return g_ascii_strncasecmp (info->item, "BODY[", 5) == 0;
}

static void
on_response (ImapReader *reader, const ImapResponse *response, gpointer user_data)
{
  ImapFetch fetch;

  if (!imap_decode_fetch (response, imap_reader_get_arena (reader), taube_limits_get_default (), &fetch))
    return;
  g_assert_true (fetch.seq != 0 || (fetch.fields & IMAP_FETCH_UID) != 0);
  g_assert_cmphex (fetch.malformed & ~fetch.fields, ==, 0);
  for (guint i = 0; i < fetch.flags.n_keywords; i++)
    g_assert_true (g_utf8_validate (fetch.flags.keywords[i], -1, NULL));
  for (const ImapSection *section = fetch.sections; section != NULL; section = section->next)
    {
      imap_fuzz_touch (section->section.text, section->section.length);
      imap_fuzz_touch (section->content.text, section->content.length);
    }
  imap_fuzz_touch (fetch.preview.text, fetch.preview.length);
  imap_fuzz_touch (fetch.email_id.text, fetch.email_id.length);
  imap_fuzz_touch (fetch.thread_id.text, fetch.thread_id.length);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  imap_fuzz_feed (data, size, MAX (size, 1), NULL, on_response, NULL);
  imap_fuzz_feed (data, size, 3, accept_bodies, on_response, NULL);
  return 0;
}
