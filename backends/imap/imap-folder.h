/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-folder-impl.h>
#include <taube-backend/taube-message-list-builder.h>
#include <taube-backend/taube-quota-impl.h>
#include <taube-backend/taube-sharing-impl.h>

#include "imap-session.h"

G_BEGIN_DECLS

/* An id of this backend: "UIDVALIDITY.UID", or "UID" alone for the folder as it is now. */
gboolean imap_folder_parse_id (ImapSession *session, TaubeFolder *folder, const char *id, guint32 *uid_out,
                               GError **error);
void imap_folder_format_prefix (ImapSession *session, char prefix[16]);
gboolean imap_folder_check_set (ImapSession *session, TaubeFolder *folder, const TaubeIdSet *ids, GError **error);
gboolean imap_folder_read_uid (TaubeFolder *folder, const char *id, guint32 *uid_out, GError **error);
ImapSeqset *imap_folder_make_seqset (const TaubeIdSet *ids, const char *prefix);
gboolean imap_folder_add_name (TaubeFolder *folder, ImapSession *session, ImapCommand *command,
                               GCancellable *cancellable, GError **error);

/* Has the session see what was just written into FOLDER, if that is the open one: some servers show it only when they
 * are asked. What was done is done, whatever comes of it. */
void imap_folder_show_written (TaubeFolder *folder, ImapSession *session, GCancellable *cancellable);
/* Whether it makes sense to try a change again with another session: the connection broke, and not because somebody
 * cancelled. */
gboolean imap_folder_wants_again (TaubeSession *session, GCancellable *cancellable);

char *imap_session_make_name (ImapSession *session, const char *const *path, gboolean fresh,
                              GCancellable *cancellable, GError **error);

/* imap-acl.c */
GPtrArray *imap_folder_list_permissions (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable,
                                         GError **error);
TaubePermission *imap_folder_load_my_rights (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable,
                                             GError **error);
gboolean imap_folder_set_permission (TaubeFolder *folder, TaubeSession *session, TaubePermission *permission,
                                     TaubeFlagsMode mode, GCancellable *cancellable, GError **error);
gboolean imap_folder_remove_permission (TaubeFolder *folder, TaubeSession *session, const char *identifier,
                                        GCancellable *cancellable, GError **error);
TaubeGrantableRights *imap_folder_load_grantable_rights (TaubeFolder *folder, TaubeSession *session,
                                                         const char *identifier, GCancellable *cancellable,
                                                         GError **error);

/* imap-quota.c */
GPtrArray *imap_folder_list_quotas (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable,
                                    GError **error);

/* imap-folder-list.c */
TaubeItemList *imap_folder_list (TaubeFolder *folder, TaubeSession *session, TaubeListRequest *request,
                                 GCancellable *cancellable, GError **error);
TaubeItem *imap_folder_get_item (TaubeFolder *folder, TaubeSession *session, const char *id, GCancellable *cancellable,
                                 GError **error);

/* The rows of some messages, for a list that is put together elsewhere. */
typedef struct
{
  const ImapSeqset *uids; /* ascending */
  TaubeListFields fields;
  gboolean saved;         /* "$" stands for them (RFC 5182) */
  TaubeProgress *progress;
} ImapRowsRequest;

/* Adds a row for each that is there, in the order in which they come. */
gboolean imap_folder_fill_rows (TaubeFolder *folder, ImapSession *session, const ImapRowsRequest *request,
                                TaubeMessageListBuilder *builder, GCancellable *cancellable, GError **error);

/* imap-folder-search.c */
const char *imap_folder_get_search_language (TaubeFolder *folder);
TaubeSearchResult *imap_folder_search (TaubeFolder *folder, TaubeSession *session, TaubeQuery *query,
                                       TaubeSearchRequest *request, GCancellable *cancellable, GError **error);

/* imap-folder-fetch.c */
gboolean imap_folder_fetch (TaubeFolder *folder, TaubeSession *session, const char *id, const char *section,
                            guint64 offset, gint64 length, GOutputStream *sink, TaubeProgress *progress,
                            GCancellable *cancellable, GError **error);

/* imap-folder-structure.c */
TaubePart *imap_folder_get_structure (TaubeFolder *folder, TaubeSession *session, const char *id,
                                      GCancellable *cancellable, GError **error);
TaubePart *imap_folder_make_structure (const ImapBody *body);

/* imap-folder-store.c */
TaubeBatchResult *imap_folder_set_flags (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                         TaubeFlagsMode mode, TaubeMessageFlags flags, const char *const *keywords,
                                         GCancellable *cancellable, GError **error);

/* imap-seen.c */
gboolean imap_folder_mark_all_seen (TaubeFolder *folder, TaubeSession *session, GCancellable *cancellable,
                                    GError **error);

/* imap-folder-changes.c */
TaubeChanges *imap_folder_get_changes (TaubeFolder *folder, TaubeSession *session, GBytes *state,
                                       TaubeProgress *progress, GCancellable *cancellable, GError **error);

TaubeBatchResult *imap_folder_set_labels (TaubeFolder *folder, TaubeSession *session, const TaubeIdSet *ids,
                                          TaubeFlagsMode mode, const char *const *labels, GCancellable *cancellable,
                                          GError **error);

/* imap-watch.c */
gboolean imap_folder_watch_step (TaubeFolder *folder, TaubeSession *session, TaubeWatchStep *step,
                                 GCancellable *cancellable, GError **error);

G_END_DECLS
