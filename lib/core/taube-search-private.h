/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-search-request.h>

G_BEGIN_DECLS

/* What one call works with: a copy of SELF (NULL: the defaults) that later changes of SELF do not reach.
 * (transfer full) */
TaubeSearchRequest *taube_search_request_bind (TaubeSearchRequest *self);

G_END_DECLS
