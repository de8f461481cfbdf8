/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/**
 * TaubeLogFunc:
 * @category: `imap`, `net`, `sasl`, `job`, `backend`, …
 * @line: one line of UTF-8 without its end, secrets replaced by `***`
 * @user_data: what was given to [func@log_set_handler]
 *
 * Receives one line of the library's log, on whatever thread it happened.
 */
typedef void (*TaubeLogFunc) (const char *category, const char *line, gpointer user_data);

TAUBE_API void taube_log_set_handler (TaubeLogFunc func, gpointer user_data, GDestroyNotify notify);
TAUBE_API void taube_log_set_categories (const char *categories);

G_END_DECLS
