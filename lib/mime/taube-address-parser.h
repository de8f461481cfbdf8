/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GPtrArray *taube_address_parser_run (const char *text, gsize length);

G_END_DECLS
