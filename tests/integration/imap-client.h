/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "taube-test.h"

#include <taube/taube-message.h>
#include <taube/taube.h>

G_BEGIN_DECLS

/* What the tests of the IMAP backend do, each as one call of the public API. */

/* What all of them can be cancelled by, or NULL. */
extern GCancellable *imap_client_cancellable;
/* Seconds, as text; NULL: the default. */
extern const char *imap_client_timeout;

TaubeAccount *imap_client_new (const char *scheme, guint16 port, const char *query, const char *ca_file);
/* An account of USER's on a real server; QUERY as "?tls=none", which "imaps" does without. */
TaubeAccount *imap_client_open (TaubeTestMail *mail, const char *user, const char *scheme, const char *query);
/* A folder of an account of its, by the name that taube_test_mail_make_folder() takes. */
TaubeFolder *imap_client_get_folder (TaubeTestMail *mail, TaubeAccount *account, const char *folder);
TaubeAccount *imap_client_new_as (const char *user, const char *password, guint16 port, const char *query);

typedef gboolean (*ImapClientFunc) (TaubeAccount *account, GError **error);

gboolean imap_client_connect (TaubeAccount *account, GError **error);
gboolean imap_client_folders (TaubeAccount *account, GError **error);
gboolean imap_client_refresh (TaubeAccount *account, GError **error);
gboolean imap_client_list (TaubeAccount *account, GError **error);
gboolean imap_client_search (TaubeAccount *account, GError **error);
gboolean imap_client_search_deep (TaubeAccount *account, GError **error);
gboolean imap_client_item (TaubeAccount *account, GError **error);
gboolean imap_client_structure (TaubeAccount *account, GError **error);
gboolean imap_client_fetch (TaubeAccount *account, GError **error);
gboolean imap_client_store (TaubeAccount *account, GError **error);
gboolean imap_client_permissions (TaubeAccount *account, GError **error);
gboolean imap_client_my_rights (TaubeAccount *account, GError **error);
gboolean imap_client_grantable (TaubeAccount *account, GError **error);
gboolean imap_client_quotas (TaubeAccount *account, GError **error);
gboolean imap_client_notes (TaubeAccount *account, GError **error);
/* Everything in the inbox, then what happened since. */
gboolean imap_client_changes (TaubeAccount *account, GError **error);
gboolean imap_client_store_keyword (TaubeAccount *account, GError **error);

TaubeMessageList *imap_client_list_inbox (TaubeAccount *account, GError **error);
char *imap_client_fetch_section (TaubeAccount *account, const char *id, const char *section, guint64 offset,
                                 gint64 length, GError **error);
TaubeBatchResult *imap_client_set_flags (TaubeAccount *account, const char *ids, TaubeMessageFlags flags,
                                         const char *keyword, GError **error);

G_END_DECLS
