/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/taube-io-thread.h"

#include <taube-backend/taube-io.h>

static GThread *io_thread; /* atomic */

static gpointer
run_io_thread (gpointer data)
{
  GMainContext *context = data;
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);

  g_atomic_pointer_set (&io_thread, g_thread_self ());
  g_main_context_push_thread_default (context);
  g_main_loop_run (loop);
  return NULL;
}

/* The context of the I/O thread, which is started at the first call and lives as long as the process. */
GMainContext *
taube_io_thread_get_context (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      GMainContext *context = g_main_context_new ();

      g_thread_unref (g_thread_new ("taube-io", run_io_thread, context));
      g_once_init_leave (&once, (gsize) context);
    }
  return (GMainContext *) once;
}

/* Starts nothing. */
gboolean
taube_io_thread_is_current (void)
{
  return g_atomic_pointer_get (&io_thread) == g_thread_self ();
}

/* Runs FUNC once on the I/O thread, later, never within this call. Its return value does not matter. */
void
taube_io_thread_invoke (GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, notify);
  g_source_attach (source, taube_io_thread_get_context ());
}

/* Calls FUNC on the I/O thread after MILLISECONDS, and again as long as it returns G_SOURCE_CONTINUE.
 * (transfer full): g_source_destroy() and g_source_unref() end it. */
GSource *
taube_io_thread_add_timer (guint milliseconds, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  GSource *source = g_timeout_source_new (milliseconds);

  g_source_set_callback (source, func, data, notify);
  g_source_attach (source, taube_io_thread_get_context ());
  return source;
}

void
taube_io_invoke (GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  taube_io_thread_invoke (func, data, notify);
}

gboolean
taube_io_is_current (void)
{
  return taube_io_thread_is_current ();
}
