/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_ITEM_LIST (taube_item_list_get_type ())
#define TAUBE_ITEM_LIST(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_ITEM_LIST, TaubeItemList))
#define TAUBE_IS_ITEM_LIST(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_ITEM_LIST))
TAUBE_API GType taube_item_list_get_type (void);

TAUBE_API guint taube_item_list_get_size (TaubeItemList *self);
TAUBE_API TaubeFolder *taube_item_list_get_folder (TaubeItemList *self);
TAUBE_API char *taube_item_list_get_id (TaubeItemList *self, guint position);
TAUBE_API gboolean taube_item_list_find (TaubeItemList *self, const char *id, guint *position_out);
TAUBE_API TaubeIdSet *taube_item_list_get_ids (TaubeItemList *self);
TAUBE_API TaubeItem *taube_item_list_get_item (TaubeItemList *self, guint position);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeItemList, g_object_unref)

G_END_DECLS
