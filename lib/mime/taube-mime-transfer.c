/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mime/taube-mime-transfer.h"


/* Base64 of a stranger: what is not in the alphabet is skipped, a group cut short gives what it has. */
void
taube_mime_append_base64 (TaubeBuffer *out, const char *text, gsize length)
{
  guint8 *to = taube_buffer_reserve (out, length / 4 * 3 + 3);
  gsize n = 0;
  guint32 bits = 0;
  guint have = 0;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];
      guint32 value;

      if (c >= 'A' && c <= 'Z')
        value = (guint32) (c - 'A');
      else if (c >= 'a' && c <= 'z')
        value = (guint32) (c - 'a') + 26;
      else if (c >= '0' && c <= '9')
        value = (guint32) (c - '0') + 52;
      else if (c == '+' || c == '/')
        value = c == '+' ? 62 : 63;
      else
        {
          if (c == '=') /* the rest of this group; another may follow */
            bits = have = 0;
          continue;
        }
      bits = bits << 6 | value;
      have += 6;
      if (have >= 8)
        {
          have -= 8;
          to[n++] = (guint8) (bits >> have);
        }
    }
  taube_buffer_commit (out, n);
}
