/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-account.h"

G_BEGIN_DECLS

/* One request at a time: the account's pool has as many as may be on their way at once. The connections are libsoup's,
 * and the sign-in is the account's. */
typedef struct _TaubeExchangeSession ExchangeSession;

ExchangeSession *exchange_session_new (void);

G_END_DECLS
