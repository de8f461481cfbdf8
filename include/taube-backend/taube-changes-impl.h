/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-changes.h>
#include <taube/taube-id-set.h>

G_BEGIN_DECLS

/* (transfer full) the sets are taken; NULL is an empty one. What contradicts itself is put right: an id that was both
 * added and removed came and went and is dropped, one both added and changed is added, one both changed and removed is
 * removed. A reset has no ids. */
TAUBE_API TaubeChanges *taube_changes_new (TaubeIdSet *added, TaubeIdSet *changed, TaubeIdSet *removed, gboolean reset);
/* Both one after the other, as one. What was added and then removed is nothing, what was removed and came back is
 * changed, what was added and then changed is added; a reset absorbs whatever stands beside it. (transfer full) */
TAUBE_API TaubeChanges *taube_changes_merge (TaubeChanges *older, TaubeChanges *newer);

G_END_DECLS
