/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-client.h"

gboolean
exchange_pause (guint milliseconds, GCancellable *cancellable, GError **error)
{
  GPollFD poll;

  if (!g_cancellable_make_pollfd (cancellable, &poll))
    g_usleep ((gulong)milliseconds * 1000);
  else
    {
      g_poll (&poll, 1, (int) MIN (milliseconds, G_MAXINT));
      g_cancellable_release_fd (cancellable);
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}
