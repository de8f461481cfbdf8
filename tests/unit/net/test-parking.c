/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-testing.h>

#include <taube/taube-error.h>

#include "net-server.h"

#include <string.h>

#define MANY 2000

static const TaubeEndpoint memory_endpoint = { .host = (char *) "mail.example.org", .port = 143 };

/* What the park function saw. */
typedef struct
{
  TaubeConnection *connection;
  TaubeConnectionWake wake;
  GThread *thread;
  gpointer data;
} Wake;

static GAsyncQueue *wakes; /* of Wake */

static void
on_wake (TaubeConnection *connection, TaubeConnectionWake wake, gpointer user_data)
{
  Wake *seen = g_new (Wake, 1);

  seen->connection = connection;
  seen->wake = wake;
  seen->thread = g_thread_self ();
  seen->data = user_data;
  g_async_queue_push (wakes, seen);
}

/* All come from one thread, which is none of the test's. */
static Wake *
next_wake (void)
{
  static GThread *io_thread;
  Wake *wake = g_async_queue_pop (wakes);

  if (io_thread == NULL)
    io_thread = g_thread_ref (wake->thread);
  g_assert_true (wake->thread == io_thread);
  g_assert_true (wake->thread != g_thread_self ());
  return wake;
}

/* What the I/O thread had to do before this call is done afterwards. */
static void
settle (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&memory_endpoint, peer);
  Wake *wake;

  g_assert_true (taube_connection_park (connection, g_get_monotonic_time (), on_wake, wakes));
  wake = next_wake ();
  g_assert_true (wake->data == wakes);
  g_free (wake);
}

static void
test_readable (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&memory_endpoint, peer);

  for (guint i = 0; i < 3; i++)
    {
      g_autofree Wake *wake = NULL;

      g_assert_true (taube_connection_park (connection, 0, on_wake, peer));
      taube_memory_peer_send (peer, "* 1 EXISTS\r\n", 12);
      wake = next_wake ();
      g_assert_true (wake->connection == connection && wake->data == peer);
      g_assert_cmpint (wake->wake, ==, TAUBE_CONNECTION_WAKE_READABLE);
      g_assert_false (taube_connection_unpark (connection));
      g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), ==, 12);
      taube_buffer_consume (taube_connection_get_input (connection), 12);
    }
  settle ();
  g_assert_cmpint (g_async_queue_length (wakes), ==, 0);
}

static void
test_readable_before (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&memory_endpoint, peer);
  g_autofree Wake *wake = NULL;

  taube_memory_peer_send (peer, "x", 1);
  g_assert_true (taube_connection_park (connection, 0, on_wake, NULL));
  wake = next_wake ();
  g_assert_cmpint (wake->wake, ==, TAUBE_CONNECTION_WAKE_READABLE);
}

static void
test_hang_up_is_readable (void)
{
  for (guint reset = 0; reset < 2; reset++)
    {
      g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
      g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&memory_endpoint, peer);
      g_autofree Wake *wake = NULL;

      g_assert_true (taube_connection_park (connection, 0, on_wake, NULL));
      if (reset)
        taube_memory_peer_break (peer);
      else
        taube_memory_peer_close (peer);
      wake = next_wake ();
      g_assert_cmpint (wake->wake, ==, TAUBE_CONNECTION_WAKE_READABLE);
    }
}

static void
test_deadlines_in_order (void)
{
  enum { N = 50 };
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  TaubeConnection *connections[N];
  gint64 base = g_get_monotonic_time () + 20000;

  for (guint i = 0; i < N; i++)
    {
      connections[i] = taube_connection_new_memory (&memory_endpoint, peer);
      g_clear_pointer (&peer, taube_memory_peer_unref);
      peer = taube_memory_peer_new (NULL, NULL, NULL);
    }
  for (guint i = 0; i < N; i++)
    g_assert_true (taube_connection_park (connections[i], base + (i * 37 % N) * 100, on_wake,
                                          GUINT_TO_POINTER (i * 37 % N)));
  /* Some are taken back out of the middle of the heap. */
  for (guint i = 0; i < N; i += 5)
    g_assert_true (taube_connection_unpark (connections[i]));
  for (guint place = 0; place < N; place++)
    {
      Wake *wake;

      if (place * 23 % N % 5 == 0) /* 23 is the inverse of 37 modulo 50 */
        continue;
      wake = next_wake ();
      g_assert_cmpint (wake->wake, ==, TAUBE_CONNECTION_WAKE_DEADLINE);
      g_assert_cmpuint (GPOINTER_TO_UINT (wake->data), ==, place);
      g_assert_cmpint (g_get_monotonic_time (), >=, base + place * 100);
      g_free (wake);
    }
  settle ();
  g_assert_cmpint (g_async_queue_length (wakes), ==, 0);
  for (guint i = 0; i < N; i++)
    taube_connection_free (connections[i]);
}

static void
test_unparked_is_never_woken (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&memory_endpoint, peer);

  g_assert_false (taube_connection_unpark (connection));
  g_assert_true (taube_connection_park (connection, g_get_monotonic_time () + 1000, on_wake, NULL));
  if (taube_connection_unpark (connection))
    {
      g_assert_false (taube_connection_unpark (connection));
      taube_memory_peer_send (peer, "x", 1);
      settle ();
      g_assert_cmpint (g_async_queue_length (wakes), ==, 0);
    }
  else
    {
      g_free (next_wake ());
    }
}

static void
test_freed_is_never_woken (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  TaubeConnection *connection = taube_connection_new_memory (&memory_endpoint, peer);
  guint before = taube_parking_get_count ();

  g_assert_true (taube_connection_park (connection, 0, on_wake, NULL));
  g_assert_cmpuint (taube_parking_get_count (), ==, before + 1);
  taube_connection_free (connection);
  g_assert_cmpuint (taube_parking_get_count (), ==, before);
  taube_memory_peer_send (peer, "x", 1);
  settle ();
  g_assert_cmpint (g_async_queue_length (wakes), ==, 0);
}

static void
test_only_with_empty_read_buffer (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&memory_endpoint, peer);
  TaubeBuffer *input = taube_connection_get_input (connection);

  taube_memory_peer_send (peer, "xy", 2);
  g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), ==, 2);
  g_assert_false (taube_connection_is_parkable (connection));
  g_assert_false (taube_connection_park (connection, 1, on_wake, NULL));
  taube_buffer_consume (input, 2);
  g_assert_true (taube_connection_is_parkable (connection));
  g_assert_true (taube_connection_park (connection, 0, on_wake, NULL));
  /* The memory was given back. */
  g_assert_null (input->data);
  g_assert_true (taube_connection_unpark (connection));
  taube_memory_peer_close (peer);
  g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), ==, 0);
  g_assert_false (taube_connection_park (connection, 0, on_wake, NULL));
}

/* ---- TLS ---- */

static void
send_two_records (int fd, NetServer *server, gpointer data)
{
  SSL *ssl = net_accept_tls (fd, data, 0, NULL);
  char line[100];

  SSL_write (ssl, "first\r\n", 7);
  SSL_read (ssl, line, sizeof line);
  SSL_write (ssl, "second\r\n", 8);
  SSL_read (ssl, line, sizeof line);
  net_end_tls (ssl);
}

/* The session tickets of TLS 1.3 come after the handshake and are nothing for the protocol. */
static void
test_tls_is_parked_when_it_holds_nothing (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "DNS:x", NULL, FALSE, 0, 10);
  g_autofree char *pin = net_cert_get_pin (cert);
  g_autoptr (NetServer) server = net_server_new (send_two_records, cert);
  TaubeEndpoint endpoint = { .host = (char *) "127.0.0.1", .port = net_server_get_port (server), .implicit_tls = TRUE,
                             .pin = pin };
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  TaubeBuffer *input;
  gssize n = TAUBE_CONNECTION_WOULD_BLOCK;

  g_assert_no_error (error);
  input = taube_connection_get_input (connection);
  while (taube_buffer_length (input) < 7)
    g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), >, 0);
  g_assert_false (taube_connection_is_parkable (connection));
  taube_buffer_consume (input, 7);
  g_assert_true (taube_connection_park (connection, 0, on_wake, NULL));
  g_assert_true (taube_connection_unpark (connection));
  g_assert_true (taube_connection_write (connection, "a\r\n", 3, NULL, 0, NULL, NULL));
  while (n == TAUBE_CONNECTION_WOULD_BLOCK)
    {
      g_autofree Wake *wake = NULL;

      g_assert_true (taube_connection_park (connection, 0, on_wake, NULL));
      wake = next_wake ();
      g_assert_cmpint (wake->wake, ==, TAUBE_CONNECTION_WAKE_READABLE);
      n = taube_connection_fill_nowait (connection, NULL);
    }
  g_assert_cmpint (n, ==, 8);
  g_assert_true (taube_connection_write (connection, "b\r\n", 3, NULL, 0, NULL, NULL));
}

static void
send_large_record (int fd, NetServer *server, gpointer data)
{
  static const char bytes[16000] = { 0 };
  SSL *ssl = net_accept_tls (fd, data, 0, NULL);
  char line[100];

  SSL_write (ssl, bytes, sizeof bytes);
  SSL_read (ssl, line, sizeof line);
  net_end_tls (ssl);
}

/* What was decrypted already would wake nobody: the descriptor has nothing to say any more. */
static void
test_tls_is_not_parked_while_it_holds_something (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "DNS:x", NULL, FALSE, 0, 10);
  g_autofree char *pin = net_cert_get_pin (cert);
  g_autoptr (NetServer) server = net_server_new (send_large_record, cert);
  TaubeEndpoint endpoint = { .host = (char *) "127.0.0.1", .port = net_server_get_port (server), .implicit_tls = TRUE,
                             .pin = pin };
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  TaubeBuffer *input;
  gsize total = 0;
  guint refused = 0;

  g_assert_no_error (error);
  input = taube_connection_get_input (connection);
  while (total < 16000)
    {
      if (taube_buffer_length (input) == 0)
        g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), >, 0);
      total += taube_buffer_length (input);
      taube_buffer_consume (input, taube_buffer_length (input));
      if (total == 16000)
        break;
      /* The rest of the record is in TLS, and now in the buffer. */
      g_assert_false (taube_connection_park (connection, 0, on_wake, NULL));
      g_assert_cmpuint (taube_buffer_length (input), >, 0);
      refused++;
    }
  g_assert_cmpuint (refused, >, 0);
  g_assert_true (taube_connection_park (connection, 0, on_wake, NULL));
  g_assert_true (taube_connection_unpark (connection));
  g_assert_true (taube_connection_write (connection, "a\r\n", 3, NULL, 0, NULL, NULL));
}

/* ---- many ---- */

static TaubeConnection **
dial_many (NetServer *server, guint n)
{
  TaubeEndpoint endpoint = { .host = (char *) "127.0.0.1", .port = net_server_get_port (server),
                             .connect_timeout = 120000 };
  TaubeConnection **connections = g_new0 (TaubeConnection *, n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      connections[i] = taube_connection_dial (&endpoint, FALSE, NULL, &error);
      g_assert_no_error (error);
    }
  net_server_wait_for (server, n);
  return connections;
}

static guint
count_epoll_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;
  guint count = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      count += target != NULL && strstr (target, "eventpoll") != NULL;
    }
  return count;
}

static void
test_thousands_in_one_epoll_each_woken_once (void)
{
  g_autoptr (NetServer) server = NULL;
  g_autofree TaubeConnection **connections = NULL;
  g_autofree guint *woken = g_new0 (guint, MANY);
  guint threads, parked;

  if (!net_raise_descriptors (3 * MANY + 100))
    {
      g_test_skip ("too few file descriptors");
      return;
    }
  server = net_server_new (NULL, NULL);
  connections = dial_many (server, MANY);
  parked = taube_parking_get_count ();
  threads = net_count_threads ();
  for (guint i = 0; i < MANY; i++)
    g_assert_true (taube_connection_park (connections[i], 0, on_wake, GUINT_TO_POINTER (i)));
  g_assert_cmpuint (taube_parking_get_count (), ==, parked + MANY);
  g_assert_cmpuint (net_count_threads (), <=, threads);
  g_assert_cmpuint (count_epoll_descriptors (), ==, 1);
  for (guint i = 0; i < MANY; i++)
    if (i % 10 == 0)
      net_server_hang_up (server, i);
    else
      net_server_say (server, i, "* 1 EXISTS\r\n");
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree Wake *wake = next_wake ();

      g_assert_cmpint (wake->wake, ==, TAUBE_CONNECTION_WAKE_READABLE);
      woken[GPOINTER_TO_UINT (wake->data)]++;
    }
  settle ();
  g_assert_cmpint (g_async_queue_length (wakes), ==, 0);
  g_assert_cmpuint (taube_parking_get_count (), ==, parked);
  for (guint i = 0; i < MANY; i++)
    {
      g_assert_cmpuint (woken[i], ==, 1);
      taube_connection_free (connections[i]);
    }
}

/* ---- races ---- */

#define ROUNDS 2000
#define RUSH_ROUNDS 20000

typedef struct
{
  TaubeConnection *connection;
  TaubeMemoryPeer *peer;
  gint rounds;
  gint round;   /* atomic */
  gint tried;   /* atomic: how many takers have had their go */
  gint unparks; /* atomic: how many of them got the connection */
} Race;

/* Lets the other threads work as well, without sleeping. */
static void
spin (guint *turns)
{
  if (++*turns % 256 == 0)
    g_thread_yield ();
}

static gpointer
take_back (gpointer data)
{
  Race *race = data;
  guint turns = 0;

  for (int round = 1; round <= race->rounds; round++)
    {
      while (g_atomic_int_get (&race->round) < round)
        spin (&turns);
      if (taube_connection_unpark (race->connection))
        g_atomic_int_inc (&race->unparks);
      g_atomic_int_inc (&race->tried);
    }
  return NULL;
}

static void
race_begin (Race *race, GThread **threads, int rounds)
{
  *race = (Race){ .rounds = rounds };
  race->peer = taube_memory_peer_new (NULL, NULL, NULL);
  race->connection = taube_connection_new_memory (&memory_endpoint, race->peer);
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("taker", take_back, race);
}

static void
race_end (Race *race, GThread **threads)
{
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  settle ();
  g_assert_cmpint (g_async_queue_length (wakes), ==, 0);
  taube_connection_free (race->connection);
  taube_memory_peer_unref (race->peer);
}

/* Lets the takers try, and waits until both have. */
static void
let_take (Race *race, int round)
{
  guint turns = 0;

  g_atomic_int_set (&race->round, round);
  while (g_atomic_int_get (&race->tried) < 2)
    spin (&turns);
}

static void
park (Race *race)
{
  g_atomic_int_set (&race->unparks, 0);
  g_atomic_int_set (&race->tried, 0);
  g_assert_true (taube_connection_park (race->connection, 0, on_wake, NULL));
}

/* The end of a round in which the server spoke: who has the connection? */
static gboolean
was_taken (Race *race)
{
  int unparks = g_atomic_int_get (&race->unparks);

  g_assert_cmpint (unparks, <=, 1);
  if (unparks == 0)
    g_free (next_wake ());
  g_assert_cmpint (taube_connection_fill (race->connection, NULL, NULL), ==, 1);
  taube_buffer_consume (taube_connection_get_input (race->connection), 1);
  return unparks == 1;
}

static void
wait_microseconds (int microseconds)
{
  gint64 end = g_get_monotonic_time () + microseconds;

  while (g_get_monotonic_time () < end)
    ;
}

/* The server speaks while two threads want the connection: exactly one of the three gets it, each time. LEAD, in
 * microseconds, is how much earlier than the server the threads begin; it follows from the rounds before, so that
 * each side wins about half of them. */
static void
test_passes_by_compare_and_swap (void)
{
  Race race;
  GThread *threads[2];
  guint woken = 0, taken = 0;
  int lead = 0;

  race_begin (&race, threads, ROUNDS);
  for (int round = 1; round <= ROUNDS; round++)
    {
      park (&race);
      if (lead > 0)
        g_atomic_int_set (&race.round, round);
      wait_microseconds (MAX (lead, 0));
      taube_memory_peer_send (race.peer, "x", 1);
      wait_microseconds (MAX (-lead, 0));
      let_take (&race, round);
      if (was_taken (&race))
        taken++;
      else
        woken++;
      lead = (int) woken - (int) taken;
    }
  race_end (&race, threads);
  g_test_message ("%u woken, %u taken back", woken, taken);
  g_assert_cmpuint (woken, >, 0);
  g_assert_cmpuint (taken, >, 0);
}

static void
test_who_comes_first_has_it (void)
{
  Race race;
  GThread *threads[2];
  guint woken = 0, taken = 0;

  race_begin (&race, threads, ROUNDS);
  for (int round = 1; round <= ROUNDS; round++)
    {
      park (&race);
      if (round % 2 == 0)
        {
          Wake *wake;

          taube_memory_peer_send (race.peer, "x", 1);
          wake = next_wake ();
          let_take (&race, round);
          g_async_queue_push (wakes, wake);
        }
      else
        {
          let_take (&race, round);
          taube_memory_peer_send (race.peer, "x", 1);
        }
      g_assert_cmpint (was_taken (&race), ==, round % 2);
      taken += round % 2;
      woken += round % 2 == 0;
    }
  race_end (&race, threads);
  g_assert_cmpuint (woken, ==, ROUNDS / 2);
  g_assert_cmpuint (taken, ==, ROUNDS / 2);
}

/* Nobody speaks: exactly one of two threads gets it, each time. */
static void
test_two_takers (void)
{
  Race race;
  GThread *threads[2];

  race_begin (&race, threads, RUSH_ROUNDS);
  for (int round = 1; round <= RUSH_ROUNDS; round++)
    {
      park (&race);
      let_take (&race, round);
      g_assert_cmpint (g_atomic_int_get (&race.unparks), ==, 1);
    }
  race_end (&race, threads);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wakes = g_async_queue_new ();
  g_test_add_func ("/net/parking/readable", test_readable);
  g_test_add_func ("/net/parking/readable-before", test_readable_before);
  g_test_add_func ("/net/parking/hang-up-is-readable", test_hang_up_is_readable);
  g_test_add_func ("/net/parking/deadlines-in-order", test_deadlines_in_order);
  g_test_add_func ("/net/parking/unparked-is-never-woken", test_unparked_is_never_woken);
  g_test_add_func ("/net/parking/freed-is-never-woken", test_freed_is_never_woken);
  g_test_add_func ("/net/parking/only-with-empty-read-buffer", test_only_with_empty_read_buffer);
  g_test_add_func ("/net/parking/tls-is-parked-when-it-holds-nothing", test_tls_is_parked_when_it_holds_nothing);
  g_test_add_func ("/net/parking/tls-is-not-parked-while-it-holds-something",
                   test_tls_is_not_parked_while_it_holds_something);
  g_test_add_func ("/net/parking/thousands-in-one-epoll-each-woken-once",
                   test_thousands_in_one_epoll_each_woken_once);
  g_test_add_func ("/net/parking/passes-by-compare-and-swap", test_passes_by_compare_and_swap);
  g_test_add_func ("/net/parking/who-comes-first-has-it", test_who_comes_first_has_it);
  g_test_add_func ("/net/parking/two-takers", test_two_takers);
  return g_test_run ();
}
