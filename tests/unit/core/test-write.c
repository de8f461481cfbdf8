/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core-backend.h"

#include <taube/taube-error.h>
#include <taube/taube-message-source.h>

#include <string.h>

/* What changes something: what is refused before anything is sent, and what happens when a session breaks in the middle
 * of it. */

typedef struct
{
  Server *server;
  TaubeAccount *account;
  TaubeFolder *inbox;
  TaubeFolder *target;
  TaubeIdSet *ids;
} Fixture;

static void
set_up (Fixture *f, gconstpointer max)
{
  static const char *const ids[] = { "7.1", "7.2", NULL };

  f->server = server_new ();
  f->account = server_create_account (f->server, GPOINTER_TO_UINT (max));
  f->inbox = taube_account_get_folder_by_name (f->account, "INBOX");
  f->target = taube_account_get_folder_by_name (f->account, "Target");
  f->ids = taube_id_set_new_from_ids (ids);
}

static void
tear_down (Fixture *f, gconstpointer max)
{
  g_clear_object (&f->inbox);
  g_clear_object (&f->target);
  g_clear_object (&f->account);
  taube_id_set_free (f->ids);
  iterate ();
  server_free (f->server);
}

/* In the blocking form, or in the asynchronous one. */
static TaubeBatchResult *
copy (Fixture *f, gboolean async, GCancellable *cancellable, GError **error)
{
  Outcome outcome = { 0 };
  TaubeBatchResult *result;

  if (!async)
    return taube_folder_copy (f->inbox, f->ids, f->target, NULL, cancellable, error);
  taube_folder_copy_async (f->inbox, f->ids, f->target, NULL, cancellable, on_outcome, &outcome);
  outcome_wait (&outcome);
  g_assert_true (outcome.thread == g_thread_self ());
  result = taube_folder_copy_finish (f->inbox, outcome.result, error);
  outcome_clear (&outcome);
  return result;
}

static void
assert_status (TaubeBatchResult *result, TaubeBatchStatus status)
{
  g_assert_cmpuint (taube_batch_result_count (result, status), ==, 2);
}

static void
assert_log (Fixture *f, const char *expected)
{
  g_autofree char *log = server_take_log (f->server);

  g_assert_cmpstr (log, ==, expected);
}

static void
test_another_account_is_refused_before_anything_is_sent (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeAccount) other = server_create_account (f->server, 1);
  g_autoptr (TaubeFolder) target = taube_account_get_folder_by_name (other, "Target");
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_folder_copy (f->inbox, f->ids, target, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "another account"));
  assert_log (f, "");
}

static void
test_what_the_backend_lacks_is_refused_before_anything_is_sent (Fixture *f, gconstpointer max)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_folder_move (f->inbox, f->ids, f->target, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (taube_folder_remove (f->inbox, f->ids, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_null (taube_folder_replace (f->inbox, "7.1", source, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  assert_log (f, "");
}

static void
test_a_message_is_measured_before_a_session_is_taken (Fixture *f, gconstpointer max)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("Coo.\n", 5);
  g_autoptr (TaubeMessageSource) empty = taube_message_source_new_from_bytes (nothing);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  g_assert_null (taube_folder_append (f->inbox, &empty, 1, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "message 1 into folder \"INBOX\""));
  g_clear_error (&error);
  taube_folder_append_async (f->inbox, &empty, 1, NULL, NULL, on_outcome, &outcome);
  outcome_wait (&outcome);
  g_assert_null (taube_folder_append_finish (f->inbox, outcome.result, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_clear_error (&error);
  outcome_clear (&outcome);
  assert_log (f, "");

  taube_folder_append_async (f->inbox, &source, 1, NULL, NULL, on_outcome, &outcome);
  outcome_wait (&outcome);
  result = taube_folder_append_finish (f->inbox, outcome.result, &error);
  g_assert_no_error (error);
  g_assert_true (taube_batch_result_is_all_done (result));
  outcome_clear (&outcome);
  assert_log (f, "1:open 6bytes 1:append(INBOX)");
}

/* The second session finds out, and what it says counts. */
static void
test_a_doubt_is_looked_after_on_another_session (Fixture *f, gconstpointer max)
{
  for (guint async = 0; async < 2; async++)
    {
      g_autoptr (TaubeBatchResult) result = NULL;
      g_autoptr (GError) error = NULL;

      f->server->doubts = 1;
      result = copy (f, async, NULL, &error);
      g_assert_no_error (error);
      assert_status (result, TAUBE_BATCH_STATUS_DONE);
      assert_log (f, async ? "2:copy(INBOX) 3:open 3:look(INBOX)" : "1:open 1:copy(INBOX) 2:open 2:look(INBOX)");
    }
}

static void
test_nothing_done_is_tried_again_once (Fixture *f, gconstpointer max)
{
  for (guint async = 0; async < 2; async++)
    {
      g_autoptr (TaubeBatchResult) result = NULL;
      g_autoptr (GError) error = NULL;

      f->server->breaks = TRUE;
      result = copy (f, async, NULL, &error);
      g_assert_no_error (error);
      assert_status (result, TAUBE_BATCH_STATUS_DONE);
      assert_log (f, async ? "2:copy(INBOX) 3:open 3:copy(INBOX)" : "1:open 1:copy(INBOX) 2:open 2:copy(INBOX)");
    }
}

/* There is no third attempt, and no second one when there is no session for it. */
static void
test_what_is_not_found_out_stays_unknown (Fixture *f, gconstpointer max)
{
  for (guint async = 0; async < 2; async++)
    {
      g_autoptr (TaubeBatchResult) twice = NULL, alone = NULL;
      g_autoptr (GError) error = NULL;

      f->server->doubts = 2;
      twice = copy (f, async, NULL, &error);
      g_assert_no_error (error);
      assert_status (twice, TAUBE_BATCH_STATUS_UNKNOWN);

      f->server->doubts = 1;
      g_queue_push_tail (&f->server->open_errors, NULL);
      g_queue_push_tail (&f->server->open_errors,
                         g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "the network is gone"));
      alone = copy (f, async, NULL, &error);
      g_assert_no_error (error);
      assert_status (alone, TAUBE_BATCH_STATUS_UNKNOWN);
    }
}

typedef struct
{
  Fixture *f;
  GCancellable *cancellable;
} Canceller;

static gpointer
cancel_at_look (gpointer data)
{
  Canceller *canceller = data;

  server_wait_arrived (canceller->f->server, "look", 1);
  g_cancellable_cancel (canceller->cancellable);
  return NULL;
}

static void
test_who_cancels_the_second_attempt_gets_what_is_known (Fixture *f, gconstpointer max)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TaubeBatchResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Canceller canceller = { f, cancellable };
  GThread *thread;

  server_close_gate (f->server, "look");
  f->server->doubts = 1;
  thread = g_thread_new ("canceller", cancel_at_look, &canceller);
  result = copy (f, FALSE, cancellable, &error);
  g_thread_join (thread);
  g_assert_no_error (error);
  assert_status (result, TAUBE_BATCH_STATUS_UNKNOWN);
}

#define ADD(name) \
  g_test_add ("/write/" #name, Fixture, GUINT_TO_POINTER (1), set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (another_account_is_refused_before_anything_is_sent);
  ADD (what_the_backend_lacks_is_refused_before_anything_is_sent);
  ADD (a_message_is_measured_before_a_session_is_taken);
  ADD (a_doubt_is_looked_after_on_another_session);
  ADD (nothing_done_is_tried_again_once);
  ADD (what_is_not_found_out_stays_unknown);
  ADD (who_cancels_the_second_attempt_gets_what_is_known);
  return g_test_run ();
}
