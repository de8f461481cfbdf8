/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-settings.h>
#include <taube/taube-uri.h>

G_BEGIN_DECLS

/* What is wrong with NAME or VALUE, as the end of an error message; NULL when nothing is. (transfer full) */
char *taube_settings_find_fault (const char *name, const char *value);
gboolean taube_settings_has_name (const char *name);
/* Sets what the options of a parsed URI say; they were checked when it was parsed. */
void taube_settings_apply_uri (TaubeSettings *self, TaubeUri *uri);

G_END_DECLS
