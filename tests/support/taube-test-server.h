/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "taube-test-dialog.h"
#include "taube-test-pki.h"

G_BEGIN_DECLS

/* A server on a free port of 127.0.0.1 that follows a script, on one thread of its own. */
typedef struct _TaubeTestServer TaubeTestServer;

TaubeTestServer *taube_test_server_new (const char *script_name);
TaubeTestServer *taube_test_server_new_for_text (const char *name, const char *script);
guint16 taube_test_server_get_port (TaubeTestServer *self);
TaubeTestPki *taube_test_server_get_pki (TaubeTestServer *self);

/* Before the first connection: the STEP-th thing that the server says (from 0, over all connections) is that fault. */
void taube_test_server_set_fault (TaubeTestServer *self, TaubeTestFault fault, guint step);

/* Connections accepted and bytes received so far (decrypted), everything that clients said. */
guint taube_test_server_get_connections (TaubeTestServer *self);
char *taube_test_server_get_received (TaubeTestServer *self);

/* Ends the server and frees it. The first fails the test when the client did not do what the script says, or did not
 * come to the script's end; the second gives that as text (transfer full), or NULL, and does not judge. */
void taube_test_server_finish (TaubeTestServer *self);
char *taube_test_server_stop (TaubeTestServer *self);

/* Runs FUNC on the script as it is, then with every fault in the place of each thing the server says. FUNC makes a
 * client, uses it, and ends it; it must not expect success when FAULT is not NONE. */
typedef void (*TaubeTestFaultFunc) (TaubeTestServer *server, TaubeTestFault fault, guint step, gpointer user_data);
void taube_test_each_fault (const char *script_name, TaubeTestFaultFunc func, gpointer user_data);

G_END_DECLS
