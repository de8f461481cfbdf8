/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-testing.h>

#include <taube/taube-error.h>

#include "net-server.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static TaubeConnection *
dial (NetServer *server)
{
  TaubeEndpoint endpoint = { .host = (char *) "127.0.0.1", .port = net_server_get_port (server),
                             .connect_timeout = 60000, .silence_timeout = 60000 };
  g_autoptr (GError) error = NULL;
  TaubeConnection *connection = taube_connection_dial (&endpoint, FALSE, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

static void
expect (TaubeConnection *connection, const char *text)
{
  TaubeBuffer *input = taube_connection_get_input (connection);

  while (taube_buffer_length (input) < strlen (text))
    g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), >, 0);
  g_assert_cmpmem (taube_buffer_peek (input), taube_buffer_length (input), text, strlen (text));
  taube_buffer_consume (input, strlen (text));
}

static void
greet_and_echo (int fd, NetServer *server, gpointer data)
{
  char line[1000];

  net_write (fd, "* OK ready\r\n");
  while (net_read_line (fd, line, sizeof line))
    net_write (fd, line);
}

static void
test_talk (void)
{
  g_autoptr (NetServer) server = net_server_new (greet_and_echo, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);

  expect (connection, "* OK ready\r\n");
  g_assert_true (taube_connection_write (connection, "a NOOP\r\n", 8, NULL, 0, NULL, NULL));
  expect (connection, "a NOOP\r\n");
  g_assert_cmpuint (taube_connection_get_bytes_read (connection), ==, 20);
  g_assert_cmpuint (taube_connection_get_bytes_written (connection), ==, 8);
  g_assert_cmpint (taube_connection_fill_nowait (connection, NULL), ==, TAUBE_CONNECTION_WOULD_BLOCK);
  g_assert_cmpstr (taube_connection_get_host (connection), ==, "127.0.0.1");
  g_assert_null (taube_connection_get_alpn (connection));
  g_assert_null (taube_connection_get_channel_binding (connection, "tls-exporter"));
}

static void
test_closed_says_so (void)
{
  g_autoptr (NetServer) server = net_server_new (greet_and_echo, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);
  g_autoptr (GError) error = NULL;

  taube_connection_close (connection);
  taube_connection_close (connection);
  g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, -1);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_cmpstr (error->message, ==, "the connection to 127.0.0.1 is closed");
}

/* ---- ends ---- */

static void
say_and_half_close (int fd, NetServer *server, gpointer data)
{
  char line[100];

  net_write (fd, "* BYE\r\n");
  shutdown (fd, SHUT_WR);
  g_assert_true (net_read_line (fd, line, sizeof line));
  g_assert_cmpstr (line, ==, "still here\r\n");
}

static void
test_half_closed (void)
{
  g_autoptr (NetServer) server = net_server_new (say_and_half_close, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);

  expect (connection, "* BYE\r\n");
  g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), ==, 0);
  g_assert_cmpint (taube_connection_fill_nowait (connection, NULL), ==, 0);
  g_assert_true (taube_connection_write (connection, "still here\r\n", 12, NULL, 0, NULL, NULL));
}

static void
reset (int fd, NetServer *server, gpointer data)
{
  const struct linger linger = { .l_onoff = 1, .l_linger = 0 };
  char line[100];

  net_read_line (fd, line, sizeof line);
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static void
test_reset (void)
{
  g_autoptr (NetServer) server = net_server_new (reset, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);
  g_autoptr (GError) error = NULL;

  g_assert_true (taube_connection_write (connection, "x\n", 2, NULL, 0, NULL, NULL));
  g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, -1);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_true (g_str_has_prefix (error->message, "cannot read from 127.0.0.1: "));
  g_assert_true (taube_connection_is_broken (connection));
}

static void
hang_up (int fd, NetServer *server, gpointer data)
{
}

/* GIO ignores SIGPIPE for the whole process; a program may have other ideas. */
static void
test_sigpipe_does_not_kill (void)
{
  g_autoptr (NetServer) server = net_server_new (hang_up, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);
  g_autoptr (GError) error = NULL;
  void (*before) (int) = signal (SIGPIPE, SIG_DFL);

  while (taube_connection_write (connection, "x\n", 2, NULL, 0, NULL, &error))
    ;
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_true (signal (SIGPIPE, before) == SIG_DFL);
}

static void
hang_up_after_tls (int fd, NetServer *server, gpointer data)
{
  SSL *ssl = net_accept_tls (fd, data, 0, NULL);

  SSL_free (ssl);
}

static void
test_sigpipe_does_not_kill_under_tls (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "DNS:x", NULL, FALSE, 0, 10);
  g_autofree char *pin = net_cert_get_pin (cert);
  g_autoptr (NetServer) server = net_server_new (hang_up_after_tls, cert);
  TaubeEndpoint endpoint = { .host = (char *) "127.0.0.1", .port = net_server_get_port (server), .implicit_tls = TRUE,
                             .pin = pin };
  g_autoptr (TaubeConnection) connection = taube_connection_dial (&endpoint, FALSE, NULL, NULL);
  g_autoptr (GError) error = NULL;
  void (*before) (int);

  g_assert_nonnull (connection);
  before = signal (SIGPIPE, SIG_DFL);
  while (taube_connection_write (connection, "x\n", 2, NULL, 0, NULL, &error))
    ;
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  taube_connection_close (connection);
  signal (SIGPIPE, before);
}

/* ---- waiting ---- */

static gpointer
cancel_later (gpointer cancellable)
{
  g_usleep (20000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel_while_reading (void)
{
  g_autoptr (NetServer) server = net_server_new (NULL, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", cancel_later, cancellable);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (taube_connection_fill (connection, cancellable, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  /* Nothing is lost: what comes later is read. */
  net_server_wait_for (server, 1);
  net_server_say (server, 0, "late\r\n");
  expect (connection, "late\r\n");
}

static void
test_cancel_while_writing (void)
{
  g_autoptr (NetServer) server = net_server_new (NULL, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *bytes = g_malloc0 (32 << 20);
  GThread *thread = g_thread_new ("cancel", cancel_later, cancellable);
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_connection_write (connection, bytes, 32 << 20, NULL, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_assert_cmpuint (taube_connection_get_bytes_written (connection), >, 0);
  g_assert_true (taube_connection_is_broken (connection));
}

static void
test_cancelled_before (void)
{
  g_autoptr (NetServer) server = net_server_new (greet_and_echo, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (taube_connection_write (connection, "x\n", 2, NULL, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (taube_connection_get_bytes_written (connection), ==, 0);
  g_assert_true (taube_connection_write (connection, "x\n", 2, NULL, 0, NULL, NULL));
}

static void
drip (int fd, NetServer *server, gpointer data)
{
  char line[10];

  for (guint i = 0; i < 12; i++)
    {
      g_usleep (100000);
      net_write (fd, ".");
    }
  net_read_line (fd, line, sizeof line);
}

/* 1.2 seconds in all, but never a second without a byte. */
static void
test_silence_starts_again_with_each_byte (void)
{
  g_autoptr (NetServer) server = net_server_new (drip, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);
  g_autoptr (GError) error = NULL;

  taube_connection_set_silence_timeout (connection, 1000);
  expect (connection, "............");
  taube_connection_set_silence_timeout (connection, 30);
  g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, -1);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_cmpstr (error->message, ==, "no answer from 127.0.0.1 for 30 ms");
}

static void
test_message_in_seconds (void)
{
  g_autoptr (NetServer) server = net_server_new (NULL, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);
  g_autoptr (GError) error = NULL;

  taube_connection_set_silence_timeout (connection, 1000);
  g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, -1);
  g_assert_cmpstr (error->message, ==, "no answer from 127.0.0.1 for 1 s");
}

static void
talk_without_end (int fd, NetServer *server, gpointer data)
{
  while (send (fd, "* OK still here\r\n", 17, MSG_NOSIGNAL) == 17)
    ;
}

/* A server that never stops talking cannot hold us for ever. */
static void
test_deadline_counts_whatever_arrives (void)
{
  g_autoptr (NetServer) server = net_server_new (talk_without_end, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);
  TaubeBuffer *input = taube_connection_get_input (connection);
  g_autoptr (GError) error = NULL;

  taube_connection_set_deadline (connection, g_get_monotonic_time () + 50000);
  while (taube_connection_fill (connection, NULL, &error) > 0)
    taube_buffer_consume (input, taube_buffer_length (input));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_false (taube_connection_is_broken (connection));
}

/* ---- much ---- */

#define BULK ((gsize) 32 << 20)

static void
echo_greedily (int fd, NetServer *server, gpointer data)
{
  static const gsize block = 1 << 16;
  g_autofree char *bytes = g_malloc (block);
  gssize n;

  while ((n = recv (fd, bytes, block, 0)) > 0)
    for (gssize done = 0; done < n;)
      {
        gssize sent = send (fd, bytes + done, (gsize) (n - done), MSG_NOSIGNAL);

        if (sent <= 0)
          return;
        done += sent;
      }
}

/* Neither end reads while it cannot write, except that we do. */
static void
test_both_pipes_full (void)
{
  g_autoptr (NetServer) server = net_server_new (echo_greedily, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);
  TaubeBuffer *input = taube_connection_get_input (connection);
  const gsize length = (gsize) 12 << 20;
  g_autofree guint8 *bytes = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    bytes[i] = (guint8) (i * 31 >> 3);
  /* A little more than what fits into both directions at once, with the bound on the input buffer. */
  g_assert_true (taube_connection_write (connection, bytes, length, NULL, 0, NULL, NULL));
  while (taube_buffer_length (input) < length)
    g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), >, 0);
  g_assert_true (memcmp (taube_buffer_peek (input), bytes, length) == 0);
}

static void
send_bulk (int fd, NetServer *server, gpointer data)
{
  g_autofree char *bytes = g_malloc0 (1 << 20);
  char line[10];

  net_read_line (fd, line, sizeof line);
  for (gsize sent = 0; sent < BULK;)
    {
      gssize n = send (fd, bytes, MIN (BULK - sent, 1 << 20), MSG_NOSIGNAL);

      g_assert_cmpint (n, >, 0);
      sent += (gsize) n;
    }
}

/* The read buffer grows while there is much to read and is small again afterwards. */
static void
test_read_buffer_follows_the_flow (void)
{
  g_autoptr (NetServer) server = net_server_new (send_bulk, NULL);
  g_autoptr (TaubeConnection) connection = dial (server);
  TaubeBuffer *input = taube_connection_get_input (connection);
  guint64 got = 0;
  gsize largest = 0;

  g_assert_true (taube_connection_write (connection, "go\n", 3, NULL, 0, NULL, NULL));
  while (got < BULK)
    {
      gssize n = taube_connection_fill (connection, NULL, NULL);

      g_assert_cmpint (n, >, 0);
      got += (guint64) n;
      largest = MAX (largest, (gsize) n);
      g_assert_cmpuint (input->size, <=, 512 << 10);
      taube_buffer_consume (input, (gsize) n);
    }
  g_assert_cmpuint (largest, >=, 64 << 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/connection/talk", test_talk);
  g_test_add_func ("/net/connection/closed-says-so", test_closed_says_so);
  g_test_add_func ("/net/connection/half-closed", test_half_closed);
  g_test_add_func ("/net/connection/reset", test_reset);
  g_test_add_func ("/net/connection/sigpipe-does-not-kill", test_sigpipe_does_not_kill);
  g_test_add_func ("/net/connection/sigpipe-does-not-kill-under-tls", test_sigpipe_does_not_kill_under_tls);
  g_test_add_func ("/net/connection/cancel-while-reading", test_cancel_while_reading);
  g_test_add_func ("/net/connection/cancel-while-writing", test_cancel_while_writing);
  g_test_add_func ("/net/connection/cancelled-before", test_cancelled_before);
  g_test_add_func ("/net/connection/silence-starts-again-with-each-byte", test_silence_starts_again_with_each_byte);
  g_test_add_func ("/net/connection/message-in-seconds", test_message_in_seconds);
  g_test_add_func ("/net/connection/deadline-counts-whatever-arrives", test_deadline_counts_whatever_arrives);
  g_test_add_func ("/net/connection/both-pipes-full", test_both_pipes_full);
  g_test_add_func ("/net/connection/read-buffer-follows-the-flow", test_read_buffer_follows_the_flow);
  return g_test_run ();
}
