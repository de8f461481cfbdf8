/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The stamp for APOP in the text of a greeting, with its brackets; NULL: there is none, or none that can be trusted to
 * be one. (transfer full) */
char *pop3_stamp_find (const char *text, gsize length);

G_END_DECLS
