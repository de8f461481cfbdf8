/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-acl.h"

#include "imap-decode-list.h"

/* acl-data   = "ACL" SP mailbox *(SP identifier SP rights)
 * identifier = astring
 * rights     = astring                                               (RFC 4314)
 *
 * A name of two words that the server has not quoted shows in their number. FALSE when there is no name. */
gboolean
imap_decode_acl (const ImapResponse *response, ImapAcl *acl)
{
  const ImapValue *value = response->values;
  guint n = 0;

  *acl = (ImapAcl){ .malformed = response->broken };
  for (const ImapValue *word = value; word != NULL; word = word->next)
    n++;
  if (!imap_decode_mailbox (&value, n % 2 == 0 ? 2 : 1, &acl->mailbox, &acl->malformed))
    return FALSE;
  acl->entries = value;
  return TRUE;
}

/* Takes the next pair off ENTRIES; rights that are NIL are none. FALSE: there is no other. */
gboolean
imap_acl_next (const ImapValue **entries, ImapString *identifier, ImapString *rights)
{
  const ImapValue *value = *entries;

  for (; value != NULL && value->next != NULL; value = value->next->next)
    if (imap_value_get_astring (value, identifier) && imap_value_get_nstring (value->next, rights))
      {
        *entries = value->next->next;
        if (rights->text == NULL)
          *rights = (ImapString){ "", 0 };
        return TRUE;
      }
  *entries = NULL;
  return FALSE;
}

/* myrights-data = "MYRIGHTS" SP mailbox SP rights                     (RFC 4314)
 *
 * The last word is the rights, whatever stands before. FALSE when one of the two is missing. */
gboolean
imap_decode_myrights (const ImapResponse *response, ImapMyrights *myrights)
{
  const ImapValue *value = response->values;
  guint n = 0;

  *myrights = (ImapMyrights){ .malformed = response->broken };
  for (const ImapValue *word = value; word != NULL; word = word->next)
    n++;
  if (n < 2 || !imap_decode_mailbox (&value, n - 1, &myrights->mailbox, &myrights->malformed) || value == NULL
      || !imap_value_get_nstring (value, &myrights->rights))
    return FALSE;
  if (myrights->rights.text == NULL)
    myrights->rights = (ImapString){ "", 0 };
  return TRUE;
}

/* listrights-data = "LISTRIGHTS" SP mailbox SP identifier SP rights *(SP rights)   (RFC 4314)
 *
 * FALSE when one of the first three is missing. */
gboolean
imap_decode_listrights (const ImapResponse *response, ImapListrights *listrights)
{
  const ImapValue *mailbox = response->values;
  const ImapValue *identifier = mailbox != NULL ? mailbox->next : NULL;
  const ImapValue *required = identifier != NULL ? identifier->next : NULL;

  *listrights = (ImapListrights){ 0 };
  if (!imap_value_get_astring (mailbox, &listrights->mailbox)
      || !imap_value_get_astring (identifier, &listrights->identifier)
      || !imap_value_get_nstring (required, &listrights->required))
    return FALSE;
  if (listrights->required.text == NULL)
    listrights->required = (ImapString){ "", 0 };
  listrights->optional = required->next;
  return TRUE;
}
