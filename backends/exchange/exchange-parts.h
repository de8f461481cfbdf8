/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-part-builder.h>

G_BEGIN_DECLS

/* What a message is made of, as a server tells it that keeps texts and attachments and not the MIME that came: which
 * parts that makes, and how they are numbered. No I/O. Immutable once it is closed. */
typedef struct _ExchangeParts ExchangeParts;

typedef enum
{
  EXCHANGE_PART_TEXT,
  EXCHANGE_PART_HTML,
  EXCHANGE_PART_FILE,
  EXCHANGE_PART_ITEM, /* another message, or something else that lies in folders */
  EXCHANGE_PART_LINK, /* only the address of a file */
} ExchangePartKind;

/* NULL: not told. */
typedef struct
{
  ExchangePartKind kind;
  const char *id;           /* of the attachment */
  const char *name;
  const char *content_type; /* as in a header, "text/plain; charset=utf-8" */
  const char *content_id;
  const char *url;          /* of a link */
  guint64 size;             /* roughly; 0: not known */
  gboolean shown;           /* among the text, and not beside it */
} ExchangePart;

/* A message of up to so many bytes is looked at as a whole: that takes no longer than asking for its parts. */
#define EXCHANGE_PARTS_SMALL (128 << 10)

ExchangeParts *exchange_parts_new (void);
ExchangeParts *exchange_parts_ref (ExchangeParts *self);
void exchange_parts_unref (ExchangeParts *self);
/* Of the whole message; 0: not known. */
void exchange_parts_set_size (ExchangeParts *self, guint64 size);
/* Signed or encrypted: only its MIME says what is in it. */
void exchange_parts_set_sealed (ExchangeParts *self);
/* The richer form in which the message has its text. */
void exchange_parts_set_body (ExchangeParts *self, ExchangePartKind kind, guint64 size);
/* An attachment, in the order of the server. The strings are copied. */
void exchange_parts_add (ExchangeParts *self, const ExchangePart *part);
/* All is told. */
void exchange_parts_close (ExchangeParts *self);

/* NULL: what was told does not say it all, or is not worth the trouble: the message itself has to be looked at. */
TaubePart *exchange_parts_get_root (ExchangeParts *self);
const ExchangePart *exchange_parts_find (ExchangeParts *self, const char *section);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExchangeParts, exchange_parts_unref)

G_END_DECLS
