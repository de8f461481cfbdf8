/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* However the bytes arrive, the frames are the same, and each byte is looked at a fixed number of times. */
#include <stdint.h>
#include <string.h>

#include "imap-framer.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* The frames as text; pieces of one literal are joined. */
static GString *
cut (const uint8_t *data, size_t size, gsize chunk, const TaubeLimits *limits, gboolean accept)
{
  GString *out = g_string_new (NULL);
  TaubeBuffer buffer = { 0 };
  ImapParse result = IMAP_PARSE_MORE;
  ImapFramer framer;

  imap_framer_init (&framer, limits);
  for (gsize fed = 0; fed < size && result != IMAP_PARSE_ERROR; fed += MIN (chunk, size - fed))
    {
      g_autoptr (GError) error = NULL;
      ImapFrame frame;

      taube_buffer_append (&buffer, data + fed, MIN (chunk, size - fed));
      while ((result = imap_framer_next (&framer, &buffer, &frame, &error)) == IMAP_PARSE_VALUE)
        {
          if (frame.type == IMAP_FRAME_LITERAL_BEGIN)
            {
              g_string_append_printf (out, "{%" G_GUINT64_FORMAT "}", frame.size);
              if (accept)
                imap_framer_accept_body (&framer);
            }
          else if (frame.type == IMAP_FRAME_END)
            g_string_append (out, "\nend\n");
          else
            g_string_append_len (out, (const char *) frame.data, frame.length);
        }
      if (error != NULL)
        g_string_append_printf (out, "error %d\n", error->code);
    }
  g_assert_cmpuint (framer.work, <=, 3 * size + 100);
  taube_buffer_clear (&buffer);
  return out;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  TaubeLimits limits = *taube_limits_get_default ();
  gboolean accept = size > 0 && data[0] == '!';
  g_autoptr (GString) whole = NULL;
  g_autoptr (GString) bytes = NULL;
  g_autoptr (GString) sevens = NULL;

  if (accept)
    data++, size--;
  limits.line_bytes = 300;
  limits.literal_bytes = 100;
  limits.response_bytes = 500;
  limits.body_bytes = 1000;
  whole = cut (data, size, MAX (size, 1), &limits, accept);
  bytes = cut (data, size, 1, &limits, accept);
  sevens = cut (data, size, 7, &limits, accept);
  g_assert_true (g_string_equal (whole, bytes));
  g_assert_true (g_string_equal (whole, sevens));
  return 0;
}
