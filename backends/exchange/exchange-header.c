/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-header.h"

/* message = fields CRLF body; a lone LF is a line break, too */
gsize
exchange_header_cut (ExchangeHeader *self, const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length && !self->done; i++)
    {
      if (bytes[i] == '\n' && !self->in_line)
        {
          self->done = TRUE;
          return i + 1;
        }
      if (bytes[i] == '\n')
        self->in_line = FALSE;
      else if (bytes[i] != '\r')
        self->in_line = TRUE;
      if (i + 1 == length)
        return length;
    }
  return 0;
}
