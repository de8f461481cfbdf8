/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_QUOTA (taube_quota_get_type ())
TAUBE_API GType taube_quota_get_type (void);

TAUBE_API TaubeQuota *taube_quota_copy (TaubeQuota *self);
TAUBE_API void taube_quota_free (TaubeQuota *self);
TAUBE_API const char *taube_quota_get_root (TaubeQuota *self);
TAUBE_API const char *taube_quota_get_resource (TaubeQuota *self);
TAUBE_API gboolean taube_quota_is_in_bytes (TaubeQuota *self);
TAUBE_API gint64 taube_quota_get_usage (TaubeQuota *self);
TAUBE_API gint64 taube_quota_get_limit (TaubeQuota *self);

#define TAUBE_TYPE_QUOTA_HOLDER (taube_quota_holder_get_type ())
#define TAUBE_IS_QUOTA_HOLDER(obj) (G_TYPE_CHECK_INSTANCE_TYPE ((obj), TAUBE_TYPE_QUOTA_HOLDER))
TAUBE_API GType taube_quota_holder_get_type (void);

/* What every folder can be asked; one whose backend lacks the interface says TAUBE_ERROR_NOT_SUPPORTED. */
TAUBE_API GPtrArray *taube_folder_list_quotas (TaubeFolder *self, GCancellable *cancellable, GError **error);
TAUBE_API void taube_folder_list_quotas_async (TaubeFolder *self, GCancellable *cancellable,
                                               GAsyncReadyCallback callback, gpointer user_data);
TAUBE_API GPtrArray *taube_folder_list_quotas_finish (TaubeFolder *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeQuota, taube_quota_free)

G_END_DECLS
