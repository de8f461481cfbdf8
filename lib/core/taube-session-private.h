/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-session.h>

G_BEGIN_DECLS

void taube_session_set_account (TaubeSession *self, TaubeAccount *account);
int taube_session_rate_affinity (TaubeSession *self, const char *affinity);
gint64 taube_session_get_idle_deadline (TaubeSession *self);
/* With which of the account's credentials it has signed in. Of the one that holds the lease. */
gint taube_session_get_login (TaubeSession *self);
void taube_session_set_login (TaubeSession *self, gint login);

G_END_DECLS
