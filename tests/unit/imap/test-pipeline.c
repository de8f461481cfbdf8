/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-pipeline.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

/* The pipeline over a connection in memory: the server is a list of "when this comes, say that". */

typedef struct
{
  const char *when; /* text that must have come since the last answer */
  const char *say;
} Answer;

typedef struct
{
  const Answer *answers;
  GString *received;
  gsize looked_at;
  TaubeMemoryPeer *peer;
  TaubeConnection *connection;
  ImapPipeline *pipeline;
  GString *untagged; /* names of what nobody asked for */
  GString *taken;    /* names of what a call took */
  GString *body;
} Fixture;

static void
on_bytes (TaubeMemoryPeer *peer, const guint8 *bytes, gsize length, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append_len (fixture->received, (const char *) bytes, (gssize) length);
  while (fixture->answers->when != NULL)
    {
      char *at = strstr (fixture->received->str + fixture->looked_at, fixture->answers->when);

      if (at == NULL)
        return;
      fixture->looked_at = (gsize) (at - fixture->received->str) + strlen (fixture->answers->when);
      taube_memory_peer_send (peer, fixture->answers->say, strlen (fixture->answers->say));
      fixture->answers++;
    }
}

static gboolean
on_unsolicited (const ImapResponse *response, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->untagged, "%s ", response->name);
  return TRUE;
}

static void
setup (Fixture *fixture, const Answer *answers, gsize chunk)
{
  TaubeEndpoint endpoint = { 0 };

  memset (fixture, 0, sizeof *fixture);
  fixture->answers = answers;
  fixture->received = g_string_new (NULL);
  fixture->untagged = g_string_new (NULL);
  fixture->taken = g_string_new (NULL);
  fixture->body = g_string_new (NULL);
  fixture->peer = taube_memory_peer_new (on_bytes, fixture, NULL);
  taube_memory_peer_set_chunk (fixture->peer, chunk);
  endpoint.host = (char *) "mail.example.org";
  endpoint.port = 143;
  endpoint.silence_timeout = 1000;
  fixture->connection = taube_connection_new_memory (&endpoint, fixture->peer);
  fixture->pipeline = imap_pipeline_new (fixture->connection, taube_limits_get_default ());
  imap_pipeline_set_unsolicited (fixture->pipeline, on_unsolicited, fixture);
}

static void
teardown (Fixture *fixture)
{
  imap_pipeline_free (fixture->pipeline);
  taube_connection_free (fixture->connection);
  taube_memory_peer_unref (fixture->peer);
  g_string_free (fixture->received, TRUE);
  g_string_free (fixture->untagged, TRUE);
  g_string_free (fixture->taken, TRUE);
  g_string_free (fixture->body, TRUE);
}

static ImapCall *
new_call (Fixture *fixture, const char *name)
{
  return imap_call_new (fixture->pipeline, name, TAUBE_ERROR_PERMISSION, "cannot %s", name);
}

/* Blocks of each size give the same. */
#define EACH_CHUNK(chunk) for (gsize chunk = 0; chunk < 9; chunk++)

static void
test_run (void)
{
  static const Answer answers[] = { { "T1 NOOP\r\n", "* 3 EXISTS\r\n* WHAT 1\r\nT1 OK done\r\n" }, { NULL } };

  EACH_CHUNK (chunk)
    {
      Fixture fixture;
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) error = NULL;

      setup (&fixture, answers, chunk);
      call = new_call (&fixture, "NOOP");
      g_assert_true (imap_call_run (call, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (fixture.untagged->str, ==, "EXISTS WHAT ");
      g_clear_pointer (&call, imap_call_free);
      teardown (&fixture);
    }
}

static void
test_refused (void)
{
  static const Answer answers[] = { { "T1 X\r\n", "T1 NO [NOPERM] go away\r\n" },
                                    { "T2 NOOP\r\n", "T2 OK\r\n" },
                                    { "T3 Y\r\n", "T3 BAD what\r\n" },
                                    { NULL } };
  Fixture fixture;
  g_autoptr (ImapCall) refused = NULL;
  g_autoptr (ImapCall) good = NULL;
  g_autoptr (ImapCall) bad = NULL;
  g_autoptr (ImapCall) late = NULL;
  g_autoptr (GError) error = NULL;

  setup (&fixture, answers, 0);
  refused = new_call (&fixture, "X");
  g_assert_false (imap_call_run (refused, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PERMISSION);
  g_assert_nonnull (strstr (error->message, "cannot X"));
  g_assert_nonnull (strstr (error->message, "go away"));
  g_assert_true (refused->done);
  g_assert_false (imap_pipeline_is_broken (fixture.pipeline));
  g_clear_error (&error);

  good = new_call (&fixture, "NOOP");
  g_assert_true (imap_call_run (good, NULL, &error));
  bad = new_call (&fixture, "Y");
  g_assert_false (imap_call_run (bad, NULL, &error));
  g_assert_true (imap_pipeline_is_broken (fixture.pipeline));
  g_clear_error (&error);
  late = new_call (&fixture, "Z");
  g_assert_false (imap_call_run (late, NULL, &error));
  g_assert_null (strstr (fixture.received->str, "Z"));
  teardown (&fixture);
  refused->pipeline = good->pipeline = bad->pipeline = late->pipeline = NULL;
}

static gboolean
take_status (const ImapResponse *response, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  if (response->type != IMAP_RESPONSE_STATUS)
    return FALSE;
  g_string_append (fixture->taken, "STATUS ");
  return TRUE;
}

/* Two commands on their way; the second is completed first. */
static void
test_pipelining (void)
{
  static const Answer answers[]
    = { { "T2 B\r\n", "* STATUS x (MESSAGES 1)\r\nT2 OK\r\n* 4 EXISTS\r\nT1 OK\r\n" }, { NULL } };

  EACH_CHUNK (chunk)
    {
      Fixture fixture;
      ImapCall *first, *second;
      g_autoptr (GError) error = NULL;

      setup (&fixture, answers, chunk);
      first = new_call (&fixture, "A");
      second = new_call (&fixture, "B");
      second->untagged = take_status;
      second->user_data = &fixture;
      g_assert_true (imap_call_send (first, NULL, &error));
      g_assert_true (imap_call_send (second, NULL, &error));
      g_assert_true (imap_call_finish (first, NULL, &error));
      g_assert_true (second->done);
      g_assert_true (imap_call_finish (second, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (fixture.taken->str, ==, "STATUS ");
      g_assert_cmpstr (fixture.untagged->str, ==, "EXISTS ");
      imap_call_free (first);
      imap_call_free (second);
      teardown (&fixture);
    }
}

/* INPROGRESS goes to the command that it names, or to the oldest. */
static void
test_progress (void)
{
  static const Answer answers[] = { { "T2 B\r\n", "* OK [INPROGRESS (\"T2\" 5 20)] a quarter\r\n"
                                                   "* OK [INPROGRESS (\"T9\" 1 2)] of whom?\r\n"
                                                   "* OK [INPROGRESS (NIL 7 NIL)] still here\r\nT1 OK\r\nT2 OK\r\n" },
                                    { NULL } };

  EACH_CHUNK (chunk)
    {
      g_autoptr (TaubeProgress) first_progress = taube_progress_new ();
      g_autoptr (TaubeProgress) second_progress = taube_progress_new ();
      g_autoptr (GError) error = NULL;
      ImapCall *first, *second;
      Fixture fixture;

      setup (&fixture, answers, chunk);
      first = new_call (&fixture, "A");
      second = new_call (&fixture, "B");
      first->progress = first_progress;
      first->progress_base = chunk % 2 == 0 ? 0 : 90;
      first->progress_total = chunk % 2 == 0 ? 0 : 95;
      second->progress = second_progress;
      g_assert_true (imap_call_send (first, NULL, &error));
      g_assert_true (imap_call_send (second, NULL, &error));
      g_assert_true (imap_call_finish (first, NULL, &error));
      g_assert_true (imap_call_finish (second, NULL, &error));
      g_assert_cmpuint (taube_progress_get_done (second_progress), ==, 5);
      g_assert_cmpuint (taube_progress_get_total (second_progress), ==, 20);
      g_assert_cmpuint (taube_progress_get_done (first_progress), ==, chunk % 2 == 0 ? 7 : 95);
      g_assert_cmpuint (taube_progress_get_total (first_progress), ==, chunk % 2 == 0 ? 0 : 95);
      imap_call_free (first);
      imap_call_free (second);
      teardown (&fixture);
    }
}

/* A literal waits for "+"; what is said in between goes its way. */
static void
test_literal (void)
{
  static const Answer answers[]
      = { { "{3}\r\n", "* 1 EXISTS\r\n+ go\r\n" }, { "\xc3\xa4x\r\n", "T1 OK\r\n" }, { NULL } };

  EACH_CHUNK (chunk)
    {
      Fixture fixture;
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) error = NULL;

      setup (&fixture, answers, chunk);
      call = new_call (&fixture, "X");
      imap_command_add_string (call->command, "text", "\xc3\xa4x");
      g_assert_true (imap_call_run (call, NULL, &error));
      g_assert_no_error (error);
      g_clear_pointer (&call, imap_call_free);
      teardown (&fixture);
    }
}

/* The literal is refused by the tagged reply: the connection is fine. By an untagged text: it is not. */
static void
test_literal_refused (void)
{
  static const Answer tagged[] = { { "{3}\r\n", "T1 NO no literals\r\n" }, { "T2 NOOP\r\n", "T2 OK\r\n" }, { NULL } };
  static const Answer untagged[] = { { "{3}\r\n", "* BAD no literals\r\n" }, { NULL } };

  for (guint i = 0; i < 2; i++)
    {
      Fixture fixture;
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) error = NULL;

      setup (&fixture, i == 0 ? tagged : untagged, 0);
      call = new_call (&fixture, "X");
      imap_command_add_string (call->command, "text", "\xc3\xa4x");
      g_assert_false (imap_call_run (call, NULL, &error));
      g_assert_nonnull (strstr (error->message, "no literals"));
      g_assert_cmpint (imap_pipeline_is_broken (fixture.pipeline), ==, i == 1);
      g_assert_null (strstr (fixture.received->str, "\xc3"));
      g_clear_pointer (&call, imap_call_free);
      teardown (&fixture);
    }
}

static gboolean
accept_any (const ImapBodyInfo *info, gpointer user_data)
{
  return info->seq == 2;
}

static gboolean
collect (const ImapEvent *event, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  if (event->type == IMAP_EVENT_BODY_DATA)
    g_string_append_len (fixture->body, (const char *) event->data, (gssize) event->length);
  return TRUE;
}

static void
test_body (void)
{
  static const Answer answers[]
      = { { "T1 F\r\n", "* 1 FETCH (BODY[] {3}\r\nxyz)\r\n* 2 FETCH (BODY[] {10}\r\n01234\r\n789)\r\nT1 OK\r\n" },
          { NULL } };

  EACH_CHUNK (chunk)
    {
      Fixture fixture;
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) error = NULL;

      setup (&fixture, answers, chunk);
      call = new_call (&fixture, "F");
      call->accept_body = accept_any;
      call->body = collect;
      call->user_data = &fixture;
      g_assert_true (imap_call_run (call, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (fixture.body->str, ==, "01234\r\n789");
      g_clear_pointer (&call, imap_call_free);
      teardown (&fixture);
    }
}

/* What the server must not say, and what each of it leads to. */
static void
test_broken (void)
{
  static const struct
  {
    Answer answers[2];
    TaubeError code;
  } cases[] = {
    { { { "T1 X\r\n", "T9 OK\r\n" }, { NULL } }, TAUBE_ERROR_PROTOCOL },
    { { { "T1 X\r\n", "* BYE see you\r\n" }, { NULL } }, TAUBE_ERROR_CONNECTION },
    { { { "T1 X\r\n", "* 1 FETCH (BODY[] {99999999999}\r\n" }, { NULL } }, TAUBE_ERROR_LIMIT },
    { { { "T1 X\r\n", "" }, { NULL } }, TAUBE_ERROR_CONNECTION },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture fixture;
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) error = NULL;

      setup (&fixture, cases[i].answers, 0);
      call = new_call (&fixture, "X");
      if (cases[i].answers[0].say[0] == '\0')
        taube_connection_set_silence_timeout (fixture.connection, 20);
      g_assert_false (imap_call_run (call, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, (int) cases[i].code);
      g_assert_true (imap_pipeline_is_broken (fixture.pipeline));
      g_clear_pointer (&call, imap_call_free);
      teardown (&fixture);
    }
}

static void
test_flood (void)
{
  static const Answer none[] = { { NULL } };
  TaubeLimits limits = *taube_limits_get_default ();
  Fixture fixture;
  g_autoptr (ImapCall) call = NULL;
  g_autoptr (GError) error = NULL;

  setup (&fixture, none, 0);
  limits.untagged_responses = 10;
  imap_pipeline_free (fixture.pipeline);
  fixture.pipeline = imap_pipeline_new (fixture.connection, &limits);
  for (guint i = 0; i < 11; i++)
    taube_memory_peer_send (fixture.peer, "* OK x\r\n", 8);
  call = new_call (&fixture, "X");
  g_assert_false (imap_call_run (call, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
  g_clear_pointer (&call, imap_call_free);
  teardown (&fixture);
}

/* What another device did to each message of a large mailbox is no flood; more than that is. */
static void
test_flood_of_changes (void)
{
  static const Answer answers[] = { { "T1 NOOP\r\n", "T1 OK\r\n" }, { NULL } };
  TaubeLimits limits = *taube_limits_get_default ();

  for (guint n_changes = 50; n_changes <= 51; n_changes++)
    {
      Fixture fixture;
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) error = NULL;

      setup (&fixture, answers, 0);
      limits.untagged_responses = 10;
      imap_pipeline_free (fixture.pipeline);
      fixture.pipeline = imap_pipeline_new (fixture.connection, &limits);
      taube_memory_peer_send (fixture.peer, "* 20 EXISTS\r\n", 13);
      for (guint i = 1; i < n_changes; i++)
        taube_memory_peer_send (fixture.peer, "* 1 FETCH (FLAGS ())\r\n", 22);
      call = new_call (&fixture, "NOOP");
      if (n_changes == 50)
        g_assert_true (imap_call_run (call, NULL, &error));
      else
        g_assert_false (imap_call_run (call, NULL, &error));
      if (n_changes > 50)
        g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
      g_clear_pointer (&call, imap_call_free);
      teardown (&fixture);
    }
}

/* Cancelled before a byte was sent, the connection is as good as before; later it is not. */
static void
test_cancel (void)
{
  static const Answer answers[] = { { "NOOP\r\n", "T2 OK\r\n" }, { NULL } };
  Fixture fixture;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ImapCall *call;
  g_autoptr (GError) error = NULL;

  setup (&fixture, answers, 0);
  g_cancellable_cancel (cancellable);
  call = new_call (&fixture, "NOOP");
  g_assert_false (imap_call_run (call, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (imap_pipeline_is_broken (fixture.pipeline));
  imap_call_free (call);
  g_clear_error (&error);

  call = new_call (&fixture, "NOOP");
  g_assert_true (imap_call_run (call, NULL, &error));
  imap_call_free (call);
  call = new_call (&fixture, "X");
  g_assert_true (imap_call_send (call, NULL, &error));
  g_assert_false (imap_call_finish (call, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (imap_pipeline_is_broken (fixture.pipeline));
  imap_call_free (call);
  teardown (&fixture);
}

/* Literals that come from a stream. */

static GInputStream *
open_text (gpointer source, GCancellable *cancellable, GError **error)
{
  GBytes *bytes = g_object_get_data (source, "bytes");

  if (bytes != NULL)
    return g_memory_input_stream_new_from_bytes (bytes);
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, "it is not there");
  return NULL;
}

static void
count_bytes (guint64 bytes, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->taken, "%" G_GUINT64_FORMAT " ", bytes);
}

/* A call with a literal that is said to have SIZE bytes; of TEXT, or of no stream at all. */
static ImapCall *
new_stream_call (Fixture *fixture, const char *text, guint64 size)
{
  g_autoptr (GObject) source = g_object_new (G_TYPE_OBJECT, NULL);
  ImapCall *call = new_call (fixture, "X");

  if (text != NULL)
    g_object_set_data_full (source, "bytes", g_bytes_new (text, strlen (text)), (GDestroyNotify) g_bytes_unref);
  imap_command_add_literal_stream (call->command, FALSE, FALSE, size, open_text, source);
  call->streamed = count_bytes;
  call->user_data = fixture;
  return call;
}

static void
test_stream (void)
{
  static const Answer answers[]
    = { { "{5}\r\n", "* 1 EXISTS\r\n+ go\r\n" }, { "Coo.\n\r\n", "T1 OK\r\n" }, { NULL } };

  EACH_CHUNK (chunk)
    {
      Fixture fixture;
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) error = NULL;

      setup (&fixture, answers, chunk);
      call = new_stream_call (&fixture, "Coo.\n", 5);
      g_assert_true (imap_call_run (call, NULL, &error));
      g_assert_no_error (error);
      g_assert_true (call->complete);
      g_assert_cmpstr (fixture.received->str, ==, "T1 X {5}\r\nCoo.\n\r\n");
      g_assert_cmpstr (fixture.taken->str, ==, "5 ");
      g_clear_pointer (&call, imap_call_free);
      teardown (&fixture);
    }
}

/* It is not what it was said to be: the server must not take what follows for a part of it. */
static void
test_stream_of_another_size (void)
{
  static const Answer answers[] = { { "}\r\n", "+ go\r\n" }, { NULL } };
  static const char *const texts[] = { "Coo.", "Coo.\n\n", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      Fixture fixture;
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) error = NULL;

      setup (&fixture, answers, 0);
      call = new_stream_call (&fixture, texts[i], 5);
      g_assert_false (imap_call_run (call, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE);
      g_assert_true (imap_pipeline_is_broken (fixture.pipeline));
      g_assert_true (call->sent);
      g_assert_false (call->complete);
      g_assert_false (g_str_has_suffix (fixture.received->str + 10, "\r\n"));
      g_clear_pointer (&call, imap_call_free);
      teardown (&fixture);
    }
}

/* Who is refused in the middle does not send the rest. */
static void
test_stream_refused (void)
{
  static const Answer before[] = { { "}\r\n", "T1 NO [OVERQUOTA] full\r\n" }, { NULL } };
  static const Answer within[] = { { "}\r\n", "+ go\r\n" }, { "xxxx", "T1 NO [OVERQUOTA] full\r\n" }, { NULL } };
  g_autofree char *text = g_strnfill (1 << 20, 'x');

  for (guint i = 0; i < 2; i++)
    {
      Fixture fixture;
      g_autoptr (ImapCall) call = NULL;
      g_autoptr (GError) error = NULL;

      setup (&fixture, i == 0 ? before : within, 0);
      call = new_stream_call (&fixture, text, strlen (text));
      g_assert_false (imap_call_run (call, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_QUOTA);
      g_assert_true (call->done);
      g_assert_false (call->complete);
      g_assert_cmpint (imap_pipeline_is_broken (fixture.pipeline), ==, i == 1);
      g_assert_cmpuint (fixture.received->len, <, 100000);
      g_clear_pointer (&call, imap_call_free);
      teardown (&fixture);
    }
}

/* What the server says meanwhile is heard, also when it then goes. */
static void
test_stream_meanwhile (void)
{
  static const Answer answers[]
    = { { "}\r\n", "+ go\r\n" }, { "xxxx", "* 4 EXISTS\r\n* BYE going down\r\n" }, { NULL } };
  g_autofree char *text = g_strnfill (1 << 20, 'x');
  Fixture fixture;
  g_autoptr (ImapCall) call = NULL;
  g_autoptr (GError) error = NULL;

  setup (&fixture, answers, 0);
  call = new_stream_call (&fixture, text, strlen (text));
  g_assert_false (imap_call_run (call, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_nonnull (strstr (error->message, "going down"));
  g_assert_cmpstr (fixture.untagged->str, ==, "EXISTS ");
  g_assert_false (call->complete);
  g_clear_pointer (&call, imap_call_free);
  teardown (&fixture);
}

/* A bad argument sends nothing and breaks nothing. */
static void
test_bad_argument (void)
{
  static const Answer none[] = { { NULL } };
  Fixture fixture;
  g_autoptr (ImapCall) call = NULL;
  g_autoptr (GError) error = NULL;

  setup (&fixture, none, 0);
  call = new_call (&fixture, "X");
  imap_command_add_string (call->command, "text", "a\r\nT2 DELETE INBOX");
  g_assert_false (imap_call_run (call, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_false (imap_pipeline_is_broken (fixture.pipeline));
  g_assert_cmpuint (fixture.received->len, ==, 0);
  g_clear_pointer (&call, imap_call_free);
  teardown (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/pipeline/run", test_run);
  g_test_add_func ("/imap/pipeline/refused", test_refused);
  g_test_add_func ("/imap/pipeline/progress", test_progress);
  g_test_add_func ("/imap/pipeline/pipelining", test_pipelining);
  g_test_add_func ("/imap/pipeline/literal", test_literal);
  g_test_add_func ("/imap/pipeline/literal-refused", test_literal_refused);
  g_test_add_func ("/imap/pipeline/body", test_body);
  g_test_add_func ("/imap/pipeline/broken", test_broken);
  g_test_add_func ("/imap/pipeline/flood", test_flood);
  g_test_add_func ("/imap/pipeline/flood-of-changes", test_flood_of_changes);
  g_test_add_func ("/imap/pipeline/cancel", test_cancel);
  g_test_add_func ("/imap/pipeline/stream", test_stream);
  g_test_add_func ("/imap/pipeline/stream-of-another-size", test_stream_of_another_size);
  g_test_add_func ("/imap/pipeline/stream-refused", test_stream_refused);
  g_test_add_func ("/imap/pipeline/stream-meanwhile", test_stream_meanwhile);
  g_test_add_func ("/imap/pipeline/bad-argument", test_bad_argument);
  return g_test_run ();
}
