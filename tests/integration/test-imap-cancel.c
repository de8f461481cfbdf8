/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <taube-backend/taube-testing.h>

/* Every operation, cancelled at each read and write of its connection: it ends at once, and the account can be used
 * afterwards. The server lies in memory, so that nothing depends on time. */

typedef struct
{
  TaubeTestScript *script;
  guint connections;
  gint calls;      /* atomic: reads and writes of all connections together */
  guint cancel_at; /* the number of the call at which it is cancelled; 0: never */
  gsize chunk;     /* bytes that go in one of them; 0: all there are */
} Server;

typedef struct
{
  Server *server;
  TaubeTestDialog *dialog;
  TaubeMemoryPeer *peer; /* not owned */
} Line;

static void
line_free (gpointer data)
{
  Line *line = data;

  taube_test_dialog_free (line->dialog);
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
  Server *server = user_data;
  guint call = (guint) g_atomic_int_add (&server->calls, 1) + 1;

  if (call == server->cancel_at)
    g_cancellable_cancel (imap_client_cancellable);
}

static TaubeConnection *
dial (const TaubeEndpoint *endpoint, gpointer user_data, GError **error)
{
  Server *server = user_data;
  Line *line = g_new0 (Line, 1);
  g_autoptr (TaubeMemoryPeer) peer = taube_memory_peer_new (on_bytes, line, line_free);

  line->server = server;
  line->dialog = taube_test_dialog_new (server->script, server->connections++, NULL);
  line->peer = peer;
  taube_memory_peer_set_chunk (peer, server->chunk);
  taube_memory_peer_set_hook (peer, on_call, server);
  answer (line);
  return taube_connection_new_memory (endpoint, peer);
}

/* Returns whether the operation was over before it could be cancelled. */
static gboolean
run_once (Server *server, ImapClientFunc func, const char *query, guint cancel_at)
{
  g_autoptr (TaubeAccount) account = imap_client_new ("imap", 143, query, NULL);
  g_autoptr (GError) error = NULL;
  gboolean ok, cancelled;

  imap_client_cancellable = g_cancellable_new ();
  g_atomic_int_set (&server->calls, 0);
  server->cancel_at = cancel_at;
  ok = func (account, &error);
  cancelled = g_cancellable_is_cancelled (imap_client_cancellable);
  g_assert_cmpint (ok, ==, error == NULL);
  if (error != NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  server->cancel_at = 0;
  g_clear_object (&imap_client_cancellable);

  g_clear_error (&error);
  ok = func (account, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  taube_account_disconnect (account, NULL, &error);
  g_assert_no_error (error);
  return !cancelled;
}

typedef struct
{
  const char *name;
  ImapClientFunc func;
  const char *query;
} Operation;

static const Operation operations[] = {
  { "connect", imap_client_connect, "" },
  { "folders", imap_client_folders, "?tls=none" },
  { "refresh", imap_client_refresh, "?tls=none" },
  { "list", imap_client_list, "?tls=none" },
  { "item", imap_client_item, "?tls=none" },
  { "structure", imap_client_structure, "?tls=none" },
  { "fetch", imap_client_fetch, "?tls=none" },
  { "store", imap_client_store, "?tls=none" },
};

static void
test_operation (gconstpointer data)
{
  const Operation *operation = data;
  Server server = { 0 };

  server.script = taube_test_script_load ("imap/memory/server");
  taube_connection_set_test_dialer (dial, &server);
  for (guint round = 0; round < 2; round++)
    {
      guint call = 0;

      server.chunk = round == 0 ? 0 : 30;
      while (!run_once (&server, operation->func, operation->query, ++call))
        ;
      g_test_message ("%u reads and writes", call - 1);
      g_assert_cmpuint (call, >, 5);
    }
  taube_connection_set_test_dialer (NULL, NULL);
  taube_test_script_free (server.script);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree char *path = g_strdup_printf ("/imap/cancel/%s", operations[i].name);

      g_test_add_data_func (path, &operations[i], test_operation);
    }
  return g_test_run ();
}
