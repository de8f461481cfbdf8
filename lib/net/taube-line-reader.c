/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-line-reader.h>

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <string.h>

static TaubeParse
line_too_long (const TaubeLineReader *self, GError **error)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the server sent a line of more than %zu bytes"), self->limit);
  return TAUBE_PARSE_ERROR;
}

TaubeParse
taube_line_reader_next (TaubeLineReader *self, TaubeBuffer *input, const char **line, gsize *length, GError **error)
{
  gsize available = taube_buffer_length (input);
  const guint8 *start = available > 0 ? taube_buffer_peek (input) : NULL;
  const guint8 *end = NULL;
  gsize bytes;

  self->scanned = MIN (self->scanned, available);
  if (available > self->scanned)
    end = memchr (start + self->scanned, '\n', available - self->scanned);
  if (end == NULL)
    {
      self->scanned = available;
      /* One more than the limit may be the CR of a line that is just as long as it may be. */
      if (available > self->limit && available - self->limit > 1)
        return line_too_long (self, error);
      return TAUBE_PARSE_MORE;
    }

  bytes = (gsize) (end - start);
  self->scanned = 0;
  taube_buffer_consume (input, bytes + 1);
  if (bytes > 0 && start[bytes - 1] == '\r')
    bytes--;
  if (bytes > self->limit)
    return line_too_long (self, error);
  *line = (const char *) start;
  *length = bytes;
  return TAUBE_PARSE_VALUE;
}
