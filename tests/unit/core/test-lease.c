/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core-backend.h"

#include <taube/taube-error.h>

/* "A job takes a lease on one of the account's connections from one queue." Each test is named after the sentence of
 * the contract that it proves. */

typedef struct
{
  Server *server;
  TaubeAccount *account;
  TaubeFolder *inbox;
  TaubeFolder *sent;
} Fixture;

static void
set_up (Fixture *f, gconstpointer max)
{
  f->server = server_new ();
  f->account = server_create_account (f->server, GPOINTER_TO_UINT (max));
  f->inbox = taube_account_get_folder_by_name (f->account, "INBOX");
  f->sent = taube_account_get_folder_by_name (f->account, "Sent");
}

static void
tear_down (Fixture *f, gconstpointer max)
{
  g_object_unref (f->inbox);
  g_object_unref (f->sent);
  g_object_unref (f->account);
  iterate ();
  server_free (f->server);
}

static void
assert_listed (ListCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) list = list_call_join (call, &error);

  g_assert_no_error (error);
  g_assert_nonnull (list);
}

static void
assert_cancelled (ListCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) list = list_call_join (call, &error);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (list);
}

static void
assert_log (Server *server, const char *expected)
{
  g_autofree char *log = server_take_log (server);

  g_assert_cmpstr (log, ==, expected);
}

/* Waits until the calls have queued themselves: they are on threads of their own. */
static void
begin_in_order (Fixture *f, ListCall **calls, const TaubePriority *priorities, TaubeFolder *const *folders, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      calls[i] = list_call_new (folders[i], priorities[i]);
      server_wait_queued (f->account, i + 1);
    }
}

static void
test_one_queue_by_priority (Fixture *f, gconstpointer max)
{
  const TaubePriority priorities[] = { TAUBE_PRIORITY_BACKGROUND, TAUBE_PRIORITY_NORMAL, TAUBE_PRIORITY_INTERACTIVE };
  TaubeFolder *folders[] = { f->inbox, f->sent, f->inbox };
  ListCall *first, *calls[3];

  server_close_gate (f->server, "list");
  first = list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL);
  server_wait_arrived (f->server, "list", 1);
  begin_in_order (f, calls, priorities, folders, 3);
  for (guint i = 0; i < 4; i++)
    {
      server_wait_arrived (f->server, "list", i + 1);
      server_let_one (f->server, "list");
    }
  assert_listed (first);
  for (guint i = 0; i < 3; i++)
    assert_listed (calls[i]);
  assert_log (f->server, "1:open 1:list(INBOX) 1:list(INBOX) 1:list(Sent) 1:list(INBOX)");
  g_assert_cmpuint (f->server->peak, ==, 1);
}

static void
test_first_come_within (Fixture *f, gconstpointer max)
{
  const TaubePriority priorities[] = { TAUBE_PRIORITY_NORMAL, TAUBE_PRIORITY_NORMAL, TAUBE_PRIORITY_NORMAL };
  TaubeFolder *folders[] = { f->sent, f->inbox, f->sent };
  ListCall *first, *calls[3];

  server_close_gate (f->server, "list");
  first = list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL);
  server_wait_arrived (f->server, "list", 1);
  begin_in_order (f, calls, priorities, folders, 3);
  server_open_gate (f->server, "list");
  assert_listed (first);
  for (guint i = 0; i < 3; i++)
    assert_listed (calls[i]);
  assert_log (f->server, "1:open 1:list(INBOX) 1:list(Sent) 1:list(INBOX) 1:list(Sent)");
}

static void
test_a_click_is_not_behind_a_long_list (Fixture *f, gconstpointer max)
{
  ListCall *slow, *quiet, *click;

  server_close_gate (f->server, "list");
  slow = list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL);
  server_wait_arrived (f->server, "list", 1);
  /* The second connection is not for those nobody waits for … */
  quiet = list_call_new (f->sent, TAUBE_PRIORITY_BACKGROUND);
  server_wait_queued (f->account, 1);
  g_assert_cmpuint (server_get_opened (f->server), ==, 1);
  /* … but for the click. */
  click = list_call_new (f->sent, TAUBE_PRIORITY_INTERACTIVE);
  server_wait_arrived (f->server, "list", 2);
  g_assert_cmpuint (server_get_opened (f->server), ==, 2);
  server_open_gate (f->server, "list");
  assert_listed (click);
  assert_listed (slow);
  assert_listed (quiet);
  g_assert_cmpuint (f->server->peak, ==, 2);
}

static void
push_failures (Fixture *f, guint n)
{
  g_mutex_lock (&f->server->lock);
  for (guint i = 0; i < n; i++)
    g_queue_push_tail (&f->server->open_errors,
                       g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "there is no server"));
  g_mutex_unlock (&f->server->lock);
}

static void
fail_to_list (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) list = taube_folder_list (f->inbox, NULL, NULL, &error);

  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_null (list);
}

/* A quarter of a second is the least that is left of the first pause. */
static void
test_after_three_failures_the_next_call_waits (Fixture *f, gconstpointer max)
{
  gint64 begin;

  push_failures (f, 4);
  for (guint i = 0; i < 4; i++)
    fail_to_list (f);
  begin = g_get_monotonic_time ();
  assert_listed (list_call_new (f->inbox, TAUBE_PRIORITY_INTERACTIVE));
  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 240000);
  g_assert_cmpuint (server_get_opened (f->server), ==, 1);

  /* what worked in between makes the count begin anew */
  f->server->breaks = TRUE;
  fail_to_list (f);

  push_failures (f, 2);
  fail_to_list (f);
  fail_to_list (f);
  assert_listed (list_call_new (f->inbox, TAUBE_PRIORITY_INTERACTIVE));
}

static void
test_the_pause_is_cancellable (Fixture *f, gconstpointer max)
{
  ListCall *call;

  push_failures (f, 4);
  for (guint i = 0; i < 4; i++)
    fail_to_list (f);
  server_close_gate (f->server, "open");
  call = list_call_new (f->inbox, TAUBE_PRIORITY_INTERACTIVE);
  g_cancellable_cancel (call->cancellable);
  assert_cancelled (call);
  server_open_gate (f->server, "open");
  g_assert_cmpuint (server_get_opened (f->server), ==, 0);
}

static void
test_waiting_is_cancellable (Fixture *f, gconstpointer max)
{
  ListCall *running, *waiting;

  server_close_gate (f->server, "list");
  running = list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL);
  server_wait_arrived (f->server, "list", 1);
  waiting = list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL);
  server_wait_queued (f->account, 1);
  g_cancellable_cancel (waiting->cancellable);
  assert_cancelled (waiting);
  server_open_gate (f->server, "list");
  assert_listed (running);
  assert_log (f->server, "1:open 1:list(INBOX)");
}

static void
test_cancelled_before_it_began_keeps_the_session (Fixture *f, gconstpointer max)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (taube_account_connect (f->account, NULL, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_null (taube_folder_list (f->inbox, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_listed (list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL));
  assert_log (f->server, "1:open 1:list(INBOX)");
}

static void
test_cancelling_in_the_middle_drops_the_connection (Fixture *f, gconstpointer max)
{
  ListCall *call;

  server_close_gate (f->server, "list");
  call = list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL);
  server_wait_arrived (f->server, "list", 1);
  g_cancellable_cancel (call->cancellable);
  assert_cancelled (call);
  server_wait_alive (f->server, 0);
  server_open_gate (f->server, "list");
  assert_listed (list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL));
  assert_log (f->server, "1:open 1:list(INBOX) 2:open 2:list(INBOX)");
}

static void
test_cancelling_while_connecting (Fixture *f, gconstpointer max)
{
  ListCall *call;

  server_close_gate (f->server, "prepare");
  call = list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL);
  server_wait_arrived (f->server, "prepare", 1);
  g_cancellable_cancel (call->cancellable);
  assert_cancelled (call);
  server_wait_alive (f->server, 0);
  g_assert_cmpint (taube_account_get_state (f->account), ==, TAUBE_ACCOUNT_STATE_DISCONNECTED);
  server_open_gate (f->server, "prepare");
  assert_listed (list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL));
}

static void
test_cancelling_while_signing_in (Fixture *f, gconstpointer max)
{
  ListCall *call, *other;

  server_close_gate (f->server, "open");
  call = list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL);
  server_wait_arrived (f->server, "open", 1);
  other = list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL);
  server_wait_queued (f->account, 1);
  g_cancellable_cancel (call->cancellable);
  assert_cancelled (call);
  /* Nobody else is harmed by it. */
  server_open_gate (f->server, "open");
  assert_listed (other);
}

static void
test_affinity_comes_first (Fixture *f, gconstpointer max)
{
  ListCall *inbox, *sent;

  server_close_gate (f->server, "list");
  inbox = list_call_new (f->inbox, TAUBE_PRIORITY_INTERACTIVE);
  server_wait_arrived (f->server, "list", 1);
  sent = list_call_new (f->sent, TAUBE_PRIORITY_INTERACTIVE);
  server_wait_arrived (f->server, "list", 2);
  server_open_gate (f->server, "list");
  assert_listed (inbox);
  assert_listed (sent);
  server_wait_parked (f->server, 2);
  g_free (server_take_log (f->server));
  assert_listed (list_call_new (f->sent, TAUBE_PRIORITY_NORMAL));
  assert_listed (list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL));
  assert_listed (list_call_new (f->sent, TAUBE_PRIORITY_NORMAL));
  assert_log (f->server, "2:list(Sent) 1:list(INBOX) 2:list(Sent)");
}

static void
test_a_broken_session_is_replaced_at_the_next_use (Fixture *f, gconstpointer max)
{
  g_autoptr (GError) error = NULL;

  f->server->breaks = TRUE;
  g_assert_null (taube_folder_list (f->inbox, NULL, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  server_wait_alive (f->server, 0);
  /* It will be made again: the account has not left. */
  g_assert_cmpint (taube_account_get_state (f->account), ==, TAUBE_ACCOUNT_STATE_CONNECTED);
  assert_listed (list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL));
  assert_log (f->server, "1:open 1:list(INBOX) 2:open 2:list(INBOX)");
}

static void
test_a_parked_session_that_went_stale_costs_nobody_an_error (Fixture *f, gconstpointer max)
{
  g_assert_true (taube_account_connect (f->account, NULL, NULL));
  server_wait_parked (f->server, 1);
  server_close_gate (f->server, "wake");
  server_break_all (f->server);
  server_wait_arrived (f->server, "wake", 1);
  server_open_gate (f->server, "wake");
  server_wait_alive (f->server, 0);
  assert_listed (list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL));
  assert_log (f->server, "1:open 1:wake 2:open 2:list(INBOX)");
}

static void
test_a_woken_session_goes_back_to_rest (Fixture *f, gconstpointer max)
{
  g_assert_true (taube_account_connect (f->account, NULL, NULL));
  server_wait_parked (f->server, 1);
  g_assert_true (server_speak (f->server, 0, TAUBE_WAKE_READABLE));
  server_wait_arrived (f->server, "wake", 1);
  server_wait_parked (f->server, 1);
  g_assert_true (server_speak (f->server, 0, TAUBE_WAKE_DEADLINE));
  server_wait_arrived (f->server, "wake", 2);
  server_wait_parked (f->server, 1);
  assert_listed (list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL));
  assert_log (f->server, "1:open 1:wake 1:wake 1:list(INBOX)");
}

static void
test_a_server_that_refuses_more_is_served_by_what_there_is (Fixture *f, gconstpointer max)
{
  ListCall *first, *second, *third;

  server_close_gate (f->server, "list");
  first = list_call_new (f->inbox, TAUBE_PRIORITY_INTERACTIVE);
  server_wait_arrived (f->server, "list", 1);
  g_queue_push_tail (&f->server->open_errors, g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_LIMIT, "one is enough"));
  second = list_call_new (f->inbox, TAUBE_PRIORITY_INTERACTIVE);
  server_wait_arrived (f->server, "open", 2);
  server_wait_queued (f->account, 1); /* refused, and back in the queue */
  third = list_call_new (f->inbox, TAUBE_PRIORITY_INTERACTIVE);
  server_wait_queued (f->account, 2);
  server_open_gate (f->server, "list");
  assert_listed (first);
  assert_listed (second);
  assert_listed (third);
  assert_log (f->server, "1:open 1:list(INBOX) 2:refused 1:list(INBOX) 1:list(INBOX)");
  g_assert_cmpuint (server_get_opened (f->server), ==, 1);
}

static void
test_a_refused_password_is_not_tried_for_everybody (Fixture *f, gconstpointer max)
{
  ListCall *calls[4];

  for (guint i = 0; i < 4; i++)
    g_queue_push_tail (&f->server->open_errors, g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_AUTH, "wrong"));
  server_close_gate (f->server, "open");
  calls[0] = list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL);
  server_wait_arrived (f->server, "open", 1);
  for (guint i = 1; i < 4; i++)
    {
      calls[i] = list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL);
      server_wait_queued (f->account, i);
    }
  server_open_gate (f->server, "open");
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (list_call_join (calls[i], &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
    }
  g_assert_cmpuint (server_count_arrived (f->server, "open"), ==, 1);
  g_assert_cmpint (taube_account_get_state (f->account), ==, TAUBE_ACCOUNT_STATE_DISCONNECTED);
  g_queue_clear_full (&f->server->open_errors, (GDestroyNotify) g_error_free);
  /* An explicit call tries at once. */
  assert_listed (list_call_new (f->inbox, TAUBE_PRIORITY_NORMAL));
}

static void
test_a_host_that_is_down_is_told_to_all_that_wait (Fixture *f, gconstpointer max)
{
  g_autoptr (GError) error = NULL;

  g_queue_push_tail (&f->server->prepare_errors,
                     g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "connection refused"));
  g_assert_false (taube_account_connect (f->account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_cmpint (taube_account_get_state (f->account), ==, TAUBE_ACCOUNT_STATE_DISCONNECTED);
  g_assert_true (taube_account_connect (f->account, NULL, NULL));
  g_assert_cmpint (taube_account_get_state (f->account), ==, TAUBE_ACCOUNT_STATE_CONNECTED);
}

#define ADD(name, max) \
  g_test_add ("/core/lease/" #name, Fixture, GUINT_TO_POINTER (max), set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (one_queue_by_priority, 1);
  ADD (first_come_within, 1);
  ADD (a_click_is_not_behind_a_long_list, 2);
  ADD (waiting_is_cancellable, 1);
  ADD (cancelled_before_it_began_keeps_the_session, 2);
  ADD (cancelling_in_the_middle_drops_the_connection, 2);
  ADD (cancelling_while_connecting, 2);
  ADD (cancelling_while_signing_in, 1);
  ADD (affinity_comes_first, 4);
  ADD (a_broken_session_is_replaced_at_the_next_use, 2);
  ADD (a_parked_session_that_went_stale_costs_nobody_an_error, 2);
  ADD (a_woken_session_goes_back_to_rest, 2);
  ADD (a_server_that_refuses_more_is_served_by_what_there_is, 3);
  ADD (a_refused_password_is_not_tried_for_everybody, 1);
  ADD (a_host_that_is_down_is_told_to_all_that_wait, 2);
  ADD (after_three_failures_the_next_call_waits, 1);
  ADD (the_pause_is_cancellable, 1);
  return g_test_run ();
}
