/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_LIST_REQUEST (taube_list_request_get_type ())
TAUBE_API GType taube_list_request_get_type (void);

/**
 * TaubeListChunkFunc:
 * @chunk: some rows, immutable; keep a reference if they are wanted later
 * @user_data: what was given with the function
 *
 * Receives rows of a list while the rest is still being fetched: on the caller's thread during a blocking call, in
 * the caller's thread-default context during an asynchronous one.
 */
typedef void (*TaubeListChunkFunc) (TaubeItemList *chunk, gpointer user_data);

TAUBE_API TaubeListRequest *taube_list_request_new (void);
TAUBE_API void taube_list_request_set_fields (TaubeListRequest *self, TaubeListFields fields);
TAUBE_API TaubeListFields taube_list_request_get_fields (TaubeListRequest *self);
TAUBE_API void taube_list_request_set_newest (TaubeListRequest *self, guint64 count);
TAUBE_API guint64 taube_list_request_get_newest (TaubeListRequest *self);
TAUBE_API void taube_list_request_set_newest_first (TaubeListRequest *self, gboolean newest_first);
TAUBE_API gboolean taube_list_request_get_newest_first (TaubeListRequest *self);
TAUBE_API void taube_list_request_set_ids (TaubeListRequest *self, const TaubeIdSet *ids);
TAUBE_API const TaubeIdSet *taube_list_request_get_ids (TaubeListRequest *self);
TAUBE_API void taube_list_request_set_priority (TaubeListRequest *self, TaubePriority priority);
TAUBE_API TaubePriority taube_list_request_get_priority (TaubeListRequest *self);
TAUBE_API void taube_list_request_set_progress (TaubeListRequest *self, TaubeProgress *progress);
TAUBE_API TaubeProgress *taube_list_request_get_progress (TaubeListRequest *self);
TAUBE_API void taube_list_request_set_chunk_func (TaubeListRequest *self, guint rows, TaubeListChunkFunc func,
                                                  gpointer user_data, GDestroyNotify notify);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeListRequest, g_object_unref)

G_END_DECLS
