/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-list-request-impl.h>

G_BEGIN_DECLS

/* Runs FUNC once with DATA where the caller of the running job is, then NOTIFY. */
typedef void (*TaubeDeliverFunc) (gpointer target, GSourceFunc func, gpointer data, GDestroyNotify notify);

/* What one call works with: a copy of SELF (NULL: the defaults) that later changes of SELF do not reach, and whose
 * chunks go through DELIVER, called with TARGET (which is not referenced: it must outlive the call). Give it to the
 * vfunc; drop it where the caller is, as the application's closure may end with it. (transfer full) */
TaubeListRequest *taube_list_request_bind (TaubeListRequest *self, TaubeDeliverFunc deliver, gpointer target);

G_END_DECLS
