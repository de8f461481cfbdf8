/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-text-cells.h"
#include "core/taube-keyed-hash.h"

#include <taube-backend/taube-mime.h>

#include <string.h>

#define CLASS_PLAIN (1 << 0)   /* printable ASCII */
#define CLASS_ATOM (1 << 1)    /* may stand in a local part without quotes: atext, the dot, UTF-8 (RFC 6532) */
#define CLASS_SPECIAL (1 << 2) /* specials (RFC 5322): a name needs quotes */

static guint8 char_class[256];

static void
fill_char_class (void)
{
  for (guint c = 0x20; c < 0x7f; c++)
    {
      char_class[c] = CLASS_PLAIN;
      if (g_ascii_isalnum (c) || strchr ("!#$%&'*+-/=?^_`{|}~.", c) != NULL)
        char_class[c] |= CLASS_ATOM;
      if (strchr ("()<>[]:;@\\,.\"", c) != NULL)
        char_class[c] |= CLASS_SPECIAL;
    }
  for (guint c = 0x80; c < 0x100; c++)
    char_class[c] = CLASS_ATOM;
}

static char *
reserve (TaubeTextCells *self, gsize length)
{
  if (G_UNLIKELY (self->size < self->used + length))
    {
      self->size = MAX (self->used + length, MAX (2 * self->size, 1024));
      self->data = g_realloc (self->data, self->size);
      self->data[0] = '\0';
    }
  return self->data + self->used;
}

void
taube_text_cells_init (TaubeTextCells *self)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      fill_char_class ();
      g_once_init_leave (&once, 1);
    }
  memset (self, 0, sizeof *self);
  taube_text_cells_reset (self);
  reserve (self, 64);
}

void
taube_text_cells_clear (TaubeTextCells *self)
{
  g_clear_pointer (&self->data, g_free);
  taube_buffer_clear (&self->decoded);
}

/* Forgets all strings; the memory stays for the next ones. */
void
taube_text_cells_reset (TaubeTextCells *self)
{
  memset (self->recent, 0, sizeof self->recent);
  self->used = 1; /* so that no string has the offset 0 */
  self->start = 1;
}

static gsize
open_length (const TaubeTextCells *self)
{
  return self->used - self->start;
}

/* How much of LENGTH still fits into the open string. */
static gsize
fitting (const TaubeTextCells *self, gsize length)
{
  return MIN (length, TAUBE_TEXT_CELL_MAX - MIN (open_length (self), TAUBE_TEXT_CELL_MAX));
}

static void
append (TaubeTextCells *self, const char *text, gsize length)
{
  if (length == 0)
    return;
  memcpy (reserve (self, length), text, length);
  self->used += length;
}

static void
append_char (TaubeTextCells *self, char c)
{
  *reserve (self, 1) = c;
  self->used++;
}

void
taube_text_cells_begin (TaubeTextCells *self)
{
  self->start = self->used;
  self->in_group = FALSE;
  self->need_comma = FALSE;
}

/* Opens a string that begins with what stands at OFFSET: a list of addresses that goes on. */
void
taube_text_cells_continue (TaubeTextCells *self, guint32 offset)
{
  gsize length = strlen (self->data + offset);

  taube_text_cells_begin (self);
  reserve (self, length);
  append (self, self->data + offset, length);
  self->need_comma = length > 0;
}

/* Closes the open string. */
guint32
taube_text_cells_end (TaubeTextCells *self)
{
  guint32 offset = self->start;

  if (self->in_group)
    append_char (self, ';');
  self->in_group = FALSE;
  append_char (self, '\0');
  self->start = self->used;
  return offset;
}

/* The same for strings that often come again, such as addresses: one copy of those that came lately is enough. */
guint32
taube_text_cells_end_shared (TaubeTextCells *self)
{
  gsize start = self->start;
  guint32 offset = taube_text_cells_end (self);
  gsize length = self->used - start;
  guint32 *slot = &self->recent[taube_keyed_hash (0, self->data + start, length) % TAUBE_TEXT_CELLS_RECENT];

  /* A slot may point to where a dropped row was: whatever stands there now, equal bytes are the same string. */
  if (*slot != 0 && *slot + length <= start && memcmp (self->data + *slot, self->data + start, length) == 0)
    {
      self->used = self->start = start;
      return *slot;
    }
  *slot = offset;
  return offset;
}

/* High bits of a word are set where its bytes are not printable ASCII (and, then, perhaps where they are). */
static guint64
unprintable (const char *text)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
  guint64 word;

  memcpy (&word, text, 8);
  return (word | (word - ones * 0x20) | ((word ^ (ones * 0x7f)) - ones)) & (ones * 0x80);
}

/* Whether TEXT is printable ASCII; a word of memory at a time, the last one overlapping. */
static gboolean
is_plain (const char *text, gsize length)
{
  guint64 bad = 0;

  if (length >= 8)
    {
      for (gsize i = 0; i + 8 < length; i += 8)
        bad |= unprintable (text + i);
      return (bad | unprintable (text + length - 8)) == 0;
    }
  for (gsize i = 0; i < length; i++)
    if ((char_class[(guint8) text[i]] & CLASS_PLAIN) == 0)
      return FALSE;
  return TRUE;
}

static gboolean
has_encoded_word (const char *text, gsize length)
{
  const char *equals = length > 0 ? memchr (text, '=', length) : NULL;

  return equals != NULL && memmem (equals, length - (equals - text), "=?", 2) != NULL;
}

/* Moves what was decoded to the open string: as much of it as fits, whole characters. */
static void
append_decoded (TaubeTextCells *self)
{
  gsize length = taube_buffer_length (&self->decoded);
  gsize fits = fitting (self, length);
  const guint8 *text;

  if (length == 0)
    return;
  text = taube_buffer_peek (&self->decoded);
  while (fits < length && fits > 0 && (text[fits] & 0xc0) == 0x80)
    fits--;
  append (self, (const char *) text, fits);
  taube_buffer_consume (&self->decoded, length);
}

/* Appends TEXT as it is, whatever it holds, except that it becomes valid: for ids. */
void
taube_text_cells_add_valid (TaubeTextCells *self, const char *text, gsize length)
{
  g_autofree char *valid = NULL;

  if (is_plain (text, length) || g_utf8_validate_len (text, length, NULL))
    {
      append (self, text, length);
      return;
    }
  valid = g_utf8_make_valid (text, length);
  append (self, valid, strlen (valid));
}

/* Appends TEXT, which is not encoded: made valid and clean. */
void
taube_text_cells_add_text (TaubeTextCells *self, const char *text, gsize length)
{
  if (is_plain (text, length) && fitting (self, length) == length)
    {
      append (self, text, length);
      return;
    }
  taube_mime_append_raw_text (&self->decoded, text, MIN (length, TAUBE_TEXT_CELL_MAX));
  append_decoded (self);
}

/* Appends TEXT as it stands in a header: decoded (RFC 2047), unfolded, trimmed. */
void
taube_text_cells_add_header_text (TaubeTextCells *self, const char *text, gsize length)
{
  for (; length > 0 && g_ascii_isspace (text[length - 1]); length--)
    ;
  for (; length > 0 && g_ascii_isspace (*text); length--)
    text++;
  if (is_plain (text, length) && !has_encoded_word (text, length) && fitting (self, length) == length)
    {
      append (self, text, length);
      return;
    }
  taube_mime_append_text (&self->decoded, text, MIN (length, TAUBE_TEXT_CELL_MAX));
  append_decoded (self);
}

/* What all the characters of TEXT are. */
static guint
common_class (const char *text, gsize length)
{
  guint all = ~0u;

  for (gsize i = 0; i < length; i++)
    all &= char_class[(guint8) text[i]];
  return all;
}

static gboolean
has_special (const char *text, gsize length)
{
  guint some = 0;

  for (gsize i = 0; i < length; i++)
    some |= char_class[(guint8) text[i]];
  return (some & CLASS_SPECIAL) != 0;
}

/* quoted-string = DQUOTE *( qtext / quoted-pair ) DQUOTE            (RFC 5322) */
static void
quote_from (TaubeTextCells *self, gsize start)
{
  gsize length = self->used - start;
  g_autofree char *copy = g_memdup2 (self->data + start, length);

  self->used = start;
  append_char (self, '"');
  for (gsize i = 0; i < length; i++)
    {
      if (copy[i] == '"' || copy[i] == '\\')
        append_char (self, '\\');
      append_char (self, copy[i]);
    }
  append_char (self, '"');
}

static gboolean
is_quoted (const char *text, gsize length)
{
  return length >= 2 && text[0] == '"' && text[length - 1] == '"';
}

/* display-name = phrase                                             (RFC 5322)
 * Some servers leave the quotes round it. */
static void
append_name (TaubeTextCells *self, const char *name, gsize length)
{
  gsize start = self->used;

  if (is_quoted (name, length))
    taube_text_cells_add_header_text (self, name + 1, length - 2);
  else
    taube_text_cells_add_header_text (self, name, length);
  if (has_special (self->data + start, self->used - start))
    quote_from (self, start);
}

/* addr-spec = local-part "@" domain                                 (RFC 5322) */
static void
append_addr_spec (TaubeTextCells *self, const char *mailbox, gsize mailbox_length, const char *host, gsize host_length)
{
  gsize start = self->used;

  taube_text_cells_add_text (self, mailbox, mailbox_length);
  if ((common_class (self->data + start, self->used - start) & CLASS_ATOM) == 0 && !is_quoted (mailbox, mailbox_length))
    quote_from (self, start);
  if (host_length > 0)
    {
      append_char (self, '@');
      taube_text_cells_add_text (self, host, host_length);
    }
}

static void
begin_address (TaubeTextCells *self)
{
  if (self->need_comma)
    append (self, ", ", 2);
  self->need_comma = TRUE;
}

/* group = display-name ":" [group-list] ";"                         (RFC 5322) */
static void
begin_group (TaubeTextCells *self, const char *name, gsize length)
{
  if (self->in_group)
    append_char (self, ';');
  begin_address (self);
  append_name (self, name, length);
  append_char (self, ':');
  self->in_group = TRUE;
  self->need_comma = FALSE;
}

static void
end_group (TaubeTextCells *self)
{
  if (!self->in_group)
    return;
  append_char (self, ';');
  self->in_group = FALSE;
  self->need_comma = TRUE;
}

/* Appends one more address, from the parts that an ENVELOPE has (RFC 9051, section 7.5.2). Without HOST a group begins,
 * named MAILBOX, or ends, when there is no MAILBOX either; an empty HOST stands for an address that has none. */
void
taube_text_cells_add_address (TaubeTextCells *self, const char *name, gsize name_length, const char *mailbox,
                              gsize mailbox_length, const char *host, gsize host_length)
{
  gsize start;

  if (open_length (self) >= TAUBE_TEXT_CELL_MAX)
    return;
  if (host == NULL && mailbox == NULL)
    {
      end_group (self);
      return;
    }
  if (host == NULL)
    {
      begin_group (self, mailbox, mailbox_length);
      return;
    }
  begin_address (self);
  if (self->in_group && self->data[self->used - 1] == ':')
    append_char (self, ' ');
  start = self->used;
  if (name_length > 0)
    append_name (self, name, name_length);
  if (self->used == start)
    {
      append_addr_spec (self, mailbox, mailbox_length, host, host_length);
    }
  else if (mailbox_length > 0 || host_length > 0)
    {
      append (self, " <", 2);
      append_addr_spec (self, mailbox, mailbox_length, host, host_length);
      append_char (self, '>');
    }
}
