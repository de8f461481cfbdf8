/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-dot-reader.h>

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static GByteArray *
read_all (const uint8_t *data, size_t size, size_t step, gboolean *ended)
{
  TaubeDotReader reader = { .limit = 1 << 16 };
  TaubeBuffer buffer = { 0 };
  GByteArray *all = g_byte_array_new ();
  TaubeParse result = TAUBE_PARSE_MORE;

  *ended = FALSE;
  for (size_t at = 0; at < size && !*ended && result != TAUBE_PARSE_ERROR; at += step)
    {
      const guint8 *bytes;
      gsize length = 1;

      taube_buffer_append (&buffer, data + at, MIN (step, size - at));
      while (length > 0 && (result = taube_dot_reader_next (&reader, &buffer, &bytes, &length, NULL))
                             == TAUBE_PARSE_VALUE)
        g_byte_array_append (all, bytes, (guint) length);
      *ended = result == TAUBE_PARSE_VALUE;
      /* What could not be decided is a dot and a CR at most. */
      g_assert (result != TAUBE_PARSE_MORE || taube_buffer_length (&buffer) <= 2);
    }
  taube_buffer_clear (&buffer);
  return all;
}

/* However the bytes are cut, the text is the same. The first byte says how they are cut. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gboolean ended, ended_slowly;
  g_autoptr (GByteArray) text = read_all (data, size, size > 0 ? 1u + data[0] : 1, &ended);
  g_autoptr (GByteArray) slow_text = read_all (data, size, 1, &ended_slowly);

  if (size > 1 << 16)
    return 0;
  g_assert (ended == ended_slowly && text->len == slow_text->len);
  g_assert (text->len == 0 || memcmp (text->data, slow_text->data, text->len) == 0);
  return 0;
}
