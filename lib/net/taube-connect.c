/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-connect.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"
#include "base/taube-io-thread.h"
#include "net/taube-parking.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TIMEOUT_DEFAULT 30000

/* One attempt to reach a host over TCP. It belongs to the I/O thread. */
typedef struct
{
  gatomicrefcount refs;
  TaubeEndpoint *endpoint;
  GCancellable *cancellable; /* the caller's */
  gulong cancelled_id;
  GCancellable *stop;        /* ends the attempt, for whatever reason */
  TaubeParkEntry timer;
  gboolean timed_out;
  TaubeConnectFunc func;
  gpointer data;
} Connect;

static void
connect_unref (gpointer data)
{
  Connect *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  taube_endpoint_free (self->endpoint);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->stop);
  g_free (self);
}

guint
taube_connect_get_timeout (const TaubeEndpoint *endpoint)
{
  return endpoint->connect_timeout > 0 ? endpoint->connect_timeout : TIMEOUT_DEFAULT;
}

GError *
taube_connect_error_new (const TaubeEndpoint *endpoint, const char *why)
{
  gboolean brackets = strchr (endpoint->host, ':') != NULL;

  return g_error_new (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("cannot connect to %s%s%s:%u: %s"), brackets ? "[" : "",
                      endpoint->host, brackets ? "]" : "", endpoint->port, why);
}

GError *
taube_connect_error_new_timeout (const TaubeEndpoint *endpoint)
{
  guint timeout = taube_connect_get_timeout (endpoint);
  g_autofree char *why = timeout % 1000 == 0 ? g_strdup_printf (_ ("no answer for %u s"), timeout / 1000)
                                             : g_strdup_printf (_ ("no answer for %u ms"), timeout);

  return taube_connect_error_new (endpoint, why);
}

/* A peer that is no longer there is noticed within four minutes also when nothing is to be said to it, and when what is
 * said to it gets lost: the system's own patience is two hours and a quarter. What it does not know it ignores. */
#define PROBE_IDLE_SECONDS 120
#define PROBE_INTERVAL_SECONDS 30
#define PROBES 4

static void
probe_peer (int fd)
{
#ifdef TCP_KEEPIDLE
  const int idle = PROBE_IDLE_SECONDS, interval = PROBE_INTERVAL_SECONDS, probes = PROBES;

  setsockopt (fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt (fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
#endif
#ifdef TCP_USER_TIMEOUT
  {
    const unsigned int milliseconds = (PROBE_IDLE_SECONDS + PROBES * PROBE_INTERVAL_SECONDS) * 1000;

    setsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
  }
#endif
}

/* The socket under CONNECTION, as a descriptor of our own. A GSocket for each connection would cost more than the rest
 * of a parked one. */
static int
take_fd (GSocketConnection *connection)
{
  static const int on = 1;
  int fd = fcntl (g_socket_get_fd (g_socket_connection_get_socket (connection)), F_DUPFD_CLOEXEC, 3);

  if (fd < 0 || fcntl (fd, F_SETFL, O_NONBLOCK) < 0)
    {
      if (fd >= 0)
        close (fd);
      return -1;
    }
  /* Commands are written in one piece each, and nobody notices a vanished peer without a probe. */
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  probe_peer (fd);
  return fd;
}

/* GIO says again what was tried and where; the reason alone is enough. */
static const char *
reason_of (const GError *failure)
{
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return g_strerror (ECONNREFUSED);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE))
    return g_strerror (EHOSTUNREACH);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE))
    return g_strerror (ENETUNREACH);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return g_strerror (ETIMEDOUT);
  return failure->message;
}

/* Whoever set a proxy wants to know that it is in the way; its user and password are nobody's business. */
static char *
name_proxy (const char *proxy)
{
  g_autoptr (GUri) uri = proxy != NULL ? g_uri_parse (proxy, G_URI_FLAGS_NONE, NULL) : NULL;

  if (uri == NULL || g_str_equal (g_uri_get_scheme (uri), "direct"))
    return g_strdup ("");
  return g_strdup_printf (" (through the proxy %s)", g_uri_get_host (uri));
}

static GError *
explain (Connect *self, GError *failure)
{
  g_autofree char *proxy = name_proxy (self->endpoint->proxy);
  g_autofree char *reason = g_strconcat (reason_of (failure), proxy, NULL);
  GError *error = NULL;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    return error;
  if (self->timed_out)
    return taube_connect_error_new_timeout (self->endpoint);
  return taube_connect_error_new (self->endpoint, reason);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Connect *self = data;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GSocketConnection) connection
    = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &failure);
  GError *error = NULL;
  int fd = -1;

  taube_parking_remove (&self->timer);
  if (self->cancellable != NULL)
    g_cancellable_disconnect (self->cancellable, self->cancelled_id);
  /* A proxy inside TLS gives a stream that is no socket. */
  if (connection != NULL && G_IS_TCP_WRAPPER_CONNECTION (connection)
      && !G_IS_SOCKET_CONNECTION (
        g_tcp_wrapper_connection_get_base_io_stream (G_TCP_WRAPPER_CONNECTION (connection))))
    error = taube_connect_error_new (self->endpoint, "this kind of proxy is not supported");
  else if (connection != NULL && (fd = take_fd (connection)) < 0)
    error = taube_connect_error_new (self->endpoint, g_strerror (errno));
  else if (connection == NULL)
    error = explain (self, failure);
  self->func (fd, error, self->data);
  connect_unref (self);
}

static void
on_timer (TaubeParkEntry *entry, gboolean timed_out)
{
  Connect *self = entry->data;

  self->timed_out = TRUE;
  g_cancellable_cancel (self->stop);
}

static gboolean
stop_now (gpointer data)
{
  g_cancellable_cancel (((Connect *) data)->stop);
  return G_SOURCE_REMOVE;
}

/* On whatever thread cancels; the attempt itself is ended where it lives. */
static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Connect *self = data;

  g_atomic_ref_count_inc (&self->refs);
  taube_io_thread_invoke (stop_now, self, connect_unref);
}

static gboolean
start (gpointer data)
{
  Connect *self = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autofree char *host = g_hostname_to_ascii (self->endpoint->host);
  g_autoptr (GSocketConnectable) address = g_network_address_new (host, self->endpoint->port);

  if (self->endpoint->proxy != NULL)
    {
      g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (self->endpoint->proxy, NULL);

      g_socket_client_set_proxy_resolver (client, resolver);
    }
  if (self->timer.deadline > 0)
    taube_parking_add (&self->timer);
  if (self->cancellable != NULL)
    self->cancelled_id = g_cancellable_connect (self->cancellable, G_CALLBACK (on_cancelled), self, NULL);
  g_socket_client_connect_async (client, address, self->stop, on_connected, self);
  return G_SOURCE_REMOVE;
}

/* Connects on the I/O thread, by all the addresses of the host and through a proxy where one is set. FUNC is called
 * once, there, never within this call. The endpoint has been checked. */
void
taube_connect (const TaubeEndpoint *endpoint, gint64 deadline, GCancellable *cancellable, TaubeConnectFunc func,
               gpointer data)
{
  Connect *self = g_new0 (Connect, 1);

  g_atomic_ref_count_init (&self->refs);
  self->endpoint = taube_endpoint_copy (endpoint);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->stop = g_cancellable_new ();
  self->timer = (TaubeParkEntry){ .fd = -1, .deadline = deadline, .func = on_timer, .data = self };
  self->func = func;
  self->data = data;
  taube_io_thread_invoke (start, self, NULL);
}
