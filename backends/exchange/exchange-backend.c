/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-backend.h"

#include "exchange-account.h"

static const char *const schemes[] = { "exchange", NULL };

TAUBE_BACKEND_DEFINE (.name = "exchange", .title = "Exchange", .schemes = schemes, .capabilities = exchange_rows,
                      .n_capabilities = TAUBE_N_CAPABILITIES, .get_account_type = exchange_account_get_type);
