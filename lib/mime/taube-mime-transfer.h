/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gmime/gmime.h>
#include <taube-backend/taube-buffer.h>

G_BEGIN_DECLS

/* A content transfer encoding taken off, piece by piece. Embed it by value. */
typedef struct
{
  GMimeContentEncoding encoding;
  guint32 bits;        /* of a base64 group that is not complete */
  guint n_bits;
  char line[96];       /* of uuencode, which is not complete; longer ones are cut */
  gsize line_length;
  gboolean in_file;    /* between "begin" and "end" */
  GMimeFilter *filter; /* of quoted-printable; nullable */
} TaubeMimeTransfer;

gboolean taube_mime_transfer_open (TaubeMimeTransfer *self, const char *encoding);
void taube_mime_transfer_decode (TaubeMimeTransfer *self, const guint8 *data, gsize length, gboolean last,
                                 TaubeBuffer *out);
void taube_mime_transfer_close (TaubeMimeTransfer *self);

void taube_mime_append_base64 (TaubeBuffer *out, const char *text, gsize length);

G_END_DECLS
