/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-wire.h"

G_BEGIN_DECLS

/* The functions of ExchangeWire that make and unmake: messages and folders. PARENT_ID NULL: the root. */
gboolean ews_manage_append (ExchangeAccount *account, const char *folder_id, TaubeMessageSource *source,
                            const char *token, const char *what, char **new_id, GCancellable *cancellable,
                            GError **error);
gboolean ews_manage_send (ExchangeAccount *account, TaubeMessageSource *source, const char *what,
                          GCancellable *cancellable, GError **error);
char *ews_manage_create_folder (ExchangeAccount *account, const char *parent_id, const char *name,
                                GCancellable *cancellable, GError **error);
gboolean ews_manage_rename_folder (ExchangeAccount *account, const char *id, const char *name, const char *what,
                                   GCancellable *cancellable, GError **error);
gboolean ews_manage_move_folder (ExchangeAccount *account, const char *id, const char *parent_id, const char *what,
                                 GCancellable *cancellable, GError **error);
gboolean ews_manage_delete_folder (ExchangeAccount *account, const char *id, const char *what,
                                   GCancellable *cancellable, GError **error);

G_END_DECLS
