/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-permission.h>
#include <taube/taube-sharing.h>
#include <taube-backend/taube-session.h>

G_BEGIN_DECLS

#define TAUBE_SHARING_GET_IFACE(obj) \
  (G_TYPE_INSTANCE_GET_INTERFACE ((obj), TAUBE_TYPE_SHARING, TaubeSharingInterface))

typedef struct _TaubeSharingInterface TaubeSharingInterface;

/* Folders of a backend that knows permissions implement this. The public wrapper has asked the row `sharing` and holds
 * the lease on SESSION; what is NULL becomes TAUBE_ERROR_NOT_SUPPORTED. FALSE or NULL if and only if ERROR is set. */
struct _TaubeSharingInterface
{
  GTypeInterface parent_iface;

  /* Of TaubePermission, with taube_permission_free(). (transfer full) */
  GPtrArray *(*list_permissions) (TaubeFolder *self, TaubeSession *session, GCancellable *cancellable, GError **error);
  TaubePermission *(*load_my_rights) (TaubeFolder *self, TaubeSession *session, GCancellable *cancellable,
                                      GError **error);
  gboolean (*set_permission) (TaubeFolder *self, TaubeSession *session, TaubePermission *permission,
                              TaubeFlagsMode mode, GCancellable *cancellable, GError **error);
  gboolean (*remove_permission) (TaubeFolder *self, TaubeSession *session, const char *identifier,
                                 GCancellable *cancellable, GError **error);
  TaubeGrantableRights *(*load_grantable_rights) (TaubeFolder *self, TaubeSession *session, const char *identifier,
                                                  GCancellable *cancellable, GError **error);

  gpointer reserved[8];
};

/* ALWAYS is what is given in any case; each of GROUPS (ends with NULL) is given or not as a whole. Letters as in
 * taube_rights_from_letters(); what is no letter of it stays. (transfer full) */
TAUBE_API TaubeGrantableRights *taube_grantable_rights_new (const char *always, const char *const *groups);

G_END_DECLS
