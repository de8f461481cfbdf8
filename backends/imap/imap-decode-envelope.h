/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-value.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_ADDRESS_MAILBOX,
  IMAP_ADDRESS_GROUP_BEGIN, /* mailbox is the group's name */
  IMAP_ADDRESS_GROUP_END,
} ImapAddressKind;

typedef struct _ImapAddress ImapAddress;

/* Raw as the server sent it: the name may hold encoded words (RFC 2047). */
struct _ImapAddress
{
  ImapAddress *next;
  ImapAddressKind kind;
  ImapString name;
  ImapString mailbox;
  ImapString host; /* NULL text also where Dovecot says MISSING_DOMAIN; the same for mailbox */
};

typedef enum
{
  IMAP_ENVELOPE_DATE = 1 << 0,
  IMAP_ENVELOPE_SUBJECT = 1 << 1,
  IMAP_ENVELOPE_FROM = 1 << 2,
  IMAP_ENVELOPE_SENDER = 1 << 3,
  IMAP_ENVELOPE_REPLY_TO = 1 << 4,
  IMAP_ENVELOPE_TO = 1 << 5,
  IMAP_ENVELOPE_CC = 1 << 6,
  IMAP_ENVELOPE_BCC = 1 << 7,
  IMAP_ENVELOPE_IN_REPLY_TO = 1 << 8,
  IMAP_ENVELOPE_MESSAGE_ID = 1 << 9,
} ImapEnvelopeFields;

typedef struct
{
  ImapString date; /* as in the message: RFC 5322, or whatever the sender wrote */
  ImapString subject;
  ImapAddress *from;
  ImapAddress *sender;
  ImapAddress *reply_to;
  ImapAddress *to;
  ImapAddress *cc;
  ImapAddress *bcc;
  ImapString in_reply_to;
  ImapString message_id;
  ImapEnvelopeFields malformed;
} ImapEnvelope;

gboolean imap_decode_envelope (const ImapValue *value, TaubeArena *arena, ImapEnvelope *envelope);

G_END_DECLS
