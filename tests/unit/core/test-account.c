/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core-backend.h"

#include <taube/taube-error.h>

#include "core/taube-folder-table.h"

/* Accounts and folders as an application sees them: snapshots, notifications, one object for one path. */

typedef struct
{
  Server *server;
  TaubeAccount *account;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->server = server_new ();
  f->account = server_create_account (f->server, 4);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->account);
  iterate ();
  server_free (f->server);
}

static void
test_the_same_path_gives_the_same_object_while_one_is_held (Fixture *f, gconstpointer data)
{
  const char *const path[] = { "Archive", "2019", NULL };
  TaubeFolder *folder = taube_account_get_folder (f->account, path);
  g_autoptr (TaubeFolder) same = taube_account_get_folder_by_name (f->account, "Archive/2019");
  g_autoptr (TaubeFolder) other = taube_account_get_folder_by_name (f->account, "Archive%2F2019");
  gpointer weak = folder;

  g_assert_true (folder == same);
  g_assert_true (folder != other);
  g_assert_cmpstr (taube_folder_get_name (folder), ==, "Archive/2019");
  g_assert_cmpstr (taube_folder_get_display_name (folder), ==, "2019");
  g_assert_cmpstr (taube_folder_get_display_name (other), ==, "Archive/2019");
  g_assert_cmpstr (taube_folder_get_name (other), ==, "Archive%2F2019");
  g_object_add_weak_pointer (G_OBJECT (folder), &weak);
  g_object_unref (folder);
  g_assert_nonnull (weak);
  g_clear_object (&same);
  g_assert_null (weak);
}

static gpointer
get_and_drop (gpointer data)
{
  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (TaubeFolder) one = taube_account_get_folder_by_name (data, "Rush");
      g_autoptr (TaubeFolder) two = taube_account_get_folder_by_name (data, "Rush");

      g_assert_true (one == two);
    }
  return NULL;
}

static void
test_the_same_path_under_a_rush (Fixture *f, gconstpointer data)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("rush", get_and_drop, f->account);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_the_text_form_of_a_path_and_back (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *path[4];
    const char *name;
  } cases[] = {
    { { "INBOX" }, "INBOX" },
    { { "a", "b", "c" }, "a/b/c" },
    { { "a/b" }, "a%2Fb" },
    { { "100%" }, "100%25" },
    { { "%2F" }, "%252F" },
    { { "a", "", "b" }, "a//b" },
    { { "Entwürfe", "ä/ö" }, "Entwürfe/ä%2Fö" },
  };
  g_auto (GStrv) lenient = taube_folder_path_from_name ("50% off/100%20/a%2fb");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = taube_folder_path_to_name (cases[i].path);
      g_auto (GStrv) path = taube_folder_path_from_name (cases[i].name);

      g_assert_cmpstr (name, ==, cases[i].name);
      g_assert_true (g_strv_equal ((const char *const *) path, cases[i].path));
    }
  g_assert_cmpstr (lenient[0], ==, "50% off");
  g_assert_cmpstr (lenient[1], ==, "100%20");
  g_assert_cmpstr (lenient[2], ==, "a/b");
}

static void
test_random_paths_come_back (Fixture *f, gconstpointer data)
{
  static const char alphabet[] = "ab/%2F5 ";

  for (guint i = 0; i < 2000; i++)
    {
      char segments[3][8] = { { 0 } };
      const char *path[4] = { NULL };
      g_autofree char *name = NULL;
      g_auto (GStrv) back = NULL;

      for (int s = 0; s <= (int) (i % 3); s++)
        {
          for (int c = 0; c < g_test_rand_int_range (1, 7); c++)
            segments[s][c] = alphabet[g_test_rand_int_range (0, sizeof (alphabet) - 1)];
          path[s] = segments[s];
        }
      name = taube_folder_path_to_name (path);
      back = taube_folder_path_from_name (name);
      g_assert_true (g_strv_equal ((const char *const *) back, path));
    }
}

static void
test_the_inbox_is_always_known (Fixture *f, gconstpointer data)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_for_role (f->account, TAUBE_FOLDER_ROLE_INBOX);
  g_autoptr (TaubeFolder) spelled = taube_account_get_folder_by_name (f->account, "inbox");
  g_autoptr (TaubeFolder) sent = taube_account_get_folder_for_role (f->account, TAUBE_FOLDER_ROLE_SENT);
  g_autoptr (GPtrArray) folders = NULL;

  g_assert_true (inbox == spelled);
  g_assert_cmpint (taube_folder_get_role (inbox), ==, TAUBE_FOLDER_ROLE_INBOX);
  g_assert_null (sent);
  folders = taube_account_list_folders (f->account, TAUBE_CONTENT_ANY, NULL, NULL);
  g_assert_cmpuint (folders->len, ==, 2);
  g_assert_true (g_ptr_array_index (folders, 0) == inbox);
  sent = taube_account_get_folder_for_role (f->account, TAUBE_FOLDER_ROLE_SENT);
  g_assert_true (g_ptr_array_index (folders, 1) == sent);
}

static void
test_what_is_known_of_a_folder_outlives_its_object (Fixture *f, gconstpointer data)
{
  g_autoptr (TaubeFolder) sent = NULL;

  g_ptr_array_unref (taube_account_list_folders (f->account, TAUBE_CONTENT_ANY, NULL, NULL));
  sent = taube_account_get_folder_for_role (f->account, TAUBE_FOLDER_ROLE_SENT);
  g_assert_nonnull (sent);
  g_assert_cmpint (taube_folder_get_total (sent), ==, 5);
  g_assert_cmpint (taube_folder_get_unread (sent), ==, 0);
}

static void
test_a_listing_forgets_folders_that_have_gone (Fixture *f, gconstpointer data)
{
  const char *const path[] = { "Old trash", NULL };
  TaubeFolderInfo info = { path, TAUBE_FOLDER_ROLE_TRASH, TAUBE_CONTENT_MAIL, TAUBE_FOLDER_FLAGS_SELECTABLE, 1, 1 };

  g_object_unref (taube_account_publish_folder (f->account, &info));
  g_object_unref (taube_account_get_folder_for_role (f->account, TAUBE_FOLDER_ROLE_TRASH));
  g_ptr_array_unref (taube_account_list_folders (f->account, TAUBE_CONTENT_MAIL, NULL, NULL));
  g_assert_null (taube_account_get_folder_for_role (f->account, TAUBE_FOLDER_ROLE_TRASH));
}

typedef struct
{
  guint n;
  GThread *thread;
} Notified;

static void
on_notify (GObject *object, GParamSpec *pspec, gpointer data)
{
  Notified *notified = data;

  g_assert_true (g_main_context_is_owner (NULL));
  notified->n++;
  notified->thread = g_thread_self ();
}

static gpointer
set_many_counts (gpointer data)
{
  for (gint64 i = 1; i <= 1000; i++)
    taube_folder_set_counts (data, i, i);
  return NULL;
}

static void
test_getters_are_current_and_notifications_come_once_in_the_accounts_context (Fixture *f, gconstpointer data)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_for_role (f->account, TAUBE_FOLDER_ROLE_INBOX);
  Notified total = { 0 }, unread = { 0 };

  g_assert_cmpint (taube_folder_get_total (inbox), ==, -1);
  g_signal_connect (inbox, "notify::total", G_CALLBACK (on_notify), &total);
  g_signal_connect (inbox, "notify::unread", G_CALLBACK (on_notify), &unread);
  g_thread_join (g_thread_new ("counts", set_many_counts, inbox));
  g_assert_cmpint (taube_folder_get_total (inbox), ==, 1000);
  g_assert_cmpuint (total.n, ==, 0);
  iterate ();
  g_assert_cmpuint (total.n, ==, 1);
  g_assert_cmpuint (unread.n, ==, 1);
  g_assert_true (total.thread == g_thread_self ());
  /* What stays as it is, is not notified. */
  taube_folder_set_counts (inbox, 1000, -1);
  iterate ();
  g_assert_cmpuint (total.n, ==, 1);
  g_assert_true (taube_folder_refresh (inbox, NULL, NULL));
  g_assert_cmpint (taube_folder_get_total (inbox), ==, 11);
  g_assert_cmpint (taube_folder_get_unread (inbox), ==, 4);
  iterate ();
  g_assert_cmpuint (total.n, ==, 2);
}

static void
test_read_only_is_a_flag (Fixture *f, gconstpointer data)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_for_role (f->account, TAUBE_FOLDER_ROLE_INBOX);

  taube_folder_set_read_only (inbox, TRUE);
  g_assert_true (taube_folder_get_flags (inbox) & TAUBE_FOLDER_FLAGS_READ_ONLY);
  taube_folder_set_read_only (inbox, FALSE);
  g_assert_false (taube_folder_get_flags (inbox) & TAUBE_FOLDER_FLAGS_READ_ONLY);
}

static void
test_the_state_changes_with_notification (Fixture *f, gconstpointer data)
{
  Notified state = { 0 };
  Outcome outcome = { 0 };

  g_signal_connect (f->account, "notify::state", G_CALLBACK (on_notify), &state);
  server_close_gate (f->server, "prepare");
  g_assert_cmpint (taube_account_get_state (f->account), ==, TAUBE_ACCOUNT_STATE_DISCONNECTED);
  taube_account_connect_async (f->account, NULL, on_outcome, &outcome);
  g_assert_cmpint (taube_account_get_state (f->account), ==, TAUBE_ACCOUNT_STATE_CONNECTING);
  iterate ();
  g_assert_cmpuint (state.n, ==, 1);
  server_open_gate (f->server, "prepare");
  outcome_wait (&outcome);
  g_assert_true (taube_account_connect_finish (f->account, outcome.result, NULL));
  g_assert_cmpint (taube_account_get_state (f->account), ==, TAUBE_ACCOUNT_STATE_CONNECTED);
  iterate ();
  g_assert_cmpuint (state.n, ==, 2);
  outcome_clear (&outcome);

  taube_account_disconnect_async (f->account, NULL, on_outcome, &outcome);
  g_assert_cmpint (taube_account_get_state (f->account), ==, TAUBE_ACCOUNT_STATE_DISCONNECTED);
  outcome_wait (&outcome);
  g_assert_true (taube_account_disconnect_finish (f->account, outcome.result, NULL));
  outcome_clear (&outcome);
}

static void
test_live_capabilities_are_a_new_snapshot (Fixture *f, gconstpointer data)
{
  g_autoptr (TaubeCapabilities) before = taube_account_get_capabilities (f->account);
  g_autoptr (TaubeCapabilities) after = NULL;
  Notified notified = { 0 };

  g_signal_connect (f->account, "notify::capabilities", G_CALLBACK (on_notify), &notified);
  taube_account_set_live_capability (f->account, TAUBE_CAPABILITY_PUSH, TAUBE_SUPPORT_YES, NULL, "CAPABILITY IDLE");
  after = taube_account_get_capabilities (f->account);
  g_assert_cmpint (taube_capabilities_get_support (before, TAUBE_CAPABILITY_PUSH), ==, TAUBE_SUPPORT_CONDITIONAL);
  g_assert_cmpint (taube_capabilities_get_support (after, TAUBE_CAPABILITY_PUSH), ==, TAUBE_SUPPORT_YES);
  g_assert_cmpstr (taube_capabilities_get_evidence (after, TAUBE_CAPABILITY_PUSH), ==, "CAPABILITY IDLE");
  iterate ();
  g_assert_cmpuint (notified.n, ==, 1);
}

static void
test_what_the_server_says_is_valid_text (Fixture *f, gconstpointer data)
{
  const char *const extensions[] = { "IDLE", "X\xff", NULL };
  g_autofree char *name = NULL;
  g_auto (GStrv) words = NULL;

  taube_account_set_server (f->account, "mail\xfe", extensions);
  name = taube_account_get_server_name (f->account);
  words = taube_account_get_server_extensions (f->account);
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_cmpstr (words[0], ==, "IDLE");
  g_assert_true (g_utf8_validate (words[1], -1, NULL));
}

static void
test_disconnect_says_goodbye_to_all (Fixture *f, gconstpointer data)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (f->account, "INBOX");
  g_autofree char *log = NULL;
  ListCall *calls[2];

  server_close_gate (f->server, "list");
  for (guint i = 0; i < 2; i++)
    calls[i] = list_call_new (inbox, TAUBE_PRIORITY_INTERACTIVE);
  server_wait_arrived (f->server, "list", 2);
  server_open_gate (f->server, "list");
  for (guint i = 0; i < 2; i++)
    g_object_unref (list_call_join (calls[i], NULL));
  server_wait_parked (f->server, 2);
  g_free (server_take_log (f->server));
  g_assert_true (taube_account_disconnect (f->account, NULL, NULL));
  log = server_take_log (f->server);
  g_assert_true (g_str_equal (log, "1:close 2:close") || g_str_equal (log, "2:close 1:close"));
}

static void
test_disconnect_ends_what_is_running (Fixture *f, gconstpointer data)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (f->account, "INBOX");
  g_autoptr (GError) error = NULL;
  ListCall *call;

  server_close_gate (f->server, "list");
  call = list_call_new (inbox, TAUBE_PRIORITY_NORMAL);
  server_wait_arrived (f->server, "list", 1);
  g_assert_true (taube_account_disconnect (f->account, NULL, NULL));
  g_assert_null (list_call_join (call, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_waiting_for_goodbyes_is_cancellable (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) later = NULL;
  Outcome outcome = { 0 };

  g_assert_true (taube_account_connect (f->account, NULL, NULL));
  server_wait_parked (f->server, 1);
  server_close_gate (f->server, "close");
  taube_account_disconnect_async (f->account, cancellable, on_outcome, &outcome);
  server_wait_arrived (f->server, "close", 1);
  g_cancellable_cancel (cancellable);
  outcome_wait (&outcome);
  g_assert_false (taube_account_disconnect_finish (f->account, outcome.result, &later));
  g_assert_error (later, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&outcome);
  g_assert_false (taube_account_disconnect (f->account, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  server_open_gate (f->server, "close");
}

static void
test_set_flags_tells_of_each (Fixture *f, gconstpointer data)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (f->account, "INBOX");
  const char *const ids[] = { "1.1", "1.2", NULL };
  g_autoptr (TaubeIdSet) set = taube_id_set_new_from_ids (ids);
  g_autoptr (TaubeBatchResult) result = taube_folder_set_flags (inbox, set, TAUBE_FLAGS_MODE_ADD,
                                                                TAUBE_MESSAGE_FLAGS_SEEN, NULL, NULL, NULL);

  g_assert_nonnull (result);
  g_assert_true (taube_batch_result_is_all_done (result));
}

static void
test_create_names_what_is_wrong (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) uri_error = NULL;
  g_autoptr (GError) scheme_error = NULL;

  g_assert_null (taube_account_create ("no uri", NULL, &uri_error));
  g_assert_error (uri_error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  g_assert_null (taube_account_create ("gopher://alice@mail.example.org", NULL, &scheme_error));
  g_assert_nonnull (scheme_error);
}

#define ADD(name) g_test_add ("/core/account/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (the_same_path_gives_the_same_object_while_one_is_held);
  ADD (the_same_path_under_a_rush);
  ADD (the_text_form_of_a_path_and_back);
  ADD (random_paths_come_back);
  ADD (the_inbox_is_always_known);
  ADD (what_is_known_of_a_folder_outlives_its_object);
  ADD (a_listing_forgets_folders_that_have_gone);
  ADD (getters_are_current_and_notifications_come_once_in_the_accounts_context);
  ADD (read_only_is_a_flag);
  ADD (the_state_changes_with_notification);
  ADD (live_capabilities_are_a_new_snapshot);
  ADD (what_the_server_says_is_valid_text);
  ADD (disconnect_says_goodbye_to_all);
  ADD (disconnect_ends_what_is_running);
  ADD (waiting_for_goodbyes_is_cancellable);
  ADD (set_flags_tells_of_each);
  ADD (create_names_what_is_wrong);
  return g_test_run ();
}
