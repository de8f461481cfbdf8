/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core-blocking.h"

#include <dlfcn.h>

/* These stand before GLib's own for everything that is linked into the test, the library's objects included. */

static GPrivate forbidden;

void
blocking_forbid (void)
{
  g_assert_null (g_private_get (&forbidden));
  g_private_set (&forbidden, &forbidden);
}

void
blocking_allow (void)
{
  g_assert_nonnull (g_private_get (&forbidden));
  g_private_set (&forbidden, NULL);
}

static gpointer
get_real (const char *name)
{
  gpointer real = dlsym (RTLD_NEXT, name);

  if (g_private_get (&forbidden) != NULL)
    g_error ("%s() is called where nothing may block", name);
  g_assert_nonnull (real);
  return real;
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  void (*real) (GCond *, GMutex *) = get_real ("g_cond_wait");

  real (cond, mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean (*real) (GCond *, GMutex *, gint64) = get_real ("g_cond_wait_until");

  return real (cond, mutex, end_time);
}

void
g_usleep (gulong microseconds)
{
  void (*real) (gulong) = get_real ("g_usleep");

  real (microseconds);
}

gpointer
g_thread_join (GThread *thread)
{
  gpointer (*real) (GThread *) = get_real ("g_thread_join");

  return real (thread);
}

gboolean
g_main_context_iteration (GMainContext *context, gboolean may_block)
{
  gboolean (*real) (GMainContext *, gboolean) = get_real ("g_main_context_iteration");

  return real (context, may_block);
}
