/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint taube_retry_pause (guint attempt, guint first, guint cap, guint32 random);

G_END_DECLS
