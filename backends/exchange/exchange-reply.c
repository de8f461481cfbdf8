/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is done with an answer that is not read for its content. */
#include "exchange-http.h"

#define DRAIN_BYTES (256 << 10)

char *
exchange_reply_read_words (ExchangeReply *self, gsize most, GCancellable *cancellable)
{
  g_autofree char *words = g_malloc (most + 1);
  gsize length = 0;

  while (length < most)
    {
      gssize n = exchange_reply_read (self, words + length, most - length, cancellable, NULL);

      if (n <= 0)
        break;
      length += (gsize) n;
    }
  return g_utf8_make_valid (words, (gssize) length);
}

void
exchange_reply_drain (ExchangeReply *self, GCancellable *cancellable)
{
  char block[4096];
  gsize total = 0;
  gssize n;

  while (total < DRAIN_BYTES && (n = exchange_reply_read (self, block, sizeof block, cancellable, NULL)) > 0)
    total += (gsize) n;
}
