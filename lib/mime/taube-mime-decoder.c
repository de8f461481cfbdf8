/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-decoder.h"

#include "mime/taube-mime-charset.h"
#include "mime/taube-mime-transfer.h"

#include <string.h>

/* A large input is worked off in pieces of this size, so that memory stays constant. */
#define PIECE_BYTES 16384

struct _TaubeMimeDecoder
{
  TaubeMimeTransfer transfer;
  TaubeMimeCharset charset;
  TaubeMimeDecoderFlags flags;
  TaubeMimeSinkFunc sink;
  gpointer user_data;
  TaubeBuffer bytes; /* without transfer encoding */
  TaubeBuffer text;  /* in UTF-8 */
  gboolean pending_cr;
  const char *note; /* nullable */
};

/* ENCODING is what Content-Transfer-Encoding says, CHARSET is looked at with the flag TEXT only; both may be NULL. What
 * is not known is passed on as it is, text as UTF-8 or windows-1252; taube_mime_decoder_get_note() tells. */
TaubeMimeDecoder *
taube_mime_decoder_new (const char *encoding, const char *charset, TaubeMimeDecoderFlags flags, TaubeMimeSinkFunc sink,
                        gpointer user_data)
{
  TaubeMimeDecoder *self = g_new0 (TaubeMimeDecoder, 1);

  self->flags = flags;
  self->sink = sink;
  self->user_data = user_data;
  if (!taube_mime_transfer_open (&self->transfer, encoding))
    self->note = "unknown transfer encoding: shown as it is";
  if (!taube_mime_charset_open (&self->charset, charset, charset != NULL ? strlen (charset) : 0) && charset != NULL
      && (flags & TAUBE_MIME_DECODER_FLAGS_TEXT) != 0 && self->note == NULL)
    self->note = "unknown charset: guessed";
  return self;
}

void
taube_mime_decoder_free (TaubeMimeDecoder *self)
{
  taube_mime_charset_close (&self->charset);
  taube_buffer_clear (&self->bytes);
  taube_buffer_clear (&self->text);
  g_free (self);
}

/* What could not be decoded as it is labelled; NULL when all is well. */
const char *
taube_mime_decoder_get_note (const TaubeMimeDecoder *self)
{
  return self->note;
}

/* Takes the CR out of each CRLF in BUFFER; a CR at the end waits for what follows. Returns the new length. */
static gsize
fold_newlines (TaubeMimeDecoder *self, guint8 *data, gsize length)
{
  gsize n = 0;

  for (gsize i = 0; i < length; i++)
    if (data[i] != '\r' || (i + 1 < length && data[i + 1] != '\n'))
      data[n++] = data[i];
    else if (i + 1 == length)
      self->pending_cr = TRUE;
  return n;
}

/* Hands on what stands in BUFFER and empties it. */
static gboolean
emit (TaubeMimeDecoder *self, TaubeBuffer *buffer, gboolean last, GError **error)
{
  guint8 *data = (guint8 *) taube_buffer_peek (buffer);
  gsize length = taube_buffer_length (buffer);
  gboolean done = TRUE;

  if ((self->flags & TAUBE_MIME_DECODER_FLAGS_NEWLINES) != 0)
    {
      if (self->pending_cr && (length > 0 || last))
        {
          self->pending_cr = FALSE;
          if (length == 0 || data[0] != '\n')
            done = self->sink ((const guint8 *) "\r", 1, self->user_data, error);
        }
      length = fold_newlines (self, data, length);
      if (last && self->pending_cr && done)
        {
          self->pending_cr = FALSE;
          data[length++] = '\r'; /* there is room: it stood there */
        }
    }
  if (done && length > 0)
    done = self->sink (data, length, self->user_data, error);
  taube_buffer_consume (buffer, taube_buffer_length (buffer));
  return done;
}

/* A text ends at its first NUL for whoever gets it as a string. */
static void
drop_nuls (TaubeBuffer *text)
{
  guint8 *data = (guint8 *) taube_buffer_peek (text);
  gsize length = taube_buffer_length (text), n = 0;

  if (length == 0 || memchr (data, '\0', length) == NULL)
    return;
  for (gsize i = 0; i < length; i++)
    if (data[i] != '\0')
      data[n++] = data[i];
  text->end = text->start + n;
}

static gboolean
decode_piece (TaubeMimeDecoder *self, const guint8 *data, gsize length, gboolean last, GError **error)
{
  taube_mime_transfer_decode (&self->transfer, data, length, last, &self->bytes);
  if ((self->flags & TAUBE_MIME_DECODER_FLAGS_TEXT) == 0)
    return emit (self, &self->bytes, last, error);

  taube_mime_charset_convert (&self->charset, taube_buffer_peek (&self->bytes), taube_buffer_length (&self->bytes),
                              last, &self->text);
  taube_buffer_consume (&self->bytes, taube_buffer_length (&self->bytes));
  drop_nuls (&self->text);
  return emit (self, &self->text, last, error);
}

/* Decodes the next piece of the body. Fails only when the sink does. */
gboolean
taube_mime_decoder_write (TaubeMimeDecoder *self, gconstpointer data, gsize length, GError **error)
{
  const guint8 *bytes = data;

  for (gsize at = 0; at < length; at += MIN (PIECE_BYTES, length - at))
    if (!decode_piece (self, bytes + at, MIN (PIECE_BYTES, length - at), FALSE, error))
      return FALSE;
  return TRUE;
}

/* The body is over: hands on what was waiting for more. */
gboolean
taube_mime_decoder_finish (TaubeMimeDecoder *self, GError **error)
{
  return decode_piece (self, (const guint8 *) "", 0, TRUE, error);
}
