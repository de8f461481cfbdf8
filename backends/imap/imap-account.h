/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-connection.h>
#include <taube-backend/taube-folder-impl.h>

#include "imap-reads.h"

G_BEGIN_DECLS

#define TAUBE_TYPE_IMAP_ACCOUNT (imap_account_get_type ())
#define IMAP_ACCOUNT(obj) ((ImapAccount *) (obj))
typedef struct _TaubeImapAccount ImapAccount;
GType imap_account_get_type (void);

#define TAUBE_TYPE_IMAP_FOLDER (imap_folder_get_type ())
GType imap_folder_get_type (void);

/* All of these may be called from any thread. */
TaubeEndpoint *imap_account_make_endpoint (ImapAccount *self);
gboolean imap_account_is_plain_allowed (ImapAccount *self);

/* What one session learns about names and the others need. */
gboolean imap_account_get_delimiter (ImapAccount *self, char *delimiter_out);
void imap_account_set_delimiter (ImapAccount *self, char delimiter);
void imap_account_remember_name (ImapAccount *self, const char *key, const char *wire_name, gsize length);
char *imap_account_get_wire_name (ImapAccount *self, const char *key);
void imap_account_forget_names (ImapAccount *self, const char *key);
gint imap_account_get_epoch (ImapAccount *self);
void imap_account_set_spaces (ImapAccount *self, GPtrArray *spaces);
GPtrArray *imap_account_get_spaces (ImapAccount *self);
char **imap_account_get_namespaces (ImapAccount *self);
gboolean imap_account_has_spaces (ImapAccount *self);
/* What the server has refused to search by: ImapQueryFeatures and ImapSearchFeatures. */
guint imap_account_get_refused (ImapAccount *self);
void imap_account_add_refused (ImapAccount *self, guint features);
/* What is read of the folder with this key, of imap_names_to_key(): NULL when no watch has followed it yet, unless
 * MAKE. (transfer full) */
ImapReads *imap_account_get_reads (ImapAccount *self, const char *key, gboolean make);

/* imap-list.c */
GPtrArray *imap_account_list_folders (TaubeAccount *account, TaubeSession *session, TaubeContent content,
                                      GCancellable *cancellable, GError **error);

/* imap-notify.c */
gboolean imap_account_watch_step (TaubeAccount *account, TaubeSession *session, TaubeAccountWatchStep *step,
                                  GCancellable *cancellable, GError **error);
/* imap-manage.c */
TaubeFolder *imap_account_create_folder (TaubeAccount *account, TaubeSession *session, const char *const *path,
                                         TaubeFolderRole role, TaubeContent content, GCancellable *cancellable,
                                         GError **error);
gboolean imap_account_delete_folder (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                                     gboolean *stays, GCancellable *cancellable, GError **error);
gboolean imap_account_set_subscribed (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                                      gboolean subscribed, GCancellable *cancellable, GError **error);

/* imap-rename.c */
char **imap_account_rename_folder (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                                   const char *const *new_path, GCancellable *cancellable, GError **error);

/* imap-metadata.c */
GHashTable *imap_account_load_metadata (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                                        const char *const *names, GCancellable *cancellable, GError **error);
gboolean imap_account_set_metadata (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                                    const char *name, GBytes *value, GCancellable *cancellable, GError **error);

/* imap-live.c */
struct _TaubeImapSession;
void imap_live_report (struct _TaubeImapSession *session);

G_END_DECLS
