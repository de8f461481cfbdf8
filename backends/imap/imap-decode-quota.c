/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-quota.h"

#include "imap-decode-list.h"

/* quota-response = "QUOTA" SP quota-root-name SP quota-list
 * quota-list     = "(" quota-resource *(SP quota-resource) ")"       (RFC 9208; RFC 2087 lets it be empty)
 *
 * Courier leaves the list out when nothing is limited. FALSE when the name is missing, or there is no list where it
 * ought to be. */
gboolean
imap_decode_quota (const ImapResponse *response, ImapQuota *quota)
{
  const ImapValue *root = response->values;
  const ImapValue *list = root != NULL ? root->next : NULL;

  *quota = (ImapQuota){ 0 };
  if (!imap_value_get_astring (root, &quota->root)
      || (list != NULL && list->type != IMAP_VALUE_LIST && list->type != IMAP_VALUE_NIL))
    return FALSE;
  quota->resources = list != NULL && list->type == IMAP_VALUE_LIST ? list->first : NULL;
  return TRUE;
}

/* number64, in 63 bits; a negative number, or what is no number, is -1 */
static gint64
read_amount (const ImapValue *value)
{
  guint64 number;

  if (!imap_value_get_number (value, &number))
    return -1;
  return MIN (number, (guint64) G_MAXINT64);
}

/* quota-resource = resource-name SP resource-usage SP resource-limit   (RFC 9208)
 *
 * Takes the next one off RESOURCES. FALSE: there is no other. */
gboolean
imap_quota_next (const ImapValue **resources, ImapQuotaResource *resource)
{
  const ImapValue *name = *resources;

  *resource = (ImapQuotaResource){ .usage = -1, .limit = -1 };
  for (; name != NULL && name->next != NULL && name->next->next != NULL; name = name->next->next->next)
    {
      if (!imap_value_get_astring (name, &resource->name))
        continue;
      resource->usage = read_amount (name->next);
      resource->limit = read_amount (name->next->next);
      *resources = name->next->next->next;
      return TRUE;
    }
  *resources = NULL;
  return FALSE;
}

/* quotaroot-response = "QUOTAROOT" SP mailbox *(SP quota-root-name)  (RFC 9208)
 *
 * FALSE when there is no name. */
gboolean
imap_decode_quotaroot (const ImapResponse *response, ImapQuotaroot *quotaroot)
{
  const ImapValue *value = response->values;
  gboolean malformed = FALSE;

  *quotaroot = (ImapQuotaroot){ 0 };
  if (!imap_decode_mailbox (&value, 1, &quotaroot->mailbox, &malformed))
    return FALSE;
  quotaroot->roots = value;
  return TRUE;
}
