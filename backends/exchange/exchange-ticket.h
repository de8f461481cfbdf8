/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether Kerberos has a ticket for the web service of HOST, or gets one now: it may take the network's time.
 * Afterwards it is in the login's cache, where libsoup finds it at once, on the I/O thread, which nothing may block.
 * libsoup itself would not say what is missing. TAUBE_ERROR_AUTH. */
gboolean exchange_ticket_fetch (const char *host, GError **error);

G_END_DECLS
