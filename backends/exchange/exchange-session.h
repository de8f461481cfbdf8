/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-account.h"
#include "exchange-stream.h"

G_BEGIN_DECLS

/* One request at a time: the account's pool has as many as may be on their way at once. The connections are libsoup's,
 * and the sign-in is the account's. */
typedef struct _TaubeExchangeSession ExchangeSession;

ExchangeSession *exchange_session_new (void);

/* In which the server tells its news, which wakes the session when it is parked. Taken; NULL: none any more. */
void exchange_session_set_stream (ExchangeSession *self, ExchangeStream *stream);
ExchangeStream *exchange_session_get_stream (ExchangeSession *self);
/* Until then, in monotonic microseconds, news do not wake it, however many there are. */
void exchange_session_set_quiet (ExchangeSession *self, gint64 until);

G_END_DECLS
