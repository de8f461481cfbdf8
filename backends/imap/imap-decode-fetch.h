/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-decode-body.h"
#include "imap-decode-envelope.h"
#include "imap-flags.h"
#include "imap-response.h"

G_BEGIN_DECLS

typedef enum
{
  IMAP_FETCH_UID = 1 << 0,
  IMAP_FETCH_FLAGS = 1 << 1,
  IMAP_FETCH_INTERNALDATE = 1 << 2,
  IMAP_FETCH_SIZE = 1 << 3,
  IMAP_FETCH_ENVELOPE = 1 << 4,
  IMAP_FETCH_BODYSTRUCTURE = 1 << 5,
  IMAP_FETCH_SECTIONS = 1 << 6,
  IMAP_FETCH_MODSEQ = 1 << 7,
  IMAP_FETCH_EMAILID = 1 << 8,
  IMAP_FETCH_THREADID = 1 << 9,
  IMAP_FETCH_PREVIEW = 1 << 10,
  IMAP_FETCH_SAVEDATE = 1 << 11,
  IMAP_FETCH_GM_MSGID = 1 << 12,
  IMAP_FETCH_GM_THRID = 1 << 13,
  IMAP_FETCH_GM_LABELS = 1 << 14,
} ImapFetchFields;

typedef struct _ImapSection ImapSection;

/* BODY[…]<…>, BINARY[…]<…>, BINARY.SIZE[…], RFC822, RFC822.HEADER, RFC822.TEXT. */
struct _ImapSection
{
  ImapSection *next;
  ImapString section; /* between the brackets: "", "1.2.MIME", "HEADER.FIELDS (A B)"; "HEADER" for RFC822.HEADER */
  gboolean has_origin;
  guint64 origin;     /* <0> */
  gboolean binary;    /* BINARY[…]: the content is decoded */
  gboolean is_size;   /* BINARY.SIZE[…]: size is set and there is no content */
  gboolean streamed;  /* the content went to its sink */
  guint64 size;
  ImapString content; /* NULL for NIL or when streamed */
};

/* What one FETCH response tells. Only what is in fields is set; malformed has the items that came, but broken. */
typedef struct
{
  guint32 seq; /* 0: the server speaks of UIDs alone */
  ImapFetchFields fields;
  ImapFetchFields malformed;
  guint32 uid;
  guint64 size;
  gint64 internal_date; /* seconds since 1970 in UTC */
  gint internal_offset; /* of the zone in which the server wrote it, in seconds east of UTC */
  guint64 modseq;       /* 0: the server keeps none for this message */
  ImapFlags flags;
  ImapEnvelope envelope;
  ImapBody *body;
  ImapSection *sections;
  ImapString email_id;
  ImapString thread_id;
  ImapString preview;
  gboolean has_save_date; /* FALSE also when the server said NIL */
  gint64 save_date;
  guint64 gm_msgid;
  guint64 gm_thrid;
  const ImapValue *gm_labels; /* the members of the list */
} ImapFetch;

gboolean imap_decode_fetch (const ImapResponse *response, TaubeArena *arena, const TaubeLimits *limits,
                            ImapFetch *fetch);

G_END_DECLS
