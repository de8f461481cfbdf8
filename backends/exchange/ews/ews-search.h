/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-wire.h"
#include "ews/ews-query.h"

G_BEGIN_DECLS

/* The functions of ExchangeWire that are about searching, and about what a folder holds. */
gboolean ews_search_plan (ExchangeAccount *account, TaubeQuery *query, guint refused, gint64 now,
                          ExchangePlan *plan_out, GError **error);
ExchangeOrder ews_search_get_order (TaubeSearchRequest *sort, guint refused, const char **reason_out);
gboolean ews_search_find (ExchangeAccount *account, const ExchangePageRequest *request, ExchangePage *page,
                          GCancellable *cancellable, GError **error);
gboolean ews_search_get_facts (ExchangeAccount *account, ExchangeCandidate *const *candidates, guint n,
                               TaubeFacts facts, const char *what, GCancellable *cancellable, GError **error);

G_END_DECLS
