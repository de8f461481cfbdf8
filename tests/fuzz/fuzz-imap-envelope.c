/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-envelope.h"
#include "imap-fuzz.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
touch_addresses (const ImapAddress *address)
{
  gboolean open = FALSE;

  for (; address != NULL; address = address->next)
    {
      /* groups are not nested, and none ends that did not begin */
      g_assert_false (address->kind == IMAP_ADDRESS_GROUP_BEGIN && open);
      g_assert_false (address->kind == IMAP_ADDRESS_GROUP_END && !open);
      if (address->kind != IMAP_ADDRESS_MAILBOX)
        open = address->kind == IMAP_ADDRESS_GROUP_BEGIN;
      imap_fuzz_touch (address->name.text, address->name.length);
      imap_fuzz_touch (address->mailbox.text, address->mailbox.length);
      imap_fuzz_touch (address->host.text, address->host.length);
    }
}

static void
on_response (ImapReader *reader, const ImapResponse *response, gpointer user_data)
{
  const ImapValue *value = response->values;
  ImapEnvelope envelope;

  if (value == NULL || value->type != IMAP_VALUE_LIST || value->first == NULL)
    return;
  if (!imap_decode_envelope (value->first->next, imap_reader_get_arena (reader), &envelope))
    return;
  imap_fuzz_touch (envelope.date.text, envelope.date.length);
  imap_fuzz_touch (envelope.subject.text, envelope.subject.length);
  imap_fuzz_touch (envelope.in_reply_to.text, envelope.in_reply_to.length);
  imap_fuzz_touch (envelope.message_id.text, envelope.message_id.length);
  touch_addresses (envelope.from);
  touch_addresses (envelope.sender);
  touch_addresses (envelope.reply_to);
  touch_addresses (envelope.to);
  touch_addresses (envelope.cc);
  touch_addresses (envelope.bcc);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  imap_fuzz_feed_item ("ENVELOPE", data, size, on_response);
  return 0;
}
