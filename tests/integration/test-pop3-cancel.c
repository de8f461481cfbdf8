/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-memory.h"
#include "pop3-client.h"

/* Every operation, cancelled at each read and write of its connections: it ends at once, and the account can be used
 * afterwards. The server lies in memory, so that nothing depends on time.
 *
 * An operation joins by one row. It is a call of the public API that can be cancelled by pop3_client_cancellable and
 * gives what it got: TRUE, or FALSE with an error. */

typedef struct
{
  const char *name;
  Pop3ClientFunc func;
  const char *query;
} Operation;

static const Operation operations[] = {
  { "connect", pop3_client_connect, "?tls=none" },
  { "connect-stls", pop3_client_connect, "" },
  { "connect-user", pop3_client_connect, "?tls=none&auth=%2BLOGIN" },
  { "folders", pop3_client_folders, "?tls=none" },
  { "refresh", pop3_client_refresh, "?tls=none" },
};

static void
must_work (TaubeAccount *account, Pop3ClientFunc func)
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
  TaubeAccount *account = pop3_client_new ("pop3", 110, operation->query, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gboolean ok;

  imap_memory_server_cancel_at (server, cancel_at, cancellable);
  pop3_client_cancellable = cancellable;
  ok = operation->func (account, &error);
  pop3_client_cancellable = NULL;
  imap_memory_server_cancel_at (server, 0, NULL);
  g_assert_cmpint (ok, ==, error == NULL);
  if (error != NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  must_work (account, operation->func);
  taube_account_disconnect (account, NULL, NULL);
  must_work (account, operation->func);
  imap_memory_server_see_off (server, account);
  return !g_cancellable_is_cancelled (cancellable);
}

static void
test_operation (gconstpointer data)
{
  const Operation *operation = data;
  g_autoptr (ImapMemoryServer) server = imap_memory_server_new_for ("pop3/memory/server");

  for (guint round = 0; round < 2; round++)
    {
      guint call = 0;

      imap_memory_server_set_chunk (server, round == 0 ? 0 : 10);
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
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree char *path = g_strdup_printf ("/pop3/cancel/%s", operations[i].name);

      g_test_add_data_func (path, &operations[i], test_operation);
    }
  return g_test_run ();
}
