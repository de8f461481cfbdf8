/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-error.h>

#include "ews/ews-node.h"

G_BEGIN_DECLS

/* What a response message or a fault says about itself. The strings live as long as the node. */
typedef struct
{
  gboolean failed;       /* ResponseClass="Error", or a fault */
  gboolean warned;
  const char *code;      /* "ErrorItemNotFound"; "NoError"; never NULL */
  const char *text;      /* the server's words; never NULL */
  const char *path;      /* the property that it is about: "item:Subject", "0x1081"; or NULL */
  gint64 back_off;       /* milliseconds, 0: none was told */
} EwsVerdict;

void ews_verdict_decode_message (const EwsNode *message, EwsVerdict *verdict_out);
void ews_verdict_decode_fault (const EwsNode *fault, EwsVerdict *verdict_out);

/* What a code means; TAUBE_ERROR_PROTOCOL for those that say nothing to a user. */
TaubeError ews_errors_find (const char *code);
/* The error for a refusal: `cannot list "Inbox": server said "ErrorItemNotFound: …"`. */
GError *ews_errors_new (const EwsVerdict *verdict, const char *what);
/* What was asked is not known to this server or version: it need not be asked again. */
gboolean ews_errors_is_unknown (const char *code);
/* The item is as it was, for a reason that may be gone the next time: another item stopped the request, or somebody was
 * faster. */
gboolean ews_errors_is_untouched (const char *code);
/* The mailbox is not, or no longer, behind this server: where it is has to be found out anew. */
gboolean ews_errors_is_misplaced (const char *code);
/* Something broke inside the server, at whatever point: what was asked may have been done. */
gboolean ews_errors_is_doubtful (const char *code);

G_END_DECLS
