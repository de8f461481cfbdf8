/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void taube_mime_field_parse (const char *raw, gsize length, char **value_out, GStrv *params_out);

G_END_DECLS
