/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gsize taube_html_entity_read (const char *text, gsize length, gunichar *c_out);

G_END_DECLS
