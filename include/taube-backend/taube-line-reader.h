/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>
#include <taube-backend/taube-parse.h>

G_BEGIN_DECLS

/* Takes lines off a buffer. Embed it by value: { .limit = … }. */
typedef struct
{
  gsize limit;   /* bytes of a line without its end */
  gsize scanned; /* private: bytes at the front of the buffer that hold no line end */
} TaubeLineReader;

/* VALUE: LINE (not NUL-terminated, without its CRLF or lone LF) is consumed and stays readable until the buffer is
 * written to again. ERROR: TAUBE_ERROR_LIMIT. */
TAUBE_API TaubeParse taube_line_reader_next (TaubeLineReader *self, TaubeBuffer *input, const char **line,
                                             gsize *length, GError **error);

G_END_DECLS
