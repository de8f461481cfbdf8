/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-backend.h>

G_BEGIN_DECLS

/* The type of the backend's accounts; loads the module. G_TYPE_INVALID with ERROR set when that fails. */
GType taube_backend_get_account_type (TaubeBackend *self, GError **error);
char **taube_backend_dup_folders (void);

G_END_DECLS
