/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-item-list.h>
#include <taube/taube-list-request.h>

G_BEGIN_DECLS

/* Hands finished rows to the request's chunk function, on the right thread; does nothing when there is none.
 * wants_chunks() returns FALSE when there is no chunk function (then the caller need not cut chunks). */
TAUBE_API gboolean taube_list_request_wants_chunks (TaubeListRequest *self, guint *rows_out);
TAUBE_API void taube_list_request_deliver_chunk (TaubeListRequest *self, TaubeItemList *chunk);

G_END_DECLS
