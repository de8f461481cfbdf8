/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_PROGRESS (taube_progress_get_type ())
TAUBE_API GType taube_progress_get_type (void);

TAUBE_API TaubeProgress *taube_progress_new (void);
TAUBE_API guint64 taube_progress_get_done (TaubeProgress *self);
TAUBE_API guint64 taube_progress_get_total (TaubeProgress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeProgress, g_object_unref)

G_END_DECLS
