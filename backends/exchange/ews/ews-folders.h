/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ews/ews-node.h"
#include "exchange-wire.h"

G_BEGIN_DECLS

/* t:Folder and its kin; FALSE: it has no id. The strings are the node's. */
gboolean ews_folder_decode (const EwsNode *node, ExchangeFolderFacts *facts_out);

/* ExchangeWire.open, .find_roles, .list_folders, .get_folder */
gboolean ews_folders_open (ExchangeAccount *account, GCancellable *cancellable, GError **error);
gboolean ews_folders_find_roles (ExchangeAccount *account, ExchangeRoleFunc func, gpointer user_data,
                                 GCancellable *cancellable, GError **error);
gboolean ews_folders_list (ExchangeAccount *account, ExchangeFolderFunc func, gpointer user_data,
                           GCancellable *cancellable, GError **error);
gboolean ews_folders_get (ExchangeAccount *account, const char *id, const char *what, ExchangeFolderFunc func,
                          gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
