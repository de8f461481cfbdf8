/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-line-reader.h>

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static GByteArray *
read_all (const uint8_t *data, size_t size, size_t step)
{
  TaubeLineReader reader = { .limit = 200 };
  TaubeBuffer buffer = { 0 };
  GByteArray *all = g_byte_array_new ();
  TaubeParse result = TAUBE_PARSE_MORE;

  for (size_t at = 0; at < size && result != TAUBE_PARSE_ERROR; at += step)
    {
      const char *line;
      gsize length;

      taube_buffer_append (&buffer, data + at, MIN (step, size - at));
      while ((result = taube_line_reader_next (&reader, &buffer, &line, &length, NULL)) == TAUBE_PARSE_VALUE)
        {
          g_assert (length <= reader.limit && memchr (line, '\n', length) == NULL);
          g_byte_array_append (all, (const guint8 *) line, (guint) length);
          g_byte_array_append (all, (const guint8 *) "\n", 1);
        }
    }
  taube_buffer_clear (&buffer);
  return all;
}

/* However the bytes are cut, the lines are the same. The first byte says how they are cut. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) lines = read_all (data, size, size > 0 ? 1u + data[0] : 1);
  g_autoptr (GByteArray) slow_lines = read_all (data, size, 1);

  g_assert (lines->len == slow_lines->len);
  g_assert (lines->len == 0 || memcmp (lines->data, slow_lines->data, lines->len) == 0);
  return 0;
}
