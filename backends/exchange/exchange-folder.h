/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-account.h"
#include "exchange-wire.h"

G_BEGIN_DECLS

ExchangeAccount *exchange_folder_get_account (TaubeFolder *folder);
/* After a failure: a folder that is not there under its id is looked for again the next time. */
void exchange_folder_note_failure (TaubeFolder *folder, const GError *problem);

/* exchange-folder-list.c */
TaubeItemList *exchange_folder_list (TaubeFolder *folder, TaubeSession *session, TaubeListRequest *request,
                                     GCancellable *cancellable, GError **error);
TaubeItem *exchange_folder_get_item (TaubeFolder *folder, TaubeSession *session, const char *id,
                                     GCancellable *cancellable, GError **error);

/* exchange-folder-changes.c */
TaubeChanges *exchange_folder_get_changes (TaubeFolder *folder, TaubeSession *session, GBytes *state,
                                           TaubeProgress *progress, GCancellable *cancellable, GError **error);

/* Asks on for ever: what a watch does where it is not told. */
gboolean exchange_folder_watch_step (TaubeFolder *folder, TaubeSession *session, TaubeWatchStep *step,
                                     GCancellable *cancellable, GError **error);

/* exchange-folder-append.c */
TaubeBatchResult *exchange_folder_append (TaubeFolder *folder, TaubeSession *session, GPtrArray *sources,
                                          TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                                          GError **error);

/* exchange-folder-store.c */
TaubeBatchResult *exchange_folder_set_flags (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                             TaubeFlagsMode mode, TaubeMessageFlags flags,
                                             const char *const *keywords, GCancellable *cancellable, GError **error);
TaubeBatchResult *exchange_folder_copy (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                        TaubeFolder *target, TaubeAttempt *attempt, TaubeProgress *progress,
                                        GCancellable *cancellable, GError **error);
TaubeBatchResult *exchange_folder_move (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                        TaubeFolder *target, TaubeAttempt *attempt, TaubeProgress *progress,
                                        GCancellable *cancellable, GError **error);
TaubeBatchResult *exchange_folder_remove (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                          TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                                          GError **error);

G_END_DECLS
