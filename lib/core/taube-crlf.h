/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* BASE with every line feed that has no carriage return before it given one. BASE is not closed. (transfer full) */
GInputStream *taube_crlf_stream_new (GInputStream *base);
/* How many carriage returns it has put in so far. */
guint64 taube_crlf_stream_get_added (GInputStream *stream);

G_END_DECLS
