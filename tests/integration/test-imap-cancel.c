/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"
#include "imap-memory.h"

/* Every operation, cancelled at each read and write of its connections: it ends at once, and the account can be used
 * afterwards. The server lies in memory, so that nothing depends on time.
 *
 * An operation joins by one row. It is a call of the public API that can be cancelled by imap_client_cancellable and
 * gives what it got: TRUE, or FALSE with an error. */

typedef struct
{
  const char *name;
  ImapClientFunc func;
  const char *script;   /* below tests/script/imap/memory; NULL: "server" */
  const char *query;    /* of the account's URI; NULL: "?tls=none" */
  ImapClientFunc again; /* what must work on the same connections afterwards; NULL: the same */
} Operation;

static gboolean watch_and_cancel_next (TaubeAccount *account, GError **error);
static gboolean watch_and_stop (TaubeAccount *account, GError **error);

static gboolean append (TaubeAccount *account, GError **error);
static gboolean copy (TaubeAccount *account, GError **error);
static gboolean move (TaubeAccount *account, GError **error);
static gboolean take_away (TaubeAccount *account, GError **error);
static gboolean replace (TaubeAccount *account, GError **error);

static const Operation operations[] = {
  { .name = "connect", .func = imap_client_connect, .query = "" },
  { .name = "folders", .func = imap_client_folders },
  { .name = "refresh", .func = imap_client_refresh },
  { .name = "list", .func = imap_client_list },
  { .name = "item", .func = imap_client_item },
  { .name = "search", .func = imap_client_search_deep, .script = "search" },
  { .name = "structure", .func = imap_client_structure },
  { .name = "fetch", .func = imap_client_fetch },
  { .name = "store", .func = imap_client_store },
  { .name = "permissions", .func = imap_client_permissions, .script = "../dovecot/sharing" },
  { .name = "my-rights", .func = imap_client_my_rights, .script = "../dovecot/sharing" },
  { .name = "grantable-rights", .func = imap_client_grantable, .script = "../dovecot/sharing" },
  { .name = "quotas", .func = imap_client_quotas, .script = "../dovecot/sharing" },
  { .name = "notes", .func = imap_client_notes, .script = "../dovecot/sharing" },
  { .name = "append", .func = append, .script = "write" },
  { .name = "copy", .func = copy, .script = "write" },
  { .name = "move", .func = move, .script = "write-new" },
  { .name = "move-old", .func = move, .script = "write-old" },
  { .name = "remove", .func = take_away, .script = "write-old" },
  { .name = "replace", .func = replace, .script = "write-new" },
  { .name = "changes-qresync", .func = imap_client_changes, .script = "changes-qresync" },
  { .name = "changes-condstore", .func = imap_client_changes, .script = "changes-condstore" },
  { .name = "changes-plain", .func = imap_client_changes, .script = "changes-plain" },
  { .name = "watch-idle-next", .func = watch_and_cancel_next, .script = "watch", .again = imap_client_fetch },
  { .name = "watch-idle-stop", .func = watch_and_stop, .script = "watch", .again = imap_client_fetch },
  { .name = "watch-poll-next", .func = watch_and_cancel_next, .script = "watch-poll",
    .query = "?tls=none&max-connections=1", .again = imap_client_fetch },
  { .name = "watch-poll-stop", .func = watch_and_stop, .script = "watch-poll",
    .query = "?tls=none&max-connections=1", .again = imap_client_fetch },
};

/* Writing. The others of the kind, and what is true after each, are in test-imap-cut.c. */

/* Who cancels in the middle is told by the result that nobody knows. */
static gboolean
take_result (TaubeBatchResult *result, const char *id, GError **error)
{
  g_autoptr (GError) failure = result != NULL ? taube_batch_result_get_error (result, id) : NULL;
  gboolean ok = result != NULL && failure == NULL;

  if (failure != NULL)
    {
      g_assert_error (failure, TAUBE_ERROR, TAUBE_ERROR_UNKNOWN_OUTCOME);
      g_assert_true (g_cancellable_set_error_if_cancelled (imap_client_cancellable, error));
    }
  g_clear_pointer (&result, taube_batch_result_unref);
  return ok;
}

static gboolean
append (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("Subject: x\n\nCoo.\n", 17);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);

  return take_result (taube_folder_append (inbox, &source, 1, NULL, imap_client_cancellable, error), "1", error);
}

static TaubeIdSet *
make_ids (void)
{
  static const char *const ids[] = { "7.10", "7.11", NULL };

  return taube_id_set_new_from_ids (ids);
}

static gboolean
move (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeFolder) sent = taube_account_get_folder_by_name (account, "Sent");
  g_autoptr (TaubeIdSet) set = make_ids ();

  return take_result (taube_folder_move (inbox, set, sent, NULL, imap_client_cancellable, error), "7.10", error);
}

static gboolean
take_away (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeIdSet) set = make_ids ();

  return take_result (taube_folder_remove (inbox, set, NULL, imap_client_cancellable, error), "7.10", error);
}

static gboolean
replace (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("Subject: x\n\nCoo.\n", 17);
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);

  return take_result (taube_folder_replace (inbox, "7.10", source, NULL, imap_client_cancellable, error), "7.10",
                      error);
}

static gboolean
copy (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeFolder) sent = taube_account_get_folder_by_name (account, "Sent");
  g_autoptr (TaubeIdSet) set = make_ids ();

  return take_result (taube_folder_copy (inbox, set, sent, NULL, imap_client_cancellable, error), "7.10", error);
}

/* Watches: a fourth message comes as soon as the first three are known. */

static gint polls; /* atomic */

/* The second look follows the first at once; a third one never comes. */
static guint
rest_once (guint attempt, guint milliseconds)
{
  if (attempt > 0 || g_atomic_int_add (&polls, 1) == 0)
    return 0;
  return milliseconds;
}

static TaubeWatch *
watch_inbox (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();

  g_atomic_int_set (&polls, 0);
  g_ptr_array_add (folders, inbox);
  return taube_account_watch (account, folders, error);
}

static gboolean
expect_message (TaubeWatch *watch, GCancellable *cancellable, GError **error)
{
  g_autoptr (TaubeWatchEvent) event = taube_watch_next (watch, cancellable, error);
  const TaubeIdSet *added;

  if (event == NULL)
    return FALSE;
  added = taube_changes_get_added (taube_watch_event_get_changes (event));
  g_assert_cmpuint (taube_id_set_get_size (added), ==, 1);
  g_assert_true (taube_id_set_contains (added, "7.13"));
  return TRUE;
}

/* Who gives up waiting gives up nothing else: the message comes to whoever waits next. */
static gboolean
watch_and_cancel_next (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeWatch) watch = watch_inbox (account, error);
  g_autoptr (GError) failure = NULL;
  gboolean ok;

  g_assert_nonnull (watch);
  ok = expect_message (watch, imap_client_cancellable, error);
  if (!ok && !expect_message (watch, NULL, &failure))
    g_error ("the message was lost: %s", failure->message);
  taube_watch_stop (watch);
  return ok;
}

static void
stop (GCancellable *cancellable, gpointer watch)
{
  taube_watch_stop (watch);
}

/* Stopped from within the very thread that works for it, and in the middle of whatever it does. */
static gboolean
watch_and_stop (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeWatch) watch = watch_inbox (account, error);
  gulong id = 0;
  gboolean ok;

  g_assert_nonnull (watch);
  if (imap_client_cancellable != NULL)
    id = g_cancellable_connect (imap_client_cancellable, G_CALLBACK (stop), watch, NULL);
  ok = expect_message (watch, NULL, error);
  g_cancellable_disconnect (imap_client_cancellable, id);
  return ok;
}

static void
must_work (TaubeAccount *account, ImapClientFunc func)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = func (account, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
}

/* Returns whether the operation was over before it could be cancelled. */
static gboolean
run_once (ImapMemoryServer *server, const Operation *operation, guint cancel_at)
{
  const char *query = operation->query != NULL ? operation->query : "?tls=none";
  TaubeAccount *account = imap_client_new ("imap", 143, query, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gboolean ok;

  imap_memory_server_cancel_at (server, cancel_at, cancellable);
  imap_client_cancellable = cancellable;
  ok = operation->func (account, &error);
  imap_client_cancellable = NULL;
  imap_memory_server_cancel_at (server, 0, NULL);
  g_assert_cmpint (ok, ==, error == NULL);
  if (error != NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  must_work (account, operation->again != NULL ? operation->again : operation->func);
  taube_account_disconnect (account, NULL, NULL);
  must_work (account, operation->func);
  imap_memory_server_see_off (server, account);
  return !g_cancellable_is_cancelled (cancellable);
}

static void
test_operation (gconstpointer data)
{
  const Operation *operation = data;
  g_autoptr (ImapMemoryServer) server
      = imap_memory_server_new (operation->script != NULL ? operation->script : "server");

  for (guint round = 0; round < 2; round++)
    {
      guint call = 0;

      imap_memory_server_set_chunk (server, round == 0 ? 0 : 30);
      while (!run_once (server, operation, ++call))
        ;
      g_test_message ("%u reads and writes", call - 1);
      g_assert_cmpuint (call, >, 5);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  taube_watch_set_test_pause (rest_once);
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/cancel/%s", operations[i].name);

      g_test_add_data_func (path, &operations[i], test_operation);
    }
  return g_test_run ();
}
