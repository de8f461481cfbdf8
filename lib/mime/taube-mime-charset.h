/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>

#include <iconv.h>

G_BEGIN_DECLS

/* The longest piece of a character that a chunk can end in. */
#define TAUBE_MIME_CARRY_BYTES 16

/* Bytes of some charset to UTF-8, piece by piece. Embed it by value. */
typedef struct
{
  iconv_t converter; /* (iconv_t) -1: not by iconv */
  gboolean single_byte; /* windows-1252; else UTF-8 with a guess for what is not */
  gsize unit;           /* bytes to skip where nothing fits */
  guint8 carry[TAUBE_MIME_CARRY_BYTES];
  gsize carry_length;
} TaubeMimeCharset;

gboolean taube_mime_charset_open (TaubeMimeCharset *self, const char *name, gsize length);
void taube_mime_charset_convert (TaubeMimeCharset *self, const guint8 *data, gsize length, gboolean last,
                                 TaubeBuffer *out);
void taube_mime_charset_close (TaubeMimeCharset *self);
gunichar taube_mime_windows_1252_to_unichar (guint8 byte);

G_END_DECLS
