/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "imap-client.h"

#include <string.h>

/* An account gets other credentials while it has a connection: the connection is signed in anew, or another one is. */

static TaubeItemList *
list_inbox (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();

  taube_list_request_set_fields (request, TAUBE_LIST_FIELDS_FLAGS);
  return taube_folder_list (inbox, request, NULL, error);
}

static void
on_notify (TaubeAccount *account, GParamSpec *spec, guint *count)
{
  g_autoptr (TaubeCredentials) credentials = NULL;

  g_object_get (account, "credentials", &credentials, NULL);
  g_assert_nonnull (credentials);
  (*count)++;
}

static void
test_renew (gconstpointer data)
{
  g_autofree char *script = g_strconcat ("imap/renew/", (const char *) data, NULL);
  TaubeTestServer *server = taube_test_server_new (script);
  g_autoptr (TaubeAccount) account
    = imap_client_new_as ("alice", "old", taube_test_server_get_port (server), "?tls=none&max-connections=1");
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password ("new");
  g_autoptr (TaubeItemList) before = NULL, after = NULL;
  g_autoptr (GError) error = NULL;
  guint notified = 0;

  before = list_inbox (account, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (before), ==, 1);
  g_signal_connect (account, "notify::credentials", G_CALLBACK (on_notify), &notified);
  taube_account_set_credentials (account, credentials);
  after = list_inbox (account, &error);
  if (strcmp (data, "refused") == 0)
    {
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
      g_clear_error (&error);
    }
  else
    {
      g_assert_no_error (error);
      g_assert_cmpuint (taube_item_list_get_size (after), ==, 1);
    }
  while (notified == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (notified, ==, 1);
  taube_account_disconnect (account, NULL, NULL);
  taube_test_server_finish (server);
}

int
main (int argc, char **argv)
{
  static const char *const scripts[] = { "same", "no", "bad", "closed", "without", "refused" };

  g_test_init (&argc, &argv, NULL);
  imap_client_timeout = "10";
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *path = g_strconcat ("/imap/renew/", scripts[i], NULL);

      g_test_add_data_func (path, scripts[i], test_renew);
    }
  return g_test_run ();
}
