/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-decode-envelope.h"

#include <string.h>

/* An address list being decoded. */
typedef struct
{
  TaubeArena *arena;
  ImapAddress **tail;
  gint ends;      /* ends of groups still to come; -1: not counted yet */
  gboolean open;  /* a group is */
  gboolean malformed;
} AddressReader;

static gboolean
is_word (ImapString string, const char *word)
{
  gsize length = strlen (word);

  return string.length == length && memcmp (string.text, word, length) == 0;
}

/* ("name" "route" "mailbox" "host"); FALSE when something is missing or no string. */
static gboolean
read_members (const ImapValue *first, ImapString members[4])
{
  gboolean good = TRUE;
  const ImapValue *value = first;

  for (guint i = 0; i < 4; i++)
    {
      good &= imap_value_get_nstring (value, &members[i]);
      value = value != NULL ? value->next : NULL;
    }
  return good && value == NULL;
}

static gboolean
is_group_end (const ImapValue *address)
{
  ImapString members[4];

  return address->type == IMAP_VALUE_LIST && address->first != NULL && read_members (address->first, members)
         && members[0].text == NULL && members[2].text == NULL && members[3].text == NULL;
}

static gint
count_group_ends (const ImapValue *address)
{
  gint count = 0;

  for (; address != NULL; address = address->next)
    count += is_group_end (address);
  return count;
}

/* [RFC5322] group syntax is a special form in which the host is NIL: with a mailbox it is the begin of a group, whose
 * name is the mailbox; without one it is the end. (RFC 9051 section 7.5.2)
 *
 * A mailbox without host that no end of a group follows is an address without host. REST begins with this address. */
static ImapAddressKind
tell_kind (AddressReader *self, const ImapString members[4], const ImapValue *rest)
{
  if (members[3].text != NULL)
    return IMAP_ADDRESS_MAILBOX;
  if (members[2].text == NULL && members[0].text != NULL)
    return IMAP_ADDRESS_MAILBOX;
  if (self->ends < 0)
    self->ends = rest != NULL ? count_group_ends (rest) : 0;
  if (members[2].text == NULL)
    {
      self->ends--;
      return IMAP_ADDRESS_GROUP_END;
    }
  return self->ends > 0 && !self->open ? IMAP_ADDRESS_GROUP_BEGIN : IMAP_ADDRESS_MAILBOX;
}

/* address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
 * addr-name, addr-adl, addr-mailbox, addr-host = nstring             (RFC 9051)
 *
 * FIRST is the first member, REST the address and those behind it. */
static void
add_address (AddressReader *self, const ImapValue *first, const ImapValue *rest)
{
  ImapString members[4];
  gboolean good = read_members (first, members);
  ImapAddressKind kind = tell_kind (self, members, rest);
  ImapAddress *address;

  self->malformed |= !good;
  if (kind == IMAP_ADDRESS_GROUP_END && !self->open)
    {
      self->malformed = TRUE;
      return;
    }
  address = taube_arena_alloc (self->arena, sizeof (ImapAddress));
  if (address == NULL)
    {
      self->malformed = TRUE;
      return;
    }
  if (kind != IMAP_ADDRESS_MAILBOX)
    self->open = kind == IMAP_ADDRESS_GROUP_BEGIN;
  *address = (ImapAddress){ .kind = kind, .name = members[0], .mailbox = members[2], .host = members[3] };
  /* Dovecot before 2.3.5 puts these words where the header has nothing. */
  if (is_word (address->host, "MISSING_DOMAIN"))
    address->host = (ImapString){ 0 };
  if (is_word (address->mailbox, "MISSING_MAILBOX"))
    address->mailbox = (ImapString){ 0 };
  *self->tail = address;
  self->tail = &address->next;
}

/* env-from = "(" 1*address ")" / nil                                 (RFC 9051)
 *
 * "()" and NIL among the addresses are passed over; one address without the outer parentheses is taken. FALSE when
 * something was not as it should be: what could be read is there nevertheless. */
static gboolean
read_addresses (const ImapValue *value, TaubeArena *arena, ImapAddress **addresses)
{
  AddressReader reader = { .arena = arena, .tail = addresses, .ends = -1 };

  *addresses = NULL;
  if (value->type == IMAP_VALUE_NIL)
    return TRUE;
  if (value->type != IMAP_VALUE_LIST)
    return FALSE;
  if (value->length >= 3 && imap_value_is_text (value->first) && value->first->next->type != IMAP_VALUE_LIST)
    {
      add_address (&reader, value->first, NULL);
      return !reader.malformed && !value->broken;
    }
  reader.malformed = value->broken;
  for (const ImapValue *address = value->first; address != NULL; address = address->next)
    {
      if (address->type == IMAP_VALUE_LIST && address->first != NULL)
        add_address (&reader, address->first, address);
      else if (address->type != IMAP_VALUE_NIL && address->type != IMAP_VALUE_LIST)
        reader.malformed = TRUE;
    }
  return !reader.malformed;
}

/* Domino puts the whole envelope into more parentheses. */
static const ImapValue *
unwrap (const ImapValue *value)
{
  while (value->type == IMAP_VALUE_LIST && value->length == 1 && value->first->type == IMAP_VALUE_LIST)
    value = value->first;
  return value;
}

/* envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP env-cc SP env-bcc SP
 *            env-in-reply-to SP env-message-id ")"                   (RFC 9051)
 *
 * Missing members at the end are NIL and marked as malformed, like those that are something else. FALSE when VALUE
 * is no list; the envelope is empty then. */
gboolean
imap_decode_envelope (const ImapValue *value, TaubeArena *arena, ImapEnvelope *envelope)
{
  ImapString *const strings[10] = { &envelope->date, &envelope->subject, [8] = &envelope->in_reply_to,
                                    [9] = &envelope->message_id };
  ImapAddress **const addresses[10] = { [2] = &envelope->from, [3] = &envelope->sender, [4] = &envelope->reply_to,
                                        [5] = &envelope->to,   [6] = &envelope->cc,     [7] = &envelope->bcc };
  const ImapValue *member;

  *envelope = (ImapEnvelope){ 0 };
  if (value == NULL || value->type != IMAP_VALUE_LIST)
    return FALSE;
  member = unwrap (value)->first;
  for (guint i = 0; i < 10; i++)
    {
      gboolean good;

      if (strings[i] != NULL)
        good = imap_value_get_nstring (member, strings[i]);
      else
        good = member != NULL && read_addresses (member, arena, addresses[i]);
      if (G_UNLIKELY (!good))
        envelope->malformed |= 1u << i;
      member = member != NULL ? member->next : NULL;
    }
  return TRUE;
}
