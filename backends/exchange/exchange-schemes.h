/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-secret.h>

#include "exchange-status.h"

G_BEGIN_DECLS

/* How one signs in, and where the same sign-in counts; without I/O. */

/* "Basic"; NULL for none. */
const char *exchange_schemes_get_name (ExchangeSchemes scheme);
/* With which to show a password; 0: with none. Over TLS Basic comes before what a server with Extended Protection
 * refuses from us; in the clear it is the last. A ticket is used only by those who ask for it. */
ExchangeSchemes exchange_schemes_prefer (ExchangeSchemes left, gboolean secure);
/* The value of the Authorization header. (transfer full) */
TaubeSecret *exchange_schemes_make_basic (const char *user, const TaubeSecret *password);
/* Why nothing that HOST offers can be given: TRIED were refused. (transfer full) */
GError *exchange_schemes_make_refusal (const char *host, ExchangeSchemes offered, ExchangeSchemes tried,
                                       gboolean secure);
/* The same for a token. A server that takes none often says no more than which others it takes. (transfer full) */
GError *exchange_schemes_make_token_refusal (const char *host, ExchangeSchemes offered);
gboolean exchange_schemes_is_same_origin (GUri *a, GUri *b);

G_END_DECLS
