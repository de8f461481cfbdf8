/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "imap-folder.h"

G_BEGIN_DECLS

/* TaubeFolderClass.copy and move */
TaubeBatchResult *imap_folder_copy (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                    TaubeFolder *target, TaubeAttempt *attempt, TaubeProgress *progress,
                                    GCancellable *cancellable, GError **error);
TaubeBatchResult *imap_folder_move (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                    TaubeFolder *target, TaubeAttempt *attempt, TaubeProgress *progress,
                                    GCancellable *cancellable, GError **error);

G_END_DECLS
