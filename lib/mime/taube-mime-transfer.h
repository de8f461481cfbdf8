/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>

G_BEGIN_DECLS

typedef enum
{
  TAUBE_MIME_TRANSFER_IDENTITY,
  TAUBE_MIME_TRANSFER_BASE64,
  TAUBE_MIME_TRANSFER_QUOTED_PRINTABLE,
  TAUBE_MIME_TRANSFER_UUENCODE,
} TaubeMimeTransferKind;

/* A content transfer encoding taken off, piece by piece. Embed it by value. */
typedef struct
{
  TaubeMimeTransferKind kind;
  guint32 bits;      /* of a base64 group that is not complete */
  guint n_bits;
  char line[96];     /* not yet decided: a line of uuencode, cut when longer; what follows "=" in quoted-printable */
  gsize line_length;
  gboolean in_file;  /* between "begin" and "end" of uuencode */
} TaubeMimeTransfer;

gboolean taube_mime_transfer_open (TaubeMimeTransfer *self, const char *encoding);
void taube_mime_transfer_decode (TaubeMimeTransfer *self, const guint8 *data, gsize length, gboolean last,
                                 TaubeBuffer *out);

void taube_mime_append_base64 (TaubeBuffer *out, const char *text, gsize length);

G_END_DECLS
