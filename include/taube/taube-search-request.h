/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_SEARCH_REQUEST (taube_search_request_get_type ())
#define TAUBE_SEARCH_REQUEST(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_SEARCH_REQUEST, TaubeSearchRequest))
#define TAUBE_IS_SEARCH_REQUEST(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_SEARCH_REQUEST))
TAUBE_API GType taube_search_request_get_type (void);

TAUBE_API TaubeSearchRequest *taube_search_request_new (void);
TAUBE_API void taube_search_request_set_fields (TaubeSearchRequest *self, TaubeListFields fields);
TAUBE_API TaubeListFields taube_search_request_get_fields (TaubeSearchRequest *self);
TAUBE_API void taube_search_request_add_sort_key (TaubeSearchRequest *self, TaubeSortKey key, gboolean reverse);
TAUBE_API gboolean taube_search_request_set_sort (TaubeSearchRequest *self, const char *text, GError **error);
TAUBE_API guint taube_search_request_get_n_sort_keys (TaubeSearchRequest *self);
TAUBE_API TaubeSortKey taube_search_request_get_sort_key (TaubeSearchRequest *self, guint position,
                                                          gboolean *reverse_out);
TAUBE_API void taube_search_request_set_threading (TaubeSearchRequest *self, TaubeThreading threading);
TAUBE_API TaubeThreading taube_search_request_get_threading (TaubeSearchRequest *self);
TAUBE_API void taube_search_request_set_newest_first (TaubeSearchRequest *self, gboolean newest_first);
TAUBE_API gboolean taube_search_request_get_newest_first (TaubeSearchRequest *self);
TAUBE_API void taube_search_request_set_range (TaubeSearchRequest *self, guint64 offset, guint64 limit);
TAUBE_API guint64 taube_search_request_get_offset (TaubeSearchRequest *self);
TAUBE_API guint64 taube_search_request_get_limit (TaubeSearchRequest *self);
TAUBE_API void taube_search_request_set_priority (TaubeSearchRequest *self, TaubePriority priority);
TAUBE_API TaubePriority taube_search_request_get_priority (TaubeSearchRequest *self);
TAUBE_API void taube_search_request_set_progress (TaubeSearchRequest *self, TaubeProgress *progress);
TAUBE_API TaubeProgress *taube_search_request_get_progress (TaubeSearchRequest *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeSearchRequest, g_object_unref)

G_END_DECLS
