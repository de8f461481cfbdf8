/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-transfer.h"

#include <string.h>

static void
init_gmime (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      g_mime_init ();
      g_once_init_leave (&once, 1);
    }
}

/* encoding = "7bit" / "8bit" / "binary" / "quoted-printable" / "base64" / …   (RFC 2045)
 *
 * NULL is 7bit. FALSE: not known, and passed on as it is; taube_mime_transfer_close() is due all the same. */
gboolean
taube_mime_transfer_open (TaubeMimeTransfer *self, const char *encoding)
{
  static const struct { const char *name; GMimeContentEncoding encoding; } encodings[] = {
    { "7bit", GMIME_CONTENT_ENCODING_7BIT },
    { "8bit", GMIME_CONTENT_ENCODING_8BIT },
    { "binary", GMIME_CONTENT_ENCODING_BINARY },
    { "7-bit", GMIME_CONTENT_ENCODING_7BIT },
    { "8-bit", GMIME_CONTENT_ENCODING_8BIT },
    { "", GMIME_CONTENT_ENCODING_7BIT },
    { "quoted-printable", GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE },
    { "base64", GMIME_CONTENT_ENCODING_BASE64 },
    { "x-uuencode", GMIME_CONTENT_ENCODING_UUENCODE },
    { "x-uue", GMIME_CONTENT_ENCODING_UUENCODE },
    { "uuencode", GMIME_CONTENT_ENCODING_UUENCODE },
  };

  *self = (TaubeMimeTransfer){ 0 };
  if (encoding == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    if (g_ascii_strcasecmp (encodings[i].name, encoding) == 0)
      {
        self->encoding = encodings[i].encoding;
        if (self->encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
          {
            init_gmime ();
            self->filter = g_mime_filter_basic_new (self->encoding, FALSE);
          }
        return TRUE;
      }
  return FALSE;
}

void
taube_mime_transfer_close (TaubeMimeTransfer *self)
{
  g_clear_object (&self->filter);
}

/* Base64 of a stranger: what is not in the alphabet is skipped, a group cut short gives what it has (GMime's filter
 * would drop it). */
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

/* GMime's filter gives another result when a line is cut. */
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

static void
decode_by_filter (TaubeMimeTransfer *self, const guint8 *data, gsize length, gboolean last, TaubeBuffer *out)
{
  char *decoded = NULL;
  gsize decoded_length = 0, room = 0;

  if (last)
    g_mime_filter_complete (self->filter, (char *) data, length, 0, &decoded, &decoded_length, &room);
  else
    g_mime_filter_filter (self->filter, (char *) data, length, 0, &decoded, &decoded_length, &room);
  taube_buffer_append (out, decoded, decoded_length);
}

/* Appends DATA, decoded, to OUT. LAST says that nothing follows. Never fails: what is no code is skipped or kept. */
void
taube_mime_transfer_decode (TaubeMimeTransfer *self, const guint8 *data, gsize length, gboolean last, TaubeBuffer *out)
{
  switch (self->encoding)
    {
    case GMIME_CONTENT_ENCODING_BASE64:
      decode_base64 (self, (const char *) data, length, out);
      break;
    case GMIME_CONTENT_ENCODING_UUENCODE:
      decode_uu (self, (const char *) data, length, last, out);
      break;
    case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
      decode_by_filter (self, data, length, last, out);
      break;
    default:
      taube_buffer_append (out, data, length);
    }
}

/* The same for a text that is whole. */
void
taube_mime_append_base64 (TaubeBuffer *out, const char *text, gsize length)
{
  TaubeMimeTransfer transfer = { .encoding = GMIME_CONTENT_ENCODING_BASE64 };

  decode_base64 (&transfer, text, length, out);
}
