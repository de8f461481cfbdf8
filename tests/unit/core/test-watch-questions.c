/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core-backend.h"

#include <taube/taube-error.h>
#include <taube/taube-watch.h>
#include <taube-backend/taube-changes-impl.h>
#include <taube-backend/taube-id-set-impl.h>

#include "core/taube-account-private.h"

/* A program without a main loop that begins with a watch: the sign-in has to ask in a context that nobody runs. */

static gboolean
ask (gpointer data)
{
  TaubeFolder *folder = data;
  Server *server = g_object_get_data (G_OBJECT (folder), "server");
  g_autoptr (GError) error = NULL;

  g_assert_true (g_main_context_is_owner (NULL));
  g_assert_false (taube_account_connect (taube_folder_get_account (folder), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  server_open_gate (server, "answer");
  return G_SOURCE_REMOVE;
}

/* As a backend that wants a password before anything else. */
static gboolean
ask_and_tell (Server *server, TestSession *session, TaubeFolder *folder, TaubeWatchStep *step,
              GCancellable *cancellable, GError **error)
{
  TaubeIdSet *added;

  if (step->reason != TAUBE_WATCH_START)
    return TRUE;
  added = taube_id_set_new ();
  taube_account_invoke (taube_folder_get_account (folder), ask, g_object_ref (folder),
                        g_object_unref);
  taube_id_set_add_range (added, "1.", 1, 1);
  step->changes = taube_changes_new (added, NULL, NULL, FALSE);
  return server_pass (server, "answer", cancellable, error);
}

static void
test_whoever_waits_in_next_answers (void)
{
  Server *server = server_new ();
  g_autoptr (TaubeAccount) account = server_create_account (server, 4);
  gpointer weak = account;
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();
  g_autoptr (TaubeWatch) watch = NULL;
  g_autoptr (TaubeWatchEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  g_object_add_weak_pointer (G_OBJECT (account), &weak);
  g_object_set_data (G_OBJECT (inbox), "server", server);
  server->watch = ask_and_tell;
  server_close_gate (server, "answer");
  g_ptr_array_add (folders, inbox);
  watch = taube_account_watch (account, folders, NULL);
  event = taube_watch_next (watch, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (taube_watch_event_get_folder (event) == inbox);
  taube_watch_stop (watch);
  g_clear_pointer (&event, taube_watch_event_free);
  g_clear_object (&watch);
  g_clear_object (&inbox);
  g_clear_object (&account);
  while (weak != NULL)
    {
      iterate ();
      g_thread_yield ();
    }
  server_wait_alive (server, 0);
  server_free (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/watch-questions/whoever-waits-in-next-answers", test_whoever_waits_in_next_answers);
  return g_test_run ();
}
