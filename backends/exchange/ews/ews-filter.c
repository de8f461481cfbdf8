/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-filter.h"

#include <string.h>

/* What all numbers are that are too high for a character. */
#define NO_CHARACTER 0x110000

static const char replacement[] = "\xef\xbf\xbd";

/* Char = #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]      (XML 1.0, 2.2) */
static gboolean
is_char (guint32 c)
{
  if (c < 0x20)
    return c == 0x9 || c == 0xa || c == 0xd;
  return c <= 0xd7ff || (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

static void
append (TaubeBuffer *out, const char *text)
{
  taube_buffer_append (out, text, strlen (text));
}

static gboolean
is_plain (guint8 byte)
{
  return byte < 0x80 && byte != '&' && is_char (byte);
}

/* UTF8-octets = *( UTF8-char )                                                       (RFC 3629, 4) */
static void
begin_sequence (EwsFilter *self, guint8 byte, TaubeBuffer *out)
{
  self->wanted = byte >= 0xc2 && byte <= 0xdf ? 2 : byte >= 0xe0 && byte <= 0xef ? 3
                 : byte >= 0xf0 && byte <= 0xf4 ? 4 : 0;
  if (self->wanted == 0)
    {
      append (out, replacement);
      return;
    }
  self->sequence[0] = byte;
  self->n_sequence = 1;
  self->state = EWS_FILTER_SEQUENCE;
}

/* The second byte says whether it is an overlong form, a surrogate, or too high a number. */
static gboolean
continues (const EwsFilter *self, guint8 byte)
{
  guint8 low = 0x80, high = 0xbf;

  if (self->n_sequence == 1)
    switch (self->sequence[0])
      {
      case 0xe0: low = 0xa0; break;
      case 0xed: high = 0x9f; break;
      case 0xf0: low = 0x90; break;
      case 0xf4: high = 0x8f; break;
      }
  return byte >= low && byte <= high;
}

static void
end_sequence (EwsFilter *self, TaubeBuffer *out)
{
  /* U+FFFE and U+FFFF are UTF-8, and no characters of XML. */
  gboolean no_char = self->wanted == 3 && self->sequence[0] == 0xef && self->sequence[1] == 0xbf
                     && self->sequence[2] >= 0xbe;

  self->state = EWS_FILTER_TEXT;
  if (no_char)
    append (out, replacement);
  else
    taube_buffer_append (out, self->sequence, self->wanted);
}

static void
append_reference (const EwsFilter *self, gboolean whole, TaubeBuffer *out)
{
  char text[32];

  if (!self->has_digits)
    g_snprintf (text, sizeof text, self->state == EWS_FILTER_HEX ? "&#x" : "&#");
  else
    g_snprintf (text, sizeof text, "&#%u", self->value);
  if (whole && self->has_digits && !is_char (self->value))
    append (out, replacement);
  else
    {
      append (out, text);
      if (whole)
        append (out, ";");
    }
}

static gboolean
take_digit (EwsFilter *self, guint8 byte)
{
  int digit = self->state == EWS_FILTER_HEX ? g_ascii_xdigit_value ((char) byte) : g_ascii_digit_value ((char) byte);

  if (digit < 0)
    return FALSE;
  self->has_digits = TRUE;
  if (self->value < NO_CHARACTER)
    self->value = MIN (self->value * (self->state == EWS_FILTER_HEX ? 16 : 10) + (guint32) digit, NO_CHARACTER);
  return TRUE;
}

/* CharRef = '&#' [0-9]+ ';' | '&#x' [0-9a-fA-F]+ ';'                                 (XML 1.0, 4.1)
 * FALSE: BYTE does not belong to it, and is still to be looked at. */
static gboolean
take_reference (EwsFilter *self, guint8 byte, TaubeBuffer *out)
{
  if (self->state == EWS_FILTER_AMPERSAND && byte == '#')
    {
      self->state = EWS_FILTER_REFERENCE;
      self->value = 0;
      self->has_digits = FALSE;
      return TRUE;
    }
  if (self->state == EWS_FILTER_AMPERSAND)
    {
      append (out, "&");
      self->state = EWS_FILTER_TEXT;
      return FALSE;
    }
  if (self->state == EWS_FILTER_REFERENCE)
    {
      self->state = byte == 'x' ? EWS_FILTER_HEX : EWS_FILTER_DECIMAL;
      if (byte == 'x')
        return TRUE;
    }
  if (take_digit (self, byte))
    return TRUE;
  append_reference (self, byte == ';', out);
  self->state = EWS_FILTER_TEXT;
  return byte == ';';
}

static gboolean
take_sequence (EwsFilter *self, guint8 byte, TaubeBuffer *out)
{
  if (!continues (self, byte))
    {
      append (out, replacement);
      self->state = EWS_FILTER_TEXT;
      return FALSE;
    }
  self->sequence[self->n_sequence++] = byte;
  if (self->n_sequence == self->wanted)
    end_sequence (self, out);
  return TRUE;
}

static void
take_text (EwsFilter *self, guint8 byte, TaubeBuffer *out)
{
  if (byte == '&')
    self->state = EWS_FILTER_AMPERSAND;
  else if (byte >= 0x80)
    begin_sequence (self, byte, out);
  else
    append (out, replacement);
}

void
ews_filter_feed (EwsFilter *self, const guint8 *data, gsize length, TaubeBuffer *out)
{
  gsize i = 0;

  while (i < length)
    {
      gsize run = i;
      gboolean taken = TRUE;

      switch (self->state)
        {
        case EWS_FILTER_TEXT:
          while (run < length && is_plain (data[run]))
            run++;
          taube_buffer_append (out, data + i, run - i);
          i = run;
          if (i < length)
            take_text (self, data[i], out);
          break;
        case EWS_FILTER_SEQUENCE:
          taken = take_sequence (self, data[i], out);
          break;
        default:
          taken = take_reference (self, data[i], out);
          break;
        }
      if (i < length && taken)
        i++;
    }
}

void
ews_filter_end (EwsFilter *self, TaubeBuffer *out)
{
  if (self->state == EWS_FILTER_SEQUENCE)
    append (out, replacement);
  else if (self->state == EWS_FILTER_AMPERSAND)
    append (out, "&");
  else if (self->state != EWS_FILTER_TEXT)
    append_reference (self, FALSE, out);
  self->state = EWS_FILTER_TEXT;
}
