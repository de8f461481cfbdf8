/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-item-impl.h>

G_BEGIN_DECLS

/* The item was made from a row of LIST: it keeps the list, and tells it when it ends. */
void taube_item_set_home (TaubeItem *self, TaubeItemList *list, guint position);
TaubeItemList *taube_item_get_home (TaubeItem *self, guint *position_out);
/* Whether somebody holds the item of POSITION. */
gboolean taube_item_list_is_held (TaubeItemList *self, guint position);
void taube_item_list_forget (TaubeItemList *self, guint position);

G_END_DECLS
