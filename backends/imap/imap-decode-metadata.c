/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-metadata.h"

#include "imap-decode-list.h"

/* metadata-resp = "METADATA" SP mailbox SP (entry-values / entry-list)
 * entry-values  = "(" entry-value *(SP entry-value) ")"
 * entry-list    = entry *(SP entry)                                  (RFC 5464)
 *
 * FALSE when there is no name or nothing behind it. */
gboolean
imap_decode_metadata (const ImapResponse *response, ImapMetadata *metadata)
{
  const ImapValue *value = response->values;
  const ImapValue *last = value;
  guint words = 0;

  *metadata = (ImapMetadata){ .malformed = response->broken };
  for (; last != NULL && last->next != NULL; last = last->next)
    words++;
  metadata->has_values = words > 0 && last->type == IMAP_VALUE_LIST;
  /* A list ends the name, of however many words; otherwise the first word is the name. */
  if (words == 0
      || !imap_decode_mailbox (&value, metadata->has_values ? words : 1, &metadata->mailbox, &metadata->malformed))
    return FALSE;
  metadata->entries = metadata->has_values ? last->first : value;
  return TRUE;
}

/* entry-value = entry SP value
 * value       = nstring / literal8                                   (RFC 5464)
 *
 * Takes the next pair off the ENTRIES of one that has values; a value of NULL: there is none. FALSE: no other. */
gboolean
imap_metadata_next (const ImapValue **entries, ImapString *name, ImapString *value)
{
  const ImapValue *entry = *entries;

  for (; entry != NULL && entry->next != NULL; entry = entry->next->next)
    if (imap_value_get_astring (entry, name) && imap_value_get_nstring (entry->next, value))
      {
        *entries = entry->next->next;
        return TRUE;
      }
  *entries = NULL;
  return FALSE;
}
