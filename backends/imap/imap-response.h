/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-codes.h"
#include "imap-value.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_RESPONSE_UNKNOWN, /* name says what the server called it: log and skip */
  IMAP_RESPONSE_OK,
  IMAP_RESPONSE_NO,
  IMAP_RESPONSE_BAD,
  IMAP_RESPONSE_PREAUTH,
  IMAP_RESPONSE_BYE,
  IMAP_RESPONSE_CONTINUATION, /* "+": only text */
  IMAP_RESPONSE_CAPABILITY,
  IMAP_RESPONSE_ENABLED,
  IMAP_RESPONSE_ESEARCH,
  IMAP_RESPONSE_EXISTS,
  IMAP_RESPONSE_EXPUNGE,
  IMAP_RESPONSE_FETCH,
  IMAP_RESPONSE_FLAGS,
  IMAP_RESPONSE_ID,
  IMAP_RESPONSE_LIST,
  IMAP_RESPONSE_LSUB,
  IMAP_RESPONSE_NAMESPACE,
  IMAP_RESPONSE_RECENT,
  IMAP_RESPONSE_SEARCH, /* only text: the numbers are not made into values */
  IMAP_RESPONSE_SORT,   /* the same */
  IMAP_RESPONSE_STATUS,
  IMAP_RESPONSE_THREAD, /* the same */
  IMAP_RESPONSE_UIDBATCHES,
  IMAP_RESPONSE_VANISHED,
  IMAP_RESPONSE_XLIST,
  IMAP_RESPONSE_QUOTA,
  IMAP_RESPONSE_QUOTAROOT,
  IMAP_RESPONSE_ACL,
  IMAP_RESPONSE_LISTRIGHTS,
  IMAP_RESPONSE_MYRIGHTS,
  IMAP_RESPONSE_METADATA,
  IMAP_N_RESPONSES,
} ImapResponseType;

/* One response of the server. All of it lies in the reader's arena until the next one is read. */
typedef struct
{
  ImapResponseType type;
  const char *tag;    /* NULL: untagged or a continuation */
  const char *name;   /* "FETCH" as the server wrote it; "" for a continuation */
  gboolean has_number;
  guint32 number;     /* "* 12 EXISTS" */
  ImapValue *values;  /* the arguments, linked by next */
  gboolean broken;    /* parentheses or quotes do not match, or something was left out as too much */

  /* OK, NO, BAD, PREAUTH, BYE: */
  ImapCode code;           /* IMAP_CODE_NONE without, IMAP_CODE_UNKNOWN for one not in the table */
  const char *code_name;   /* NULL without; "HIGHESTMODSEQ" */
  ImapValue *code_values;  /* its arguments */

  /* The words after it, raw, trimmed; for SEARCH, SORT and THREAD the numbers. Never NULL, NUL-terminated. */
  const char *text;
  gsize text_length;
} ImapResponse;

static inline gboolean
imap_response_is_status (const ImapResponse *self)
{
  return self->type >= IMAP_RESPONSE_OK && self->type <= IMAP_RESPONSE_BYE;
}

ImapResponseType imap_response_type_from_name (const char *name, gsize length);
const char *imap_response_type_get_name (ImapResponseType type);

G_END_DECLS
