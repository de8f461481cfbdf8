/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The library's one I/O thread: a GMainContext that connects, waits and keeps time. Nothing on it may block. */

GMainContext *taube_io_thread_get_context (void);
gboolean taube_io_thread_is_current (void);
void taube_io_thread_invoke (GSourceFunc func, gpointer data, GDestroyNotify notify);
GSource *taube_io_thread_add_timer (guint milliseconds, GSourceFunc func, gpointer data, GDestroyNotify notify);

G_END_DECLS
