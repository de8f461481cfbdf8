/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-error.h>

#include "pop3-response.h"

G_BEGIN_DECLS

/* What a refusal means. */
typedef struct
{
  TaubeError error;
  guint retry_after; /* seconds, for TAUBE_ERROR_THROTTLED */
} Pop3Verdict;

/* FALLBACK is what it means when the server gives no reason; LOGIN_DELAY is what CAPA said, or 0. */
Pop3Verdict pop3_errors_judge (const Pop3Response *response, TaubeError fallback, guint login_delay);
char *pop3_errors_quote_server (const Pop3Response *response);
GError *pop3_errors_new (const Pop3Response *response, TaubeError fallback, guint login_delay, const char *tried);

G_END_DECLS
