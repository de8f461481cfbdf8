/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-wire.h"

G_BEGIN_DECLS

/* The functions of ExchangeWire that are about news. */
ExchangeSubscribeOutcome ews_events_subscribe (ExchangeAccount *account, const char *const *folder_ids, guint n,
                                               gboolean pull, ExchangeSubscription *subscription, char **cookie,
                                               GCancellable *cancellable, GError **error);
gboolean ews_events_unsubscribe (ExchangeAccount *account, const ExchangeSubscription *subscription, char **cookie,
                                 GCancellable *cancellable, GError **error);
gboolean ews_events_ask (ExchangeAccount *account, ExchangeSubscription *subscription, char **cookie,
                         ExchangeNews *news, GCancellable *cancellable, GError **error);
ExchangeStream *ews_events_open_stream (ExchangeAccount *account, const char *const *ids, guint n, guint minutes,
                                        char **cookie, GCancellable *cancellable, GError **error);

G_END_DECLS
