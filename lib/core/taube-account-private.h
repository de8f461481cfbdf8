/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>

#include "core/taube-context.h"
#include "core/taube-folder-table.h"
#include "core/taube-pool.h"
#include "core/taube-question-private.h"

G_BEGIN_DECLS

/* The context in which the account was made: signals and questions go there. (transfer none) */
GMainContext *taube_account_get_context (TaubeAccount *self);

/* Runs FUNC once in the account's context, soon, with the account's frame around it. A thread that is blocked in a call
 * of this account while it owns that context (or while nobody runs it) runs FUNC itself, so that a question never waits
 * for the one who waits for its answer. */
void taube_account_invoke (TaubeAccount *self, GSourceFunc func, gpointer data, GDestroyNotify notify);

/* They live as long as the account. */
TaubeCredentials *taube_account_get_credentials (TaubeAccount *self);
/* Another number for each set of credentials. */
gint taube_account_get_login (TaubeAccount *self);
/* (transfer full), NULL: nobody is to be asked */
TaubeQuestionClosure *taube_account_dup_certificate_closure (TaubeAccount *self);
TaubePool *taube_account_get_pool (TaubeAccount *self);
TaubeNotifier *taube_account_get_notifier (TaubeAccount *self);
TaubeFolderTable *taube_account_get_folder_table (TaubeAccount *self);

/* What the server says of itself. */
typedef struct _TaubeAccountServer TaubeAccountServer;
TaubeAccountServer *taube_account_server_new (void);
void taube_account_server_free (TaubeAccountServer *self);
TaubeAccountServer *taube_account_get_server (TaubeAccount *self);

/* Says no before any traffic: the row of the table is `no`, or the backend has no function for it. */
gboolean taube_account_require (TaubeAccount *self, gboolean has_function, TaubeCapability capability,
                                const char *operation, GError **error);
/* The row that speaks of folders with such content. */
TaubeCapability taube_account_content_row (TaubeContent content);

/* For a job that holds the lease on SESSION: the folder, and what is known of it. */
gboolean taube_account_run_delete_folder (TaubeAccount *self, TaubeSession *session, TaubeFolder *folder,
                                          GCancellable *cancellable, GError **error);

void taube_folder_notify_differences (TaubeFolder *self, const TaubeFolderState *before, const TaubeFolderState *after);
void taube_folder_notify_texts (TaubeFolder *self);
/* DIFFERENCES of the folder table. (transfer full) */
void taube_folder_notify_all (GArray *differences);
/* Whether all steps can be those of a folder that is to be made. */
gboolean taube_account_check_path (const char *const *path, const char *operation, GError **error);

G_END_DECLS
