/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* xs:base64Binary that comes piece by piece, cut anywhere, with blanks anywhere. Begins as zeros. */
typedef struct
{
  int state;
  guint save;
} EwsBase64;

typedef gboolean (*EwsBase64Func) (const guint8 *bytes, gsize length, gpointer user_data, GError **error);

/* Gives the bytes of one more piece to FUNC, a few thousand at once. What is no base64 is passed over. */
gboolean ews_base64_decode (EwsBase64 *self, const char *text, gsize length, EwsBase64Func func, gpointer user_data,
                            GError **error);

G_END_DECLS
