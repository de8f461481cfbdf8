/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Patterns of scripts: `*` is any text, `{name}` one word that is kept in NAMES, all else is itself in any case. */
gboolean taube_test_pattern_match (const char *pattern, const char *text, GHashTable *names);

/* Fills {name} from NAMES into TEMPLATE and appends it to OUT. Returns the unknown name, or NULL. (transfer full) */
char *taube_test_pattern_expand (const char *bytes, gsize length, GHashTable *names, GByteArray *out);

G_END_DECLS
