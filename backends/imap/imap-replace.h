/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-folder.h"

G_BEGIN_DECLS

/* TaubeFolderClass.replace */
TaubeBatchResult *imap_folder_replace (TaubeFolder *folder, TaubeSession *session, const char *id,
                                       TaubeMessageSource *source, TaubeAttempt *attempt, TaubeProgress *progress,
                                       GCancellable *cancellable, GError **error);

G_END_DECLS
