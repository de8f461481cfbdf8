/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include "taube-test-relay.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

/* Watches of servers that tell, refuse or give up in their own way, each by a script of what it says. */

static GMutex lock;
static GArray *pauses; /* guint, under lock: milliseconds before each new attempt */

static guint
note_pause (guint attempt, guint milliseconds)
{
  g_mutex_lock (&lock);
  if (attempt > 0 && pauses != NULL)
    g_array_append_val (pauses, milliseconds);
  g_mutex_unlock (&lock);
  return 1;
}

static TaubeWatch *
watch_these (TaubeAccount *account, const char *first, const char *second)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  TaubeWatch *watch;

  g_ptr_array_add (folders, taube_account_get_folder_by_name (account, first));
  if (second != NULL)
    g_ptr_array_add (folders, taube_account_get_folder_by_name (account, second));
  watch = taube_account_watch (account, folders, &error);
  g_assert_no_error (error);
  return watch;
}

static gboolean
has (const TaubeIdSet *set, const char *id)
{
  return id != NULL && taube_id_set_contains (set, id);
}

/* Waits until all of these were told; NULL: none. KEPT is not told as removed meanwhile. */
static void
expect_and_keep (TaubeWatch *watch, const char *added, const char *changed, const char *removed, const char *kept)
{
  gboolean got_added = added == NULL, got_changed = changed == NULL, got_removed = removed == NULL;

  while (!got_added || !got_changed || !got_removed)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeWatchEvent) event = taube_watch_next (watch, NULL, &error);
      TaubeChanges *changes;

      g_assert_no_error (error);
      changes = taube_watch_event_get_changes (event);
      g_assert_false (taube_changes_is_reset (changes));
      got_added |= has (taube_changes_get_added (changes), added);
      got_changed |= has (taube_changes_get_changed (changes), changed);
      got_removed |= has (taube_changes_get_removed (changes), removed);
      g_assert_false (has (taube_changes_get_removed (changes), kept));
    }
}

static void
expect (TaubeWatch *watch, const char *added, const char *changed, const char *removed)
{
  expect_and_keep (watch, added, changed, removed, NULL);
}

typedef struct
{
  const char *script;
  const char *second; /* folder */
  const char *added;
  const char *changed;
  const char *removed;
  const char *kept;
} Case;

static const Case cases[] = {
  { "dovecot/notify", NULL, "7.13", "7.11", "7.10" },
  { "dovecot/notify-two", "Sent", "8.21", NULL, "8.20" },
  { "watch/notify-refused", NULL, "7.11", NULL, NULL },
  { "watch/notify-bad", NULL, "7.11", NULL, NULL },
  { "watch/notify-overflow", NULL, "7.11", NULL, NULL },
  { "watch/notify-without-idle", NULL, "7.11", NULL, NULL },
  { "watch/message-limit", NULL, NULL, "7.9", NULL },
  { "watch/limit-refused", NULL, NULL, "7.11", NULL },
  { "watch/limit-refused-changes", NULL, NULL, "7.9", NULL },
  { "watch/leaving-idle", NULL, "7.11", "7.10", NULL },
  { "watch/as-many-came", NULL, "7.12", "7.11", "7.10" },
  { "watch/newest-only", NULL, "7.100001", NULL, "7.20", "7.10" },
  { "watch/newest-only-gone", NULL, NULL, NULL, "7.10" },
};

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *name = g_strconcat ("imap/", test->script, NULL);
  TaubeTestServer *server = taube_test_server_new (name);
  g_autoptr (TaubeAccount) account = imap_client_new ("imap", taube_test_server_get_port (server), "?tls=none", NULL);
  g_autoptr (TaubeWatch) watch = watch_these (account, "INBOX", test->second);

  expect_and_keep (watch, test->added, test->changed, test->removed, test->kept);
  taube_watch_stop (watch);
  g_clear_object (&watch);
  taube_account_disconnect (account, NULL, NULL);
  taube_test_server_finish (server);
}

/* What no other attempt would mend is not tried for ever. */
static void
test_limit_nonsense (void)
{
  TaubeTestServer *server = taube_test_server_new ("imap/watch/limit-nonsense");
  g_autoptr (TaubeAccount) account = imap_client_new ("imap", taube_test_server_get_port (server), "?tls=none", NULL);
  g_autoptr (TaubeWatch) watch = watch_these (account, "INBOX", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_watch_next (watch, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_clear_object (&watch);
  taube_account_disconnect (account, NULL, NULL);
  taube_test_server_finish (server);
}

/* Whoever is not let in waits longer each time, and as long as the server asks for; in the end all is well. */
static void
test_busy (void)
{
  TaubeTestServer *server = taube_test_server_new ("imap/watch/busy");
  g_autoptr (TaubeAccount) account = imap_client_new ("imap", taube_test_server_get_port (server), "?tls=none", NULL);
  g_autoptr (TaubeWatch) watch = NULL;
  guint longest = 0;

  pauses = g_array_new (FALSE, FALSE, sizeof (guint));
  watch = watch_these (account, "INBOX", NULL);
  expect (watch, "7.11", NULL, NULL);
  taube_watch_stop (watch);
  g_clear_object (&watch);
  taube_account_disconnect (account, NULL, NULL);
  g_mutex_lock (&lock);
  g_assert_cmpuint (pauses->len, >=, 5);
  /* They grow from one second, twice as long each time, shortened by up to a half. */
  g_assert_cmpuint (g_array_index (pauses, guint, 1), >=, 1000);
  for (guint i = 0; i < pauses->len; i++)
    longest = MAX (longest, g_array_index (pauses, guint, i));
  g_assert_cmpuint (longest, >=, 299961);
  g_clear_pointer (&pauses, g_array_unref);
  g_mutex_unlock (&lock);
  taube_test_server_finish (server);
}

/* What a job read, and the watch did not see. */
static void
test_read_between (void)
{
  TaubeTestServer *server = taube_test_server_new ("imap/watch/read-between");
  g_autoptr (TaubeAccount) account = imap_client_new ("imap", taube_test_server_get_port (server),
                                                      "?tls=none&max-connections=1", NULL);
  g_autoptr (TaubeFolder) folder = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (TaubeWatch) watch = watch_these (account, "INBOX", NULL);
  g_autoptr (GError) error = NULL;

  while (!taube_watch_is_online (watch))
    g_main_context_iteration (NULL, TRUE);
  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_FLAGS | TAUBE_LIST_FIELDS_SIZE);
  list = taube_folder_list (folder, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, 2);
  g_assert_true (taube_message_list_get_flags (TAUBE_MESSAGE_LIST (list), 1) & TAUBE_MESSAGE_FLAGS_FLAGGED);
  expect (watch, NULL, "7.10", NULL);
  taube_watch_stop (watch);
  g_clear_object (&watch);
  taube_account_disconnect (account, NULL, NULL);
  taube_test_server_finish (server);
}

/* A line that holds back what the server says after "still here", and breaks there when it may go on. */
typedef struct
{
  TaubeTestRelay *relay;
  GMutex lock;
  GCond cond;
  gboolean may_break;
} Line;

static gboolean
let_in (gpointer user_data)
{
  return TRUE;
}

static gboolean
pass (GSocket *from, GSocket *to, gboolean by_client, gssize *memory, gpointer user_data)
{
  Line *line = user_data;
  char bytes[4096];
  gssize size = g_socket_receive (from, bytes, sizeof bytes, NULL, NULL);

  if (size <= 0)
    return FALSE;
  if (by_client || g_strstr_len (bytes, size, "still here") == NULL)
    return taube_test_relay_send (to, bytes, (gsize) size);
  if (!taube_test_relay_send (to, bytes, (gsize) (g_strstr_len (bytes, size, "* OK still") - bytes)))
    return FALSE;
  g_mutex_lock (&line->lock);
  while (!line->may_break)
    g_cond_wait (&line->cond, &line->lock);
  g_mutex_unlock (&line->lock);
  return FALSE;
}

static void
break_line (Line *line)
{
  g_mutex_lock (&line->lock);
  line->may_break = TRUE;
  g_cond_broadcast (&line->cond);
  g_mutex_unlock (&line->lock);
}

static void
list_one (TaubeAccount *account, const char *name, const char *id)
{
  g_autoptr (TaubeFolder) folder = taube_account_get_folder_by_name (account, name);
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();
  g_autoptr (TaubeIdSet) ids = taube_id_set_new ();
  g_autoptr (TaubeItemList) list = NULL;
  g_autoptr (GError) error = NULL;

  taube_id_set_add (ids, id);
  taube_list_request_set_ids (request, ids);
  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_FLAGS);
  list = taube_folder_list (folder, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, 1);
}

/* A watch that goes on with the connection of a job sees what came into the folder that the job has left open. */
static void
test_left_open (void)
{
  static const TaubeTestRelayFuncs funcs = { let_in, pass };
  TaubeTestServer *server = taube_test_server_new ("imap/watch/notify-left-open");
  Line line = { 0 };
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (TaubeWatch) watch = NULL;

  g_mutex_init (&line.lock);
  g_cond_init (&line.cond);
  line.relay = taube_test_relay_start (taube_test_server_get_port (server), &funcs, &line);
  account = imap_client_new ("imap", taube_test_relay_get_port (line.relay), "?tls=none", NULL);
  watch = watch_these (account, "INBOX", "Sent");
  while (!taube_watch_is_online (watch))
    g_main_context_iteration (NULL, TRUE);
  list_one (account, "Sent", "8.20");
  break_line (&line);
  expect (watch, "8.21", NULL, NULL);
  taube_watch_stop (watch);
  g_clear_object (&watch);
  taube_account_disconnect (account, NULL, NULL);
  taube_test_relay_stop (line.relay);
  g_cond_clear (&line.cond);
  g_mutex_clear (&line.lock);
  taube_test_server_finish (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  imap_client_timeout = "5";
  taube_watch_set_test_pause (note_pause);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/watch/%s", cases[i].script);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/imap/watch/limit-nonsense", test_limit_nonsense);
  g_test_add_func ("/imap/watch/busy", test_busy);
  g_test_add_func ("/imap/watch/read-between", test_read_between);
  g_test_add_func ("/imap/watch/watch/notify-left-open", test_left_open);
  return g_test_run ();
}
