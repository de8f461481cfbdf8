/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Stands between clients and a server of this machine; what it does with their bytes is up to its functions. */
typedef struct _TaubeTestRelay TaubeTestRelay;

/* They are called on threads of the relay. */
typedef struct
{
  /* A client has come; FALSE: it is turned away. */
  gboolean (*let_in) (gpointer user_data);
  /* There is something to read from FROM. MEMORY is the connection's own; it begins with -1. FALSE: the connection
   * ends. */
  gboolean (*pass) (GSocket *from, GSocket *to, gboolean by_client, gssize *memory, gpointer user_data);
} TaubeTestRelayFuncs;

/* A free port of 127.0.0.1 leads to PORT there. */
TaubeTestRelay *taube_test_relay_start (guint16 port, const TaubeTestRelayFuncs *funcs, gpointer user_data);
guint16 taube_test_relay_get_port (TaubeTestRelay *self);
/* Ends all connections that there are. */
void taube_test_relay_cut (TaubeTestRelay *self);
/* Ends them, lets nobody in any more, and waits until no function is running. */
void taube_test_relay_stop (TaubeTestRelay *self);

/* FALSE: the other side has gone. */
gboolean taube_test_relay_send (GSocket *to, const char *bytes, gsize size);

G_END_DECLS
