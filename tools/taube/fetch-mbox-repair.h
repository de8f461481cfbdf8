/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fetch-mbox-lock.h"
#include "fetch-mbox-record.h"

G_BEGIN_DECLS

/* Puts an mbox right after a run that was stopped in the middle: what that one was about to append (the part file) is
 * there as a whole, or not at all; what others have appended since stays. REST is a name for a file to keep that in. */
gboolean mbox_repair (MboxLock *mbox, MboxRecord *record, int part, const char *part_path, const char *rest_path,
                      GError **error);

/* Copies LENGTH bytes. */
gboolean mbox_copy (int from, guint64 from_offset, const char *from_path, int to, guint64 to_offset,
                    const char *to_path, guint64 length, GError **error);

G_END_DECLS
