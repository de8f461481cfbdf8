/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-testing.h>

#include <taube/taube-error.h>
#include <taube/taube-log.h>
#include <string.h>
#include <sys/resource.h>

static const TaubeEndpoint endpoint = { .host = (char *) "mail.example.org", .port = 143, .silence_timeout = 60000 };

static void
answer (TaubeMemoryPeer *peer, const guint8 *bytes, gsize length, gpointer user_data)
{
  GString *heard = user_data;

  g_string_append_len (heard, (const char *) bytes, (gssize) length);
  if (heard->len > 0 && heard->str[heard->len - 1] == '\n')
    taube_memory_peer_send (peer, "a OK done\r\n", 11);
}

static void
take_line (TaubeConnection *connection, const char *line)
{
  TaubeBuffer *input = taube_connection_get_input (connection);

  while (taube_buffer_length (input) < strlen (line))
    g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), >, 0);
  g_assert_cmpmem (taube_buffer_peek (input), taube_buffer_length (input), line, strlen (line));
  taube_buffer_consume (input, strlen (line));
}

static void
test_every_chunk_size (void)
{
  for (gsize chunk = 0; chunk <= 12; chunk++)
    {
      g_autoptr (GString) heard = g_string_new (NULL);
      g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (answer, heard, NULL);
      g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);

      taube_memory_peer_set_chunk (peer, chunk);
      taube_memory_peer_send (peer, "* OK ready\r\n", 12);
      take_line (connection, "* OK ready\r\n");
      g_assert_true (taube_connection_write (connection, "a NOOP\r\n", 8, NULL, 0, NULL, NULL));
      g_assert_cmpstr (heard->str, ==, "a NOOP\r\n");
      g_assert_cmpuint (taube_connection_get_bytes_written (connection), ==, 8);
      take_line (connection, "a OK done\r\n");
      g_assert_cmpuint (taube_connection_get_bytes_read (connection), ==, 23);
    }
}

static void
test_close_is_end (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
  g_autoptr (GError) error = NULL;

  taube_memory_peer_send (peer, "* BYE\r\n", 7);
  taube_memory_peer_close (peer);
  take_line (connection, "* BYE\r\n");
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_false (taube_connection_is_broken (connection));
  g_assert_false (taube_connection_write (connection, "x", 1, NULL, 0, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
}

/* Whatever broke it: every further call says the same. */
static void
test_broken_stays_broken (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
  g_autoptr (GError) first = NULL;

  taube_memory_peer_break (peer);
  g_assert_cmpint (taube_connection_fill (connection, NULL, &first), ==, -1);
  g_assert_error (first, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_nonnull (strstr (first->message, "mail.example.org"));
  g_assert_true (taube_connection_is_broken (connection));
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;

      if (i == 0)
        g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, -1);
      else if (i == 1)
        g_assert_false (taube_connection_write (connection, "x", 1, NULL, 0, NULL, &error));
      else if (i == 2)
        g_assert_cmpint (taube_connection_fill_nowait (connection, &error), ==, -1);
      else
        g_assert_false (taube_connection_start_tls (connection, NULL, &error));
      g_assert_error (error, first->domain, first->code);
      g_assert_cmpstr (error->message, ==, first->message);
    }
  g_assert_false (taube_connection_is_parkable (connection));
}

static void
test_words_before_the_fault_are_heard (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
  g_autoptr (GError) error = NULL;

  taube_memory_peer_send (peer, "* BYE too many\r\n", 16);
  taube_memory_peer_close (peer);
  g_assert_false (taube_connection_write (connection, "a NOOP\r\n", 8, NULL, 0, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_cmpuint (taube_connection_get_bytes_written (connection), ==, 0);
  g_assert_cmpmem (taube_buffer_peek (taube_connection_get_input (connection)), 16, "* BYE too many\r\n", 16);
}

static void
test_fail_at_every_call (void)
{
  for (guint number = 1; number <= 5; number++)
    {
      g_autoptr (GString) heard = g_string_new (NULL);
      g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (answer, heard, NULL);
      g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
      g_autoptr (GError) error = NULL;

      taube_memory_peer_set_chunk (peer, 4);
      taube_memory_peer_set_fail_at (peer, number);
      if (taube_connection_write (connection, "a NOOP\r\n", 8, NULL, 0, NULL, &error))
        while (taube_connection_fill (connection, NULL, &error) > 0)
          ;
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
      g_assert_true (taube_connection_is_broken (connection));
      g_assert_cmpuint (taube_connection_get_bytes_written (connection), ==, MIN (4 * (number - 1), 8));
    }
}

static void
cancel_at (TaubeMemoryPeer *peer, guint number, gpointer user_data)
{
  gpointer *data = user_data;

  if (number == GPOINTER_TO_UINT (data[0]))
    g_cancellable_cancel (data[1]);
}

/* The peer is stalled from the start, so the call would never end by itself. */
static void
test_cancel_wakes_reader_and_writer (void)
{
  for (guint writing = 0; writing < 2; writing++)
    {
      g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
      g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      gpointer data[] = { GUINT_TO_POINTER (1), cancellable };

      taube_memory_peer_set_stalled (peer, TRUE);
      taube_memory_peer_set_hook (peer, cancel_at, data);
      if (writing)
        g_assert_false (taube_connection_write (connection, "x", 1, NULL, 0, cancellable, &error));
      else
        g_assert_cmpint (taube_connection_fill (connection, cancellable, &error), ==, -1);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      /* Nothing was sent: the connection may be used again. */
      g_assert_cmpuint (taube_connection_get_bytes_written (connection), ==, 0);
      g_assert_false (taube_connection_is_broken (connection));
      taube_memory_peer_set_stalled (peer, FALSE);
      g_assert_true (taube_connection_write (connection, "x", 1, NULL, 0, NULL, NULL));
    }
}

static gpointer
cancel_later (gpointer cancellable)
{
  g_usleep (20000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static gpointer
read_until_cancelled (gpointer data)
{
  gpointer *arguments = data;
  GThread *thread = g_thread_new ("cancel", cancel_later, arguments[1]);
  GError *error = NULL;

  g_assert_cmpint (taube_connection_fill (arguments[0], arguments[1], &error), ==, -1);
  g_thread_join (thread);
  return error;
}

static void
assert_cancels (rlim_t descriptors)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gpointer arguments[] = { connection, cancellable };
  g_autoptr (GError) error = NULL;
  struct rlimit limit, before;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = MIN (descriptors, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  error = g_thread_join (g_thread_new ("reader", read_until_cancelled, arguments));
  /* A sanitizer wants some at the end. */
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* GLib would end the process in the same place, and does so in others: the descriptors run out in a process where
 * nothing else goes on. */
static void
test_cancel_without_descriptors (void)
{
  if (g_test_subprocess ())
    {
      assert_cancels (3);
      return;
    }
  assert_cancels (256);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

static void
stall_at_second (TaubeMemoryPeer *peer, guint number, gpointer user_data)
{
  if (number == 2)
    {
      taube_memory_peer_set_stalled (peer, TRUE);
      g_cancellable_cancel (user_data);
    }
}

static void
test_cancel_in_the_middle_of_a_command_breaks (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  taube_memory_peer_set_chunk (peer, 3);
  taube_memory_peer_set_hook (peer, stall_at_second, cancellable);
  g_assert_false (taube_connection_write (connection, "a NOOP\r\n", 8, NULL, 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (taube_connection_get_bytes_written (connection), ==, 3);
  g_assert_true (taube_connection_is_broken (connection));
}

static void
test_silence (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
  g_autoptr (GError) error = NULL;

  taube_connection_set_silence_timeout (connection, 20);
  g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, -1);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_cmpstr (error->message, ==, "no answer from mail.example.org for 20 ms");
  g_assert_true (taube_connection_is_broken (connection));
}

static void
test_silence_while_writing (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
  g_autoptr (GError) error = NULL;

  taube_memory_peer_set_stalled (peer, TRUE);
  taube_connection_set_silence_timeout (connection, 20);
  g_assert_false (taube_connection_write (connection, "x", 1, NULL, 0, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_cmpstr (error->message, ==, "mail.example.org has taken nothing of what was sent for 20 ms");
}

/* A deadline is the owner's affair: he may go on listening. */
static void
test_deadline_does_not_break (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
  g_autoptr (GError) error = NULL;

  taube_connection_set_deadline (connection, g_get_monotonic_time () + 20000);
  g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, -1);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_false (taube_connection_is_broken (connection));
  taube_connection_set_deadline (connection, 0);
  taube_memory_peer_send (peer, "late", 4);
  g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), ==, 4);
}

static void
test_start_tls_refuses_injected_bytes (void)
{
  for (guint buffered = 0; buffered < 2; buffered++)
    {
      g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
      g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
      g_autoptr (GError) error = NULL;

      taube_memory_peer_send (peer, "* CAPABILITY AUTH=PLAIN\r\n", 25);
      if (buffered)
        g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), ==, 25);
      g_assert_false (taube_connection_start_tls (connection, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS);
      g_assert_nonnull (strstr (error->message, "injection attack"));
      g_assert_cmpuint (taube_buffer_length (taube_connection_get_input (connection)), ==, 0);
      g_assert_false (taube_connection_is_secure (connection));
      g_assert_true (taube_connection_is_broken (connection));
    }
}

static void
test_pretended_tls (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (TaubeConnection) connection = taube_connection_new_memory (&endpoint, peer);
  TaubeEndpoint secure = endpoint;
  g_autoptr (TaubeConnection) from_start = NULL;

  g_assert_false (taube_connection_is_secure (connection));
  g_assert_true (taube_connection_start_tls (connection, NULL, NULL));
  g_assert_true (taube_connection_is_secure (connection));
  secure.implicit_tls = TRUE;
  from_start = taube_connection_new_memory (&secure, peer);
  g_assert_true (taube_connection_is_secure (from_start));
}

static TaubeConnection *
dial_test (const TaubeEndpoint *to, gpointer user_data, GError **error)
{
  if (user_data != NULL)
    return taube_connection_new_memory (to, user_data);
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "refused by the test");
  return NULL;
}

static void
test_dialer (void)
{
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;

  taube_connection_set_test_dialer (dial_test, peer);
  taube_memory_peer_send (peer, "* OK\r\n", 6);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_buffer_length (taube_connection_get_input (connection)), ==, 6);
  taube_connection_set_test_dialer (dial_test, NULL);
  g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  taube_connection_set_test_dialer (NULL, NULL);
}

static void
collect (const char *category, const char *line, gpointer user_data)
{
  g_string_append_printf (user_data, "%s|%s\n", category, line);
}

static void
test_trace_hides_secrets (void)
{
  g_autoptr (GString) heard = g_string_new (NULL);
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (answer, heard, NULL);
  TaubeEndpoint traced = endpoint;
  g_autoptr (TaubeConnection) connection = NULL;
  const TaubeRedaction redaction = { .offset = 14, .length = 6 };
  g_autofree char *expected = NULL;

  traced.trace = (char *) "imap";
  connection = taube_connection_new_memory (&traced, peer);
  taube_log_set_handler (collect, log, NULL);
  taube_log_set_categories ("imap");
  g_assert_true (taube_connection_write (connection, "a LOGIN alice hidden\r\n", 22, &redaction, 1, NULL, NULL));
  take_line (connection, "a OK done\r\n");
  taube_log_set_categories (NULL);
  taube_log_set_handler (NULL, NULL, NULL);
  expected = g_strdup_printf ("imap|%u > a LOGIN alice ***\nimap|%u < a OK done\n",
                              taube_connection_get_id (connection), taube_connection_get_id (connection));
  g_assert_cmpstr (log->str, ==, expected);
  g_assert_nonnull (strstr (heard->str, "hidden"));
}

/* A server that complains about the password by name: as it was sent, in quotes, or hidden in base64. */
static void
test_trace_hides_echoes (void)
{
  static const struct
  {
    const char *line;
    TaubeRedaction redaction;
    const char *answer;
    const char *logged;
  } cases[] = {
    { "PASS pigeon post\r\n", { 5, 11 }, "-ERR no pigeon post, pigeon post!\r\n", "-ERR no ***, ***!" },
    { "a LOGIN alice \"pigeon\"\r\n", { 14, 8 }, "a NO pigeon\r\n", "a NO ***" },
    { "AUTH PLAIN AGFsaWNlAHBpZ2Vvbg==\r\n", { 11, 20 }, "-ERR alice, pigeon\r\n", "-ERR alice, ***" },
    { "PASS abc\r\n", { 5, 3 }, "-ERR abc\r\n", "-ERR abc" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) log = g_string_new (NULL);
      g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (NULL, NULL, NULL);
      TaubeEndpoint traced = endpoint;
      g_autoptr (TaubeConnection) connection = NULL;
      g_autofree char *expected = NULL;

      traced.trace = (char *) "pop3";
      connection = taube_connection_new_memory (&traced, peer);
      taube_log_set_handler (collect, log, NULL);
      taube_log_set_categories ("pop3");
      g_assert_true (taube_connection_write (connection, cases[i].line, strlen (cases[i].line), &cases[i].redaction, 1,
                                             NULL, NULL));
      g_string_truncate (log, 0);
      taube_memory_peer_send (peer, cases[i].answer, strlen (cases[i].answer));
      take_line (connection, cases[i].answer);
      taube_log_set_categories (NULL);
      taube_log_set_handler (NULL, NULL, NULL);
      expected = g_strdup_printf ("pop3|%u < %s\n", taube_connection_get_id (connection), cases[i].logged);
      g_assert_cmpstr (log->str, ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/memory/every-chunk-size", test_every_chunk_size);
  g_test_add_func ("/net/memory/close-is-end", test_close_is_end);
  g_test_add_func ("/net/memory/broken-stays-broken", test_broken_stays_broken);
  g_test_add_func ("/net/memory/words-before-the-fault-are-heard", test_words_before_the_fault_are_heard);
  g_test_add_func ("/net/memory/fail-at-every-call", test_fail_at_every_call);
  g_test_add_func ("/net/memory/cancel-wakes-reader-and-writer", test_cancel_wakes_reader_and_writer);
  g_test_add_func ("/net/memory/cancel-without-descriptors", test_cancel_without_descriptors);
  g_test_add_func ("/net/memory/cancel-in-the-middle-of-a-command-breaks",
                   test_cancel_in_the_middle_of_a_command_breaks);
  g_test_add_func ("/net/memory/silence", test_silence);
  g_test_add_func ("/net/memory/silence-while-writing", test_silence_while_writing);
  g_test_add_func ("/net/memory/deadline-does-not-break", test_deadline_does_not_break);
  g_test_add_func ("/net/memory/start-tls-refuses-injected-bytes", test_start_tls_refuses_injected_bytes);
  g_test_add_func ("/net/memory/pretended-tls", test_pretended_tls);
  g_test_add_func ("/net/memory/dialer", test_dialer);
  g_test_add_func ("/net/memory/trace-hides-secrets", test_trace_hides_secrets);
  g_test_add_func ("/net/memory/trace-hides-echoes", test_trace_hides_echoes);
  return g_test_run ();
}
