/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core-backend.h"

#include <taube/taube-error.h>
#include <taube/taube-watch.h>
#include <taube-backend/taube-changes-impl.h>
#include <taube-backend/taube-id-set-impl.h>
#include <taube-backend/taube-testing.h>
#include <taube-backend/taube-throttle.h>

#include "core/taube-watch-private.h"

/* Watches: nothing is lost and nothing comes twice, whatever breaks. The mailbox is a number that grows. */

typedef struct
{
  Server *server;
  TaubeAccount *account;
  TaubeFolder *inbox;
  TaubeFolder *sent;
  GMutex lock;
  GCond cond;
  guint count;                  /* messages in each folder, under lock */
  guint shared_steps;           /* with TAUBE_WATCH_POLL */
  guint starts;                 /* with TAUBE_WATCH_START */
  const char *gone;             /* the name of a folder that is not there */
  gboolean moody;               /* steps fail by chance */
  GRand *rand;
} Fixture;

static GMutex pauses_lock;
static GArray *pauses;          /* of the reconnects, under pauses_lock */

/* No test waits for a pause. */
static guint
no_pause (guint attempt, guint milliseconds)
{
  if (attempt == 0)
    return 1; /* between two polls */
  g_mutex_lock (&pauses_lock);
  g_array_append_val (pauses, milliseconds);
  g_mutex_unlock (&pauses_lock);
  return 0;
}

static gboolean
fails_by_chance (Fixture *f)
{
  gboolean fails;

  g_mutex_lock (&f->lock);
  fails = f->moody && g_rand_int_range (f->rand, 0, 4) == 0;
  g_mutex_unlock (&f->lock);
  return fails;
}

static gboolean
watch_step (Server *server, TestSession *session, TaubeFolder *folder, TaubeWatchStep *step, GCancellable *cancellable,
            GError **error)
{
  Fixture *f = server->watch_data;
  guint *seen = step->state, count;

  if (g_strcmp0 (f->gone, taube_folder_get_name (folder)) == 0)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND, "there is no folder \"%s\"", f->gone);
      return FALSE;
    }
  if (taube_session_is_broken (TAUBE_SESSION (session)) || fails_by_chance (f))
    {
      taube_session_set_broken (TAUBE_SESSION (session));
      g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "the stream broke");
      return FALSE;
    }
  g_mutex_lock (&f->lock);
  count = f->count;
  f->shared_steps += step->reason == TAUBE_WATCH_POLL;
  f->starts += step->reason == TAUBE_WATCH_START;
  g_cond_broadcast (&f->cond);
  g_mutex_unlock (&f->lock);
  if (seen == NULL)
    {
      step->state = seen = g_new0 (guint, 1);
      step->free_state = g_free;
    }
  else if (count > *seen)
    {
      TaubeIdSet *added = taube_id_set_new ();

      taube_id_set_add_range (added, "1.", *seen + 1, count);
      step->changes = taube_changes_new (added, NULL, NULL, FALSE);
    }
  *seen = count;
  step->told = step->reason != TAUBE_WATCH_POLL;
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer max)
{
  g_mutex_init (&f->lock);
  g_cond_init (&f->cond);
  pauses = g_array_new (FALSE, FALSE, sizeof (guint));
  taube_watch_set_test_pause (no_pause);
  f->server = server_new ();
  f->server->watch = watch_step;
  f->server->watch_data = f;
  f->account = server_create_account (f->server, GPOINTER_TO_UINT (max));
  f->inbox = taube_account_get_folder_by_name (f->account, "INBOX");
  f->sent = taube_account_get_folder_by_name (f->account, "Sent");
}

static void
tear_down (Fixture *f, gconstpointer max)
{
  gpointer weak = f->account;

  g_object_add_weak_pointer (G_OBJECT (f->account), &weak);
  g_object_unref (f->inbox);
  g_object_unref (f->sent);
  g_object_unref (f->account);
  while (weak != NULL)
    {
      iterate ();
      g_thread_yield ();
    }
  server_free (f->server);
  g_array_unref (pauses);
  g_clear_pointer (&f->rand, g_rand_free);
  g_mutex_clear (&f->lock);
  g_cond_clear (&f->cond);
}

static void
arrive (Fixture *f, guint n)
{
  g_mutex_lock (&f->lock);
  f->count += n;
  g_mutex_unlock (&f->lock);
  server_say_to_all (f->server);
}

static TaubeWatch *
watch_these (Fixture *f, TaubeFolder *first, TaubeFolder *second)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();

  g_ptr_array_add (folders, first);
  if (second != NULL)
    g_ptr_array_add (folders, second);
  return taube_account_watch (f->account, folders, NULL);
}

static void
wait_online (TaubeWatch *watch, gboolean online)
{
  while (taube_watch_is_online (watch) != online)
    {
      iterate ();
      g_thread_yield ();
    }
}

static void
wait_pauses (guint n)
{
  guint len;

  do
    {
      g_mutex_lock (&pauses_lock);
      len = pauses->len;
      g_mutex_unlock (&pauses_lock);
      g_thread_yield ();
    }
  while (len < n);
}

static void
assert_added (TaubeWatchEvent *event, TaubeFolder *folder, guint first, guint last)
{
  g_autoptr (TaubeIdSet) expected = taube_id_set_new ();

  g_assert_nonnull (event);
  taube_id_set_add_range (expected, "1.", first, last);
  g_assert_true (taube_watch_event_get_folder (event) == folder);
  g_assert_true (taube_id_set_equal (taube_changes_get_added (taube_watch_event_get_changes (event)), expected));
}

static void
test_next_without_a_main_loop (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, NULL);
  g_autoptr (GError) error = NULL;

  wait_online (watch, TRUE);
  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (TaubeWatchEvent) event = NULL;

      arrive (f, 1);
      event = taube_watch_next (watch, NULL, &error);
      g_assert_no_error (error);
      assert_added (event, f->inbox, i, i);
    }
  g_assert_cmpuint (f->starts, ==, 1);
  g_assert_cmpuint (f->shared_steps, ==, 0);
}

typedef struct
{
  TaubeAccount *account;
  TaubeIdSet *added;
  guint signals;
  GError *error;
  TaubeFolder *failed_folder;
} Heard;

static void
on_changed (TaubeWatch *watch, TaubeFolder *folder, TaubeChanges *changes, gpointer data)
{
  Heard *heard = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) next_error = NULL;

  g_assert_true (g_main_context_is_owner (NULL));
  /* From inside a watch callback a blocking call would wait for itself. */
  g_assert_false (taube_account_connect (heard->account, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_assert_null (taube_watch_next (watch, NULL, &next_error));
  g_assert_error (next_error, G_IO_ERROR, G_IO_ERROR_PENDING);
  taube_id_set_add_set (heard->added, taube_changes_get_added (changes));
  heard->signals++;
}

static void
on_failed (TaubeWatch *watch, TaubeFolder *folder, GError *error, gpointer data)
{
  Heard *heard = data;

  g_assert_null (heard->error);
  heard->error = g_error_copy (error);
  heard->failed_folder = folder;
}

static void
test_the_signal_comes_in_the_accounts_context (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, NULL);
  Heard heard = { .account = f->account, .added = taube_id_set_new () };

  g_signal_connect (watch, "changed", G_CALLBACK (on_changed), &heard);
  wait_online (watch, TRUE);
  arrive (f, 2);
  while (taube_id_set_get_size (heard.added) < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (heard.signals, ==, 1);
  taube_id_set_free (heard.added);
}

static void
test_whoever_waits_in_next_comes_before_the_signal (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, NULL);
  g_autoptr (TaubeWatchEvent) event = NULL;
  Heard heard = { .account = f->account, .added = taube_id_set_new () };
  Outcome outcome = { 0 };

  g_signal_connect (watch, "changed", G_CALLBACK (on_changed), &heard);
  wait_online (watch, TRUE);
  taube_watch_next_async (watch, NULL, on_outcome, &outcome);
  arrive (f, 1);
  outcome_wait (&outcome);
  event = taube_watch_next_finish (watch, outcome.result, NULL);
  assert_added (event, f->inbox, 1, 1);
  arrive (f, 1);
  while (heard.signals == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (taube_id_set_get_size (heard.added), ==, 1);
  g_assert_true (taube_id_set_contains (heard.added, "1.2"));
  outcome_clear (&outcome);
  taube_id_set_free (heard.added);
}

static void
test_what_waits_to_be_fetched_becomes_one (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, NULL);
  g_autoptr (TaubeWatchEvent) event = NULL;

  wait_online (watch, TRUE);
  for (guint i = 0; i < 5; i++)
    {
      server_wait_parked (f->server, 1);
      arrive (f, 1);
      server_wait_arrived (f->server, "watch", i + 2);
    }
  server_wait_parked (f->server, 1);
  event = taube_watch_next (watch, NULL, NULL);
  assert_added (event, f->inbox, 1, 5);
}

static void
test_a_lost_connection_loses_nothing (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, NULL);
  g_autoptr (TaubeWatchEvent) event = NULL;
  gint n_notified = 0;

  wait_online (watch, TRUE);
  server_wait_parked (f->server, 1);
  iterate ();
  g_signal_connect_swapped (watch, "notify::online", G_CALLBACK (g_atomic_int_inc), &n_notified);
  server_close_gate (f->server, "prepare");
  server_break_all (f->server);
  wait_online (watch, FALSE);
  arrive (f, 3);
  server_open_gate (f->server, "prepare");
  event = taube_watch_next (watch, NULL, NULL);
  assert_added (event, f->inbox, 1, 3);
  wait_online (watch, TRUE);
  iterate ();
  g_assert_cmpint (n_notified, >=, 2);
  g_assert_cmpuint (f->starts, ==, 2);
}

static void
test_reconnecting_waits_with_growing_jittered_capped_pauses (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, NULL);
  guint distinct = 0;

  wait_online (watch, TRUE);
  server_wait_parked (f->server, 1);
  g_mutex_lock (&f->server->lock);
  for (guint i = 0; i < 14; i++)
    g_queue_push_tail (&f->server->prepare_errors,
                       g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_CONNECTION, "no route to host"));
  g_mutex_unlock (&f->server->lock);
  server_break_all (f->server);
  wait_pauses (15);
  wait_online (watch, TRUE);
  g_mutex_lock (&pauses_lock);
  g_assert_cmpuint (pauses->len, ==, 15);
  for (guint i = 0; i < pauses->len; i++)
    {
      guint pause = g_array_index (pauses, guint, i);
      guint full = MIN (1000u << MIN (i, 10), 300000);

      g_assert_cmpuint (pause, <=, full);
      g_assert_cmpuint (pause, >=, full / 2);
      distinct += pause != full;
    }
  g_mutex_unlock (&pauses_lock);
  g_assert_cmpuint (distinct, >, 0);
}

static void
test_a_server_that_asks_for_time_gets_it (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = NULL;

  g_queue_push_tail (&f->server->open_errors, taube_error_new_throttled (120, "come back later"));
  watch = watch_these (f, f->inbox, NULL);
  wait_online (watch, TRUE);
  g_mutex_lock (&pauses_lock);
  g_assert_cmpuint (pauses->len, ==, 1);
  g_assert_cmpuint (g_array_index (pauses, guint, 0), >=, 120000);
  g_mutex_unlock (&pauses_lock);
}

static void
test_a_refused_sign_in_ends_it (Fixture *f, gconstpointer max)
{
  Heard heard = { .account = f->account };
  g_autoptr (TaubeWatch) watch = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;

  g_queue_push_tail (&f->server->open_errors, g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_AUTH, "wrong password"));
  watch = watch_these (f, f->inbox, NULL);
  g_assert_null (taube_watch_next (watch, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_null (taube_watch_next (watch, NULL, &again));
  g_assert_error (again, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_cmpuint (server_count_arrived (f->server, "open"), ==, 1);
  g_clear_object (&watch);

  g_queue_push_tail (&f->server->open_errors, g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_AUTH, "wrong password"));
  watch = watch_these (f, f->inbox, NULL);
  g_signal_connect (watch, "failed", G_CALLBACK (on_failed), &heard);
  while (heard.error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (heard.error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_null (heard.failed_folder);
  g_clear_error (&heard.error);
}

static void
test_a_folder_that_has_gone_does_not_end_the_others (Fixture *f, gconstpointer max)
{
  Heard heard = { .account = f->account, .added = taube_id_set_new () };
  g_autoptr (TaubeWatch) watch = NULL;

  f->gone = "Sent";
  watch = watch_these (f, f->inbox, f->sent);
  g_signal_connect (watch, "failed", G_CALLBACK (on_failed), &heard);
  g_signal_connect (watch, "changed", G_CALLBACK (on_changed), &heard);
  while (heard.error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (heard.error, TAUBE_ERROR, TAUBE_ERROR_NOT_FOUND);
  g_assert_true (heard.failed_folder == f->sent);
  wait_online (watch, TRUE);
  arrive (f, 1);
  while (heard.signals == 0)
    g_main_context_iteration (NULL, TRUE);
  g_clear_error (&heard.error);
  taube_id_set_free (heard.added);
}

static void
test_all_folders_are_listed_first (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = taube_account_watch (f->account, NULL, NULL);
  g_autoptr (TaubeWatchEvent) one = NULL;
  g_autoptr (TaubeWatchEvent) other = NULL;

  wait_online (watch, TRUE);
  g_assert_cmpuint (server_count_arrived (f->server, "list_folders"), >=, 1); /* again and again, for new ones */
  arrive (f, 1);
  one = taube_watch_next (watch, NULL, NULL);
  other = taube_watch_next (watch, NULL, NULL);
  g_assert_true (taube_watch_event_get_folder (one) != taube_watch_event_get_folder (other));
}

static void
test_with_one_connection_it_polls_between_the_jobs (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, f->sent);
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeWatchEvent) event = NULL;

  wait_online (watch, TRUE);
  list = taube_folder_list (f->inbox, NULL, NULL, NULL);
  g_assert_nonnull (list);
  arrive (f, 1);
  event = taube_watch_next (watch, NULL, NULL);
  g_assert_nonnull (event);
  g_assert_cmpuint (f->server->peak, ==, 1);
  g_assert_cmpuint (f->starts, ==, 0);
}

static void
test_a_watch_leaves_two_connections_to_the_jobs (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, f->sent);
  g_autoptr (TaubeItemList) list = NULL;

  wait_online (watch, TRUE);
  g_assert_cmpuint (f->starts, ==, 1);
  list = taube_folder_list (f->inbox, NULL, NULL, NULL);
  g_assert_nonnull (list);
}

static void
test_a_job_gets_the_watchs_session_when_the_server_allows_no_other (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, NULL);
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeWatchEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  wait_online (watch, TRUE);
  server_wait_parked (f->server, 1);
  g_queue_push_tail (&f->server->open_errors, g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_LIMIT, "one is enough"));
  list = taube_folder_list (f->inbox, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (list);
  g_assert_cmpuint (server_get_opened (f->server), ==, 1);
  /* From now on it polls. */
  arrive (f, 1);
  event = taube_watch_next (watch, NULL, NULL);
  assert_added (event, f->inbox, 1, 1);
}

static void
test_a_connection_refused_to_a_watch_is_not_its_end (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = NULL;
  g_autoptr (TaubeWatchEvent) event = NULL;
  g_autoptr (TaubeItemList) list = NULL;
  ListCall *call;

  server_close_gate (f->server, "list");
  call = list_call_new (f->inbox, TAUBE_PRIORITY_INTERACTIVE);
  server_wait_arrived (f->server, "list", 1);
  /* Some servers call a connection too many a failed sign-in. */
  g_queue_push_tail (&f->server->open_errors, g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_AUTH, "too many"));
  watch = watch_these (f, f->inbox, NULL);
  server_wait_arrived (f->server, "open", 2);
  server_wait_queued (f->account, 1);
  server_open_gate (f->server, "list");
  list = list_call_join (call, NULL);
  g_assert_nonnull (list);
  wait_online (watch, TRUE);
  arrive (f, 1);
  event = taube_watch_next (watch, NULL, NULL);
  assert_added (event, f->inbox, 1, 1);
  g_assert_cmpuint (f->starts, ==, 0);
}

static void
test_disconnecting_makes_it_pause_until_the_account_is_used_again (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, NULL);
  g_autoptr (TaubeWatchEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  wait_online (watch, TRUE);
  server_wait_parked (f->server, 1);
  g_assert_true (taube_account_disconnect (f->account, NULL, &error));
  g_assert_no_error (error);
  server_wait_alive (f->server, 0);
  g_assert_false (taube_watch_is_online (watch));
  g_assert_cmpint (taube_account_get_state (f->account), ==, TAUBE_ACCOUNT_STATE_DISCONNECTED);
  arrive (f, 2);
  server_wait_queued (f->account, 1);
  g_assert_cmpuint (f->server->created, ==, 1);
  g_assert_true (taube_account_connect (f->account, NULL, NULL));
  event = taube_watch_next (watch, NULL, NULL);
  assert_added (event, f->inbox, 1, 2);
}

static void
test_next_can_be_cancelled (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TaubeWatchEvent) event = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) blocking_error = NULL;
  Outcome outcome = { 0 };

  taube_watch_next_async (watch, cancellable, on_outcome, &outcome);
  g_cancellable_cancel (cancellable);
  outcome_wait (&outcome);
  g_assert_null (taube_watch_next_finish (watch, outcome.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&outcome);
  g_assert_null (taube_watch_next (watch, cancellable, &blocking_error));
  g_assert_error (blocking_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  /* It goes on. */
  wait_online (watch, TRUE);
  arrive (f, 1);
  event = taube_watch_next (watch, NULL, NULL);
  assert_added (event, f->inbox, 1, 1);
}

/* Takes what comes until all of it is there; every id exactly once. */
static void
collect (TaubeWatch *watch, TaubeIdSet *all, guint count)
{
  while (taube_id_set_get_size (all) < count)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeWatchEvent) event = taube_watch_next (watch, NULL, &error);
      const TaubeIdSet *added;
      guint64 before = taube_id_set_get_size (all);

      g_assert_no_error (error);
      added = taube_changes_get_added (taube_watch_event_get_changes (event));
      taube_id_set_add_set (all, added);
      g_assert_cmpuint (taube_id_set_get_size (all), ==, before + taube_id_set_get_size (added));
    }
  g_assert_cmpuint (taube_id_set_get_size (all), ==, count);
}

static void
do_something (Fixture *f)
{
  switch (g_test_rand_int_range (0, 6))
    {
    case 0:
      server_break_all (f->server);
      break;
    case 1:
      g_object_unref (taube_folder_list (f->sent, NULL, NULL, NULL));
      break;
    case 2:
      taube_account_disconnect (f->account, NULL, NULL);
      g_assert_true (taube_account_connect (f->account, NULL, NULL));
      break;
    default:
      arrive (f, (guint) g_test_rand_int_range (1, 4));
      break;
    }
}

static void
test_nothing_is_lost_and_nothing_comes_twice_under_random_breaks (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_these (f, f->inbox, NULL);
  g_autoptr (TaubeIdSet) all = taube_id_set_new ();

  f->rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  wait_online (watch, TRUE);
  f->moody = TRUE;
  for (guint i = 0; i < 300; i++)
    {
      do_something (f);
      if (g_test_rand_int_range (0, 4) == 0)
        collect (watch, all, f->count);
    }
  collect (watch, all, f->count);
}

#define ADD(name, max) \
  g_test_add ("/core/watch/" #name, Fixture, GUINT_TO_POINTER (max), set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (next_without_a_main_loop, 4);
  ADD (the_signal_comes_in_the_accounts_context, 4);
  ADD (whoever_waits_in_next_comes_before_the_signal, 4);
  ADD (what_waits_to_be_fetched_becomes_one, 4);
  ADD (a_lost_connection_loses_nothing, 4);
  ADD (reconnecting_waits_with_growing_jittered_capped_pauses, 4);
  ADD (a_server_that_asks_for_time_gets_it, 4);
  ADD (a_refused_sign_in_ends_it, 4);
  ADD (a_folder_that_has_gone_does_not_end_the_others, 4);
  ADD (all_folders_are_listed_first, 4);
  ADD (with_one_connection_it_polls_between_the_jobs, 1);
  ADD (a_watch_leaves_two_connections_to_the_jobs, 3);
  ADD (a_job_gets_the_watchs_session_when_the_server_allows_no_other, 2);
  ADD (a_connection_refused_to_a_watch_is_not_its_end, 3);
  ADD (disconnecting_makes_it_pause_until_the_account_is_used_again, 4);
  ADD (next_can_be_cancelled, 4);
  ADD (nothing_is_lost_and_nothing_comes_twice_under_random_breaks, 4);
  return g_test_run ();
}
