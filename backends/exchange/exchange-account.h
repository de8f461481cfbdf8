/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-account-impl.h>
#include <taube-backend/taube-folder-impl.h>
#include <taube-backend/taube-sender-impl.h>

#include "exchange-client.h"
#include "exchange-push.h"

G_BEGIN_DECLS

#define TAUBE_TYPE_EXCHANGE_ACCOUNT (exchange_account_get_type ())
#define EXCHANGE_ACCOUNT(obj) ((ExchangeAccount *) (obj))
typedef struct _TaubeExchangeAccount ExchangeAccount;
GType exchange_account_get_type (void);

#define TAUBE_TYPE_EXCHANGE_FOLDER (exchange_folder_get_type ())
GType exchange_folder_get_type (void);

#define TAUBE_TYPE_EXCHANGE_SESSION (exchange_session_get_type ())
GType exchange_session_get_type (void);

/* All of these may be called from any thread. */
ExchangeClient *exchange_account_get_client (ExchangeAccount *self);
const struct _ExchangeWire *exchange_account_get_wire (ExchangeAccount *self);
ExchangePush *exchange_account_get_push (ExchangeAccount *self);

/* What the wire protocol keeps about the server; a number and a text of its own. */
int exchange_account_get_version (ExchangeAccount *self);
void exchange_account_set_version (ExchangeAccount *self, int version);
/* "15.2.1544.4"; TRUE when it is another one than before. */
gboolean exchange_account_set_build (ExchangeAccount *self, const char *build);
/* An operation of the wire protocol, by its number below 64, that this server turned out not to know. */
gboolean exchange_account_lacks (ExchangeAccount *self, guint operation);
void exchange_account_set_lacking (ExchangeAccount *self, guint operation);
/* (transfer full) */
char *exchange_account_dup_build (ExchangeAccount *self);

/* The server does not give parts by themselves, as was found out; only whole messages are fetched from then on. */
void exchange_account_set_lacks_parts (ExchangeAccount *self);
gboolean exchange_account_lacks_parts (ExchangeAccount *self);

/* What the server has refused to search or to sort by, as bits of the wire protocol. */
guint exchange_account_get_refused (ExchangeAccount *self);
void exchange_account_add_refused (ExchangeAccount *self, guint features);
/* How many messages of a folder are asked for at once. */
guint exchange_account_get_page_size (ExchangeAccount *self);
void exchange_account_set_page_size (ExchangeAccount *self, guint size);

/* Which folder has which path. (transfer full), or NULL: it is not known */
/* Whether the server lets nobody in, as far as is known. */
void exchange_account_set_blocked (ExchangeAccount *self, gboolean blocked);
gboolean exchange_account_is_blocked (ExchangeAccount *self);
char *exchange_account_dup_folder_id (ExchangeAccount *self, const char *const *path);
/* IDS (key of a path -> id) is taken and stands in the place of what was known. */
void exchange_account_set_folder_ids (ExchangeAccount *self, GHashTable *ids);
/* It is not there any more under that id: the next one who wants it looks again. */
void exchange_account_forget_folder (ExchangeAccount *self, const char *const *path);
/* (transfer full) */
char *exchange_path_to_key (const char *const *path);

/* The id of FOLDER; the list of folders is asked for when it is not known. TAUBE_ERROR_NOT_FOUND. (transfer full) */
char *exchange_account_find_folder_id (ExchangeAccount *self, TaubeFolder *folder, GCancellable *cancellable,
                                       GError **error);

/* Another one is known; one and all below it are not any more. */
void exchange_account_add_folder (ExchangeAccount *self, const char *const *path, const char *id);
void exchange_account_forget_tree (ExchangeAccount *self, const char *const *path);
void exchange_account_forget_below (ExchangeAccount *self, const char *const *path);

/* exchange-manage.c */
TaubeFolder *exchange_account_create_folder (TaubeAccount *account, TaubeSession *session, const char *const *path,
                                             TaubeFolderRole role, TaubeContent content, GCancellable *cancellable,
                                             GError **error);
char **exchange_account_rename_folder (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                                       const char *const *new_path, GCancellable *cancellable, GError **error);
gboolean exchange_account_set_subscribed (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                                          gboolean subscribed, GCancellable *cancellable, GError **error);
gboolean exchange_account_delete_folder (TaubeAccount *account, TaubeSession *session, TaubeFolder *folder,
                                         gboolean *stays, GCancellable *cancellable, GError **error);

/* exchange-send.c */
void exchange_account_init_sender (TaubeSenderInterface *iface);

/* exchange-list.c */
GPtrArray *exchange_account_list_folders (TaubeAccount *account, TaubeSession *session, TaubeContent content,
                                          GCancellable *cancellable, GError **error);
/* exchange-live.c: says what this server gives. */
void exchange_live_report (ExchangeAccount *account);
/* The same of how it tells its news, after that was found out. */
void exchange_live_report_push (ExchangeAccount *account);
/* PROBLEM says why the server cannot be used, if that is known; else nothing is said. */
void exchange_live_report_failure (ExchangeAccount *account, const GError *problem);
/* The server lets us in: if it did not before, that is over. */
void exchange_live_note_answer (ExchangeAccount *account);
/* It does not; WHOLE: nothing at all. Else that is found out. */
void exchange_live_note_blocked (ExchangeAccount *account, gboolean whole, const GError *problem,
                                 GCancellable *cancellable);

G_END_DECLS
