/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-message.h>
#include <taube/taube.h>

#include "taube-test.h"

G_BEGIN_DECLS

/* A private EWS server (tests/servers/exchange), and alice's account on it. */
typedef struct _ExchangeWorld ExchangeWorld;

/* OPTIONS of serve, with blanks between them. */
ExchangeWorld *exchange_world_start (const char *options);
void exchange_world_stop (ExchangeWorld *self);
/* "url", "password", "token", "ca-file" … */
const char *exchange_world_get (ExchangeWorld *self, const char *fact);

/* What tests may ask of it beside its protocol: GET, POST, DELETE of /admin/WHAT. (transfer full) */
char *exchange_world_ask (ExchangeWorld *self, const char *method, const char *what, const char *body);
/* What stands in the body of an envelope, sent by hand as alice. (transfer full) */
char *exchange_world_post (ExchangeWorld *self, const char *operation);
/* Orders a fault, in JSON. */
void exchange_world_order (ExchangeWorld *self, const char *fault);
/* A message arrives in the inbox. */
void exchange_world_deliver (ExchangeWorld *self, const char *mime);
/* How many requests for that operation there were; NULL: any. */
guint exchange_world_count (ExchangeWorld *self, const char *operation);

/* Not connected yet. CREDENTIALS NULL: the right ones; SETTINGS as in a URI, "pin=…&timeout=2", or NULL. */
TaubeAccount *exchange_world_open (ExchangeWorld *self, TaubeCredentials *credentials, const char *settings);
/* The same, with the server's own authority. */
TaubeAccount *exchange_world_open_trusting (ExchangeWorld *self);
/* Connected, with nothing special. */
TaubeAccount *exchange_world_connect (ExchangeWorld *self);
TaubeMessageList *exchange_world_list (TaubeAccount *account, const char *folder, GError **error);
char *exchange_world_fetch (TaubeAccount *account, const char *id, const char *section, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExchangeWorld, exchange_world_stop)

G_END_DECLS
