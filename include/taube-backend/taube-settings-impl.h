/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-settings.h>

G_BEGIN_DECLS

/* The value of a number setting, or of a yes-or-no setting; what was set has been checked against the table, so these
 * cannot fail. */
TAUBE_API guint taube_settings_get_number (TaubeSettings *self, const char *name);
TAUBE_API gboolean taube_settings_get_flag (TaubeSettings *self, const char *name);
/* Whether the user demands TLS: everything but tls=none. */
TAUBE_API gboolean taube_settings_wants_tls (TaubeSettings *self);

G_END_DECLS
