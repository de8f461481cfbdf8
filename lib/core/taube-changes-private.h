/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-changes.h>

G_BEGIN_DECLS

/* The token around a backend's state. It names the account and the folder that it is good for. */
GBytes *taube_token_seal (TaubeFolder *folder, GBytes *state);

/* FALSE with TAUBE_ERROR_INVALID: this is no token of this folder. TRUE with *STATE_OUT (transfer full) NULL: it was
 * one, but is damaged, or of a later version. */
gboolean taube_token_open (TaubeFolder *folder, GBytes *token, GBytes **state_out, GError **error);

/* Makes a token for FOLDER of the state that the backend set. */
void taube_changes_seal (TaubeChanges *self, TaubeFolder *folder);

G_END_DECLS
