/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *taube_html_to_text (const char *html, gsize length);

G_END_DECLS
