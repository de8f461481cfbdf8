/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-settings.h>
#include <taube/taube-uri.h>

G_BEGIN_DECLS

/* Whose servers may be asked, without I/O. */

/* Whether the URI names a mail domain, whose servers are to be found, and not a server: no endpoint and no port are
 * given, TLS is demanded, and the user is one of that host ("alice" or "alice@HOST"). */
gboolean discover_names_is_wanted (TaubeUri *uri, TaubeSettings *settings);
/* "alice@example.org" (transfer full) */
char *discover_names_make_address (TaubeUri *uri);
/* The domain of an address as it goes over the wire, or NULL: that is no address. (transfer full) */
char *discover_names_get_domain (const char *address);
/* A name with a dot in it, which DNS can have. */
gboolean discover_names_is_host (const char *host);
/* Whether somebody else may own names directly below it: it is a public suffix, such as "co.uk" or "github.io". */
gboolean discover_names_is_shared (const char *domain);
/* HOST is DOMAIN, or below it when it is not shared. */
gboolean discover_names_is_own (const char *host, const char *domain);
/* HOST is in LIST: names with commas between them, or NULL. */
gboolean discover_names_is_listed (const char *host, const char *list);

G_END_DECLS
