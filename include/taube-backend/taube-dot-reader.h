/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>
#include <taube-backend/taube-parse.h>

G_BEGIN_DECLS

/* Takes a text that ends with a line of a single dot off a buffer and gives it back without the dots that were put
 * before lines (RFC 1939 section 3). Embed it by value: { .limit = … }, one for each text. */
typedef struct
{
  guint64 limit;        /* bytes of the whole text */
  guint64 given;        /* bytes handed out */
  gboolean inside_line; /* private */
  gboolean ended;       /* private */
} TaubeDotReader;

/* VALUE: DATA is consumed and stays readable until the buffer is written to again; LENGTH 0 is the end of the text, and
 * what follows it is still in the buffer. Line ends are given as they came. ERROR: TAUBE_ERROR_LIMIT. */
TAUBE_API TaubeParse taube_dot_reader_next (TaubeDotReader *self, TaubeBuffer *input, const guint8 **data,
                                            gsize *length, GError **error);

G_END_DECLS
