/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

#include "taube-test.h"

/* A real server over TLS, with a counting wire before it. A mailbox is the inbox of one of the three users in turn,
 * emptied by IMAP. Courier is not here: it wants ten seconds between two logins, and what a device may see within them
 * is old by design. */
typedef struct
{
  TaubeTestMail *mail;
  GHashTable *hands; /* user -> TaubeTestHand */
  CountingProxy *wire;
  guint boxes;
} Server;

static const char *const users[] = { "alice", "bob", "carol" };

static gpointer
start (TaubeTestMailKind kind)
{
  TaubeTestMail *mail = taube_test_mail_start (kind, NULL);
  Server *server;

  if (mail == NULL)
    return NULL;
  server = g_new0 (Server, 1);
  server->mail = mail;
  server->hands = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) taube_test_hand_free);
  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    g_hash_table_insert (server->hands, (gpointer) users[i], taube_test_hand_new (mail, users[i]));
  server->wire = counting_proxy_start (taube_test_mail_get_port (mail, "pop3s"));
  return server;
}

static gpointer
start_dovecot (void)
{
  return start (TAUBE_TEST_DOVECOT);
}

static gpointer
start_cyrus (void)
{
  return start (TAUBE_TEST_CYRUS);
}

static void
stop (gpointer data)
{
  Server *server = data;

  counting_proxy_stop (server->wire);
  g_hash_table_unref (server->hands);
  taube_test_mail_stop (server->mail);
  g_free (server);
}

static void
set_up (gpointer data, TaubeSettings *settings)
{
  Server *server = data;
  g_autoptr (GError) error = NULL;

  taube_settings_set (settings, "ca-file", taube_test_mail_get (server->mail, "ca-file"), &error);
  g_assert_no_error (error);
}

static TaubeCredentials *
get_credentials (gpointer data)
{
  return taube_credentials_new_password (TAUBE_TEST_PASSWORD);
}

/* A device of an earlier case may still be saying good-bye: until it has, nobody else gets in. */
static void
wait_until_free (Server *server, const char *user)
{
  g_autofree char *uri
    = g_strdup_printf ("pop3s://%s@localhost:%u/", user, taube_test_mail_get_port (server->mail, "pop3s"));
  gboolean in = FALSE;

  while (!in)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeSettings) settings = taube_settings_new ();
      g_autoptr (TaubeCredentials) credentials = get_credentials (server);
      g_autoptr (TaubeAccount) account = NULL;

      set_up (server, settings);
      account = taube_account_create_with_settings (uri, settings, credentials, &error);
      g_assert_no_error (error);
      in = taube_account_connect (account, NULL, &error);
      if (!in)
        g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_THROTTLED);
      taube_account_disconnect (account, NULL, NULL);
    }
}

static void
empty (gpointer data, const ContractBox *box)
{
  TaubeTestHand *hand = g_hash_table_lookup (((Server *) data)->hands, box->name);

  taube_test_hand_select (hand, "INBOX");
  g_free (taube_test_hand_run (hand, "STORE 1:* +FLAGS.SILENT (\\Deleted)"));
  g_free (taube_test_hand_run (hand, "EXPUNGE"));
  g_free (taube_test_hand_run (hand, "CLOSE"));
}

static void
deliver (gpointer data, const ContractBox *box, const char *message)
{
  taube_test_mail_deliver (((Server *) data)->mail, box->name, "INBOX", message, -1);
}

/* What is to be emptied must hold something: STORE 1:* is an error where there is nothing. */
static ContractBox *
make_box (gpointer data, const char *name)
{
  Server *server = data;
  ContractBox *box = g_new0 (ContractBox, 1);
  const char *user = users[server->boxes++ % G_N_ELEMENTS (users)];

  wait_until_free (server, user);
  box->uri = g_strdup_printf ("pop3s://%s@localhost:%u/", user, counting_proxy_get_port (server->wire));
  box->name = g_strdup (user);
  box->path = g_strsplit ("INBOX", "/", -1);
  deliver (data, box, "Subject: swept out\n\n");
  empty (data, box);
  return box;
}

static CountingProxy *
get_wire (gpointer data)
{
  return ((Server *) data)->wire;
}

#define WORLD(kind)                                                                                                   \
  .name = "pop3", .server = #kind,                                                                                    \
  .protocol = { TAUBE_SUPPORT_YES, TAUBE_SUPPORT_NO, TAUBE_SUPPORT_CONDITIONAL, TAUBE_SUPPORT_NO, TAUBE_SUPPORT_NO,   \
                TAUBE_SUPPORT_CONDITIONAL },                                                                          \
  .one_at_a_time = TRUE, .start = start_##kind, .stop = stop, .make_box = make_box, .deliver = deliver,               \
  .empty = empty, .get_credentials = get_credentials, .set_up = set_up, .get_wire = get_wire

const ContractWorld contract_pop3_dovecot = { WORLD (dovecot) };
const ContractWorld contract_pop3_cyrus = { WORLD (cyrus) };
