/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The wire between client and server: it passes bytes on as they are and counts them. */
typedef struct _CountingProxy CountingProxy;

/* What went over the wire so far. */
typedef struct
{
  guint connections;
  guint64 sent;     /* by clients */
  guint64 received; /* by clients */
} WireCount;

/* A free port of 127.0.0.1 leads to PORT there. */
CountingProxy *counting_proxy_start (guint16 port);
void counting_proxy_stop (CountingProxy *self);
guint16 counting_proxy_get_port (CountingProxy *self);
WireCount counting_proxy_get_count (CountingProxy *self);
/* Ends all connections; while the proxy is DOWN, new ones end at once. */
void counting_proxy_cut (CountingProxy *self, gboolean down);

/* Before the first connection: words that servers say of themselves in CAPABILITY and that clients are not to see. They
 * stay as long as they are. */
void counting_proxy_hide (CountingProxy *self, const char *const *words);

/* Called with what a client has said, before the server hears it; on a thread of the proxy. */
typedef void (*CountingProxyHook) (const char *bytes, gsize size, gpointer user_data);
void counting_proxy_set_hook (CountingProxy *self, CountingProxyHook hook, gpointer user_data);

G_END_DECLS
