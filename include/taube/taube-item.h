/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_ITEM (taube_item_get_type ())
#define TAUBE_ITEM(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_ITEM, TaubeItem))
#define TAUBE_IS_ITEM(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_ITEM))
TAUBE_API GType taube_item_get_type (void);

TAUBE_API const char *taube_item_get_id (TaubeItem *self);
TAUBE_API const char *taube_item_get_change_key (TaubeItem *self);
TAUBE_API TaubeFolder *taube_item_get_folder (TaubeItem *self);
TAUBE_API TaubeUri *taube_item_get_uri (TaubeItem *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeItem, g_object_unref)

G_END_DECLS
