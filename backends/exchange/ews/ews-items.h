/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ews/ews-node.h"
#include "exchange-wire.h"

G_BEGIN_DECLS

/* A late answer to the request before looks like one to this, but is about other items. */
gboolean ews_items_check_id (const EwsNode *item, const char *wanted, GError **error);

/* The functions of ExchangeWire that are about items: reading. */
gboolean ews_items_get_rows (ExchangeAccount *account, const char *const *ids, guint n, TaubeListFields fields,
                             const char *what, TaubeMessageListBuilder *builder, GArray *numbers,
                             GCancellable *cancellable, GError **error);
gboolean ews_items_get_states (ExchangeAccount *account, const char *const *ids, guint n, const char *what,
                               ExchangeStateFunc func, gpointer user_data, GCancellable *cancellable, GError **error);
gboolean ews_items_fetch (ExchangeAccount *account, const char *id, const char *what, ExchangeBytesFunc func,
                          gpointer user_data, GCancellable *cancellable, GError **error);
gboolean ews_items_sync (ExchangeAccount *account, const char *folder_id, const char *what, ExchangeSyncStep *step,
                         GCancellable *cancellable, GError **error);

gboolean ews_items_find_traces (ExchangeAccount *account, const char *folder_id, const char *const *traces, guint n,
                                const char *what, ExchangeFoundFunc func, gpointer user_data,
                                GCancellable *cancellable, GError **error);
gboolean ews_items_find_token (ExchangeAccount *account, const char *folder_id, const char *token, const char *what,
                               char **id, GCancellable *cancellable, GError **error);

/* Those that change something. */
gboolean ews_items_update (ExchangeAccount *account, const ExchangeUpdate *updates, guint n, const char *what,
                           ExchangeOutcome *outcome, GCancellable *cancellable, GError **error);
gboolean ews_items_transfer (ExchangeAccount *account, const char *const *ids, guint n, const char *target_id,
                             gboolean copy, const char *what, ExchangeOutcome *outcome, GCancellable *cancellable,
                             GError **error);
gboolean ews_items_remove (ExchangeAccount *account, const char *const *ids, guint n, TaubeDiscardMode mode,
                           const char *what, ExchangeOutcome *outcome, GCancellable *cancellable, GError **error);

G_END_DECLS
