/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>
#include <taube-backend/taube-limits.h>

G_BEGIN_DECLS

/* The result of every parser that works on an unfinished stream. */
typedef enum
{
  IMAP_PARSE_MORE,  /* nothing yet: call again when there are more bytes */
  IMAP_PARSE_VALUE, /* something was read */
  IMAP_PARSE_ERROR, /* the stream is out of step: the error says why, the connection must be dropped */
} ImapParse;

typedef enum
{
  IMAP_FRAME_LINE,          /* a line without its end and without the {n} of a literal that follows */
  IMAP_FRAME_LITERAL_BEGIN, /* size and binary are set; imap_framer_accept_body() may be called now */
  IMAP_FRAME_LITERAL_DATA,  /* some bytes of the literal */
  IMAP_FRAME_END,           /* the response is complete */
} ImapFrameType;

typedef struct
{
  ImapFrameType type;
  const guint8 *data; /* in the read buffer: worthless once that is written to */
  gsize length;
  guint64 size;    /* of the whole literal */
  gboolean binary; /* literal8, ~{n} */
  gboolean more;   /* LINE: a literal follows */
} ImapFrame;

/* Cuts a stream of bytes into lines and literals. Embed it by value; imap_framer_init() is all it needs. */
typedef struct
{
  const TaubeLimits *limits;
  gsize scanned;            /* bytes of the buffer that were searched for a line's end already */
  guint64 literal_size;
  guint64 literal_left;
  guint64 response_bytes;   /* kept so far for the response being read */
  guint64 work;             /* bytes ever looked at: tests prove that it grows linearly */
  guint8 state;
  guint8 literal_binary;
  guint8 body_accepted;     /* the literal goes to a sink, limits->body_bytes counts for it */
  guint8 status_response;   /* its text may end in something that only looks like a literal */
} ImapFramer;

void imap_framer_init (ImapFramer *self, const TaubeLimits *limits);
ImapParse imap_framer_next (ImapFramer *self, TaubeBuffer *in, ImapFrame *frame, GError **error);
void imap_framer_accept_body (ImapFramer *self);
gboolean imap_framer_is_between_responses (const ImapFramer *self);

G_END_DECLS
