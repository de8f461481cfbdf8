/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-transfer.h"

#include <string.h>

/* encoding = "7bit" / "8bit" / "binary" / "quoted-printable" / "base64" / …   (RFC 2045)
 *
 * NULL is 7bit. FALSE: not known, and passed on as it is. */
gboolean
taube_mime_transfer_open (TaubeMimeTransfer *self, const char *encoding)
{
  static const struct { const char *name; TaubeMimeTransferKind kind; } encodings[] = {
    { "7bit", TAUBE_MIME_TRANSFER_IDENTITY },
    { "8bit", TAUBE_MIME_TRANSFER_IDENTITY },
    { "binary", TAUBE_MIME_TRANSFER_IDENTITY },
    { "7-bit", TAUBE_MIME_TRANSFER_IDENTITY },
    { "8-bit", TAUBE_MIME_TRANSFER_IDENTITY },
    { "", TAUBE_MIME_TRANSFER_IDENTITY },
    { "quoted-printable", TAUBE_MIME_TRANSFER_QUOTED_PRINTABLE },
    { "base64", TAUBE_MIME_TRANSFER_BASE64 },
    { "x-uuencode", TAUBE_MIME_TRANSFER_UUENCODE },
    { "x-uue", TAUBE_MIME_TRANSFER_UUENCODE },
    { "uuencode", TAUBE_MIME_TRANSFER_UUENCODE },
  };

  *self = (TaubeMimeTransfer){ 0 };
  if (encoding == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    if (g_ascii_strcasecmp (encodings[i].name, encoding) == 0)
      {
        self->kind = encodings[i].kind;
        return TRUE;
      }
  return FALSE;
}

/* Base64 of a stranger: what is not in the alphabet is skipped, a group cut short gives what it has. */
static void
decode_base64 (TaubeMimeTransfer *self, const char *text, gsize length, TaubeBuffer *out)
{
  guint8 *to = taube_buffer_reserve (out, length / 4 * 3 + 3);
  gsize n = 0;
  guint32 bits = self->bits;
  guint have = self->n_bits;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];
      guint32 value;

      if (c >= 'A' && c <= 'Z')
        value = (guint32) (c - 'A');
      else if (c >= 'a' && c <= 'z')
        value = (guint32) (c - 'a') + 26;
      else if (c >= '0' && c <= '9')
        value = (guint32) (c - '0') + 52;
      else if (c == '+' || c == '/')
        value = c == '+' ? 62 : 63;
      else
        {
          if (c == '=') /* the rest of this group; another may follow */
            bits = have = 0;
          continue;
        }
      bits = bits << 6 | value;
      have += 6;
      if (have >= 8)
        {
          have -= 8;
          to[n++] = (guint8) (bits >> have);
        }
    }
  taube_buffer_commit (out, n);
  self->bits = bits;
  self->n_bits = have;
}

/* One line of uuencode: its first character is how many bytes it holds, then four characters hold three bytes. */
static void
decode_uu_line (TaubeMimeTransfer *self, TaubeBuffer *out)
{
  const char *line = self->line;
  guint8 bytes[sizeof self->line];
  gsize wanted, n = 0;

  if (!self->in_file)
    {
      self->in_file = self->line_length > 6 && strncmp (line, "begin ", 6) == 0 && g_ascii_isdigit (line[6]);
      return;
    }
  if (self->line_length >= 3 && strncmp (line, "end", 3) == 0)
    {
      self->in_file = FALSE;
      return;
    }
  wanted = self->line_length > 0 ? (gsize) ((line[0] - ' ') & 0x3f) : 0;
  for (gsize i = 1; n < wanted; i += 4)
    {
      guint32 bits = 0;

      for (gsize k = i; k < i + 4; k++)
        bits = bits << 6 | (k < self->line_length ? (guint32) ((line[k] - ' ') & 0x3f) : 0);
      for (int shift = 16; shift >= 0 && n < wanted; shift -= 8)
        bytes[n++] = (guint8) (bits >> shift);
    }
  taube_buffer_append (out, bytes, n);
}

static void
decode_uu (TaubeMimeTransfer *self, const char *text, gsize length, gboolean last, TaubeBuffer *out)
{
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '\n')
        {
          decode_uu_line (self, out);
          self->line_length = 0;
        }
      else if (text[i] != '\r' && self->line_length < sizeof self->line)
        self->line[self->line_length++] = text[i];
    }
  if (last)
    decode_uu_line (self, out);
}

static gboolean
is_blank_or_cr (char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

/* Looks at C behind what is not yet decided, which begins with "=". Returns FALSE when both do not belong together. */
static gboolean
continue_quoted (TaubeMimeTransfer *self, char c, TaubeBuffer *out)
{
  gboolean hex = self->line_length > 1 && g_ascii_isxdigit (self->line[1]);

  if (c == '\n' && !hex)
    {
      self->line_length = 0; /* a soft line break */
      return TRUE;
    }
  if (hex && g_ascii_isxdigit (c))
    {
      guint8 byte = (guint8) (g_ascii_xdigit_value (self->line[1]) * 16 + g_ascii_xdigit_value (c));

      taube_buffer_append (out, &byte, 1);
      self->line_length = 0;
      return TRUE;
    }
  if (hex || self->line_length == sizeof self->line
      || !(is_blank_or_cr (c) || (self->line_length == 1 && g_ascii_isxdigit (c))))
    return FALSE;
  self->line[self->line_length++] = c;
  return TRUE;
}

/* "=" 2HEXDIG, or "=" *WSP CRLF, which joins two lines   (RFC 2045); what is neither stays as it is */
static void
decode_quoted (TaubeMimeTransfer *self, const char *text, gsize length, gboolean last, TaubeBuffer *out)
{
  for (gsize i = 0; i < length;)
    {
      const char *end;

      if (self->line_length > 0)
        {
          if (continue_quoted (self, text[i], out))
            {
              i++;
              continue;
            }
          taube_buffer_append (out, self->line, self->line_length);
          self->line_length = 0;
        }
      end = memchr (text + i, '=', length - i);
      taube_buffer_append (out, text + i, end != NULL ? (gsize) (end - text) - i : length - i);
      if (end == NULL)
        break;
      self->line[self->line_length++] = '=';
      i = (gsize) (end - text) + 1;
    }
  if (last && self->line_length > 1 && g_ascii_isxdigit (self->line[1]))
    taube_buffer_append (out, self->line, self->line_length);
}

/* Appends DATA, decoded, to OUT. LAST says that nothing follows. Never fails: what is no code is skipped or kept. */
void
taube_mime_transfer_decode (TaubeMimeTransfer *self, const guint8 *data, gsize length, gboolean last, TaubeBuffer *out)
{
  switch (self->kind)
    {
    case TAUBE_MIME_TRANSFER_BASE64:
      decode_base64 (self, (const char *) data, length, out);
      break;
    case TAUBE_MIME_TRANSFER_QUOTED_PRINTABLE:
      decode_quoted (self, (const char *) data, length, last, out);
      break;
    case TAUBE_MIME_TRANSFER_UUENCODE:
      decode_uu (self, (const char *) data, length, last, out);
      break;
    default:
      taube_buffer_append (out, data, length);
    }
}

/* The same for a text that is whole. */
void
taube_mime_append_base64 (TaubeBuffer *out, const char *text, gsize length)
{
  TaubeMimeTransfer transfer = { .kind = TAUBE_MIME_TRANSFER_BASE64 };

  decode_base64 (&transfer, text, length, out);
}
