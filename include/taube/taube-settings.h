/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_SETTINGS (taube_settings_get_type ())
TAUBE_API GType taube_settings_get_type (void);

TAUBE_API TaubeSettings *taube_settings_new (void);
TAUBE_API TaubeSettings *taube_settings_copy (TaubeSettings *self);
TAUBE_API gboolean taube_settings_set (TaubeSettings *self, const char *name, const char *value, GError **error);
TAUBE_API char *taube_settings_get (TaubeSettings *self, const char *name);
TAUBE_API char **taube_settings_get_names (void);
TAUBE_API TaubeLeavePolicy *taube_settings_get_leave_policy (TaubeSettings *self);
TAUBE_API void taube_settings_set_leave_policy (TaubeSettings *self, const TaubeLeavePolicy *policy);

TAUBE_API void taube_set_maximum_workers (guint threads);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeSettings, g_object_unref)

G_END_DECLS
