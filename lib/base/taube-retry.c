/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/taube-retry.h"

/* Milliseconds to wait before trying again, after ATTEMPT failures (from 1): FIRST, doubled with each further failure
 * up to CAP, of which a random part of up to a half is taken off so that many clients of one server do not come back
 * together. RANDOM is any number, usually g_random_int(): the same one gives the same pause. */
guint
taube_retry_pause (guint attempt, guint first, guint cap, guint32 random)
{
  guint64 pause = MIN (first, cap);

  for (guint i = 1; i < attempt && pause < cap; i++)
    pause = MIN (2 * pause, cap);
  return (guint) (pause - ((pause / 2) * random >> 32));
}
