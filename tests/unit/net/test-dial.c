/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-certificate-impl.h>
#include <taube-backend/taube-testing.h>

#include <taube/taube-error.h>

#include "net-server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MANY 1000

/* How an asynchronous attempt ended. */
typedef struct
{
  TaubeConnection *connection;
  GError *error;
  GThread *thread;
} Outcome;

static GAsyncQueue *outcomes; /* of Outcome */

static void
outcome_free (Outcome *self)
{
  g_clear_pointer (&self->connection, taube_connection_free);
  g_clear_error (&self->error);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Outcome, outcome_free)

static void
on_dialled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = g_new0 (Outcome, 1);

  outcome->connection = taube_connection_dial_finish (result, &outcome->error);
  outcome->thread = g_thread_self ();
  g_async_queue_push (user_data, outcome);
}

static void
dial_async (const TaubeEndpoint *endpoint, gboolean wait_for_greeting, GCancellable *cancellable)
{
  taube_connection_dial_async (endpoint, wait_for_greeting, cancellable, on_dialled, outcomes);
}

static Outcome *
next_outcome (void)
{
  return g_async_queue_pop (outcomes);
}

static void
fill_endpoint (TaubeEndpoint *endpoint, NetServer *server)
{
  *endpoint = (TaubeEndpoint){ .host = (char *) "127.0.0.1", .connect_timeout = 120000 };
  if (server != NULL)
    endpoint->port = net_server_get_port (server);
}

/* Blocking or asynchronous, by the same name. */
static Outcome *
dial_either (gboolean async, const TaubeEndpoint *endpoint, gboolean wait_for_greeting, GCancellable *cancellable)
{
  Outcome *outcome;

  if (async)
    {
      dial_async (endpoint, wait_for_greeting, cancellable);
      return next_outcome ();
    }
  outcome = g_new0 (Outcome, 1);
  outcome->connection = taube_connection_dial (endpoint, wait_for_greeting, cancellable, &outcome->error);
  return outcome;
}

static void
greet (int fd, NetServer *server, gpointer data)
{
  net_write (fd, "* OK ready\r\n");
  net_drain (fd);
}

static void
test_greeting (gconstpointer data)
{
  g_autoptr (NetServer) server = net_server_new (greet, NULL);
  TaubeEndpoint endpoint;
  g_autoptr (Outcome) outcome = NULL;

  fill_endpoint (&endpoint, server);
  outcome = dial_either (GPOINTER_TO_INT (data), &endpoint, TRUE, NULL);
  g_assert_no_error (outcome->error);
  g_assert_cmpuint (taube_buffer_length (taube_connection_get_input (outcome->connection)), >, 0);
  g_assert_true (outcome->thread != g_thread_self ());
}

static void
hang_up (int fd, NetServer *server, gpointer data)
{
}

/* It is the protocol that knows what to say of a server that closes without a word. */
static void
test_closed_before_greeting (gconstpointer data)
{
  g_autoptr (NetServer) server = net_server_new (hang_up, NULL);
  TaubeEndpoint endpoint;
  g_autoptr (Outcome) outcome = NULL;

  fill_endpoint (&endpoint, server);
  outcome = dial_either (GPOINTER_TO_INT (data), &endpoint, TRUE, NULL);
  g_assert_no_error (outcome->error);
  g_assert_cmpint (taube_connection_fill (outcome->connection, NULL, NULL), ==, 0);
}

static guint16
get_free_port (void)
{
  g_autoptr (NetServer) server = net_server_new (hang_up, NULL);

  return net_server_get_port (server);
}

static void
test_refused (gconstpointer data)
{
  TaubeEndpoint endpoint;
  g_autoptr (Outcome) outcome = NULL;
  g_autofree char *text = NULL;

  fill_endpoint (&endpoint, NULL);
  endpoint.port = get_free_port ();
  outcome = dial_either (GPOINTER_TO_INT (data), &endpoint, TRUE, NULL);
  g_assert_error (outcome->error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  text = g_strdup_printf ("cannot connect to 127.0.0.1:%u: %s", endpoint.port, g_strerror (ECONNREFUSED));
  g_assert_cmpstr (outcome->error->message, ==, text);
}

static void
test_unknown_host (gconstpointer data)
{
  TaubeEndpoint endpoint;
  g_autoptr (Outcome) outcome = NULL;

  fill_endpoint (&endpoint, NULL);
  endpoint.host = (char *) "no-such-host.invalid";
  endpoint.port = 143;
  outcome = dial_either (GPOINTER_TO_INT (data), &endpoint, TRUE, NULL);
  g_assert_error (outcome->error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_nonnull (strstr (outcome->error->message, "no-such-host.invalid"));
}

static void
test_wrong_endpoint (gconstpointer data)
{
  static const char *const hosts[]
    = { NULL, "", "a b", "a/b", "user@host", "[::1]", "a\r\nb", "\xff", "very..\"bad" };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      TaubeEndpoint endpoint = { .host = (char *) hosts[i], .port = 143 };
      g_autoptr (Outcome) outcome = dial_either (GPOINTER_TO_INT (data), &endpoint, TRUE, NULL);

      g_assert_error (outcome->error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_assert_true (g_utf8_validate (outcome->error->message, -1, NULL));
    }
  {
    TaubeEndpoint endpoint = { .host = (char *) "localhost" };
    g_autoptr (Outcome) outcome = dial_either (GPOINTER_TO_INT (data), &endpoint, TRUE, NULL);

    g_assert_error (outcome->error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
    g_assert_cmpstr (outcome->error->message, ==, "no port to connect to at localhost");
  }
}

/* ---- time and cancelling ---- */

/* The server takes the connection and says nothing, neither greeting nor TLS. */
static void
test_deadline_covers_all_of_it (gconstpointer data)
{
  for (guint tls = 0; tls < 2; tls++)
    {
      g_autoptr (NetServer) server = net_server_new (NULL, NULL);
      TaubeEndpoint endpoint;
      g_autoptr (Outcome) outcome = NULL;
      g_autofree char *text = NULL;

      fill_endpoint (&endpoint, server);
      endpoint.connect_timeout = 50;
      endpoint.implicit_tls = tls;
      outcome = dial_either (GPOINTER_TO_INT (data), &endpoint, TRUE, NULL);
      g_assert_error (outcome->error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
      text = g_strdup_printf ("cannot connect to 127.0.0.1:%u: no answer for 50 ms", endpoint.port);
      g_assert_cmpstr (outcome->error->message, ==, text);
    }
}

/* A queue of length one that is full: the third SYN gets no answer. */
static int
listen_and_ignore (guint16 *port, int *fillers, guint n_fillers)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (fd, 0), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  *port = ntohs (address.sin_port);
  for (guint i = 0; i < n_fillers; i++)
    {
      fillers[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      connect (fillers[i], (struct sockaddr *) &address, length);
    }
  return fd;
}

static void
test_deadline_while_connecting (gconstpointer data)
{
  TaubeEndpoint endpoint;
  g_autoptr (Outcome) outcome = NULL;
  int fillers[4];
  guint16 port;
  int fd = listen_and_ignore (&port, fillers, G_N_ELEMENTS (fillers));

  fill_endpoint (&endpoint, NULL);
  endpoint.port = port;
  endpoint.connect_timeout = 50;
  outcome = dial_either (GPOINTER_TO_INT (data), &endpoint, TRUE, NULL);
  g_assert_error (outcome->error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_nonnull (strstr (outcome->error->message, "no answer for 50 ms"));
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    close (fillers[i]);
  close (fd);
}

static gpointer
cancel_later (gpointer cancellable)
{
  g_usleep (20000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

typedef enum
{
  CANCEL_BEFORE,
  CANCEL_CONNECTING,
  CANCEL_HANDSHAKE,
  CANCEL_GREETING,
} CancelAt;

static void
test_cancel (gconstpointer data)
{
  gboolean async = GPOINTER_TO_INT (data) & 1;
  CancelAt at = GPOINTER_TO_INT (data) >> 1;
  g_autoptr (NetServer) server = net_server_new (NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (Outcome) outcome = NULL;
  TaubeEndpoint endpoint;
  int fillers[4] = { -1, -1, -1, -1 };
  GThread *thread = NULL;
  int fd = -1;

  fill_endpoint (&endpoint, server);
  endpoint.implicit_tls = at == CANCEL_HANDSHAKE;
  if (at == CANCEL_CONNECTING)
    fd = listen_and_ignore (&endpoint.port, fillers, G_N_ELEMENTS (fillers));
  if (at == CANCEL_BEFORE)
    g_cancellable_cancel (cancellable);
  else
    thread = g_thread_new ("cancel", cancel_later, cancellable);
  outcome = dial_either (async, &endpoint, TRUE, cancellable);
  g_assert_error (outcome->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (thread != NULL)
    g_thread_join (thread);
  for (guint i = 0; i < G_N_ELEMENTS (fillers) && fd >= 0; i++)
    close (fillers[i]);
  if (fd >= 0)
    close (fd);
}

/* From another thread at every moment: there is one outcome, and no crash. */
static void
test_cancel_at_any_moment (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "DNS:x", NULL, FALSE, 0, 10);
  g_autoptr (NetServer) server = net_server_new (greet, NULL);
  TaubeEndpoint endpoint;
  guint cancelled = 0;

  fill_endpoint (&endpoint, server);
  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (Outcome) outcome = NULL;

      dial_async (&endpoint, TRUE, cancellable);
      for (guint spin = 0; spin < i * 40; spin++)
        g_cancellable_is_cancelled (cancellable);
      if (i > 150)
        g_usleep (i);
      g_cancellable_cancel (cancellable);
      outcome = next_outcome ();
      g_assert_true ((outcome->connection != NULL) != (outcome->error != NULL));
      if (outcome->error != NULL)
        g_assert_error (outcome->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      cancelled += outcome->error != NULL;
    }
  g_test_message ("%u of 300 cancelled", cancelled);
  g_assert_cmpint (g_async_queue_length (outcomes), ==, 0);
}

/* ---- TLS ---- */

static void
greet_by_tls (int fd, NetServer *server, gpointer data)
{
  SSL *ssl = net_accept_tls (fd, data, 0, NULL);

  if (ssl == NULL)
    return;
  SSL_write (ssl, "* OK secure\r\n", 13);
  net_drain (fd);
  SSL_free (ssl);
}

static gboolean
trust_and_note (TaubeCertificate *certificate, GCancellable *cancellable, gpointer user_data)
{
  GThread **asked = user_data;

  *asked = g_thread_self ();
  return TRUE;
}

static void
test_tls_async (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "DNS:x", NULL, FALSE, 0, 10);
  g_autofree char *pin = net_cert_get_pin (cert);
  g_autoptr (NetServer) server = net_server_new (greet_by_tls, cert);
  TaubeEndpoint endpoint;
  g_autoptr (Outcome) good = NULL;
  g_autoptr (Outcome) bad = NULL;
  g_autoptr (Outcome) asked = NULL;
  GThread *asked_on = NULL;

  fill_endpoint (&endpoint, server);
  endpoint.implicit_tls = TRUE;
  bad = dial_either (TRUE, &endpoint, TRUE, NULL);
  g_assert_error (bad->error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  g_assert_nonnull (taube_error_get_certificate (bad->error));
  endpoint.certificate_func = trust_and_note;
  endpoint.certificate_data = &asked_on;
  asked = dial_either (TRUE, &endpoint, TRUE, NULL);
  g_assert_no_error (asked->error);
  g_assert_nonnull (asked_on);
  g_assert_true (asked_on != asked->thread && asked_on != g_thread_self ());
  endpoint.certificate_func = NULL;
  endpoint.pin = pin;
  good = dial_either (TRUE, &endpoint, TRUE, NULL);
  g_assert_no_error (good->error);
  g_assert_true (taube_connection_is_secure (good->connection));
  g_assert_cmpuint (taube_buffer_length (taube_connection_get_input (good->connection)), ==, 13);
}

static gboolean
think_and_trust (TaubeCertificate *certificate, GCancellable *cancellable, gpointer user_data)
{
  const TaubeEndpoint *endpoint = user_data;

  g_usleep ((gulong) (endpoint->connect_timeout + 100) * 1000);
  return TRUE;
}

/* Somebody who thinks about a certificate for longer than connecting may take is not the server's fault. */
static void
test_thinking_is_no_time_out (gconstpointer data)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "DNS:x", NULL, FALSE, 0, 10);
  g_autoptr (NetServer) server = net_server_new (greet_by_tls, cert);
  TaubeEndpoint endpoint;
  g_autoptr (Outcome) outcome = NULL;

  fill_endpoint (&endpoint, server);
  endpoint.implicit_tls = TRUE;
  endpoint.connect_timeout = 2000;
  endpoint.certificate_func = think_and_trust;
  endpoint.certificate_data = &endpoint;
  outcome = dial_either (GPOINTER_TO_INT (data), &endpoint, TRUE, NULL);
  g_assert_no_error (outcome->error);
  /* The deadline was that of dialling. */
  g_assert_cmpint (taube_connection_fill_nowait (outcome->connection, NULL), ==, TAUBE_CONNECTION_WOULD_BLOCK);
}

/* ---- many ---- */

/* Connecting and waiting for the greeting happen on the I/O thread: a thousand accounts need no thousand threads. */
static void
test_many_hold_no_thread (gconstpointer data)
{
  gboolean tls = GPOINTER_TO_INT (data);
  g_autoptr (NetServer) server = NULL;
  TaubeEndpoint endpoint;
  GThread *io_thread = NULL;
  guint threads, parked = taube_parking_get_count ();

  if (!net_raise_descriptors (4 * MANY + 100))
    {
      g_test_skip ("too few file descriptors");
      return;
    }
  server = net_server_new (NULL, NULL);
  fill_endpoint (&endpoint, server);
  endpoint.implicit_tls = tls;
  endpoint.host = (char *) "127.0.0.1";
  for (guint i = 0; i < MANY; i++)
    dial_async (&endpoint, TRUE, NULL);
  net_server_wait_for (server, MANY);
  /* All of them wait now, or will at once. */
  while (taube_parking_get_count () < parked + MANY)
    g_thread_yield ();
  threads = net_count_threads ();
  g_test_message ("%u threads for %u connections", threads, MANY);
  g_assert_cmpuint (threads, <=, 40 + 10);
  for (guint i = 0; i < MANY; i++)
    net_server_say (server, i, "* OK ready\r\n");
  for (guint i = 0; i < MANY; i++)
    {
      g_autoptr (Outcome) outcome = next_outcome ();

      if (tls)
        g_assert_error (outcome->error, TAUBE_ERROR, TAUBE_ERROR_TLS);
      else
        g_assert_no_error (outcome->error);
      if (io_thread == NULL)
        io_thread = outcome->thread;
      /* One I/O thread runs all of it. */
      g_assert_true (outcome->thread == io_thread);
    }
  g_assert_cmpuint (taube_parking_get_count (), ==, parked);
}

/* ---- proxies ---- */

typedef struct
{
  NetServer *target;
  char *asked; /* what the client wanted */
} Proxy;

static void
copy_greeting (int fd, NetServer *target)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) up = NULL;
  GPollFD poll = { .events = G_IO_IN };
  char line[100];

  g_socket_client_set_enable_proxy (client, FALSE);
  up = g_socket_client_connect_to_host (client, "127.0.0.1", net_server_get_port (target), NULL, NULL);
  poll.fd = g_socket_get_fd (g_socket_connection_get_socket (up));
  g_poll (&poll, 1, -1);
  g_assert_true (net_read_line (poll.fd, line, sizeof line));
  net_write (fd, line);
}

static void
be_http_proxy (int fd, NetServer *server, gpointer data)
{
  Proxy *proxy = data;
  char line[300];

  g_assert_true (net_read_line (fd, line, sizeof line));
  proxy->asked = g_strdup (line);
  while (net_read_line (fd, line, sizeof line) && strcmp (line, "\r\n") != 0)
    ;
  net_write (fd, "HTTP/1.1 200 Connection established\r\n\r\n");
  copy_greeting (fd, proxy->target);
  net_drain (fd);
}

static void
be_socks_proxy (int fd, NetServer *server, gpointer data)
{
  Proxy *proxy = data;
  guint8 bytes[300];

  g_assert_cmpint (recv (fd, bytes, 2, MSG_WAITALL), ==, 2);
  g_assert_cmpint (recv (fd, bytes + 2, bytes[1], MSG_WAITALL), ==, bytes[1]);
  send (fd, "\5\0", 2, MSG_NOSIGNAL);
  g_assert_cmpint (recv (fd, bytes, 5, MSG_WAITALL), ==, 5);
  g_assert_cmpint (bytes[3], ==, 3); /* a name: the proxy looks it up */
  g_assert_cmpint (recv (fd, bytes + 5, bytes[4] + 2u, MSG_WAITALL), ==, bytes[4] + 2);
  proxy->asked = g_strndup ((const char *) bytes + 5, bytes[4]);
  send (fd, "\5\0\0\1\0\0\0\0\0\0", 10, MSG_NOSIGNAL);
  copy_greeting (fd, proxy->target);
  net_drain (fd);
}

static void
test_proxy (gconstpointer data)
{
  gboolean socks = GPOINTER_TO_INT (data);
  g_autoptr (NetServer) target = net_server_new (greet, NULL);
  Proxy proxy = { .target = target };
  g_autoptr (NetServer) server = net_server_new (socks ? be_socks_proxy : be_http_proxy, &proxy);
  g_autofree char *uri
    = g_strdup_printf ("%s://127.0.0.1:%u", socks ? "socks5" : "http", net_server_get_port (server));
  TaubeEndpoint endpoint;
  g_autoptr (Outcome) outcome = NULL;

  fill_endpoint (&endpoint, NULL);
  endpoint.host = (char *) "mail.behind-proxy.invalid";
  endpoint.port = 143;
  endpoint.proxy = uri;
  outcome = dial_either (FALSE, &endpoint, TRUE, NULL);
  g_assert_no_error (outcome->error);
  g_assert_cmpmem (taube_buffer_peek (taube_connection_get_input (outcome->connection)), 12, "* OK ready\r\n", 12);
  g_assert_nonnull (strstr (proxy.asked, "mail.behind-proxy.invalid"));
  g_free (proxy.asked);
}

static void
test_proxy_refused (void)
{
  g_autofree char *uri = g_strdup_printf ("socks5://alice:open%%20Sesame@127.0.0.1:%u", get_free_port ());
  TaubeEndpoint endpoint;
  g_autoptr (Outcome) outcome = NULL;

  fill_endpoint (&endpoint, NULL);
  endpoint.host = (char *) "mail.behind-proxy.invalid";
  endpoint.port = 143;
  endpoint.proxy = uri;
  outcome = dial_either (FALSE, &endpoint, TRUE, NULL);
  g_assert_error (outcome->error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_nonnull (strstr (outcome->error->message, "through the proxy 127.0.0.1"));
  g_assert_null (strstr (outcome->error->message, "alice"));
  g_assert_null (strstr (outcome->error->message, "Sesame"));
}

/* ---- in memory ---- */

static TaubeConnection *
dial_memory (const TaubeEndpoint *endpoint, gpointer user_data, GError **error)
{
  return taube_connection_new_memory (endpoint, user_data);
}

static void
test_memory_greets_later (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  TaubeEndpoint endpoint = { .host = (char *) "mail.example.org", .port = 993, .implicit_tls = TRUE };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (Outcome) outcome = NULL;
  g_autoptr (Outcome) cancelled = NULL;
  guint parked = taube_parking_get_count ();

  taube_connection_set_test_dialer (dial_memory, peer);
  dial_async (&endpoint, TRUE, cancellable);
  while (taube_parking_get_count () == parked)
    g_thread_yield ();
  g_cancellable_cancel (cancellable);
  cancelled = next_outcome ();
  g_assert_error (cancelled->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  dial_async (&endpoint, TRUE, NULL);
  while (taube_parking_get_count () == parked)
    g_thread_yield ();
  taube_memory_peer_send (peer, "* OK\r\n", 6);
  outcome = next_outcome ();
  g_assert_no_error (outcome->error);
  g_assert_true (taube_connection_is_secure (outcome->connection));
  g_assert_cmpuint (taube_buffer_length (taube_connection_get_input (outcome->connection)), ==, 6);
  taube_connection_set_test_dialer (NULL, NULL);
}

static void
test_endpoint_copy (void)
{
  TaubeEndpoint endpoint = { .host = (char *) "h", .port = 1, .implicit_tls = TRUE, .ca_file = (char *) "c",
                             .pin = (char *) "p", .alpn = (char *) "a", .proxy = (char *) "x", .connect_timeout = 2,
                             .silence_timeout = 3, .trace = (char *) "t" };
  g_autoptr (TaubeEndpoint) copy = taube_endpoint_copy (&endpoint);

  g_assert_cmpstr (copy->host, ==, "h");
  g_assert_true (copy->host != endpoint.host);
  g_assert_cmpstr (copy->ca_file, ==, "c");
  g_assert_cmpstr (copy->pin, ==, "p");
  g_assert_cmpstr (copy->alpn, ==, "a");
  g_assert_cmpstr (copy->proxy, ==, "x");
  g_assert_cmpstr (copy->trace, ==, "t");
  g_assert_cmpuint (copy->port + copy->connect_timeout + copy->silence_timeout, ==, 6);
  g_assert_true (copy->implicit_tls);
}

static const struct
{
  const char *name;
  GTestDataFunc func;
} both_ways[] = {
  { "greeting", test_greeting },
  { "closed-before-greeting", test_closed_before_greeting },
  { "refused", test_refused },
  { "unknown-host", test_unknown_host },
  { "wrong-endpoint", test_wrong_endpoint },
  { "thinking-is-no-time-out", test_thinking_is_no_time_out },
  { "deadline-covers-all-of-it", test_deadline_covers_all_of_it },
  { "deadline-while-connecting", test_deadline_while_connecting },
};

static const char *const cancel_names[] = { "before", "connecting", "handshake", "greeting" };

static void
add (const char *name, gint way, gint number, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/net/dial/%s/%s", way ? "async" : "blocking", name);

  g_test_add_data_func (path, GINT_TO_POINTER (way | number << 1), func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  outcomes = g_async_queue_new ();
  for (gint way = 0; way < 2; way++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (both_ways); i++)
        add (both_ways[i].name, way, 0, both_ways[i].func);
      for (gint i = 0; i < (gint) G_N_ELEMENTS (cancel_names); i++)
        {
          g_autofree char *name = g_strconcat ("cancel-", cancel_names[i], NULL);

          add (name, way, i, test_cancel);
        }
    }
  g_test_add_func ("/net/dial/cancel-at-any-moment", test_cancel_at_any_moment);
  g_test_add_func ("/net/dial/tls-async", test_tls_async);
  g_test_add_data_func ("/net/dial/many-hold-no-thread", GINT_TO_POINTER (FALSE), test_many_hold_no_thread);
  g_test_add_data_func ("/net/dial/many-hold-no-thread-in-tls", GINT_TO_POINTER (TRUE), test_many_hold_no_thread);
  g_test_add_data_func ("/net/dial/http-proxy", GINT_TO_POINTER (FALSE), test_proxy);
  g_test_add_data_func ("/net/dial/socks-proxy", GINT_TO_POINTER (TRUE), test_proxy);
  g_test_add_func ("/net/dial/proxy-refused", test_proxy_refused);
  g_test_add_func ("/net/dial/memory-greets-later", test_memory_greets_later);
  g_test_add_func ("/net/dial/endpoint-copy", test_endpoint_copy);
  return g_test_run ();
}
