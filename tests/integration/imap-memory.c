/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-memory.h"

#define PATIENCE_SECONDS 60

struct _ImapMemoryServer
{
  gatomicrefcount refs;
  TaubeTestScript *script;
  GMutex lock; /* over all that follows */
  guint connections;
  guint open;
  gsize chunk;
  guint calls;
  guint cancel_at;
  GCancellable *cancellable;
};

/* The server's end of one connection. */
typedef struct
{
  ImapMemoryServer *server;
  TaubeTestDialog *dialog;
  TaubeMemoryPeer *peer; /* not owned */
} Line;

static void
server_unref (ImapMemoryServer *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  taube_test_script_free (self->script);
  g_clear_object (&self->cancellable);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
line_free (gpointer data)
{
  Line *line = data;

  taube_test_dialog_free (line->dialog);
  g_mutex_lock (&line->server->lock);
  line->server->open--;
  g_mutex_unlock (&line->server->lock);
  g_main_context_wakeup (NULL);
  server_unref (line->server);
  g_free (line);
}

static void
answer (Line *line)
{
  for (;;)
    {
      g_autoptr (GByteArray) out = g_byte_array_new ();
      TaubeTestAction action = taube_test_dialog_next (line->dialog, out);

      if (out->len > 0)
        taube_memory_peer_send (line->peer, out->data, out->len);
      if (action == TAUBE_TEST_ACTION_SEND || action == TAUBE_TEST_ACTION_TLS)
        continue;
      if (action == TAUBE_TEST_ACTION_FAIL)
        g_error ("%s", taube_test_dialog_get_failure (line->dialog));
      if (action != TAUBE_TEST_ACTION_WAIT)
        taube_memory_peer_close (line->peer);
      return;
    }
}

static void
on_bytes (TaubeMemoryPeer *peer, const guint8 *bytes, gsize length, gpointer user_data)
{
  Line *line = user_data;

  taube_test_dialog_feed (line->dialog, bytes, length);
  answer (line);
}

static void
on_call (TaubeMemoryPeer *peer, guint number, gpointer user_data)
{
  ImapMemoryServer *self = ((Line *) user_data)->server;
  g_autoptr (GCancellable) cancellable = NULL;

  g_mutex_lock (&self->lock);
  if (++self->calls == self->cancel_at)
    cancellable = g_object_ref (self->cancellable);
  g_mutex_unlock (&self->lock);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

static TaubeConnection *
dial (const TaubeEndpoint *endpoint, gpointer user_data, GError **error)
{
  ImapMemoryServer *self = user_data;
  Line *line = g_new0 (Line, 1);
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (on_bytes, line, line_free);

  g_atomic_ref_count_inc (&self->refs);
  line->server = self;
  line->peer = peer;
  g_mutex_lock (&self->lock);
  self->open++;
  line->dialog = taube_test_dialog_new (self->script, self->connections++, NULL);
  taube_memory_peer_set_chunk (peer, self->chunk);
  g_mutex_unlock (&self->lock);
  taube_memory_peer_set_hook (peer, on_call, line);
  answer (line);
  return taube_connection_new_memory (endpoint, peer);
}

ImapMemoryServer *
imap_memory_server_new (const char *script)
{
  g_autofree char *path = g_strconcat ("imap/memory/", script, NULL);

  return imap_memory_server_new_for (path);
}

ImapMemoryServer *
imap_memory_server_new_for (const char *path)
{
  ImapMemoryServer *self = g_new0 (ImapMemoryServer, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->script = taube_test_script_load (path);
  taube_connection_set_test_dialer (dial, self);
  return self;
}

void
imap_memory_server_set_chunk (ImapMemoryServer *self, gsize chunk)
{
  g_mutex_lock (&self->lock);
  self->chunk = chunk;
  g_mutex_unlock (&self->lock);
}

void
imap_memory_server_cancel_at (ImapMemoryServer *self, guint call, GCancellable *cancellable)
{
  g_mutex_lock (&self->lock);
  self->calls = 0;
  self->cancel_at = call;
  g_set_object (&self->cancellable, cancellable);
  g_mutex_unlock (&self->lock);
}

typedef struct
{
  ImapMemoryServer *server;
  gint accounts; /* atomic: those that are still there */
} Farewell;

static void
on_account_gone (gpointer data, GObject *object)
{
  Farewell *farewell = data;

  g_atomic_int_set (&farewell->accounts, 0);
  g_main_context_wakeup (NULL);
}

static gboolean
is_alone (Farewell *farewell)
{
  guint open;

  g_mutex_lock (&farewell->server->lock);
  open = farewell->server->open;
  g_mutex_unlock (&farewell->server->lock);
  return open == 0 && g_atomic_int_get (&farewell->accounts) == 0;
}

static gboolean
on_out_of_patience (gpointer data)
{
  Farewell *farewell = data;

  g_error ("%u connections and %d accounts are still there", farewell->server->open, farewell->accounts);
  return G_SOURCE_REMOVE;
}

/* What is given back to a context without a loop waits for whoever runs it next. */
static void
wait_until_alone (Farewell *farewell)
{
  guint timer = g_timeout_add_seconds (PATIENCE_SECONDS, on_out_of_patience, farewell);

  while (!is_alone (farewell))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
}

void
imap_memory_server_see_off (ImapMemoryServer *self, TaubeAccount *account)
{
  Farewell farewell = { self, 1 };

  g_object_weak_ref (G_OBJECT (account), on_account_gone, &farewell);
  g_object_unref (account);
  wait_until_alone (&farewell);
}

void
imap_memory_server_free (ImapMemoryServer *self)
{
  Farewell farewell = { self, 0 };

  wait_until_alone (&farewell);
  taube_connection_set_test_dialer (NULL, NULL);
  server_unref (self);
}
