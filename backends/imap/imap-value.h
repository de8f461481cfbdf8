/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-arena.h>
#include <taube-backend/taube-limits.h>

G_BEGIN_DECLS

typedef enum
{
  IMAP_VALUE_NIL,
  IMAP_VALUE_ATOM, /* numbers and flags too; also "BODY[HEADER.FIELDS (A B)]<0>" as one atom */
  IMAP_VALUE_QUOTED,
  IMAP_VALUE_LITERAL,
  IMAP_VALUE_STREAMED, /* a literal that went to its sink: only its size is left */
  IMAP_VALUE_LIST,
} ImapValueType;

typedef struct _ImapValue ImapValue;

/* A node of the tree; lives in the arena of the response. */
struct _ImapValue
{
  ImapValue *next;
  union
  {
    char *text;              /* NUL-terminated bytes as the server sent them, any charset; "NIL" for NIL */
    ImapValue *first;        /* LIST: the first member or NULL */
    const guint64 *streamed; /* STREAMED: how many bytes */
  };
  guint32 length; /* bytes of the text, members of the list */
  guint8 type;    /* an ImapValueType */
  guint8 broken;  /* not closed, too deep or too long: something is missing in it */
};

/* Some text in the arena; text is NULL for NIL. */
typedef struct
{
  const char *text;
  gsize length;
} ImapString;

/* The value tree of one response, built as lines and literals arrive. */
typedef struct _ImapValueParser ImapValueParser;

ImapValueParser *imap_value_parser_new (TaubeArena *arena, const TaubeLimits *limits);
void imap_value_parser_free (ImapValueParser *self);
void imap_value_parser_begin (ImapValueParser *self);
gboolean imap_value_parser_add_line (ImapValueParser *self, char *text, gsize length, gboolean sections);
char *imap_value_parser_add_literal (ImapValueParser *self, gsize size);
gboolean imap_value_parser_add_streamed (ImapValueParser *self, guint64 size);
ImapValue *imap_value_parser_finish (ImapValueParser *self);
ImapValue *imap_value_parser_get_open (ImapValueParser *self, guint depth);
const ImapValue *imap_value_parser_get_last (ImapValueParser *self);
guint imap_value_parser_get_depth (ImapValueParser *self);
gboolean imap_value_parser_is_broken (ImapValueParser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapValueParser, imap_value_parser_free)

gboolean imap_value_is_text (const ImapValue *value);
gboolean imap_value_is_atom (const ImapValue *value, const char *word);
gboolean imap_value_get_number (const ImapValue *value, guint64 *number);
gboolean imap_value_get_uint32 (const ImapValue *value, guint32 *number);
gboolean imap_value_get_nstring (const ImapValue *value, ImapString *string);
gboolean imap_value_get_astring (const ImapValue *value, ImapString *string);
gboolean imap_number_parse (const char *text, gsize length, guint64 *number);
char *imap_string_dup_utf8 (ImapString string);
char *imap_text_dup_utf8 (const char *text, gsize length);

G_END_DECLS
