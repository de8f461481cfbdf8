/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-limits.h>

#include "imap-decode-envelope.h"

G_BEGIN_DECLS

typedef struct _ImapParam ImapParam;
typedef struct _ImapBody ImapBody;

struct _ImapParam
{
  ImapParam *next;
  ImapString name;
  ImapString value; /* raw: may be in RFC 2231 pieces or hold encoded words */
};

typedef enum
{
  IMAP_BODY_TYPE = 1 << 0,
  IMAP_BODY_PARAMS = 1 << 1,
  IMAP_BODY_ID = 1 << 2,
  IMAP_BODY_DESCRIPTION = 1 << 3,
  IMAP_BODY_ENCODING = 1 << 4,
  IMAP_BODY_SIZE = 1 << 5,
  IMAP_BODY_LINES = 1 << 6,
  IMAP_BODY_ENVELOPE = 1 << 7,
  IMAP_BODY_CHILDREN = 1 << 8,
  IMAP_BODY_MD5 = 1 << 9,
  IMAP_BODY_DISPOSITION = 1 << 10,
  IMAP_BODY_LANGUAGE = 1 << 11,
  IMAP_BODY_LOCATION = 1 << 12,
} ImapBodyFields;

/* A part of a message, from BODY or BODYSTRUCTURE. type and subtype are never NULL ("application", "octet-stream"
 * when the server gave none). A message/rfc822 part has its envelope and one child: what it contains. */
struct _ImapBody
{
  ImapBody *next;     /* the next part of the same multipart */
  ImapBody *children; /* of a multipart; the inner message of message/rfc822 */
  ImapString type;
  ImapString subtype;
  ImapParam *params;
  ImapString id;
  ImapString description;
  ImapString encoding;
  guint64 size;  /* encoded, in bytes; 0 when unknown */
  guint64 lines; /* text and message/rfc822; 0 when unknown */
  ImapEnvelope *envelope;
  ImapString md5;
  ImapString disposition;
  ImapParam *disposition_params;
  const ImapValue *language; /* members of a list, or one string */
  ImapString location;
  guint n_children;
  ImapBodyFields malformed;
};

ImapBody *imap_decode_body (const ImapValue *value, TaubeArena *arena, const TaubeLimits *limits);
gboolean imap_body_is_multipart (const ImapBody *body);
gboolean imap_body_is_message (const ImapBody *body);

G_END_DECLS
