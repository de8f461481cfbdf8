/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-dot-reader.h>

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <inttypes.h>
#include <string.h>

typedef enum
{
  DOT_UNDECIDED, /* the next bytes say which it is */
  DOT_STUFFED,   /* ".." at the start of a line: one of them was put there */
  DOT_PLAIN,     /* the server forgot to put one before this line: nothing may be taken away */
  DOT_END_LF,    /* the end, as some servers write it */
  DOT_END_CRLF,
} Dot;

/* What a dot at the start of a line means. */
static Dot
look_at_dot (const guint8 *bytes, gsize length)
{
  if (length < 2)
    return DOT_UNDECIDED;
  if (bytes[1] == '.')
    return DOT_STUFFED;
  if (bytes[1] == '\n')
    return DOT_END_LF;
  if (bytes[1] != '\r')
    return DOT_PLAIN;
  if (length < 3)
    return DOT_UNDECIDED;
  return bytes[2] == '\n' ? DOT_END_CRLF : DOT_PLAIN;
}

/* How many bytes can be handed out before the next line that starts with a dot; some of them on any call. */
static gsize
run_length (const guint8 *bytes, gsize length)
{
  const guint8 *found = memmem (bytes, length, "\n.", 2);

  return found != NULL ? (gsize) (found - bytes) + 1 : length;
}

static TaubeParse
give (TaubeDotReader *self, TaubeBuffer *input, gsize length, const guint8 **data_out, gsize *length_out,
      GError **error)
{
  const guint8 *data = taube_buffer_peek (input);

  if (length > self->limit - self->given)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("the server sent a text of more than %" PRIu64 " bytes"),
                   self->limit);
      return TAUBE_PARSE_ERROR;
    }
  self->given += length;
  self->inside_line = length > 0 && data[length - 1] != '\n';
  taube_buffer_consume (input, length);
  *data_out = data;
  *length_out = length;
  return TAUBE_PARSE_VALUE;
}

static TaubeParse
give_end (TaubeDotReader *self, TaubeBuffer *input, gsize mark, const guint8 **data, gsize *length)
{
  taube_buffer_consume (input, mark);
  self->ended = TRUE;
  *data = NULL;
  *length = 0;
  return TAUBE_PARSE_VALUE;
}

TaubeParse
taube_dot_reader_next (TaubeDotReader *self, TaubeBuffer *input, const guint8 **data, gsize *length, GError **error)
{
  const guint8 *bytes;
  gsize available;

  if (self->ended)
    return give_end (self, input, 0, data, length);
  if (taube_buffer_length (input) == 0)
    return TAUBE_PARSE_MORE;
  bytes = taube_buffer_peek (input);
  available = taube_buffer_length (input);
  if (self->inside_line || bytes[0] != '.')
    return give (self, input, run_length (bytes, available), data, length, error);

  switch (look_at_dot (bytes, available))
    {
    case DOT_END_LF:
      return give_end (self, input, 2, data, length);
    case DOT_END_CRLF:
      return give_end (self, input, 3, data, length);
    case DOT_STUFFED:
      taube_buffer_consume (input, 1);
      return give (self, input, run_length (bytes + 1, available - 1), data, length, error);
    case DOT_PLAIN:
      return give (self, input, run_length (bytes, available), data, length, error);
    case DOT_UNDECIDED:
    default:
      return TAUBE_PARSE_MORE;
    }
}
