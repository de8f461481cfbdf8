/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-error.h>

G_BEGIN_DECLS

/* Modified UTF-7 (RFC 3501 section 5.1.3). */
char *imap_utf7_encode (const char *utf8, GError **error);
char *imap_utf7_decode_strict (const char *text, gsize length, GError **error);
char *imap_utf7_decode (const char *text, gsize length);

G_END_DECLS
