/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ews/ews-node.h"
#include "exchange-parts.h"
#include "exchange-wire.h"

G_BEGIN_DECLS

/* What t:Message, or what else an item is, says of its size, class, body and attachments. BODY_BYTES: how long its
 * text was, which is not in the node. */
void ews_parts_decode (const EwsNode *item, guint64 body_bytes, ExchangeParts *parts);

/* The functions of ExchangeWire that are about parts. */
gboolean ews_parts_get (ExchangeAccount *account, const char *id, const char *what, ExchangeParts *parts,
                        GCancellable *cancellable, GError **error);
gboolean ews_parts_fetch (ExchangeAccount *account, const char *id, const ExchangePart *part, const char *what,
                          ExchangeBytesFunc func, gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
