/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>

G_BEGIN_DECLS

/* The context in which the account was made: signals and questions go there. (transfer none) */
GMainContext *taube_account_get_context (TaubeAccount *self);

/* Runs FUNC once in the account's context, soon, with the account's frame around it. A thread that is blocked in a call
 * of this account while it owns that context (or while nobody runs it) runs FUNC itself, so that a question never waits
 * for the one who waits for its answer. */
void taube_account_invoke (TaubeAccount *self, GSourceFunc func, gpointer data, GDestroyNotify notify);

TaubeCredentials *taube_account_get_credentials (TaubeAccount *self);

G_END_DECLS
