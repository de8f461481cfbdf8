/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-quota.h>
#include <taube-backend/taube-session.h>

G_BEGIN_DECLS

#define TAUBE_QUOTA_HOLDER_GET_IFACE(obj) \
  (G_TYPE_INSTANCE_GET_INTERFACE ((obj), TAUBE_TYPE_QUOTA_HOLDER, TaubeQuotaHolderInterface))

typedef struct _TaubeQuotaHolderInterface TaubeQuotaHolderInterface;

/* Folders of a backend that knows limits implement this. The public wrapper has asked the row `quota` and holds the
 * lease on SESSION. */
struct _TaubeQuotaHolderInterface
{
  GTypeInterface parent_iface;

  /* Of TaubeQuota, with taube_quota_free(). (transfer full) */
  GPtrArray *(*list_quotas) (TaubeFolder *self, TaubeSession *session, GCancellable *cancellable, GError **error);

  gpointer reserved[8];
};

/* One resource of one root; -1: not known, no limit. (transfer full) */
TAUBE_API TaubeQuota *taube_quota_new (const char *root, const char *resource, gboolean in_bytes, gint64 usage,
                                       gint64 limit);

G_END_DECLS
