/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-session.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

/* How a session ends: over a connection in memory, without an account. */

typedef struct
{
  const char *answer; /* to QUIT; NULL: none, and the line is cut */
  GString *received;
  TaubeMemoryPeer *peer;
  Pop3Session *session;
} Fixture;

static void
on_bytes (TaubeMemoryPeer *peer, const guint8 *bytes, gsize length, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append_len (fixture->received, (const char *) bytes, (gssize) length);
  if (strcmp (fixture->received->str, "QUIT\r\n") != 0)
    return;
  if (fixture->answer != NULL)
    taube_memory_peer_send (peer, fixture->answer, strlen (fixture->answer));
  else
    taube_memory_peer_break (peer);
}

static void
setup (Fixture *fixture, const char *answer)
{
  TaubeEndpoint endpoint = { .host = (char *) "mail.example.org", .port = 110, .silence_timeout = 1000 };

  fixture->answer = answer;
  fixture->received = g_string_new (NULL);
  fixture->peer = taube_memory_peer_new (on_bytes, fixture, NULL);
  fixture->session = g_object_new (TAUBE_TYPE_POP3_SESSION, NULL);
  fixture->session->limits = *taube_limits_get_default ();
  pop3_session_attach (fixture->session, taube_connection_new_memory (&endpoint, fixture->peer));
  fixture->session->authenticated = TRUE;
}

static void
teardown (Fixture *fixture)
{
  g_object_unref (fixture->session);
  taube_memory_peer_unref (fixture->peer);
  g_string_free (fixture->received, TRUE);
}

static gboolean
wake (Fixture *fixture, TaubeWakeReason reason)
{
  g_autoptr (GError) error = NULL;
  TaubeSession *session = TAUBE_SESSION (fixture->session);
  gboolean ok = TAUBE_SESSION_GET_CLASS (session)->wake (session, reason, NULL, &error);

  g_assert_cmpint (ok, ==, error == NULL);
  return ok;
}

/* Nobody wants the maildrop: it is left to other devices, politely. */
static void
test_left_to_others (void)
{
  Fixture fixture;

  setup (&fixture, "+OK bye\r\n");
  g_assert_false (wake (&fixture, TAUBE_WAKE_DEADLINE));
  g_assert_cmpstr (fixture.received->str, ==, "QUIT\r\n");
  g_assert_true (taube_session_is_broken (TAUBE_SESSION (fixture.session)));
  g_assert_false (pop3_session_is_alive (fixture.session));
  teardown (&fixture);
}

/* QUIT would make deletions true that nobody asked to be made true. */
static void
test_marks (void)
{
  for (guint i = 0; i < 2; i++)
    {
      TaubeSession *session;
      Fixture fixture;

      setup (&fixture, "+OK bye\r\n");
      session = TAUBE_SESSION (fixture.session);
      fixture.session->marked = 1;
      if (i == 0)
        g_assert_false (wake (&fixture, TAUBE_WAKE_DEADLINE));
      else
        TAUBE_SESSION_GET_CLASS (session)->close (session, NULL);
      g_assert_cmpstr (fixture.received->str, ==, "");
      g_assert_true (taube_memory_peer_is_closed (fixture.peer));
      teardown (&fixture);
    }
}

static void
test_close (void)
{
  TaubeSession *session;
  Fixture fixture;

  setup (&fixture, "+OK bye\r\n");
  session = TAUBE_SESSION (fixture.session);
  TAUBE_SESSION_GET_CLASS (session)->close (session, NULL);
  g_assert_cmpstr (fixture.received->str, ==, "QUIT\r\n");
  g_assert_true (taube_memory_peer_is_closed (fixture.peer));
  teardown (&fixture);
}

/* What the server says unasked ends the session; TLS's own chatter, of which nothing is to be read, does not. */
static void
test_spoken_to (void)
{
  Fixture fixture;

  setup (&fixture, NULL);
  g_assert_true (wake (&fixture, TAUBE_WAKE_READABLE));
  taube_memory_peer_send (fixture.peer, "-ERR autologout\r\n", 17);
  g_assert_false (wake (&fixture, TAUBE_WAKE_READABLE));
  g_assert_true (taube_session_is_broken (TAUBE_SESSION (fixture.session)));
  teardown (&fixture);
}

/* What is known after QUIT of the messages that were marked. */
static void
assert_quit (const char *answer, gboolean gone_before, Pop3Quit expected)
{
  g_autoptr (GError) error = NULL;
  Pop3Quit outcome;
  Fixture fixture;

  setup (&fixture, answer);
  fixture.session->marked = 3;
  if (gone_before)
    taube_memory_peer_close (fixture.peer);
  outcome = pop3_session_quit (fixture.session, NULL, &error);
  g_assert_cmpint (outcome, ==, expected);
  g_assert_cmpint (outcome == POP3_QUIT_DONE, ==, error == NULL);
  g_assert_cmpuint (fixture.session->marked, ==, 0);
  g_assert_true (taube_session_is_broken (TAUBE_SESSION (fixture.session)));
  teardown (&fixture);
}

static void
test_quit (void)
{
  assert_quit ("+OK bye\r\n", FALSE, POP3_QUIT_DONE);
  assert_quit (NULL, FALSE, POP3_QUIT_UNKNOWN);
  assert_quit ("what?\r\n", FALSE, POP3_QUIT_UNKNOWN);
  assert_quit (NULL, TRUE, POP3_QUIT_UNSENT);
}

static void
test_quit_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  setup (&fixture, "+OK\r\n");
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (pop3_session_quit (fixture.session, cancellable, &error), ==, POP3_QUIT_UNSENT);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (fixture.received->str, ==, "");
  teardown (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/session/left-to-others", test_left_to_others);
  g_test_add_func ("/pop3/session/marks", test_marks);
  g_test_add_func ("/pop3/session/close", test_close);
  g_test_add_func ("/pop3/session/spoken-to", test_spoken_to);
  g_test_add_func ("/pop3/session/quit", test_quit);
  g_test_add_func ("/pop3/session/quit-cancelled", test_quit_cancelled);
  return g_test_run ();
}
