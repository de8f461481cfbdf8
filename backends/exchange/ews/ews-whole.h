/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-wire.h"

G_BEGIN_DECLS

/* The functions of ExchangeWire that are about all items of a folder. */
gboolean ews_whole_empty (ExchangeAccount *account, const char *id, TaubeDiscardMode mode, gboolean with_folders,
                          const char *what, GCancellable *cancellable, GError **error);
gboolean ews_whole_mark_all_seen (ExchangeAccount *account, const char *id, const char *what,
                                  GCancellable *cancellable, GError **error);

G_END_DECLS
