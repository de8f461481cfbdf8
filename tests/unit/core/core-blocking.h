/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Between these two, the calling thread ends the program as soon as it waits for anything, however short: a call that
 * "never blocks" is proved without a clock. Other threads are free. */
void blocking_forbid (void);
void blocking_allow (void);

G_END_DECLS
