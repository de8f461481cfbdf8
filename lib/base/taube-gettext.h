/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* MSGID in the user's language, as far as the library's own catalogue has it; "" stays "". */
const char *taube_gettext (const char *msgid) G_GNUC_FORMAT (1);

#define _(text) taube_gettext (text)
#define N_(text) text

G_END_DECLS
