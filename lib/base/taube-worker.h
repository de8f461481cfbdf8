/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef void (*TaubeWorkerFunc) (gpointer data);

void taube_worker_push (TaubeWorkerFunc func, gpointer data);
void taube_worker_set_maximum (guint threads);

G_END_DECLS
