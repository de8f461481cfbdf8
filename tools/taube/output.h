/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Standard output, in UTF-8 whatever the locale: collects text, and remembers the first failure to write it. */
void output_text (const char *text);
void output_printf (const char *format, ...) G_GNUC_PRINTF (1, 2);
gboolean output_has_failed (void);
gboolean output_flush (GError **error);

/* Text for people in the characters that their locale has. */
char *output_to_locale (const char *text);

G_END_DECLS
