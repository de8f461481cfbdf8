/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>

#include "exchange-http.h"
#include "exchange-status.h"

G_BEGIN_DECLS

/* Where the server of an account is, and how it is reached: what URI and settings say. */

/* The setting url, or else where every Exchange has its endpoint, on the host of the URI. (transfer full) */
char *exchange_endpoint_make_url (TaubeAccount *account);
/* No I/O: they make sense. */
gboolean exchange_endpoint_check (TaubeAccount *account, GError **error);
/* Reads the files that are named there, and asks for the password of a key. TAUBE_ERROR_STORAGE, _INVALID, _AUTH.
 * (transfer full) */
ExchangeHttp *exchange_endpoint_open (TaubeAccount *account, GCancellable *cancellable, GError **error);
/* Of the setting auth, which may be NULL; 0: it is no way to sign in here. */
ExchangeSchemes exchange_endpoint_read_scheme (const char *name);

G_END_DECLS
