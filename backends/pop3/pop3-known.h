/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-id-set.h>

G_BEGIN_DECLS

/* The ids that were there, as they stand in a token: sorted, packed, with a version. No I/O. */
GBytes *pop3_known_pack (const TaubeIdSet *ids);
/* NULL: it is of another version, or no such thing. (transfer full) */
TaubeIdSet *pop3_known_unpack (GBytes *bytes);

G_END_DECLS
