/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Takes decoded bytes; FALSE with ERROR set ends the decoding. */
typedef gboolean (*TaubeMimeSinkFunc) (const guint8 *data, gsize length, gpointer user_data, GError **error);

typedef enum
{
  TAUBE_MIME_DECODER_FLAGS_NONE = 0,
  TAUBE_MIME_DECODER_FLAGS_TEXT = 1 << 0,    /* from the charset to UTF-8, without NUL */
  TAUBE_MIME_DECODER_FLAGS_NEWLINES = 1 << 1, /* CRLF becomes LF */
} TaubeMimeDecoderFlags;

/* The body of a part, from what stands in the message to what was meant, in pieces of any size and constant memory. */
typedef struct _TaubeMimeDecoder TaubeMimeDecoder;

TaubeMimeDecoder *taube_mime_decoder_new (const char *encoding, const char *charset, TaubeMimeDecoderFlags flags,
                                          TaubeMimeSinkFunc sink, gpointer user_data);
void taube_mime_decoder_free (TaubeMimeDecoder *self);
gboolean taube_mime_decoder_write (TaubeMimeDecoder *self, gconstpointer data, gsize length, GError **error);
gboolean taube_mime_decoder_finish (TaubeMimeDecoder *self, GError **error);
const char *taube_mime_decoder_get_note (const TaubeMimeDecoder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeMimeDecoder, taube_mime_decoder_free)

G_END_DECLS
