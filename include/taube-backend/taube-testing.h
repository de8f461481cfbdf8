/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-connection.h>

G_BEGIN_DECLS

/* For test-suites of backends only: a server in memory, and a dialler that connects to it. Not for programs. */

/* The far end of a connection in memory. Reference-counted, safe between threads. */
typedef struct _TaubeMemoryPeer TaubeMemoryPeer;

/* The client wrote BYTES; answer with taube_memory_peer_send() now or later. On the thread that writes. */
typedef void (*TaubeMemoryPeerFunc) (TaubeMemoryPeer *peer, const guint8 *bytes, gsize length, gpointer user_data);
/* Before the NUMBER-th read or write of this peer's connection (from 1), on the thread that does it. */
typedef void (*TaubeMemoryPeerHook) (TaubeMemoryPeer *peer, guint number, gpointer user_data);

TAUBE_API TaubeMemoryPeer *taube_memory_peer_new (TaubeMemoryPeerFunc func, gpointer user_data,
                                                  GDestroyNotify notify);
TAUBE_API TaubeMemoryPeer *taube_memory_peer_ref (TaubeMemoryPeer *self);
TAUBE_API void taube_memory_peer_unref (TaubeMemoryPeer *self);

/* Bytes for the client to read. */
TAUBE_API void taube_memory_peer_send (TaubeMemoryPeer *self, gconstpointer data, gsize length);
/* The client reads what was sent, then the end; its writes fail. */
TAUBE_API void taube_memory_peer_close (TaubeMemoryPeer *self);
/* The same, but the end is a broken connection. */
TAUBE_API void taube_memory_peer_break (TaubeMemoryPeer *self);
/* No byte goes either way, until it is set back. */
TAUBE_API void taube_memory_peer_set_stalled (TaubeMemoryPeer *self, gboolean stalled);
/* At most so many bytes for each read and write; 0: no limit. */
TAUBE_API void taube_memory_peer_set_chunk (TaubeMemoryPeer *self, gsize bytes);
/* The NUMBER-th read or write fails and the connection with it; 0: none. */
TAUBE_API void taube_memory_peer_set_fail_at (TaubeMemoryPeer *self, guint number);
TAUBE_API void taube_memory_peer_set_hook (TaubeMemoryPeer *self, TaubeMemoryPeerHook hook, gpointer user_data);
/* Reads and writes up to now. */
TAUBE_API guint taube_memory_peer_get_calls (TaubeMemoryPeer *self);
/* Whether the client has closed its end. */
TAUBE_API gboolean taube_memory_peer_is_closed (TaubeMemoryPeer *self);

/* A connection to PEER (which it references). TLS is only pretended: is_secure() says TRUE after implicit_tls or
 * start_tls(), which looks for injected bytes all the same. */
TAUBE_API TaubeConnection *taube_connection_new_memory (const TaubeEndpoint *endpoint, TaubeMemoryPeer *peer);

/* While one is set, dialling asks it for a connection instead of the network. It is called on any thread and must not
 * block. NULL ends it. */
typedef TaubeConnection *(*TaubeTestDialer) (const TaubeEndpoint *endpoint, gpointer user_data, GError **error);
TAUBE_API void taube_connection_set_test_dialer (TaubeTestDialer dialer, gpointer user_data);

/* While one is set, it decides how many milliseconds a watch rests: before the ATTEMPT-th new try to connect, or (0)
 * before it asks a folder again. It is called on any thread, never for a watch that was stopped before, and must do
 * nothing else. NULL ends it. */
typedef guint (*TaubeTestPause) (guint attempt, guint milliseconds);
TAUBE_API void taube_watch_set_test_pause (TaubeTestPause pause);
/* After so many milliseconds a watch renews its waiting, whatever the backend wants. 0 ends it. */
TAUBE_API void taube_watch_set_test_renewal (guint milliseconds);

/* While one is set, a sign-in by code (OAuth 2) calls it instead of resting for so many seconds between two questions
 * to the provider; they count as gone by. It is called on the thread that signs in. NULL ends it. */
typedef void (*TaubeTestRest) (guint seconds);
TAUBE_API void taube_oauth2_set_test_rest (TaubeTestRest rest);

/* Forgets how safely logins succeeded: the next server may listen at a port that another had. */
TAUBE_API void taube_sasl_forget_logins (void);

/* How many connections are parked in the process. */
TAUBE_API guint taube_parking_get_count (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeMemoryPeer, taube_memory_peer_unref)

G_END_DECLS
