/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-progress.h>

G_BEGIN_DECLS

/* From any thread; SELF may be NULL. TOTAL 0: not known. */
TAUBE_API void taube_progress_update (TaubeProgress *self, guint64 done, guint64 total);

G_END_DECLS
