/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-changes.h>
#include <taube/taube-id-set.h>

G_BEGIN_DECLS

/* (transfer full) the sets are taken; NULL is an empty one. What contradicts itself is put right: an id that was both
 * added and removed came and went and is dropped, one both added and changed is added, one both changed and removed is
 * removed. A reset has no ids. */
TAUBE_API TaubeChanges *taube_changes_new (TaubeIdSet *added, TaubeIdSet *changed, TaubeIdSet *removed, gboolean reset);
/* Before they are handed out: what the backend wants to be given when it is next asked for changes, in a form of its
 * own with a version of its own. STATE is kept; the library wraps it into the token. A reset has none. */
TAUBE_API void taube_changes_set_state (TaubeChanges *self, GBytes *state);
/* Both one after the other, as one. What was added and then removed is nothing, what was removed and came back is
 * changed, what was added and then changed is added; a reset absorbs whatever stands beside it. The token is
 * the newer one's. (transfer full) */
TAUBE_API TaubeChanges *taube_changes_merge (TaubeChanges *older, TaubeChanges *newer);

G_END_DECLS
