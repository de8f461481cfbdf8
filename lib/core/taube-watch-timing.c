/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-watch-private.h"

#include <taube-backend/taube-testing.h>

static TaubeTestPause test_pause; /* atomic */
static guint test_renewal;        /* atomic */

void
taube_watch_set_test_pause (TaubeTestPause pause)
{
  g_atomic_pointer_set (&test_pause, pause);
}

void
taube_watch_set_test_renewal (guint milliseconds)
{
  g_atomic_int_set (&test_renewal, milliseconds);
}

guint
taube_watch_decide_pause (guint attempt, guint milliseconds)
{
  TaubeTestPause pause = g_atomic_pointer_get (&test_pause);

  return pause != NULL ? pause (attempt, milliseconds) : milliseconds;
}

gint64
taube_watch_decide_deadline (TaubeWatchCore *core, gint64 wake_at)
{
  guint renewal = g_atomic_int_get (&test_renewal);

  if (renewal > 0)
    return g_get_monotonic_time () + (gint64) renewal * 1000;
  if (wake_at != 0)
    return wake_at;
  return g_get_monotonic_time () + (gint64) taube_watch_core_get_poll_interval (core) * G_USEC_PER_SEC;
}
