/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ACL, MYRIGHTS, LISTRIGHTS, QUOTA, QUOTAROOT, METADATA. */
#include "imap-decode-acl.h"
#include "imap-decode-metadata.h"
#include "imap-decode-quota.h"
#include "imap-fuzz.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
try_acl (const ImapResponse *response)
{
  ImapAcl acl;
  ImapMyrights myrights;
  ImapListrights listrights;
  ImapString identifier, rights;

  if (imap_decode_listrights (response, &listrights))
    {
      imap_fuzz_touch (listrights.mailbox.text, listrights.mailbox.length);
      imap_fuzz_touch (listrights.required.text, listrights.required.length);
      imap_fuzz_touch_values (listrights.optional, 0);
    }
  if (imap_decode_acl (response, &acl))
    {
      imap_fuzz_touch (acl.mailbox.text, acl.mailbox.length);
      while (imap_acl_next (&acl.entries, &identifier, &rights))
        {
          imap_fuzz_touch (identifier.text, identifier.length);
          imap_fuzz_touch (rights.text, rights.length);
        }
    }
  if (imap_decode_myrights (response, &myrights))
    {
      imap_fuzz_touch (myrights.mailbox.text, myrights.mailbox.length);
      imap_fuzz_touch (myrights.rights.text, myrights.rights.length);
    }
}

static void
try_quota (const ImapResponse *response)
{
  ImapQuota quota;
  ImapQuotaroot quotaroot;
  ImapQuotaResource resource;

  if (imap_decode_quota (response, &quota))
    while (imap_quota_next (&quota.resources, &resource))
      {
        imap_fuzz_touch (resource.name.text, resource.name.length);
        g_assert_true (resource.usage >= -1 && resource.limit >= -1);
      }
  if (imap_decode_quotaroot (response, &quotaroot))
    imap_fuzz_touch (quotaroot.mailbox.text, quotaroot.mailbox.length);
}

static void
try_metadata (const ImapResponse *response)
{
  ImapMetadata metadata;
  ImapString name, value;

  if (!imap_decode_metadata (response, &metadata))
    return;
  imap_fuzz_touch (metadata.mailbox.text, metadata.mailbox.length);
  while (metadata.has_values && imap_metadata_next (&metadata.entries, &name, &value))
    {
      imap_fuzz_touch (name.text, name.length);
      imap_fuzz_touch (value.text, value.length);
    }
}

/* Putting an unquoted name together again changes the line: each kind looks at one of its own. */
static void
on_response (ImapReader *reader, const ImapResponse *response, gpointer user_data)
{
  switch (response->type)
    {
    case IMAP_RESPONSE_ACL:
    case IMAP_RESPONSE_MYRIGHTS:
    case IMAP_RESPONSE_LISTRIGHTS:
      try_acl (response);
      break;
    case IMAP_RESPONSE_QUOTA:
    case IMAP_RESPONSE_QUOTAROOT:
      try_quota (response);
      break;
    case IMAP_RESPONSE_METADATA:
      try_metadata (response);
      break;
    default:
      break;
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  imap_fuzz_feed (data, size, MAX (size, 1), NULL, on_response, NULL);
  return 0;
}
