/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ews/ews-query.h"

G_BEGIN_DECLS

/* Whether the server sorts by the keys of REQUEST; else why not. A reason may be given with TRUE, too: it is what the
 * order of the server is like. */
gboolean ews_order_can (TaubeSearchRequest *request, guint refused, const char **reason_out);
/* m:SortOrder by the keys of REQUEST, or, with NULL or what cannot be, by arrival; or nothing. Gives which features
 * stand in it. */
guint ews_order_write (EwsWriter *writer, TaubeSearchRequest *request, gboolean newest_first, guint refused);
/* The same without writing it. */
guint ews_order_get_used (TaubeSearchRequest *request, guint refused);

G_END_DECLS
