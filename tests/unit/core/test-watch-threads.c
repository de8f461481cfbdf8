/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core-backend.h"
#include "core-blocking.h"

#include <taube/taube-watch.h>

/* Watches and threads: none waits for one, wherever it is. */

typedef struct
{
  Server *server;
  TaubeAccount *account;
  TaubeFolder *inbox;
  TaubeFolder *sent;
} Fixture;

static gboolean
nothing_new (Server *server, TestSession *session, TaubeFolder *folder, TaubeWatchStep *step,
             GCancellable *cancellable, GError **error)
{
  step->told = step->reason != TAUBE_WATCH_POLL;
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer max)
{
  f->server = server_new ();
  f->server->watch = nothing_new;
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
}

static TaubeWatch *
watch_both (Fixture *f)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();

  g_ptr_array_add (folders, f->inbox);
  g_ptr_array_add (folders, f->sent);
  return taube_account_watch (f->account, folders, NULL);
}

static void
test_stopping_never_blocks (Fixture *f, gconstpointer max)
{
  g_autoptr (TaubeWatch) watch = watch_both (f);
  g_autoptr (GError) error = NULL;

  server_bar_gate (f->server, "watch");
  server_wait_arrived (f->server, "watch", 1);
  blocking_forbid ();
  taube_watch_stop (watch);
  taube_watch_stop (watch);
  blocking_allow ();
  g_assert_null (taube_watch_next (watch, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  server_open_gate (f->server, "watch");
}

static void
test_dropped_at_any_moment (Fixture *f, gconstpointer max)
{
  static const char *const gates[] = { "prepare", "open", "watch", NULL };

  for (guint i = 0; gates[i] != NULL; i++)
    {
      TaubeWatch *watch;
      guint before = server_count_arrived (f->server, gates[i]);

      server_close_gate (f->server, gates[i]);
      watch = watch_both (f);
      server_wait_arrived (f->server, gates[i], before + 1);
      g_object_unref (watch);
      server_open_gate (f->server, gates[i]);
      taube_account_disconnect (f->account, NULL, NULL);
      server_wait_alive (f->server, 0);
    }
}

static void
test_a_watch_holds_no_thread (Fixture *f, gconstpointer max)
{
  g_autoptr (GPtrArray) watches = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) accounts = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < 200; i++)
    {
      TaubeAccount *account = server_create_account (f->server, 2);
      g_autoptr (TaubeFolder) folder = taube_account_get_folder_by_name (account, "INBOX");
      g_autoptr (GPtrArray) folders = g_ptr_array_new ();

      g_ptr_array_add (accounts, account);
      g_ptr_array_add (folders, folder);
      g_ptr_array_add (watches, taube_account_watch (account, folders, NULL));
    }
  server_wait_parked (f->server, 200);
  g_assert_cmpuint (f->server->threads, ==, 0);
}

#define ADD(name, max) \
  g_test_add ("/core/watch-threads/" #name, Fixture, GUINT_TO_POINTER (max), set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (stopping_never_blocks, 4);
  ADD (dropped_at_any_moment, 4);
  ADD (a_watch_holds_no_thread, 4);
  return g_test_run ();
}
