/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-trust.h"

G_BEGIN_DECLS

/* What libsoup and GIO say of a request to URI, in the library's terms. (transfer full) */
GError *exchange_http_translate_error (ExchangeTrust *trust, GUri *uri, const GError *error);

G_END_DECLS
