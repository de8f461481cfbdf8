/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* MSGID in the user's language, as far as the library's own catalogue has it; "" stays "". For the library and for the
 * backends that come with it: others have their own catalogues. */
TAUBE_API const char *taube_gettext (const char *msgid) G_GNUC_FORMAT (1);

G_END_DECLS
