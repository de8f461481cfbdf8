/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-types.h>

G_BEGIN_DECLS

/* A subscription lives on one of the servers behind a load balancer: what is asked of it says which. Without I/O. */

/* Headers, a name and a value in turn: whose mailbox it is (USER, where that is an address), and which server was
 * chosen (COOKIE, or NULL: whichever). (transfer full) */
GStrv exchange_affinity_make_headers (const char *user, const char *cookie);
/* The server that was chosen, from Set-Cookie, which may be NULL. (transfer full), or NULL */
char *exchange_affinity_find_cookie (const char *header);

G_END_DECLS
