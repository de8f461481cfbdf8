/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-value.h"

#include <math.h>
#include <string.h>

#define NODES_PER_CHUNK 64

typedef struct
{
  ImapValue *list;
  ImapValue **tail; /* where the next member is linked */
} Level;

struct _ImapValueParser
{
  TaubeArena *arena;
  const TaubeLimits *limits;
  ImapValue *free;     /* nodes of the current chunk that are not used yet */
  ImapValue *free_end;
  Level *level;        /* the innermost open list */
  gboolean sections;   /* of FETCH items may come; off for the rest of a line in which one is not closed */
  guint too_deep;      /* parentheses opened beyond the allowed nesting; what is inside is dropped */
  gboolean broken;
  gboolean full;       /* the arena's limit is reached */
  ImapValue *last;
  ImapValue root;
  ImapValue spare;     /* takes what is dropped */
  Level levels[];      /* limits->nesting + 1 of them; the first is the root */
};

typedef enum
{
  KIND_ATOM, /* anything else, control and 8-bit characters too: servers send them */
  KIND_END,
  KIND_SPACE,
  KIND_OPEN,
  KIND_CLOSE,
  KIND_QUOTE,
  KIND_BRACKET,
} CharKind;

static const guint8 char_kinds[256] = {
  ['\0'] = KIND_END,
  [' '] = KIND_SPACE,
  ['('] = KIND_OPEN,
  [')'] = KIND_CLOSE,
  ['"'] = KIND_QUOTE,
  ['['] = KIND_BRACKET,
};

#define CHAR_KIND(c) char_kinds[(guint8) (c)]

ImapValueParser *
imap_value_parser_new (TaubeArena *arena, const TaubeLimits *limits)
{
  ImapValueParser *self = g_malloc0 (sizeof (ImapValueParser) + (limits->nesting + 1) * sizeof (Level));

  self->arena = arena;
  self->limits = limits;
  imap_value_parser_begin (self);
  return self;
}

void
imap_value_parser_free (ImapValueParser *self)
{
  g_free (self);
}

/* Starts an empty tree. The arena may have been reset before. */
void
imap_value_parser_begin (ImapValueParser *self)
{
  self->free = self->free_end = NULL;
  self->too_deep = 0;
  self->broken = self->full = FALSE;
  self->last = NULL;
  self->root = (ImapValue){ .type = IMAP_VALUE_LIST };
  self->level = self->levels;
  self->level->list = &self->root;
  self->level->tail = &self->root.first;
}

static gboolean
refill (ImapValueParser *self)
{
  ImapValue *chunk = taube_arena_alloc (self->arena, NODES_PER_CHUNK * sizeof (ImapValue));

  if (chunk == NULL)
    {
      self->full = TRUE;
      return FALSE;
    }
  self->free = chunk;
  self->free_end = chunk + NODES_PER_CHUNK;
  return TRUE;
}

/* Appends a node to the innermost open list; the spare one when there is no room for it. */
static inline ImapValue *
add_value (ImapValueParser *self, ImapValueType type)
{
  Level *level = self->level;
  ImapValue *value = &self->spare;

  if (G_UNLIKELY (self->too_deep > 0))
    return value;
  if (G_UNLIKELY (level->list->length >= self->limits->list_items))
    {
      self->broken = level->list->broken = TRUE;
      return value;
    }
  if (G_UNLIKELY (self->free == self->free_end) && !refill (self))
    return value;
  value = self->free++;
  value->next = NULL;
  value->type = type;
  value->broken = FALSE;
  *level->tail = value;
  level->tail = &value->next;
  level->list->length++;
  self->last = value;
  return value;
}

static void
open_list (ImapValueParser *self)
{
  ImapValue *list;

  if (self->too_deep > 0 || self->level == self->levels + self->limits->nesting)
    {
      self->broken = self->level->list->broken = TRUE;
      self->too_deep++;
      return;
    }
  list = add_value (self, IMAP_VALUE_LIST);
  if (list == &self->spare)
    {
      self->too_deep++;
      return;
    }
  list->first = NULL;
  list->length = 0;
  self->level++;
  self->level->list = list;
  self->level->tail = &list->first;
}

static void
close_list (ImapValueParser *self)
{
  if (self->too_deep > 0)
    self->too_deep--;
  else if (self->level == self->levels)
    self->broken = TRUE;
  else
    {
      self->last = self->level->list;
      self->level--;
    }
}

/* Takes backslashes out of the text from FROM on, in place. Returns the closing quote, or NULL, and where the text
 * ends. */
static char *
unescape (char *from, char *end, char **text_end)
{
  char *to = from;

  for (; from < end && *from != '"'; from++)
    {
      if (*from == '\\' && from + 1 < end)
        from++;
      *to++ = *from;
    }
  *text_end = to;
  return from < end ? from : NULL;
}

/* quoted         = DQUOTE *QUOTED-CHAR DQUOTE
 * QUOTED-CHAR    = <any TEXT-CHAR except quoted-specials> / "\" quoted-specials / UTF8-2 / UTF8-3 / UTF8-4   (RFC 9051)
 *
 * Any 8-bit byte is taken, and any character behind a backslash. TEXT is behind the first quote; returns what is
 * behind the last. */
static char *
parse_quoted (ImapValueParser *self, char *text, char *end)
{
  char *quote = memchr (text, '"', end - text);
  char *text_end = quote != NULL ? quote : end;
  char *backslash = memchr (text, '\\', text_end - text);
  ImapValue *value = add_value (self, IMAP_VALUE_QUOTED);

  if (G_UNLIKELY (backslash != NULL))
    quote = unescape (backslash, end, &text_end);
  value->text = text;
  value->length = text_end - text;
  *text_end = '\0';
  if (quote != NULL)
    return quote + 1;
  self->broken = value->broken = TRUE;
  return end;
}

static gboolean
has_section (const char *item, gsize length)
{
  return (length == 4 && g_ascii_strncasecmp (item, "BODY", 4) == 0)
         || (length == 9 && g_ascii_strncasecmp (item, "BODY.PEEK", 9) == 0)
         || (length >= 6 && g_ascii_strncasecmp (item, "BINARY", 6) == 0);
}

/* section = "[" [section-spec] "]"                                   (RFC 9051)
 *
 * The section of a FETCH item belongs to its name, with the spaces and parentheses in it: BODY[HEADER.FIELDS (A
 * B)]<0>. A bracket elsewhere, such as in a flag, is nothing special. Returns the closing bracket, or the opening
 * one when there is none. */
static char *
find_section_end (ImapValueParser *self, char *bracket, char *end)
{
  for (char *p = bracket; p != NULL && p < end; p++)
    {
      if (*p == ']')
        return p;
      if (*p == '"' && (p = memchr (p + 1, '"', end - p - 1)) == NULL)
        break;
    }
  self->sections = FALSE;
  return bracket;
}

/* atom   = 1*ATOM-CHAR
 * number = 1*DIGIT
 * nil    = "NIL"                                                     (RFC 9051)
 *
 * Everything up to a space, quote or parenthesis. Returns its end and keeps what stood there in NEXT, as the text is
 * terminated in place. */
static inline char *
parse_atom (ImapValueParser *self, char *text, char *end, char *next)
{
  char *p = text;
  ImapValue *value;
  CharKind kind = CHAR_KIND (*p);

  while (kind == KIND_ATOM || kind == KIND_BRACKET)
    {
      if (kind == KIND_BRACKET && self->sections && self->level == self->levels + 1 && has_section (text, p - text))
        p = find_section_end (self, p, end);
      kind = CHAR_KIND (*++p);
    }
  value = add_value (self, IMAP_VALUE_ATOM);
  value->text = text;
  value->length = p - text;
  *next = *p;
  *p = '\0';
  if (value->length == 3 && (text[0] | 0x20) == 'n' && (text[1] | 0x20) == 'i' && (text[2] | 0x20) == 'l')
    value->type = IMAP_VALUE_NIL;
  return p;
}

/* Reads a line or the piece of one between two literals. TEXT is NUL-terminated, lies in the arena and is written to:
 * values point into it. SECTIONS says that this is a FETCH response. FALSE when the arena is full. */
gboolean
imap_value_parser_add_line (ImapValueParser *self, char *text, gsize length, gboolean sections)
{
  char *end = text + length;
  char *p = text;
  char c = *p;

  self->sections = sections;
  while (!self->full)
    switch (CHAR_KIND (c))
      {
      case KIND_END:
        if (p >= end)
          return TRUE;
        c = *++p;
        break;
      case KIND_SPACE:
        c = *++p;
        break;
      case KIND_OPEN:
        open_list (self);
        c = *++p;
        break;
      case KIND_CLOSE:
        close_list (self);
        c = *++p;
        break;
      case KIND_QUOTE:
        p = parse_quoted (self, p + 1, end);
        c = *p;
        break;
      default:
        p = parse_atom (self, p, end, &c);
        break;
      }
  return FALSE;
}

/* Adds a literal and returns where its SIZE bytes go, or NULL when the arena is full. */
char *
imap_value_parser_add_literal (ImapValueParser *self, gsize size)
{
  char *text = size < G_MAXUINT32 ? taube_arena_alloc (self->arena, size + 1) : NULL;
  ImapValue *value;

  if (text == NULL)
    return NULL;
  text[size] = '\0';
  value = add_value (self, IMAP_VALUE_LITERAL);
  value->text = text;
  value->length = size;
  return self->full ? NULL : text;
}

/* Adds what stands for a literal that is not kept. */
gboolean
imap_value_parser_add_streamed (ImapValueParser *self, guint64 size)
{
  guint64 *streamed = taube_arena_alloc (self->arena, sizeof (guint64));
  ImapValue *value;

  if (streamed == NULL)
    return FALSE;
  *streamed = size;
  value = add_value (self, IMAP_VALUE_STREAMED);
  value->streamed = streamed;
  value->length = 0;
  return !self->full;
}

/* Ends the tree and returns its first value. Lists still open are marked as broken. */
ImapValue *
imap_value_parser_finish (ImapValueParser *self)
{
  for (; self->level > self->levels; self->level--)
    self->broken = self->level->list->broken = TRUE;
  if (self->too_deep > 0)
    self->broken = TRUE;
  return self->root.first;
}

/* The list that is open at DEPTH (0: the top), or NULL. */
ImapValue *
imap_value_parser_get_open (ImapValueParser *self, guint depth)
{
  return depth <= imap_value_parser_get_depth (self) ? self->levels[depth].list : NULL;
}

/* What was read last. */
const ImapValue *
imap_value_parser_get_last (ImapValueParser *self)
{
  return self->last;
}

guint
imap_value_parser_get_depth (ImapValueParser *self)
{
  return self->level - self->levels + self->too_deep;
}

/* Whether something had to be left out or guessed. */
gboolean
imap_value_parser_is_broken (ImapValueParser *self)
{
  return self->broken;
}

/* Whether it has text, be it an atom or a string. NIL has none. */
gboolean
imap_value_is_text (const ImapValue *value)
{
  return value != NULL
         && (value->type == IMAP_VALUE_ATOM || value->type == IMAP_VALUE_QUOTED || value->type == IMAP_VALUE_LITERAL);
}

gboolean
imap_value_is_atom (const ImapValue *value, const char *word)
{
  return value != NULL && value->type == IMAP_VALUE_ATOM && g_ascii_strcasecmp (value->text, word) == 0;
}

/* number64 = 1*DIGIT                                                 (RFC 9051)
 *
 * Some servers write large numbers as floating point, "9.3736e+06". TEXT is NUL-terminated. */
gboolean
imap_number_parse (const char *text, gsize length, guint64 *number)
{
  guint64 n = 0;
  gsize i;

  for (i = 0; i < length && g_ascii_isdigit (text[i]); i++)
    {
      guint digit = text[i] - '0';

      if (G_UNLIKELY (i >= 18) && (n > G_MAXUINT64 / 10 || n * 10 > G_MAXUINT64 - digit))
        return FALSE;
      n = n * 10 + digit;
    }
  if (i == 0)
    return FALSE;
  if (i < length)
    {
      char *end;
      double value;

      if ((text[i] != '.' && (text[i] | 0x20) != 'e') || length > 40)
        return FALSE;
      value = g_ascii_strtod (text, &end);
      if (end != text + length || !(value >= 0 && value < 9007199254740992.0))
        return FALSE;
      n = (guint64) round (value);
    }
  *number = n;
  return TRUE;
}

gboolean
imap_value_get_number (const ImapValue *value, guint64 *number)
{
  return imap_value_is_text (value) && imap_number_parse (value->text, value->length, number);
}

/* number, nz-number = 32 bits without a sign                         (RFC 9051) */
gboolean
imap_value_get_uint32 (const ImapValue *value, guint32 *number)
{
  guint64 wide;

  if (!imap_value_get_number (value, &wide) || wide > G_MAXUINT32)
    return FALSE;
  *number = wide;
  return TRUE;
}

/* nstring = string / nil                                             (RFC 9051)
 *
 * An atom is taken as a string, "()" as NIL. FALSE for anything else; the string is then NIL. */
gboolean
imap_value_get_nstring (const ImapValue *value, ImapString *string)
{
  *string = (ImapString){ 0 };
  if (value == NULL)
    return FALSE;
  if (value->type == IMAP_VALUE_NIL || (value->type == IMAP_VALUE_LIST && value->length == 0))
    return TRUE;
  if (!imap_value_is_text (value))
    return FALSE;
  *string = (ImapString){ value->text, value->length };
  return TRUE;
}

/* astring = 1*ASTRING-CHAR / string                                  (RFC 9051)
 *
 * Here NIL is a word like others: a folder may have that name. */
gboolean
imap_value_get_astring (const ImapValue *value, ImapString *string)
{
  *string = (ImapString){ 0 };
  if (!imap_value_is_text (value) && (value == NULL || value->type != IMAP_VALUE_NIL))
    return FALSE;
  *string = (ImapString){ value->text, value->length };
  return TRUE;
}

/* A copy that is valid UTF-8, what was not is U+FFFD; NULL for NIL. */
char *
imap_string_dup_utf8 (ImapString string)
{
  return string.text != NULL ? g_utf8_make_valid (string.text, string.length) : NULL;
}

/* A copy that can be shown: valid UTF-8, control characters are spaces. */
char *
imap_text_dup_utf8 (const char *text, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, length);
  GString *clean = g_string_sized_new (length);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      GUnicodeType type = g_unichar_type (c);

      if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR
          || type == G_UNICODE_PARAGRAPH_SEPARATOR)
        c = ' ';
      g_string_append_unichar (clean, c);
    }
  return g_string_free (clean, FALSE);
}
