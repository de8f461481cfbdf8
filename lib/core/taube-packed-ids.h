/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Many ids that a server chose, in little memory: when all have one length, what they begin with is kept once, and what
 * is behind it, when that is base64 or hexadecimal digits, as the bytes that it would stand for. Exchange's ids of 150
 * characters, of which most are the same in a whole mailbox, become some 30 to 60 bytes. */
typedef struct
{
  const char *prefix; /* ends without NUL */
  guint prefix_length;
  guint width;        /* of each behind it; 0: they are not packed */
  gboolean coded;     /* base64 */
  const guint8 *bytes;
} TaubePackedIds;

/* How the N ids would be packed; FALSE: they are not of a kind that can be, or too few. Nothing is written yet. */
gboolean taube_packed_ids_plan (TaubePackedIds *self, const char *const *ids, guint n);
/* How much memory that takes, and filling it; it must stay as long as SELF is used. */
gsize taube_packed_ids_get_size (const TaubePackedIds *self, guint n);
void taube_packed_ids_write (TaubePackedIds *self, const char *const *ids, guint n, gpointer memory);
/* The id at POSITION takes the place of what is in TEXT. */
void taube_packed_ids_read (const TaubePackedIds *self, guint position, GString *text);

G_END_DECLS
