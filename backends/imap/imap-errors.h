/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-error.h>

#include "imap-response.h"

G_BEGIN_DECLS

/* What a refusal means. */
typedef struct
{
  TaubeError error;
  gboolean drop;     /* the connection is of no more use */
  guint retry_after; /* seconds after which it may work; 0: unknown or never */
} ImapVerdict;

ImapVerdict imap_errors_judge (const ImapResponse *status, TaubeError fallback);
GError *imap_errors_new (const ImapResponse *status, TaubeError fallback, const char *what, ...) G_GNUC_PRINTF (3, 4);
char *imap_errors_quote_server (const ImapResponse *status);

G_END_DECLS
