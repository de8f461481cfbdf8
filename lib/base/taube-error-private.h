/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-error.h>

G_BEGIN_DECLS

void taube_error_set_subject (GError *error, GObject *subject);
GObject *taube_error_get_subject (const GError *error);

G_END_DECLS
