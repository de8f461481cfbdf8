/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-world.h"

G_BEGIN_DECLS

/* A server that is many hosts (tests/servers/exchange/README.md), which a proxy leads to, and a DNS that knows only
 * what it was told. NAMES: for which its certificate is good; NULL: example.org, what is below it, mail.example.net and
 * autodiscover.example.net. */
ExchangeWorld *discover_world_start (const char *names, const char *options);
/* Which hosts there are, in JSON with ' in place of ". */
void discover_world_set_sites (ExchangeWorld *world, const char *sites);
/* Not connected yet. CREDENTIALS NULL: the right password; SETTINGS "a=b&c=d" or NULL. */
TaubeAccount *discover_world_open (ExchangeWorld *world, const char *user_and_host, TaubeCredentials *credentials,
                                   const char *settings);
/* Of alice@example.org's, with the right password. TRUE: it could be connected. */
gboolean discover_world_connects (ExchangeWorld *world, const char *settings, GError **error);

/* With whom anybody wanted to talk: "example.org:443 autodiscover.example.org:443". (transfer full) */
char *discover_world_get_connects (ExchangeWorld *world);
gboolean discover_world_has_connected (ExchangeWorld *world, const char *host);
/* How many requests HOST got with credentials of that kind ("basic", "bearer", …); NULL: without. */
guint discover_world_count (ExchangeWorld *world, const char *host, const char *path, const char *scheme);

/* From now on DNS says so of _autodiscover._tcp.DOMAIN: one target; HOST NULL: nothing. */
void discover_world_set_service (const char *domain, const char *host, guint16 port);

G_END_DECLS
