/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* Finds the end of the header in a message whose bytes come in pieces. Embed it by value, all zero. */
typedef struct
{
  gboolean done;
  gboolean in_line; /* this line has a byte that is no line break */
} ExchangeHeader;

/* How many of the bytes belong to the header, the empty line behind it included. */
gsize exchange_header_cut (ExchangeHeader *self, const guint8 *bytes, gsize length);

G_END_DECLS
