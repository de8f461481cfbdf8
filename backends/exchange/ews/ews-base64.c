/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ews/ews-base64.h"

#define PIECE 4000

gboolean
ews_base64_decode (EwsBase64 *self, const char *text, gsize length, EwsBase64Func func, gpointer user_data,
                   GError **error)
{
  guint8 bytes[PIECE / 4 * 3 + 3];

  while (length > 0)
    {
      gsize piece = MIN (length, PIECE);
      gsize n = g_base64_decode_step (text, piece, bytes, &self->state, &self->save);

      if (n > 0 && !func (bytes, n, user_data, error))
        return FALSE;
      text += piece;
      length -= piece;
    }
  return TRUE;
}
