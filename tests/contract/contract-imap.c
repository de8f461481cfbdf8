/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

#include "taube-test.h"

/* A real server over TLS, with a counting wire before it. Each mailbox is a folder of alice's. */
typedef struct
{
  TaubeTestMail *mail;
  TaubeTestHand *hand;
  CountingProxy *wire;
} Server;

static gpointer
start (TaubeTestMailKind kind)
{
  TaubeTestMail *mail = taube_test_mail_start (kind, NULL);
  Server *server;

  if (mail == NULL)
    return NULL;
  server = g_new0 (Server, 1);
  server->mail = mail;
  server->hand = taube_test_hand_new (mail, "alice");
  server->wire = counting_proxy_start (taube_test_mail_get_port (mail, "imaps"));
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

static gpointer
start_courier (void)
{
  return start (TAUBE_TEST_COURIER);
}

static void
stop (gpointer data)
{
  Server *server = data;

  counting_proxy_stop (server->wire);
  taube_test_hand_free (server->hand);
  taube_test_mail_stop (server->mail);
  g_free (server);
}

static ContractBox *
make_box (gpointer data, const char *name)
{
  Server *server = data;
  ContractBox *box = g_new0 (ContractBox, 1);
  g_autofree char *path = NULL;

  box->uri = g_strdup_printf ("imaps://alice@localhost:%u/", counting_proxy_get_port (server->wire));
  box->name = g_strconcat ("Gr\xc3\xbc\xc3\x9f" "e & Co/", name, NULL);
  path = taube_test_mail_path (server->mail, box->name);
  box->path = g_strsplit (path, "/", -1);
  taube_test_mail_make_folder (server->mail, "alice", box->name);
  return box;
}

static void
deliver (gpointer data, const ContractBox *box, const char *message)
{
  Server *server = data;

  taube_test_mail_deliver (server->mail, "alice", box->name, message, -1);
}

static void
empty (gpointer data, const ContractBox *box)
{
  Server *server = data;

  taube_test_hand_select (server->hand, box->name);
  g_free (taube_test_hand_run (server->hand, "STORE 1:* +FLAGS.SILENT (\\Deleted)"));
  g_free (taube_test_hand_run (server->hand, "EXPUNGE"));
  g_free (taube_test_hand_run (server->hand, "CLOSE"));
}

static TaubeCredentials *
get_credentials (gpointer data)
{
  return taube_credentials_new_password (TAUBE_TEST_PASSWORD);
}

static void
set_up (gpointer data, TaubeSettings *settings)
{
  Server *server = data;
  g_autoptr (GError) error = NULL;

  taube_settings_set (settings, "ca-file", taube_test_mail_get (server->mail, "ca-file"), &error);
  g_assert_no_error (error);
}

static CountingProxy *
get_wire (gpointer data)
{
  return ((Server *) data)->wire;
}

#define WORLD(kind)                                                                                                   \
  .name = "imap", .server = #kind,                                                                                    \
  .protocol = { TAUBE_SUPPORT_YES, TAUBE_SUPPORT_YES, TAUBE_SUPPORT_YES, TAUBE_SUPPORT_NO, TAUBE_SUPPORT_NO,          \
                TAUBE_SUPPORT_YES },                                                                                  \
  .start = start_##kind, .stop = stop, .make_box = make_box, .deliver = deliver, .empty = empty,                      \
  .get_credentials = get_credentials, .set_up = set_up, .get_wire = get_wire

const ContractWorld contract_imap_dovecot = { WORLD (dovecot) };
const ContractWorld contract_imap_cyrus = { WORLD (cyrus) };
const ContractWorld contract_imap_courier = { WORLD (courier) };
