/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-account.h"
#include "exchange-parts.h"
#include "exchange-wire.h"

G_BEGIN_DECLS

ExchangeAccount *exchange_folder_get_account (TaubeFolder *folder);
/* After a failure: a folder that is not there under its id is looked for again the next time. */
void exchange_folder_note_failure (TaubeFolder *folder, const GError *problem);

/* What is known of the parts of the message that was looked at last; NULL: nothing. (transfer full) */
ExchangeParts *exchange_folder_dup_parts (TaubeFolder *folder, const char *id);
void exchange_folder_keep_parts (TaubeFolder *folder, const char *id, ExchangeParts *parts);

/* exchange-folder-parts.c */
TaubePart *exchange_folder_get_structure (TaubeFolder *folder, TaubeSession *session, const char *id,
                                          GCancellable *cancellable, GError **error);
/* One part. Its bytes go to FUNC as they come, or when the whole had to be fetched to SINK. */
gboolean exchange_folder_fetch_part (TaubeFolder *folder, const char *id, const char *section, GOutputStream *sink,
                                     ExchangeBytesFunc func, gpointer user_data, GCancellable *cancellable,
                                     GError **error);

/* exchange-folder-list.c */
TaubeItemList *exchange_folder_list (TaubeFolder *folder, TaubeSession *session, TaubeListRequest *request,
                                     GCancellable *cancellable, GError **error);
TaubeItem *exchange_folder_get_item (TaubeFolder *folder, TaubeSession *session, const char *id,
                                     GCancellable *cancellable, GError **error);

/* exchange-folder-search.c */
TaubeSearchResult *exchange_folder_search (TaubeFolder *folder, TaubeSession *session, TaubeQuery *query,
                                           TaubeSearchRequest *request, GCancellable *cancellable, GError **error);
const char *exchange_folder_get_search_language (TaubeFolder *folder);

/* exchange-folder-changes.c */
TaubeChanges *exchange_folder_get_changes (TaubeFolder *folder, TaubeSession *session, GBytes *state,
                                           TaubeProgress *progress, GCancellable *cancellable, GError **error);

/* What happened since *TOKEN (NULL: nothing is told, it only finds out how things stand), which is moved on, goes into
 * *CHANGES_OUT, if there is any. After a reset it stands where the folder is now. */
gboolean exchange_folder_look (TaubeFolder *folder, GBytes **token, TaubeChanges **changes_out,
                               GCancellable *cancellable, GError **error);
/* Asks on for ever: what a watch does where it is not told. */
gboolean exchange_folder_watch_step (TaubeFolder *folder, TaubeSession *session, TaubeWatchStep *step,
                                     GCancellable *cancellable, GError **error);

/* exchange-folder-append.c */
TaubeBatchResult *exchange_folder_append (TaubeFolder *folder, TaubeSession *session, GPtrArray *sources,
                                          TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                                          GError **error);

/* exchange-folder-whole.c */
gboolean exchange_folder_empty (TaubeFolder *folder, TaubeSession *session, TaubeDiscardMode mode,
                                gboolean with_folders, TaubeProgress *progress, GCancellable *cancellable,
                                GError **error);
gboolean exchange_folder_mark_all_seen (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable,
                                        GError **error);

/* exchange-folder-flags.c, exchange-folder-store.c, exchange-folder-transfer.c */
TaubeBatchResult *exchange_folder_set_flags (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                             TaubeFlagsMode mode, TaubeMessageFlags flags,
                                             const char *const *keywords, GCancellable *cancellable, GError **error);
TaubeBatchResult *exchange_folder_set_importance (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                                  TaubeImportance importance, GCancellable *cancellable,
                                                  GError **error);
TaubeBatchResult *exchange_folder_copy (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                        TaubeFolder *target, TaubeAttempt *attempt, TaubeProgress *progress,
                                        GCancellable *cancellable, GError **error);
TaubeBatchResult *exchange_folder_move (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                        TaubeFolder *target, TaubeAttempt *attempt, TaubeProgress *progress,
                                        GCancellable *cancellable, GError **error);
TaubeBatchResult *exchange_folder_remove (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                          TaubeAttempt *attempt, TaubeProgress *progress, GCancellable *cancellable,
                                          GError **error);
TaubeBatchResult *exchange_folder_remove_recoverable (TaubeFolder *folder, TaubeSession *session,
                                                      const TaubeIdSet *ids, TaubeAttempt *attempt,
                                                      TaubeProgress *progress, GCancellable *cancellable,
                                                      GError **error);

G_END_DECLS
