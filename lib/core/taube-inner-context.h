/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A source that runs INNER within the context it is attached to. Between two turns of that context, whoever has it may
 * run INNER alone; it may be destroyed only by who has it, too. ACCOUNT is only compared: while INNER runs, blocking
 * calls of it give G_IO_ERROR_PENDING. */
GSource *taube_inner_context_new_source (GMainContext *inner, gconstpointer account);
/* One turn of INNER, which may wait; on a thread that has the outer context. */
void taube_inner_context_iterate (GMainContext *inner, gconstpointer account);

G_END_DECLS
