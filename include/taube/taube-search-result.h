/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_SEARCH_RESULT (taube_search_result_get_type ())
#define TAUBE_SEARCH_RESULT(obj) (G_TYPE_CHECK_INSTANCE_CAST ((obj), TAUBE_TYPE_SEARCH_RESULT, TaubeSearchResult))
#define TAUBE_IS_SEARCH_RESULT(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_SEARCH_RESULT))
TAUBE_API GType taube_search_result_get_type (void);

TAUBE_API TaubeItemList *taube_search_result_get_list (TaubeSearchResult *self);
TAUBE_API guint64 taube_search_result_get_total (TaubeSearchResult *self);
TAUBE_API guint taube_search_result_get_n_threads (TaubeSearchResult *self);
TAUBE_API guint taube_search_result_get_thread (TaubeSearchResult *self, guint position);
TAUBE_API guint taube_search_result_get_depth (TaubeSearchResult *self, guint position);
TAUBE_API gboolean taube_search_result_get_parent (TaubeSearchResult *self, guint position, guint *parent_out);
TAUBE_API TaubeSearchPlace taube_search_result_get_place (TaubeSearchResult *self, TaubeSearchStep step);
TAUBE_API const char *taube_search_result_get_reason (TaubeSearchResult *self, TaubeSearchStep step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeSearchResult, g_object_unref)

G_END_DECLS
