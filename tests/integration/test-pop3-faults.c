/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-client.h"

#include <taube-backend/taube-testing.h>

/* Every fault in the place of each thing that a server says: the operation ends, with an error or without, and the
 * account can be used afterwards. */

typedef struct
{
  const char *name;
  const char *script;
  const char *scheme;
  const char *query;
  Pop3ClientFunc func;
} Scenario;

static const Scenario scenarios[] = {
  { "connect", "generic/login", "pop3", "?tls=none", pop3_client_connect },
  { "stls", "generic/capa-differs", "pop3", "", pop3_client_connect },
  { "bare", "generic/bare", "pop3", "?tls=none", pop3_client_connect },
  { "utf8", "generic/utf8-refused", "pop3", "?tls=none", pop3_client_connect },
};

static void
try_fault (TaubeTestServer *server, TaubeTestFault fault, guint step, gpointer user_data)
{
  const Scenario *scenario = user_data;
  g_autoptr (TaubeAccount) account = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  taube_sasl_forget_logins ();
  pop3_client_timeout = fault == TAUBE_TEST_FAULT_STALL ? "1" : "30";
  account = pop3_client_new (scenario->scheme, taube_test_server_get_port (server), scenario->query,
                             taube_test_pki_get_ca_file (taube_test_server_get_pki (server)));
  ok = scenario->func (account, &error);
  g_assert_cmpint (ok, ==, error == NULL);
  if (fault == TAUBE_TEST_FAULT_NONE)
    g_assert_no_error (error);
  if (error != NULL)
    {
      g_assert_true (error->domain == TAUBE_ERROR);
      g_assert_null (g_strstr_len (error->message, -1, TAUBE_TEST_PASSWORD));
    }
  taube_account_disconnect (account, NULL, NULL);
}

static void
test_scenario (gconstpointer data)
{
  const Scenario *scenario = data;
  g_autofree char *script = g_strconcat ("pop3/", scenario->script, NULL);

  taube_test_each_fault (script, try_fault, (gpointer) scenario);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    {
      g_autofree char *path = g_strdup_printf ("/pop3/faults/%s", scenarios[i].name);

      g_test_add_data_func (path, &scenarios[i], test_scenario);
    }
  return g_test_run ();
}
