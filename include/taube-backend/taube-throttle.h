/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-error.h>

G_BEGIN_DECLS

TAUBE_API GError *taube_error_new_throttled (guint seconds, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
