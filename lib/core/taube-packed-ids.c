/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-packed-ids.h"

#include <string.h>

/* Of fewer ids nothing is saved that is worth the trouble. */
#define IDS_MIN 4
#define LENGTH_MAX 1024

static guint
common_length (const char *a, const char *b, guint most)
{
  guint length = 0;

  while (length < most && a[length] == b[length])
    length++;
  return length;
}

/* The bytes that TEXT stands for, in OUT; 0: it is not written the one way in which it would be written again. */
static guint
decode (const char *text, guint length, guint8 *out)
{
  char again[LENGTH_MAX + 8];
  int state = 0, save_out = 0;
  guint save = 0;
  gsize n, written;

  if (length == 0 || length % 4 != 0)
    return 0;
  n = g_base64_decode_step (text, length, out, &state, &save);
  state = 0;
  written = g_base64_encode_step (out, n, FALSE, again, &state, &save_out);
  written += g_base64_encode_close (FALSE, again + written, &state, &save_out);
  return written == length && memcmp (again, text, length) == 0 ? (guint) n : 0;
}

static gboolean
plan_coded (TaubePackedIds *self, const char *const *ids, guint n, guint length, guint common)
{
  guint8 bytes[LENGTH_MAX];

  self->prefix_length = common - common % 4;
  self->width = decode (ids[0] + self->prefix_length, length - self->prefix_length, bytes);
  for (guint i = 1; i < n && self->width > 0; i++)
    if (decode (ids[i] + self->prefix_length, length - self->prefix_length, bytes) != self->width)
      self->width = 0;
  self->coded = self->width > 0;
  return self->coded;
}

gboolean
taube_packed_ids_plan (TaubePackedIds *self, const char *const *ids, guint n)
{
  gsize length = n > 0 ? strlen (ids[0]) : 0;
  guint common = (guint) length;

  memset (self, 0, sizeof *self);
  if (n < IDS_MIN || length == 0 || length > LENGTH_MAX)
    return FALSE;
  for (guint i = 1; i < n; i++)
    {
      if (strlen (ids[i]) != length)
        return FALSE;
      common = common_length (ids[0], ids[i], common);
    }
  if (common == length || plan_coded (self, ids, n, (guint) length, common))
    return common < length;
  self->prefix_length = common;
  self->width = (guint) length - common;
  return TRUE;
}

gsize
taube_packed_ids_get_size (const TaubePackedIds *self, guint n)
{
  return self->prefix_length + (gsize) n * self->width;
}

void
taube_packed_ids_write (TaubePackedIds *self, const char *const *ids, guint n, gpointer memory)
{
  guint8 *at = memory;

  memcpy (at, ids[0], self->prefix_length);
  self->prefix = memory;
  at += self->prefix_length;
  self->bytes = at;
  for (guint i = 0; i < n; i++, at += self->width)
    {
      const char *rest = ids[i] + self->prefix_length;
      guint8 bytes[LENGTH_MAX];

      if (self->coded)
        decode (rest, (guint) strlen (rest), bytes);
      memcpy (at, self->coded ? (gconstpointer) bytes : rest, self->width);
    }
}

void
taube_packed_ids_read (const TaubePackedIds *self, guint position, GString *text)
{
  const guint8 *bytes = self->bytes + (gsize) position * self->width;
  char rest[LENGTH_MAX + 8];
  int state = 0, save = 0;
  gsize n;

  g_string_truncate (text, 0);
  g_string_append_len (text, self->prefix, self->prefix_length);
  if (!self->coded)
    {
      g_string_append_len (text, (const char *) bytes, self->width);
      return;
    }
  n = g_base64_encode_step (bytes, self->width, FALSE, rest, &state, &save);
  n += g_base64_encode_close (FALSE, rest + n, &state, &save);
  g_string_append_len (text, rest, (gssize) n);
}
