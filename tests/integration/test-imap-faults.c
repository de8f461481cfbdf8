/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <taube-backend/taube-testing.h>

#include <string.h>

/* Every fault in the place of each thing that a server says: the operation ends, with an error or without, and the
 * account can be used afterwards. */

typedef struct
{
  const char *script;
  ImapClientFunc func;
  const char *query; /* NULL: "?tls=none" */
} Scenario;

static gboolean
watch (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autoptr (TaubeWatch) watch = NULL;
  gboolean added = FALSE, changed = FALSE, removed = FALSE;

  g_ptr_array_add (folders, inbox);
  watch = taube_account_watch (account, folders, error);
  while (watch != NULL && !(added && changed && removed))
    {
      g_autoptr (TaubeWatchEvent) event = taube_watch_next (watch, NULL, error);
      TaubeChanges *changes;

      if (event == NULL)
        return FALSE;
      changes = taube_watch_event_get_changes (event);
      added |= taube_id_set_contains (taube_changes_get_added (changes), "7.13");
      changed |= taube_id_set_contains (taube_changes_get_changed (changes), "7.11");
      removed |= taube_id_set_contains (taube_changes_get_removed (changes), "7.10");
    }
  if (watch != NULL)
    taube_watch_stop (watch);
  return watch != NULL;
}

/* What writes gives a result when something may have happened: then the error is in it. */
static gboolean
take_result (TaubeBatchResult *result, const char *id, GError **error)
{
  GError *failure = result != NULL ? taube_batch_result_get_error (result, id) : NULL;
  gboolean ok = result != NULL && failure == NULL;

  if (failure != NULL)
    g_propagate_error (error, failure);
  g_clear_pointer (&result, taube_batch_result_unref);
  return ok;
}

static gboolean
append (TaubeAccount *account, GError **error)
{
  static const char text[] = "Subject: x\nMessage-ID: <x@y>\n\nCoo.\n";
  g_autoptr (TaubeFolder) sent = taube_account_get_folder_by_name (account, "Sent");
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);

  taube_message_source_set_flags (source, TAUBE_MESSAGE_FLAGS_SEEN);
  return take_result (taube_folder_append (sent, &source, 1, NULL, NULL, error), "1", error);
}

static TaubeIdSet *
make_ids (void)
{
  static const char *const ids[] = { "7.10", "7.11", NULL };

  return taube_id_set_new_from_ids (ids);
}

static gboolean
copy (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeFolder) sent = taube_account_get_folder_by_name (account, "Sent");
  g_autoptr (TaubeIdSet) ids = make_ids ();

  return take_result (taube_folder_copy (inbox, ids, sent, NULL, NULL, error), "7.10", error);
}

static gboolean
take_away (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeIdSet) ids = make_ids ();

  return take_result (taube_folder_remove (inbox, ids, NULL, NULL, error), "7.10", error);
}

static gboolean
move (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeFolder) sent = taube_account_get_folder_by_name (account, "Sent");
  g_autoptr (TaubeIdSet) ids = make_ids ();

  return take_result (taube_folder_move (inbox, ids, sent, NULL, NULL, error), "7.10", error);
}

static gboolean
replace (TaubeAccount *account, GError **error)
{
  static const char text[] = "Subject: x\nMessage-ID: <x@y>\n\nCoo.\n";
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (TaubeMessageSource) source = taube_message_source_new_from_bytes (bytes);

  return take_result (taube_folder_replace (inbox, "7.10", source, NULL, NULL, error), "7.10", error);
}

static gboolean
manage (TaubeAccount *account, GError **error)
{
  const char *const path[] = { "Neu", NULL };
  g_autoptr (TaubeFolder) folder = taube_account_create_folder (account, path, TAUBE_FOLDER_ROLE_NONE,
                                                                TAUBE_CONTENT_MAIL, NULL, error);

  return folder != NULL && taube_account_set_subscribed (account, folder, TRUE, NULL, error)
         && taube_account_delete_folder (account, folder, NULL, error);
}

static gboolean
share (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) folder = taube_account_get_folder_by_name (account, "[Gmail]/Alle[1]");
  g_autoptr (TaubePermission) bob = taube_permission_new ("bob", TAUBE_RIGHTS_LOOKUP);
  g_autoptr (GBytes) note = g_bytes_new_static ("coo", 3);

  return taube_folder_set_permission (folder, bob, TAUBE_FLAGS_MODE_ADD, NULL, error)
         && imap_client_permissions (account, error) && imap_client_my_rights (account, error)
         && imap_client_grantable (account, error) && imap_client_quotas (account, error)
         && taube_folder_remove_permission (folder, "bob", NULL, error)
         && taube_folder_set_metadata (folder, "/shared/comment", note, NULL, error)
         && imap_client_notes (account, error);
}

static const Scenario scenarios[] = {
  { "imap/dovecot/connect", imap_client_connect },
  { "imap/dovecot/folders", imap_client_folders },
  { "imap/dovecot/list", imap_client_list },
  { "imap/dovecot/search", imap_client_search },
  { "imap/generic/compress", imap_client_list, "?tls=none&compress=yes" },
  { "imap/dovecot/fetch", imap_client_fetch },
  { "imap/dovecot/store", imap_client_store_keyword },
  { "imap/dovecot/manage", manage },
  { "imap/dovecot/sharing", share },
  { "imap/dovecot/append", append },
  { "imap/dovecot/copy", copy },
  { "imap/dovecot/remove", take_away },
  { "imap/dovecot/move", move },
  { "imap/dovecot/replace", replace },
  { "imap/dovecot/changes", imap_client_changes },
};

/* Seconds of silence: no more than must be waited for. */
static const char *
get_timeout (TaubeTestFault fault)
{
  return fault == TAUBE_TEST_FAULT_STALL ? "1" : "30";
}

static void
run (TaubeTestServer *server, TaubeTestFault fault, guint step, gpointer user_data)
{
  const Scenario *scenario = user_data;
  const char *query = scenario->query != NULL ? scenario->query : "?tls=none";
  g_autoptr (TaubeAccount) account = NULL;

  imap_client_timeout = get_timeout (fault);
  account = imap_client_new ("imap", taube_test_server_get_port (server), query, NULL);
  /* The fault comes once: the next try makes a new connection and gets through. When the machine is so slow that the
   * first was given up before it, the one after that does. */
  for (guint tries = 0;; tries++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok = scenario->func (account, &error);

      g_assert_cmpint (ok, ==, error == NULL);
      if (ok)
        return;
      g_assert_true (error->domain == TAUBE_ERROR);
      if (fault == TAUBE_TEST_FAULT_NONE || tries > (fault == TAUBE_TEST_FAULT_STALL))
        g_assert_no_error (error);
      taube_settings_set (taube_account_get_settings (account), "timeout", "10", NULL);
    }
}

static void
test_scenario (gconstpointer data)
{
  const Scenario *scenario = data;

  taube_test_each_fault (scenario->script, run, (gpointer) scenario);
}

/* A line that has gone silent in IDLE looks like one with nothing to say, until waiting is renewed. */
#define RENEWAL_MILLISECONDS 700

static guint
no_pause (guint attempt, guint milliseconds)
{
  return 1;
}

/* A watch goes on by itself after whatever happened, so it always ends well. */
static void
run_watch (TaubeTestServer *server, TaubeTestFault fault, guint step, gpointer user_data)
{
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (GError) error = NULL;

  imap_client_timeout = get_timeout (fault);
  account = imap_client_new ("imap", taube_test_server_get_port (server), "?tls=none", NULL);
  taube_watch_set_test_pause (no_pause);
  taube_watch_set_test_renewal (fault == TAUBE_TEST_FAULT_STALL ? RENEWAL_MILLISECONDS : 0);
  watch (account, &error);
  g_assert_no_error (error);
  taube_watch_set_test_renewal (0);
  taube_watch_set_test_pause (NULL);
}

static void
test_watch (void)
{
  taube_test_each_fault ("imap/dovecot/watch", run_watch, NULL);
}

static void
test_notify (void)
{
  taube_test_each_fault ("imap/dovecot/notify", run_watch, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/faults/%s", strrchr (scenarios[i].script, '/') + 1);

      g_test_add_data_func (path, &scenarios[i], test_scenario);
    }
  g_test_add_func ("/imap/faults/watch", test_watch);
  g_test_add_func ("/imap/faults/notify", test_notify);
  return g_test_run ();
}
