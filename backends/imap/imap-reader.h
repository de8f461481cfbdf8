/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-framer.h"
#include "imap-response.h"

G_BEGIN_DECLS

/* Bytes in, responses out: framer, arena and value tree together. Does no I/O:
 *
 *   while ((result = imap_reader_next (reader, buffer, &event, error)) == IMAP_PARSE_MORE)
 *     if (!taube_connection_fill (…))
 *       return FALSE;
 */
typedef struct _ImapReader ImapReader;

/* A literal in a FETCH response, as far as the server has told when it begins. */
typedef struct
{
  guint32 seq;
  guint32 uid;      /* 0 when the server says it after the body, or not at all */
  const char *item; /* "BODY[1.2]<0>", "RFC822.TEXT", as the server wrote it */
  guint64 size;
  gboolean binary;
} ImapBodyInfo;

/* Whether this literal was asked for and shall be streamed: it comes as BODY_BEGIN, any number of BODY_DATA and
 * BODY_END, and its size is limited by limits->body_bytes only. Otherwise it is kept in memory, or an error when
 * over 64 KiB. */
typedef gboolean (*ImapBodyFilter) (const ImapBodyInfo *info, gpointer user_data);

typedef enum
{
  IMAP_EVENT_RESPONSE,
  IMAP_EVENT_BODY_BEGIN,
  IMAP_EVENT_BODY_DATA,
  IMAP_EVENT_BODY_END,
} ImapEventType;

typedef struct
{
  ImapEventType type;
  const ImapResponse *response; /* RESPONSE: valid until the next call */
  const ImapBodyInfo *body;     /* BODY_*: valid until its RESPONSE is read */
  const guint8 *data;           /* BODY_DATA: in the read buffer, not a copy */
  gsize length;
} ImapEvent;

ImapReader *imap_reader_new (const TaubeLimits *limits);
void imap_reader_free (ImapReader *self);
void imap_reader_set_body_filter (ImapReader *self, ImapBodyFilter filter, gpointer user_data);
ImapParse imap_reader_next (ImapReader *self, TaubeBuffer *in, ImapEvent *event, GError **error);
gboolean imap_reader_is_idle (const ImapReader *self);
void imap_reader_release_memory (ImapReader *self);
TaubeArena *imap_reader_get_arena (ImapReader *self);
guint64 imap_reader_get_work (const ImapReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapReader, imap_reader_free)

G_END_DECLS
