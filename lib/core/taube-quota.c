/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-quota-impl.h>

#include <taube/taube-folder.h>

#include "core/taube-account-private.h"
#include "core/taube-job.h"

struct _TaubeQuota
{
  gatomicrefcount refs;
  char *root;
  char *resource;
  gboolean in_bytes;
  gint64 usage;
  gint64 limit;
};

/**
 * TaubeQuota:
 *
 * One limit that the server sets, and how much of it is used. Several folders may share it: those with the same root.
 * Immutable.
 */
G_DEFINE_BOXED_TYPE (TaubeQuota, taube_quota, taube_quota_copy, taube_quota_free)

/* (transfer full) */
TaubeQuota *
taube_quota_new (const char *root, const char *resource, gboolean in_bytes, gint64 usage, gint64 limit)
{
  TaubeQuota *self = g_new0 (TaubeQuota, 1);

  g_atomic_ref_count_init (&self->refs);
  self->root = g_utf8_make_valid (root, -1);
  self->resource = g_utf8_make_valid (resource, -1);
  self->in_bytes = in_bytes;
  self->usage = MAX (usage, -1);
  self->limit = MAX (limit, -1);
  return self;
}

/**
 * taube_quota_copy:
 * @self: a quota
 *
 * Gives another reference to the same quota, which never changes.
 *
 * Returns: (transfer full): the quota
 */
TaubeQuota *
taube_quota_copy (TaubeQuota *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/**
 * taube_quota_free:
 * @self: (transfer full): a quota
 *
 * Drops one reference.
 */
void
taube_quota_free (TaubeQuota *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->root);
  g_free (self->resource);
  g_free (self);
}

/**
 * taube_quota_get_root:
 * @self: a quota
 *
 * What the server calls that which is limited, such as `User quota`. Folders with the same root share the limit.
 *
 * Returns: a name; may be empty
 */
const char *
taube_quota_get_root (TaubeQuota *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->root;
}

/**
 * taube_quota_get_resource:
 * @self: a quota
 *
 * What is counted, in capitals: `STORAGE` for the size of the messages, `MESSAGE` for their number, `MAILBOX` for the
 * number of folders, or another name of the server's own (RFC 9208).
 *
 * Returns: the name of a resource
 */
const char *
taube_quota_get_resource (TaubeQuota *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->resource;
}

/**
 * taube_quota_is_in_bytes:
 * @self: a quota
 *
 * Whether usage and limit are sizes in bytes; otherwise they are numbers of things.
 *
 * Returns: %TRUE for bytes
 */
gboolean
taube_quota_is_in_bytes (TaubeQuota *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->in_bytes;
}

/**
 * taube_quota_get_usage:
 * @self: a quota
 *
 * How much is used; it may be more than the limit.
 *
 * Returns: bytes or a number of things, -1 when it is not known
 */
gint64
taube_quota_get_usage (TaubeQuota *self)
{
  g_return_val_if_fail (self != NULL, -1);
  return self->usage;
}

/**
 * taube_quota_get_limit:
 * @self: a quota
 *
 * How much may be used.
 *
 * Returns: bytes or a number of things, -1 when there is no limit or none is known
 */
gint64
taube_quota_get_limit (TaubeQuota *self)
{
  g_return_val_if_fail (self != NULL, -1);
  return self->limit;
}

/**
 * TaubeQuotaHolder:
 *
 * What folders have whose limits can be asked for. It is asked by [method@Folder.list_quotas], which all folders have:
 * those that lack this interface answer %TAUBE_ERROR_NOT_SUPPORTED.
 */
G_DEFINE_INTERFACE (TaubeQuotaHolder, taube_quota_holder, TAUBE_TYPE_FOLDER)

static void
taube_quota_holder_default_init (TaubeQuotaHolderInterface *iface)
{
}

static gboolean
check_list_quotas (gpointer object, gpointer args, GError **error)
{
  gboolean has = TAUBE_IS_QUOTA_HOLDER (object) && TAUBE_QUOTA_HOLDER_GET_IFACE (object)->list_quotas != NULL;

  return taube_account_require (taube_folder_get_account (object), has, TAUBE_CAPABILITY_QUOTA, "list_quotas", error);
}

static gpointer
run_list_quotas (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  return TAUBE_QUOTA_HOLDER_GET_IFACE (object)->list_quotas (object, session, cancellable, error);
}

static const TaubeJobKind list_quotas_kind
    = { "TaubeFolder.list_quotas", check_list_quotas, run_list_quotas, NULL, (GDestroyNotify) g_ptr_array_unref };

static TaubeJobRequest
list_quotas_job (TaubeFolder *self)
{
  return (TaubeJobRequest){ &list_quotas_kind, self, taube_folder_get_account (self), TAUBE_PRIORITY_NORMAL, NULL,
                            NULL };
}

/**
 * taube_folder_list_quotas:
 * @cancellable: (nullable): cancels
 *
 * Asks for the limits that hold for the folder. A mailbox as a whole mostly has the limits of its inbox. Blocking;
 * see [method@Folder.list_quotas_async].
 *
 * Returns: (transfer container) (element-type TaubeQuota): one for each root and resource, none when nothing is
 *   limited, or %NULL with @error: %TAUBE_ERROR_NOT_SUPPORTED where limits cannot be asked for, %TAUBE_ERROR_NOT_FOUND,
 *   %TAUBE_ERROR_PERMISSION
 */
GPtrArray *
taube_folder_list_quotas (TaubeFolder *self, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  job = list_quotas_job (self);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_list_quotas_async:
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Asks for the limits that hold for the folder. A mailbox as a whole mostly has the limits of its inbox.
 */
void
taube_folder_list_quotas_async (TaubeFolder *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = list_quotas_job (self);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_list_quotas_finish:
 * @result: what the callback got
 *
 * The limits that [method@Folder.list_quotas_async] asked for. See [method@Folder.list_quotas] for the errors.
 *
 * Returns: (transfer container) (element-type TaubeQuota): one for each root and resource, or %NULL with @error
 */
GPtrArray *
taube_folder_list_quotas_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&list_quotas_kind, self, result, error);
}
