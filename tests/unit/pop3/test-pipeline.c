/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-pipeline.h"

#include <taube-backend/taube-testing.h>
#include <taube/taube-error.h>

#include <string.h>

/* The pipeline over a connection in memory: a server that answers each line by a function. */

typedef struct _Fixture Fixture;

/* What the server says to LINE; NULL: it hangs up. (transfer full) */
typedef char *(*AnswerFunc) (Fixture *fixture, const char *line);

struct _Fixture
{
  AnswerFunc answer;
  GString *received;
  guint commands;
  guint most;      /* commands that came in one go */
  TaubeMemoryPeer *peer;
  TaubeConnection *connection;
  Pop3Pipeline *pipeline;
  guint broken;

  guint wanted;    /* commands of the batch */
  guint next;
  guint stop_at;   /* this text is not wanted */
  const char *verb;
  GString *found;
};

static void
on_bytes (TaubeMemoryPeer *peer, const guint8 *bytes, gsize length, gpointer user_data)
{
  Fixture *fixture = user_data;
  guint now = 0;
  char *end;

  g_string_append_len (fixture->received, (const char *) bytes, (gssize) length);
  while ((end = strstr (fixture->received->str, "\r\n")) != NULL)
    {
      g_autofree char *line = g_strndup (fixture->received->str, (gsize) (end - fixture->received->str));
      g_autofree char *text = fixture->answer (fixture, line);

      g_string_erase (fixture->received, 0, (gssize) strlen (line) + 2);
      fixture->commands++;
      now++;
      fixture->most = MAX (fixture->most, now);
      if (text != NULL)
        taube_memory_peer_send (peer, text, strlen (text));
      else
        taube_memory_peer_close (peer);
    }
}

static void
count_broken (gpointer user_data)
{
  ((Fixture *) user_data)->broken++;
}

static void
setup (Fixture *fixture, AnswerFunc answer, gsize chunk)
{
  TaubeEndpoint endpoint = { .host = (char *) "mail.example.org", .port = 110, .silence_timeout = 1000 };

  *fixture = (Fixture){ .answer = answer, .verb = "RETR", .stop_at = G_MAXUINT };
  fixture->received = g_string_new (NULL);
  fixture->found = g_string_new (NULL);
  fixture->peer = taube_memory_peer_new (on_bytes, fixture, NULL);
  taube_memory_peer_set_chunk (fixture->peer, chunk);
  fixture->connection = taube_connection_new_memory (&endpoint, fixture->peer);
  fixture->pipeline = pop3_pipeline_new (fixture->connection, taube_limits_get_default ());
  pop3_pipeline_set_broken_func (fixture->pipeline, count_broken, fixture);
}

static void
teardown (Fixture *fixture)
{
  pop3_pipeline_free (fixture->pipeline);
  taube_connection_free (fixture->connection);
  taube_memory_peer_unref (fixture->peer);
  g_string_free (fixture->received, TRUE);
  g_string_free (fixture->found, TRUE);
}

/* The client's side: RETR 1 … RETR N, and what came of each: "1:text;" or "2!words;". */

static Pop3Command *
next (gpointer user_data)
{
  Fixture *fixture = user_data;
  Pop3Command *command;

  if (fixture->next == fixture->wanted)
    return NULL;
  command = pop3_command_new (fixture->verb);
  pop3_command_add_number (command, ++fixture->next);
  return command;
}

static gboolean
answered (guint64 index, const Pop3Response *response, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  if (response->status == POP3_STATUS_OK)
    g_string_append_printf (fixture->found, "%u:", (guint) index + 1);
  else
    g_string_append_printf (fixture->found, "%u!%.*s;", (guint) index + 1, (int) response->length, response->text);
  return TRUE;
}

static gboolean
line (const char *text, gsize length, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_string_append_len (fixture->found, text, (gssize) length);
  g_string_append_c (fixture->found, '|');
  return TRUE;
}

static gboolean
data (const guint8 *bytes, gsize length, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  if (fixture->stop_at == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
      return FALSE;
    }
  g_string_append_len (fixture->found, (const char *) bytes, (gssize) length);
  return TRUE;
}

static gboolean
ended (guint64 index, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_string_append_c (fixture->found, ';');
  if (index + 2 == fixture->stop_at)
    fixture->stop_at = 0;
  return TRUE;
}

static const Pop3Batch by_line = { next, answered, line, NULL, ended };
static const Pop3Batch by_data = { next, answered, NULL, data, ended };

/* The server's side: message N is N lines "N" behind a line with a dot; each seventh is not there. */

static guint
number_in (const char *text)
{
  return (guint) g_ascii_strtoull (strchrnul (text, ' ') + (strchr (text, ' ') != NULL), NULL, 10);
}

static char *
give_messages (Fixture *fixture, const char *text)
{
  guint number = number_in (text);
  GString *answer = g_string_new ("+OK here\r\n...\r\n");

  if (number % 7 == 0)
    {
      g_string_free (answer, TRUE);
      return g_strdup ("-ERR no such message\r\n");
    }
  for (guint i = 0; i < number % 5; i++)
    g_string_append_printf (answer, "%u\r\n", number);
  g_string_append (answer, ".\r\n");
  return g_string_free (answer, FALSE);
}

static char *
expect_messages (guint n, gboolean by_lines)
{
  GString *text = g_string_new (NULL);

  for (guint number = 1; number <= n; number++)
    {
      if (number % 7 == 0)
        {
          g_string_append_printf (text, "%u!no such message;", number);
          continue;
        }
      g_string_append_printf (text, "%u:..%s", number, by_lines ? "|" : "\r\n");
      for (guint i = 0; i < number % 5; i++)
        g_string_append_printf (text, "%u%s", number, by_lines ? "|" : "\r\n");
      g_string_append_c (text, ';');
    }
  return g_string_free (text, FALSE);
}

static void
test_windows (void)
{
  static const guint windows[] = { 0, 1, 2, 3, 64, 100000 };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (windows); i++)
    for (gsize chunk = 0; chunk < 9; chunk++)
      {
        g_autofree char *expected = expect_messages (100, i % 2);
        g_autoptr (GError) error = NULL;
        Fixture fixture;

        setup (&fixture, give_messages, chunk);
        fixture.wanted = 100;
        g_assert_true (pop3_pipeline_run (fixture.pipeline, i % 2 ? &by_line : &by_data, windows[i / 2], &fixture, NULL,
                                          &error));
        g_assert_no_error (error);
        g_assert_cmpstr (fixture.found->str, ==, expected);
        g_assert_cmpuint (fixture.commands, ==, 100);
        g_assert_true (windows[i / 2] > 1 || fixture.most == 1);
        g_assert_cmpuint (fixture.broken, ==, 0);
        teardown (&fixture);
      }
}

/* 10,000 messages take less than one round trip for 20 of them, and without pipelining one for each. */
static void
test_round_trips (void)
{
  for (guint i = 0; i < 2; i++)
    {
      Fixture fixture;

      setup (&fixture, give_messages, 0);
      fixture.wanted = 10000;
      g_assert_true (pop3_pipeline_run (fixture.pipeline, &by_data, i == 0 ? 64 : 1, &fixture, NULL, NULL));
      g_test_message ("%u commands, %u round trips, %u commands at once", fixture.commands,
                      (guint) pop3_pipeline_get_round_trips (fixture.pipeline), fixture.most);
      if (i == 0)
        g_assert_cmpuint (pop3_pipeline_get_round_trips (fixture.pipeline), <, 10000 / 20);
      else
        g_assert_cmpuint (pop3_pipeline_get_round_trips (fixture.pipeline), ==, 10000);
      teardown (&fixture);
    }
}

static void
assert_breaks (Fixture *fixture, const Pop3Batch *batch, guint window, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;

  g_assert_false (pop3_pipeline_run (fixture->pipeline, batch, window, fixture, NULL, &error));
  g_assert_error (error, domain, code);
  g_assert_true (pop3_pipeline_is_broken (fixture->pipeline));
  g_assert_cmpuint (fixture->broken, ==, 1);
  g_assert_false (pop3_pipeline_run (fixture->pipeline, batch, window, fixture, NULL, &again));
  g_assert_error (again, domain, code);
}

static char *
hang_up_at_30 (Fixture *fixture, const char *text)
{
  return number_in (text) < 30 ? give_messages (fixture, text) : NULL;
}

static void
test_hang_up (void)
{
  static const guint windows[] = { 1, 64 };

  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      g_autofree char *expected = expect_messages (29, FALSE);
      Fixture fixture;

      setup (&fixture, hang_up_at_30, 0);
      fixture.wanted = 100;
      assert_breaks (&fixture, &by_data, windows[i], TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
      /* What came before is not lost. */
      g_assert_cmpstr (fixture.found->str, ==, expected);
      g_assert_cmpint (pop3_pipeline_was_lost_ahead (fixture.pipeline), ==, windows[i] > 1);
      teardown (&fixture);
    }
}

static char *
say_nonsense (Fixture *fixture, const char *text)
{
  return g_strdup (number_in (text) == 3 ? "what?\r\n" : "+OK\r\nx\r\n.\r\n");
}

static char *
say_plus (Fixture *fixture, const char *text)
{
  return g_strdup ("+ \r\n");
}

static char *
say_too_much (Fixture *fixture, const char *text)
{
  return g_strdup ("+OK\r\na\r\nb\r\nc\r\nd\r\n.\r\n");
}

static void
test_nonsense (void)
{
  static const Pop3Batch few_lines = { next, answered, line, NULL, ended, .max_lines = 3 };
  static const Pop3Batch few_bytes = { next, answered, NULL, data, ended, .max_bytes = 10 };
  static const struct
  {
    AnswerFunc answer;
    const Pop3Batch *batch;
    int code;
  } cases[] = {
    { say_nonsense, &by_line, TAUBE_ERROR_PROTOCOL },
    { say_plus, &by_line, TAUBE_ERROR_PROTOCOL },
    { say_too_much, &few_lines, TAUBE_ERROR_LIMIT },
    { say_too_much, &few_bytes, TAUBE_ERROR_LIMIT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture fixture;

      setup (&fixture, cases[i].answer, 0);
      fixture.wanted = 10;
      assert_breaks (&fixture, cases[i].batch, 4, TAUBE_ERROR, cases[i].code);
      teardown (&fixture);
    }
}

/* The disk is full: what is on its way cannot be stopped, so the stream is given up. */
static void
test_sink_fails (void)
{
  g_autofree char *expected = expect_messages (4, FALSE);
  Fixture fixture;

  setup (&fixture, give_messages, 0);
  fixture.wanted = 10;
  fixture.stop_at = 5;
  assert_breaks (&fixture, &by_data, 64, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_true (g_str_has_prefix (fixture.found->str, expected));
  g_assert_false (pop3_pipeline_was_lost_ahead (fixture.pipeline));
  teardown (&fixture);
}

/* A command that cannot be sent: those before it are answered, and the stream goes on. */
static Pop3Command *
next_bad (gpointer user_data)
{
  Pop3Command *command = next (user_data);

  if (command != NULL && ((Fixture *) user_data)->next == 4)
    pop3_command_add_rest (command, "word", "a\r\nDELE 1");
  return command;
}

static void
test_bad_command (void)
{
  static const Pop3Batch batch = { next_bad, answered, NULL, data, ended };
  g_autofree char *expected = expect_messages (3, FALSE);
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  setup (&fixture, give_messages, 0);
  fixture.wanted = 10;
  g_assert_false (pop3_pipeline_run (fixture.pipeline, &batch, 64, &fixture, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_cmpstr (fixture.found->str, ==, expected);
  g_assert_false (pop3_pipeline_is_broken (fixture.pipeline));
  g_assert_cmpuint (fixture.commands, ==, 3);
  teardown (&fixture);
}

static void
test_unasked (void)
{
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  setup (&fixture, give_messages, 0);
  g_assert_true (pop3_pipeline_check_quiet (fixture.pipeline, &error));
  g_assert_no_error (error);
  taube_memory_peer_send (fixture.peer, "-ERR autologout\r\n", 17);
  g_assert_false (pop3_pipeline_check_quiet (fixture.pipeline, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_nonnull (strstr (error->message, "autologout"));
  teardown (&fixture);
}

static void
test_cancelled_before (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  setup (&fixture, give_messages, 0);
  fixture.wanted = 3;
  g_cancellable_cancel (cancellable);
  g_assert_false (pop3_pipeline_run (fixture.pipeline, &by_data, 8, &fixture, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture.commands, ==, 0);
  teardown (&fixture);
}

/* LIST without a number has a text, with one it has none. */
static char *
list_one (Fixture *fixture, const char *text)
{
  return g_strdup_printf ("+OK %u 100\r\n", number_in (text));
}

static void
test_short_answers (void)
{
  Fixture fixture;

  setup (&fixture, list_one, 1);
  fixture.wanted = 3;
  fixture.verb = "LIST";
  g_assert_true (pop3_pipeline_run (fixture.pipeline, &by_line, 8, &fixture, NULL, NULL));
  g_assert_cmpstr (fixture.found->str, ==, "1:2:3:");
  teardown (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pop3/pipeline/windows", test_windows);
  g_test_add_func ("/pop3/pipeline/round-trips", test_round_trips);
  g_test_add_func ("/pop3/pipeline/hang-up", test_hang_up);
  g_test_add_func ("/pop3/pipeline/nonsense", test_nonsense);
  g_test_add_func ("/pop3/pipeline/sink-fails", test_sink_fails);
  g_test_add_func ("/pop3/pipeline/bad-command", test_bad_command);
  g_test_add_func ("/pop3/pipeline/unasked", test_unasked);
  g_test_add_func ("/pop3/pipeline/cancelled-before", test_cancelled_before);
  g_test_add_func ("/pop3/pipeline/short-answers", test_short_answers);
  return g_test_run ();
}
