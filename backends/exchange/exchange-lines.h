/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>

#include "exchange-http.h"

G_BEGIN_DECLS

/* The connections of an account: for calls, and for what may be silent for long. Safe between threads. */
typedef struct _ExchangeLines ExchangeLines;

ExchangeLines *exchange_lines_new (TaubeAccount *account);
/* The same connections, as far as there are some. */
ExchangeLines *exchange_lines_new_beside (ExchangeLines *other);
void exchange_lines_free (ExchangeLines *self);
/* Made by the first call, for it reads files, and may ask the user for the password of a key. (transfer full) */
ExchangeHttp *exchange_lines_get (ExchangeLines *self, gboolean streams, GCancellable *cancellable, GError **error);
/* What is connected now is used for no other request. */
void exchange_lines_renew (ExchangeLines *self);
/* PROBLEM is a certificate that nobody vouches for: tells the account of it, and, when MAY_ASK, asks whether it is
 * trusted. */
gboolean exchange_lines_ask_trust (ExchangeLines *self, ExchangeHttp *http, const GError *problem, gboolean may_ask,
                                   GCancellable *cancellable);

G_END_DECLS
