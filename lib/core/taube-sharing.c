/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sharing-impl.h>

#include <taube/taube-error.h>
#include <taube/taube-folder.h>

#include <taube-backend/taube-folder-impl.h>

#include "base/taube-gettext.h"
#include "core/taube-account-private.h"
#include "core/taube-job.h"

/**
 * TaubeSharing:
 *
 * What folders have whose permissions can be seen and changed. It is asked by the methods of [class@Folder], such as
 * [method@Folder.list_permissions], which all folders have: those that lack this interface answer
 * %TAUBE_ERROR_NOT_SUPPORTED.
 */
G_DEFINE_INTERFACE (TaubeSharing, taube_sharing, TAUBE_TYPE_FOLDER)

static void
taube_sharing_default_init (TaubeSharingInterface *iface)
{
}

static TaubeSharingInterface *
get_iface (gpointer object)
{
  return TAUBE_IS_SHARING (object) ? TAUBE_SHARING_GET_IFACE (object) : NULL;
}

static gboolean
require (gpointer object, gboolean has, const char *operation, GError **error)
{
  return taube_account_require (taube_folder_get_account (object), has, TAUBE_CAPABILITY_SHARING, operation, error);
}

static TaubeJobRequest
sharing_job (TaubeFolder *self, const TaubeJobKind *kind, gpointer args)
{
  return (TaubeJobRequest){ kind, self, taube_folder_get_account (self), TAUBE_PRIORITY_INTERACTIVE, NULL, args };
}

/* List. */

static gboolean
check_list_permissions (gpointer object, gpointer args, GError **error)
{
  TaubeSharingInterface *iface = get_iface (object);

  return require (object, iface != NULL && iface->list_permissions != NULL, "list_permissions", error);
}

static gpointer
run_list_permissions (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable,
                      GError **error)
{
  return get_iface (object)->list_permissions (object, session, cancellable, error);
}

static const TaubeJobKind list_permissions_kind
    = { "TaubeFolder.list_permissions", check_list_permissions, run_list_permissions, NULL,
        (GDestroyNotify) g_ptr_array_unref };

static TaubeJobRequest
list_permissions_job (TaubeFolder *self)
{
  return sharing_job (self, &list_permissions_kind, NULL);
}

/**
 * taube_folder_list_permissions:
 * @cancellable: (nullable): cancels
 *
 * Asks who may do what with the folder. Blocking; see [method@Folder.list_permissions_async].
 *
 * Returns: (transfer container) (element-type TaubePermission): one for each that has rights, or %NULL with @error:
 *   %TAUBE_ERROR_NOT_SUPPORTED where nothing can be shared, %TAUBE_ERROR_NOT_FOUND, %TAUBE_ERROR_PERMISSION
 */
GPtrArray *
taube_folder_list_permissions (TaubeFolder *self, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  job = list_permissions_job (self);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_list_permissions_async:
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Asks who may do what with the folder.
 */
void
taube_folder_list_permissions_async (TaubeFolder *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = list_permissions_job (self);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_list_permissions_finish:
 * @result: what the callback got
 *
 * Who may do what with the folder, as [method@Folder.list_permissions_async] was told. See
 * [method@Folder.list_permissions] for the errors.
 *
 * Returns: (transfer container) (element-type TaubePermission): one for each that has rights, or %NULL with @error
 */
GPtrArray *
taube_folder_list_permissions_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&list_permissions_kind, self, result, error);
}

/* One's own. */

static gboolean
check_load_my_rights (gpointer object, gpointer args, GError **error)
{
  TaubeSharingInterface *iface = get_iface (object);

  return require (object, iface != NULL && iface->load_my_rights != NULL, "load_my_rights", error);
}

static gpointer
run_load_my_rights (gpointer object, TaubeSession *session, gpointer args, GCancellable *cancellable, GError **error)
{
  TaubePermission *permission = get_iface (object)->load_my_rights (object, session, cancellable, error);

  if (permission != NULL)
    taube_folder_set_rights (object, taube_permission_get_rights (permission));
  return permission;
}

static const TaubeJobKind load_my_rights_kind = { "TaubeFolder.load_my_rights", check_load_my_rights,
                                                  run_load_my_rights, NULL, (GDestroyNotify) taube_permission_free };

static TaubeJobRequest
load_my_rights_job (TaubeFolder *self)
{
  return sharing_job (self, &load_my_rights_kind, NULL);
}

/**
 * taube_folder_load_my_rights:
 * @cancellable: (nullable): cancels
 *
 * Asks what this login may do with the folder. [method@Folder.get_rights] gives the same without traffic from then
 * on. Blocking; see [method@Folder.load_my_rights_async].
 *
 * Returns: (transfer full): the rights; its identifier is empty; or %NULL with @error: %TAUBE_ERROR_NOT_SUPPORTED
 *   where nothing can be shared, %TAUBE_ERROR_NOT_FOUND, %TAUBE_ERROR_PERMISSION
 */
TaubePermission *
taube_folder_load_my_rights (TaubeFolder *self, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  job = load_my_rights_job (self);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_load_my_rights_async:
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Asks what this login may do with the folder. [method@Folder.get_rights] gives the same without traffic from then
 * on.
 */
void
taube_folder_load_my_rights_async (TaubeFolder *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  job = load_my_rights_job (self);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_load_my_rights_finish:
 * @result: what the callback got
 *
 * What this login may do, as [method@Folder.load_my_rights_async] was told. See [method@Folder.load_my_rights] for
 * the errors.
 *
 * Returns: (transfer full): the rights, or %NULL with @error
 */
TaubePermission *
taube_folder_load_my_rights_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&load_my_rights_kind, self, result, error);
}

/* Give. */

typedef struct
{
  TaubePermission *permission;
  TaubeFlagsMode mode;
} PermissionArgs;

static void
permission_args_free (gpointer data)
{
  PermissionArgs *args = data;

  taube_permission_free (args->permission);
  g_free (args);
}

static gboolean
check_identifier (const char *identifier, GError **error)
{
  gboolean good = identifier[0] != '\0' && g_utf8_validate (identifier, -1, NULL);

  for (const char *p = identifier; good && *p != '\0'; p++)
    good = (guchar) *p >= ' ' && *p != 0x7f;
  if (!good)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("\"%s\" cannot be somebody to whom rights are given"),
                 identifier);
  return good;
}

static gboolean
check_set_permission (gpointer object, gpointer data, GError **error)
{
  TaubeSharingInterface *iface = get_iface (object);
  const PermissionArgs *args = data;

  return require (object, iface != NULL && iface->set_permission != NULL, "set_permission", error)
         && check_identifier (taube_permission_get_identifier (args->permission), error);
}

static gpointer
run_set_permission (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable, GError **error)
{
  const PermissionArgs *args = data;

  return GINT_TO_POINTER (get_iface (object)->set_permission (object, session, args->permission, args->mode,
                                                              cancellable, error));
}

static const TaubeJobKind set_permission_kind
    = { "TaubeFolder.set_permission", check_set_permission, run_set_permission, permission_args_free, NULL };

static TaubeJobRequest
set_permission_job (TaubeFolder *self, TaubePermission *permission, TaubeFlagsMode mode)
{
  PermissionArgs *args = g_new0 (PermissionArgs, 1);

  args->permission = taube_permission_copy (permission);
  args->mode = mode;
  return sharing_job (self, &set_permission_kind, args);
}

/**
 * taube_folder_set_permission:
 * @permission: who, and which rights
 * @mode: whether these are added to what he has, taken away from it, or all that he will have
 * @cancellable: (nullable): cancels
 *
 * Gives somebody rights on the folder, or takes some of them away. Blocking; see
 * [method@Folder.set_permission_async].
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_NOT_SUPPORTED where nothing can be shared,
 *   %TAUBE_ERROR_NOT_FOUND, %TAUBE_ERROR_PERMISSION, %TAUBE_ERROR_INVALID when the server cannot give that,
 *   %TAUBE_ERROR_UNKNOWN_OUTCOME when the connection broke in the middle: repeating it does no harm
 */
gboolean
taube_folder_set_permission (TaubeFolder *self, TaubePermission *permission, TaubeFlagsMode mode,
                             GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), FALSE);
  g_return_val_if_fail (permission != NULL, FALSE);
  job = set_permission_job (self, permission, mode);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_folder_set_permission_async:
 * @permission: who, and which rights
 * @mode: whether these are added to what he has, taken away from it, or all that he will have
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Gives somebody rights on the folder, or takes some of them away.
 */
void
taube_folder_set_permission_async (TaubeFolder *self, TaubePermission *permission, TaubeFlagsMode mode,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (permission != NULL);
  job = set_permission_job (self, permission, mode);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_set_permission_finish:
 * @result: what the callback got
 *
 * Whether the rights are as [method@Folder.set_permission_async] wanted them. See [method@Folder.set_permission] for
 * the errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_folder_set_permission_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&set_permission_kind, self, result, error) != NULL;
}

/* Take away. */

static gboolean
check_remove_permission (gpointer object, gpointer data, GError **error)
{
  TaubeSharingInterface *iface = get_iface (object);

  return require (object, iface != NULL && iface->remove_permission != NULL, "remove_permission", error)
         && check_identifier (data, error);
}

static gpointer
run_remove_permission (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable,
                       GError **error)
{
  return GINT_TO_POINTER (get_iface (object)->remove_permission (object, session, data, cancellable, error));
}

static const TaubeJobKind remove_permission_kind
    = { "TaubeFolder.remove_permission", check_remove_permission, run_remove_permission, g_free, NULL };

static TaubeJobRequest
remove_permission_job (TaubeFolder *self, const char *identifier)
{
  return sharing_job (self, &remove_permission_kind, g_strdup (identifier));
}

/**
 * taube_folder_remove_permission:
 * @identifier: to whom the rights are given, as the server calls them: a login, `anyone`, the name of a group
 * @cancellable: (nullable): cancels
 *
 * Takes all rights on the folder away from somebody that were given by this name; he may still have some as `anyone`
 * or as a member of a group. Blocking; see [method@Folder.remove_permission_async].
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_NOT_SUPPORTED where nothing can be shared,
 *   %TAUBE_ERROR_NOT_FOUND, %TAUBE_ERROR_PERMISSION, %TAUBE_ERROR_UNKNOWN_OUTCOME when the connection broke in the
 *   middle: repeating it does no harm
 */
gboolean
taube_folder_remove_permission (TaubeFolder *self, const char *identifier, GCancellable *cancellable, GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), FALSE);
  g_return_val_if_fail (identifier != NULL, FALSE);
  job = remove_permission_job (self, identifier);
  return taube_job_run (&job, cancellable, error) != NULL;
}

/**
 * taube_folder_remove_permission_async:
 * @identifier: to whom the rights are given, as the server calls them: a login, `anyone`, the name of a group
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Takes all rights on the folder away from somebody that were given by this name; he may still have some as `anyone`
 * or as a member of a group.
 */
void
taube_folder_remove_permission_async (TaubeFolder *self, const char *identifier, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (identifier != NULL);
  job = remove_permission_job (self, identifier);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_remove_permission_finish:
 * @result: what the callback got
 *
 * Whether [method@Folder.remove_permission_async] took the rights away. See [method@Folder.remove_permission] for the
 * errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_folder_remove_permission_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&remove_permission_kind, self, result, error) != NULL;
}

/* What can be given. */

static gboolean
check_load_grantable_rights (gpointer object, gpointer data, GError **error)
{
  TaubeSharingInterface *iface = get_iface (object);

  return require (object, iface != NULL && iface->load_grantable_rights != NULL, "load_grantable_rights", error)
         && check_identifier (data, error);
}

static gpointer
run_load_grantable_rights (gpointer object, TaubeSession *session, gpointer data, GCancellable *cancellable,
                           GError **error)
{
  return get_iface (object)->load_grantable_rights (object, session, data, cancellable, error);
}

static const TaubeJobKind load_grantable_rights_kind
    = { "TaubeFolder.load_grantable_rights", check_load_grantable_rights, run_load_grantable_rights, g_free,
        (GDestroyNotify) taube_grantable_rights_free };

static TaubeJobRequest
load_grantable_rights_job (TaubeFolder *self, const char *identifier)
{
  return sharing_job (self, &load_grantable_rights_kind, g_strdup (identifier));
}

/**
 * taube_folder_load_grantable_rights:
 * @identifier: to whom the rights are given, as the server calls them: a login, `anyone`, the name of a group
 * @cancellable: (nullable): cancels
 *
 * Asks which rights on the folder somebody can be given. Blocking; see [method@Folder.load_grantable_rights_async].
 *
 * Returns: (transfer full): what can be given, or %NULL with @error: %TAUBE_ERROR_NOT_SUPPORTED where nothing can be
 *   shared, %TAUBE_ERROR_NOT_FOUND, %TAUBE_ERROR_PERMISSION
 */
TaubeGrantableRights *
taube_folder_load_grantable_rights (TaubeFolder *self, const char *identifier, GCancellable *cancellable,
                                    GError **error)
{
  TaubeJobRequest job;

  g_return_val_if_fail (TAUBE_IS_FOLDER (self), NULL);
  g_return_val_if_fail (identifier != NULL, NULL);
  job = load_grantable_rights_job (self, identifier);
  return taube_job_run (&job, cancellable, error);
}

/**
 * taube_folder_load_grantable_rights_async:
 * @identifier: to whom the rights are given, as the server calls them: a login, `anyone`, the name of a group
 * @cancellable: (nullable): cancels
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Asks which rights on the folder somebody can be given.
 */
void
taube_folder_load_grantable_rights_async (TaubeFolder *self, const char *identifier, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data)
{
  TaubeJobRequest job;

  g_return_if_fail (TAUBE_IS_FOLDER (self));
  g_return_if_fail (identifier != NULL);
  job = load_grantable_rights_job (self, identifier);
  taube_job_push (&job, cancellable, callback, user_data);
}

/**
 * taube_folder_load_grantable_rights_finish:
 * @result: what the callback got
 *
 * Which rights can be given, as [method@Folder.load_grantable_rights_async] was told. See
 * [method@Folder.load_grantable_rights] for the errors.
 *
 * Returns: (transfer full): what can be given, or %NULL with @error
 */
TaubeGrantableRights *
taube_folder_load_grantable_rights_finish (TaubeFolder *self, GAsyncResult *result, GError **error)
{
  return taube_job_finish (&load_grantable_rights_kind, self, result, error);
}
