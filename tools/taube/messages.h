/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli.h"

G_BEGIN_DECLS

/* The messages that the words of a command name, all of one account, and what became of each. */
typedef struct _Messages Messages;

/* What is done with those of one folder. */
typedef TaubeBatchResult *(*MessagesFunc) (TaubeFolder *folder, const TaubeIdSet *ids, TaubeProgress *progress,
                                           gpointer data, GCancellable *cancellable, GError **error);

Messages *messages_open (Cli *cli, char **uris, guint n_uris, GError **error);
void messages_free (Messages *self);
TaubeAccount *messages_get_account (Messages *self);
/* Whether URI is of the same account. */
gboolean messages_check_account (Messages *self, TaubeUri *uri, GError **error);
/* LABEL stands before the progress bar. */
void messages_run (Messages *self, const char *label, MessagesFunc func, gpointer data);
/* Prints what became of each; with the URIs that they have in TARGET, if there is one. */
ExitCode messages_report (Messages *self, TaubeFolder *target);

/* Prints what became of one. NEW_URI and ERROR may be NULL. */
void messages_print (Cli *cli, const char *name, TaubeBatchStatus status, const char *new_uri, const GError *error);
/* The URI of an item of FOLDER, or NULL for no id. */
char *messages_make_uri (TaubeFolder *folder, const char *id);
/* The exit code for CODE and one message more that is not done: what is unknown is worst. */
ExitCode messages_add_failure (ExitCode code, TaubeBatchStatus status, const GError *error);

/* "seen", "keyword:NAME". FALSE: neither. KEYWORDS: of char * */
gboolean messages_parse_flag (const char *text, TaubeMessageFlags *flags, GPtrArray *keywords);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Messages, messages_free)

G_END_DECLS
