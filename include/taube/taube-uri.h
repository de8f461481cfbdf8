/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_URI (taube_uri_get_type ())
TAUBE_API GType taube_uri_get_type (void);

TAUBE_API TaubeUri *taube_uri_parse (const char *text, GError **error);
TAUBE_API TaubeUri *taube_uri_ref (TaubeUri *self);
TAUBE_API void taube_uri_unref (TaubeUri *self);
TAUBE_API char *taube_uri_to_string (TaubeUri *self);

TAUBE_API const char *taube_uri_get_scheme (TaubeUri *self);
TAUBE_API const char *taube_uri_get_host (TaubeUri *self);
TAUBE_API const char *taube_uri_get_display_host (TaubeUri *self);
TAUBE_API guint taube_uri_get_port (TaubeUri *self);
TAUBE_API const char *taube_uri_get_user (TaubeUri *self);
TAUBE_API const char *taube_uri_get_auth (TaubeUri *self);
TAUBE_API const char *const *taube_uri_get_folder_path (TaubeUri *self);
TAUBE_API const char *taube_uri_get_item_id (TaubeUri *self);
TAUBE_API guint32 taube_uri_get_uid_validity (TaubeUri *self);
TAUBE_API const char *taube_uri_get_section (TaubeUri *self);
TAUBE_API const char *const *taube_uri_get_option_names (TaubeUri *self);
TAUBE_API const char *taube_uri_get_option (TaubeUri *self, const char *name);

TAUBE_API TaubeUri *taube_uri_get_account_uri (TaubeUri *self);
TAUBE_API TaubeUri *taube_uri_with_folder (TaubeUri *self, const char *const *path);
TAUBE_API TaubeUri *taube_uri_with_item (TaubeUri *self, const char *id, const char *section);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeUri, taube_uri_unref)

G_END_DECLS
