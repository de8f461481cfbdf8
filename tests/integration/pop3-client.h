/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "taube-test.h"

#include <taube/taube.h>

G_BEGIN_DECLS

/* What the tests of the POP3 backend do, each as one call of the public API. */

/* What all of them can be cancelled by, or NULL. */
extern GCancellable *pop3_client_cancellable;
/* Seconds, as text; NULL: the default. */
extern const char *pop3_client_timeout;

/* An account of alice's at localhost; QUERY as "?tls=none". CA_FILE may be NULL. */
TaubeAccount *pop3_client_new (const char *scheme, guint16 port, const char *query, const char *ca_file);
TaubeAccount *pop3_client_new_with (const char *scheme, const char *user, guint16 port, const char *query,
                                    const char *ca_file, TaubeCredentials *credentials);
/* An account of USER's on a real server. */
TaubeAccount *pop3_client_open (TaubeTestMail *mail, const char *user, const char *scheme, const char *query);

typedef gboolean (*Pop3ClientFunc) (TaubeAccount *account, GError **error);

gboolean pop3_client_connect (TaubeAccount *account, GError **error);
gboolean pop3_client_folders (TaubeAccount *account, GError **error);
gboolean pop3_client_refresh (TaubeAccount *account, GError **error);

/* Tokens of OAuth 2, one after the other, the next when one was refused. */
TaubeCredentials *pop3_client_tokens (const char *const *tokens);

G_END_DECLS
