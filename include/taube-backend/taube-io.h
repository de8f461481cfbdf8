/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* The library's one I/O thread, for a backend whose transport is somebody else's and wants a GMainContext: the thread's
 * own is its thread-default one. Nothing on it may block. */

/* Runs FUNC once there, later, never within this call; its return value does not matter. NOTIFY is called there. */
TAUBE_API void taube_io_invoke (GSourceFunc func, gpointer data, GDestroyNotify notify);
TAUBE_API gboolean taube_io_is_current (void);

G_END_DECLS
