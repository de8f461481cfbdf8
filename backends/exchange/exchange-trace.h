/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-http.h"

G_BEGIN_DECLS

/* What TAUBE_DEBUG=exchange shows. Headers are not shown, so that no credentials are, nor the query of a URL. */
void exchange_trace_request (const ExchangeRequest *request);
void exchange_trace_answer (gconstpointer data, gsize length);

G_END_DECLS
