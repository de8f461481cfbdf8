/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-buffer.h>

G_BEGIN_DECLS

typedef enum
{
  EWS_FILTER_TEXT,
  EWS_FILTER_AMPERSAND, /* "&" was seen */
  EWS_FILTER_REFERENCE, /* "&#" */
  EWS_FILTER_DECIMAL,
  EWS_FILTER_HEX,
  EWS_FILTER_SEQUENCE,  /* the first bytes of a character in UTF-8 */
} EwsFilterState;

/* Makes of bytes that Exchange really sends bytes that an XML parser takes: control characters, references to such, and
 * what is no UTF-8 become U+FFFD. Embed it by value, all zero. */
typedef struct
{
  EwsFilterState state;
  gboolean has_digits;
  guint32 value;
  guint8 sequence[4];
  guint n_sequence;
  guint wanted;
} EwsFilter;

void ews_filter_feed (EwsFilter *self, const guint8 *data, gsize length, TaubeBuffer *out);
/* No more bytes come. */
void ews_filter_end (EwsFilter *self, TaubeBuffer *out);

G_END_DECLS
