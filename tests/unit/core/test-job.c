/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core-backend.h"
#include "core-blocking.h"

#include <taube/taube-error.h>
#include <taube/taube-settings.h>
#include <string.h>
#include <taube-backend/taube-progress-impl.h>

#include "base/taube-io-thread.h"
#include "base/taube-worker.h"
#include "core/taube-account-private.h"

/* Where jobs run, where they end, and what a callback may do. Each test is named after the sentence of the contract
 * that it proves. */

typedef struct
{
  Server *server;
  TaubeAccount *account;
  TaubeFolder *inbox;
} Fixture;

static void
set_up (Fixture *f, gconstpointer max)
{
  f->server = server_new ();
  f->account = server_create_account (f->server, GPOINTER_TO_UINT (max));
  f->inbox = taube_account_get_folder_by_name (f->account, "INBOX");
}

static void
tear_down (Fixture *f, gconstpointer max)
{
  g_clear_object (&f->inbox);
  g_clear_object (&f->account);
  iterate ();
  server_free (f->server);
}

static void
test_a_blocking_call_runs_on_the_callers_own_thread (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeItemList) list = taube_folder_list (f->inbox, NULL, NULL, NULL);

  g_assert_nonnull (list);
  g_assert_true (f->server->last_thread == g_thread_self ());
}

static void
test_an_asynchronous_one_runs_on_a_worker_and_finishes_in_the_callers_context (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  taube_folder_list_async (f->inbox, NULL, NULL, on_outcome, &outcome);
  g_assert_null (outcome.result);
  outcome_wait (&outcome);
  g_assert_true (outcome.thread == g_thread_self ());
  g_assert_true (outcome.source == G_OBJECT (f->inbox));
  g_assert_true (f->server->last_thread != g_thread_self ());
  list = taube_folder_list_finish (f->inbox, outcome.result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (list);
  outcome_clear (&outcome);
}

typedef struct
{
  Fixture *f;
  GThread *finished_on;
  gboolean done;
  GMainContext *context;
} OtherContext;

static void
on_other_done (GObject *source, GAsyncResult *result, gpointer data)
{
  OtherContext *other = data;
  g_autoptr (TaubeItemList) list = taube_folder_list_finish (TAUBE_FOLDER (source), result, NULL);

  g_assert_nonnull (list);
  g_assert_true (g_main_context_is_owner (other->context));
  other->finished_on = g_thread_self ();
  other->done = TRUE;
}

static gpointer
run_other_context (gpointer data)
{
  OtherContext *other = data;

  other->context = g_main_context_new ();
  g_main_context_push_thread_default (other->context);
  taube_folder_list_async (other->f->inbox, NULL, NULL, on_other_done, other);
  while (!other->done)
    g_main_context_iteration (other->context, TRUE);
  while (g_main_context_iteration (other->context, FALSE))
    ;
  g_main_context_pop_thread_default (other->context);
  g_main_context_unref (other->context);
  return NULL;
}

static void
test_the_callers_context_is_not_the_accounts (Fixture *f, gconstpointer max)
{
  OtherContext other = { .f = f };
  GThread *thread = g_thread_new ("other", run_other_context, &other);

  g_thread_join (thread);
  g_assert_true (other.finished_on == thread);
}

static void
assert_pending (TaubeAccount *account)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GError) list_error = NULL;
  g_autoptr (GError) connect_error = NULL;
  g_autoptr (GError) disconnect_error = NULL;

  g_assert_null (taube_folder_list (inbox, NULL, NULL, &list_error));
  g_assert_error (list_error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_assert_false (taube_account_connect (account, NULL, &connect_error));
  g_assert_error (connect_error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_assert_false (taube_account_disconnect (account, NULL, &disconnect_error));
  g_assert_error (disconnect_error, G_IO_ERROR, G_IO_ERROR_PENDING);
}

/* A sink that calls back into the account. */
typedef struct
{
  GFilterOutputStream parent_instance;
  TaubeAccount *account;
  guint writes;
} CallingSink;
typedef GFilterOutputStreamClass CallingSinkClass;
GType calling_sink_get_type (void);
G_DEFINE_TYPE (CallingSink, calling_sink, G_TYPE_FILTER_OUTPUT_STREAM)

static gssize
calling_sink_write (GOutputStream *stream, const void *data, gsize size, GCancellable *cancellable, GError **error)
{
  CallingSink *self = (CallingSink *) stream;

  assert_pending (self->account);
  self->writes++;
  return (gssize) size;
}

static void
calling_sink_class_init (CallingSinkClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = calling_sink_write;
}

static void
calling_sink_init (CallingSink *self)
{
}

static CallingSink *
calling_sink_new (TaubeAccount *account)
{
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  CallingSink *sink = g_object_new (calling_sink_get_type (), "base-stream", memory, NULL);

  sink->account = account;
  return sink;
}

static void
test_a_blocking_call_from_inside_a_sink_returns_pending (Fixture *f, gconstpointer max)
{
  CallingSink *sink = calling_sink_new (f->account);
  g_autoptr (GError) error = NULL;

  g_assert_true (taube_folder_fetch (f->inbox, "1", NULL, 0, -1, G_OUTPUT_STREAM (sink), NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sink->writes, ==, 1);
  g_object_unref (sink);
}

static void
test_a_blocking_call_from_inside_an_asynchronous_sink_returns_pending (Fixture *f, gconstpointer max)
{
  CallingSink *sink = calling_sink_new (f->account);
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  taube_folder_fetch_async (f->inbox, "1", NULL, 0, -1, G_OUTPUT_STREAM (sink), NULL, NULL, on_outcome, &outcome);
  outcome_wait (&outcome);
  g_assert_true (taube_folder_fetch_finish (f->inbox, outcome.result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sink->writes, ==, 1);
  outcome_clear (&outcome);
  g_object_unref (sink);
}

static gboolean
ask (gpointer data)
{
  Fixture *f = data;

  assert_pending (f->account);
  g_assert_true (g_main_context_is_owner (NULL));
  server_log (f->server, "asked");
  server_open_gate (f->server, "answer");
  return G_SOURCE_REMOVE;
}

/* Asks something and waits for the answer, as a backend does that wants a password. */
static void
ask_inside (Server *server, TaubeAccount *account, gpointer data)
{
  taube_account_invoke (account, ask, data, NULL);
  server_pass (server, "answer", NULL, NULL);
}

static void
test_a_blocking_call_from_inside_a_credentials_callback_returns_pending (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeItemList) list = NULL;
  Outcome outcome = { 0 };

  server_close_gate (f->server, "answer");
  f->server->inside = ask_inside;
  f->server->inside_data = f;
  taube_folder_list_async (f->inbox, NULL, NULL, on_outcome, &outcome);
  outcome_wait (&outcome);
  list = taube_folder_list_finish (f->inbox, outcome.result, NULL);
  g_assert_nonnull (list);
  outcome_clear (&outcome);
}

static void
test_when_the_blocked_thread_owns_the_context_it_is_asked_directly (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeItemList) list = NULL;
  g_autofree char *log = NULL;

  server_close_gate (f->server, "answer");
  f->server->inside = ask_inside;
  f->server->inside_data = f;
  list = taube_folder_list (f->inbox, NULL, NULL, NULL);
  g_assert_nonnull (list);
  log = server_take_log (f->server);
  g_assert_cmpstr (log, ==, "1:open asked 1:list(INBOX)");
}

static void
test_a_thread_that_waits_for_its_lease_answers_the_one_who_has_it (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeItemList) mine = NULL;
  g_autoptr (TaubeItemList) theirs = NULL;
  Outcome outcome = { 0 };

  server_close_gate (f->server, "answer");
  f->server->inside = ask_inside;
  f->server->inside_data = f;
  taube_folder_list_async (f->inbox, NULL, NULL, on_outcome, &outcome);
  server_wait_arrived (f->server, "answer", 1);
  /* One session, held by a worker that waits for an answer from the context that this thread does not run. */
  mine = taube_folder_list (f->inbox, NULL, NULL, NULL);
  g_assert_nonnull (mine);
  outcome_wait (&outcome);
  theirs = taube_folder_list_finish (f->inbox, outcome.result, NULL);
  g_assert_nonnull (theirs);
  outcome_clear (&outcome);
}

static void
test_waiting_for_a_lease_holds_no_worker (Fixture *f, gconstpointer max)
{
  Outcome outcomes[100] = { 0 };

  server_close_gate (f->server, "list");
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    taube_folder_list_async (f->inbox, NULL, NULL, on_outcome, &outcomes[i]);
  server_wait_arrived (f->server, "list", 1);
  server_wait_queued (f->account, G_N_ELEMENTS (outcomes) - 1);
  server_open_gate (f->server, "list");
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_autoptr (TaubeItemList) list = NULL;

      outcome_wait (&outcomes[i]);
      list = taube_folder_list_finish (f->inbox, outcomes[i].result, NULL);
      g_assert_nonnull (list);
      outcome_clear (&outcomes[i]);
    }
  g_assert_cmpuint (f->server->threads_peak, ==, 1);
}

/* Comes first: threads of earlier tests would still be there. */
static void
test_workers_are_no_more_than_set (Fixture *f, gconstpointer max)
{
  Outcome outcomes[8] = { 0 };
  guint n = G_N_ELEMENTS (outcomes);

  taube_set_maximum_workers (2);
  server_close_gate (f->server, "list");
  for (guint i = 0; i < n; i++)
    taube_folder_list_async (f->inbox, NULL, NULL, on_outcome, &outcomes[i]);
  server_wait_arrived (f->server, "prepare", n); /* there is a session for each */
  for (guint i = 0; i < n; i++)
    {
      server_wait_arrived (f->server, "list", MIN (i + 2, n));
      server_let_one (f->server, "list");
    }
  for (guint i = 0; i < n; i++)
    {
      outcome_wait (&outcomes[i]);
      g_object_unref (taube_folder_list_finish (f->inbox, outcomes[i].result, NULL));
      outcome_clear (&outcomes[i]);
    }
  g_assert_cmpuint (f->server->threads_peak, ==, 2);
  taube_set_maximum_workers (32);
}

static void
test_cancelled_while_queued (Fixture *f, gconstpointer max)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Outcome running = { 0 }, waiting = { 0 };

  server_close_gate (f->server, "list");
  taube_folder_list_async (f->inbox, NULL, NULL, on_outcome, &running);
  server_wait_arrived (f->server, "list", 1);
  taube_folder_list_async (f->inbox, NULL, cancellable, on_outcome, &waiting);
  g_cancellable_cancel (cancellable);
  g_assert_null (waiting.result); /* never within the call */
  outcome_wait (&waiting);
  g_assert_null (taube_folder_list_finish (f->inbox, waiting.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (running.result);
  server_open_gate (f->server, "list");
  outcome_wait (&running);
  g_object_unref (taube_folder_list_finish (f->inbox, running.result, NULL));
  outcome_clear (&running);
  outcome_clear (&waiting);
}

static void
test_cancelled_before_the_call (Fixture *f, gconstpointer max)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  g_cancellable_cancel (cancellable);
  taube_folder_list_async (f->inbox, NULL, cancellable, on_outcome, &outcome);
  g_assert_null (outcome.result);
  outcome_wait (&outcome);
  g_assert_null (taube_folder_list_finish (f->inbox, outcome.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (f->server->created, ==, 0);
  outcome_clear (&outcome);
}

static void
test_references_go_back_before_they_are_dropped (Fixture *f, gconstpointer max)
{
  GOutputStream *sink = g_memory_output_stream_new_resizable ();
  TaubeProgress *progress = taube_progress_new ();
  gpointer weak_sink = sink, weak_progress = progress, weak_folder = f->inbox;
  Outcome outcome = { 0 };

  g_object_add_weak_pointer (G_OBJECT (sink), &weak_sink);
  g_object_add_weak_pointer (G_OBJECT (progress), &weak_progress);
  g_object_add_weak_pointer (G_OBJECT (f->inbox), &weak_folder);
  server_close_gate (f->server, "fetch");
  taube_folder_fetch_async (f->inbox, "1", NULL, 0, -1, sink, progress, NULL, on_outcome, &outcome);
  g_object_unref (sink);
  g_object_unref (progress);
  g_clear_object (&f->inbox);
  server_wait_arrived (f->server, "fetch", 1);
  server_open_gate (f->server, "fetch");
  server_wait_parked (f->server, 1);
  /* The job has ended; this context has not run. */
  g_assert_nonnull (weak_sink);
  g_assert_nonnull (weak_progress);
  g_assert_nonnull (weak_folder);
  outcome_wait (&outcome);
  outcome_clear (&outcome);
  iterate ();
  g_assert_null (weak_sink);
  g_assert_null (weak_progress);
  g_assert_null (weak_folder);
}

static void
test_disposing_an_account_cancels_its_jobs_and_never_blocks (Fixture *f, gconstpointer max)
{
  Outcome running = { 0 }, waiting = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) waiting_error = NULL;
  g_autoptr (GError) late_error = NULL;

  server_bar_gate (f->server, "list");
  taube_folder_list_async (f->inbox, NULL, NULL, on_outcome, &running);
  taube_folder_list_async (f->inbox, NULL, NULL, on_outcome, &waiting);
  server_wait_arrived (f->server, "list", 1);
  blocking_forbid ();
  g_object_run_dispose (G_OBJECT (f->account));
  blocking_allow ();
  outcome_wait (&waiting);
  /* What runs is cancelled, and does not care. */
  server_wait_cancelled (f->server, "list", 1);
  g_assert_cmpuint (server_count_threads (f->server), ==, 1);
  g_assert_null (running.result);
  server_open_gate (f->server, "list");
  outcome_wait (&running);
  g_assert_null (taube_folder_list_finish (f->inbox, running.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (taube_folder_list_finish (f->inbox, waiting.result, &waiting_error));
  g_assert_error (waiting_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (taube_folder_list (f->inbox, NULL, NULL, &late_error));
  g_assert_error (late_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&running);
  outcome_clear (&waiting);
}

/* Somebody waits for a server that never takes its leave: nobody but a worker. */
static void
let_it_close (Server *server)
{
  server_wait_arrived (server, "close", 1);
  g_assert_cmpuint (server_count_threads (server), ==, 1);
  server_open_gate (server, "close");
  server_wait_alive (server, 0);
}

static void
test_dropping_an_account_whose_session_never_closes_does_not_block (Fixture *f, gconstpointer max)
{
  g_assert_true (taube_account_connect (f->account, NULL, NULL));
  server_wait_parked (f->server, 1);
  server_bar_gate (f->server, "close");
  g_clear_object (&f->inbox);
  blocking_forbid ();
  g_clear_object (&f->account);
  blocking_allow ();
  let_it_close (f->server);
}

static void
test_disposing_an_account_whose_session_never_closes_does_not_block (Fixture *f, gconstpointer max)
{
  g_assert_true (taube_account_connect (f->account, NULL, NULL));
  server_wait_parked (f->server, 1);
  server_bar_gate (f->server, "close");
  blocking_forbid ();
  g_object_run_dispose (G_OBJECT (f->account));
  blocking_allow ();
  let_it_close (f->server);
}

static void
test_dropping_an_account_while_it_connects (Fixture *f, gconstpointer max)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { 0 };

  server_close_gate (f->server, "prepare");
  taube_account_connect_async (f->account, cancellable, on_outcome, &outcome);
  server_wait_arrived (f->server, "prepare", 1);
  g_cancellable_cancel (cancellable);
  outcome_wait (&outcome);
  outcome_clear (&outcome);
  g_clear_object (&f->inbox);
  blocking_forbid ();
  g_clear_object (&f->account);
  blocking_allow ();
  server_wait_alive (f->server, 0);
}

static void
drop_on_worker (gpointer data)
{
  blocking_forbid ();
  g_object_unref (data);
  blocking_allow ();
}

static gboolean
drop_on_io_thread (gpointer data)
{
  blocking_forbid ();
  g_object_unref (data);
  blocking_allow ();
  return G_SOURCE_REMOVE;
}

static void
test_the_last_reference_may_go_on_a_worker (Fixture *f, gconstpointer max)
{
  g_assert_true (taube_account_connect (f->account, NULL, NULL));
  server_wait_parked (f->server, 1);
  server_bar_gate (f->server, "close");
  g_clear_object (&f->inbox);
  taube_worker_push (drop_on_worker, g_steal_pointer (&f->account));
  let_it_close (f->server);
}

static void
test_the_last_reference_may_go_on_the_io_thread (Fixture *f, gconstpointer max)
{
  g_assert_true (taube_account_connect (f->account, NULL, NULL));
  server_wait_parked (f->server, 1);
  server_bar_gate (f->server, "close");
  g_clear_object (&f->inbox);
  taube_io_thread_invoke (drop_on_io_thread, g_steal_pointer (&f->account), NULL);
  let_it_close (f->server);
}

static void
test_a_program_without_a_main_loop_leaves_nothing_behind (Fixture *f, gconstpointer max)
{
  gpointer weak = f->account;
  guint tries = 0;

  g_object_add_weak_pointer (G_OBJECT (f->account), &weak);
  g_object_unref (taube_folder_list (f->inbox, NULL, NULL, NULL));
  g_ptr_array_unref (taube_account_list_folders (f->account, TAUBE_CONTENT_ANY, NULL, NULL));
  server_wait_parked (f->server, 1);
  g_assert_true (server_speak (f->server, 0, TAUBE_WAKE_READABLE));
  server_wait_arrived (f->server, "wake", 1);
  server_wait_parked (f->server, 1);
  g_clear_object (&f->inbox);
  g_clear_object (&f->account);
  /* The context was never run: what the library borrowed for a moment is back all the same. */
  server_wait_alive (f->server, 0);
  for (; weak != NULL && tries < 1000; tries++)
    g_thread_yield ();
  g_assert_null (weak);
}

static void
assert_contract_complaint (const char *expected)
{
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr (expected);
}

static void
test_failed_if_and_only_if_an_error_is_set__neither (Fixture *f, gconstpointer max)
{
  if (!g_test_subprocess ())
    {
      assert_contract_complaint ("*TestFolder breaks the contract of TaubeFolder.list: it failed without an error*");
      return;
    }
  f->server->spoils = TRUE;
  g_assert_null (taube_folder_list (f->inbox, NULL, NULL, NULL));
}

static void
test_failed_if_and_only_if_an_error_is_set__both (Fixture *f, gconstpointer max)
{
  if (!g_test_subprocess ())
    {
      assert_contract_complaint ("*TestFolder breaks the contract of TaubeFolder.list: it succeeded with an error*");
      return;
    }
  f->server->lies = TRUE;
  g_assert_null (taube_folder_list (f->inbox, NULL, NULL, NULL));
}

static GLogWriterOutput
swallow (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  return G_LOG_WRITER_HANDLED;
}

static void
test_a_broken_contract_is_repaired (Fixture *f, gconstpointer max)
{
  g_autoptr (GError) neither = NULL;
  g_autoptr (GError) both = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }
  g_log_set_writer_func (swallow, NULL, NULL);
  f->server->spoils = TRUE;
  g_assert_null (taube_folder_list (f->inbox, NULL, NULL, &neither));
  g_assert_error (neither, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  f->server->spoils = FALSE;
  f->server->lies = TRUE;
  g_assert_null (taube_folder_list (f->inbox, NULL, NULL, &both));
  g_assert_error (both, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
}

static void
test_what_is_not_supported_fails_before_any_traffic (Fixture *f, gconstpointer max)
{
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) contacts = NULL;
  g_autoptr (GError) range = NULL;
  g_autoptr (GError) item = NULL;
  g_autoptr (GError) later = NULL;
  Outcome outcome = { 0 };

  g_assert_null (taube_account_list_folders (f->account, TAUBE_CONTENT_CONTACTS, NULL, &contacts));
  g_assert_error (contacts, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (contacts->message, "mail only"));
  g_assert_false (taube_folder_fetch (f->inbox, "1", NULL, 5, 10, sink, NULL, NULL, &range));
  g_assert_error (range, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (range->message, "all or nothing"));
  g_assert_null (taube_folder_get_item (f->inbox, "1", NULL, &item));
  g_assert_error (item, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  taube_folder_get_item_async (f->inbox, "1", NULL, on_outcome, &outcome);
  g_assert_null (outcome.result);
  outcome_wait (&outcome);
  g_assert_null (taube_folder_get_item_finish (f->inbox, outcome.result, &later));
  g_assert_error (later, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  outcome_clear (&outcome);
  g_assert_cmpuint (f->server->created, ==, 0);
}

/* Ten thousand accounts whose server does not answer hold no thread. */
#define MANY 10000

static void
test_ten_thousand_reconnecting_accounts_need_no_ten_thousand_threads (Fixture *f, gconstpointer max)
{
  g_autoptr (GPtrArray) accounts = g_ptr_array_new_with_free_func (g_object_unref);
  Outcome *outcomes = g_new0 (Outcome, MANY);

  server_close_gate (f->server, "prepare");
  for (guint i = 0; i < MANY; i++)
    {
      g_ptr_array_add (accounts, server_create_account (f->server, 1));
      taube_account_connect_async (g_ptr_array_index (accounts, i), NULL, on_outcome, &outcomes[i]);
    }
  server_wait_arrived (f->server, "prepare", MANY);
  g_assert_cmpuint (f->server->threads_peak, ==, 0);
  server_open_gate (f->server, "prepare");
  for (guint i = 0; i < MANY; i++)
    {
      outcome_wait (&outcomes[i]);
      g_assert_true (taube_account_connect_finish (g_ptr_array_index (accounts, i), outcomes[i].result, NULL));
      outcome_clear (&outcomes[i]);
    }
  g_assert_cmpuint (f->server->threads_peak, <=, 32);
  g_free (outcomes);
}

#define ADD(name, max) g_test_add ("/core/job/" #name, Fixture, GUINT_TO_POINTER (max), set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (workers_are_no_more_than_set, 9);
  ADD (a_blocking_call_runs_on_the_callers_own_thread, 2);
  ADD (an_asynchronous_one_runs_on_a_worker_and_finishes_in_the_callers_context, 2);
  ADD (the_callers_context_is_not_the_accounts, 2);
  ADD (a_blocking_call_from_inside_a_sink_returns_pending, 2);
  ADD (a_blocking_call_from_inside_an_asynchronous_sink_returns_pending, 2);
  ADD (a_blocking_call_from_inside_a_credentials_callback_returns_pending, 2);
  ADD (when_the_blocked_thread_owns_the_context_it_is_asked_directly, 2);
  ADD (a_thread_that_waits_for_its_lease_answers_the_one_who_has_it, 1);
  ADD (waiting_for_a_lease_holds_no_worker, 1);
  ADD (cancelled_while_queued, 1);
  ADD (cancelled_before_the_call, 1);
  ADD (references_go_back_before_they_are_dropped, 1);
  ADD (disposing_an_account_cancels_its_jobs_and_never_blocks, 1);
  ADD (dropping_an_account_whose_session_never_closes_does_not_block, 1);
  ADD (disposing_an_account_whose_session_never_closes_does_not_block, 1);
  ADD (dropping_an_account_while_it_connects, 1);
  ADD (the_last_reference_may_go_on_a_worker, 1);
  ADD (the_last_reference_may_go_on_the_io_thread, 1);
  ADD (a_program_without_a_main_loop_leaves_nothing_behind, 1);
  ADD (failed_if_and_only_if_an_error_is_set__neither, 1);
  ADD (failed_if_and_only_if_an_error_is_set__both, 1);
  ADD (a_broken_contract_is_repaired, 1);
  ADD (what_is_not_supported_fails_before_any_traffic, 1);
  ADD (ten_thousand_reconnecting_accounts_need_no_ten_thousand_threads, 1);
  return g_test_run ();
}
