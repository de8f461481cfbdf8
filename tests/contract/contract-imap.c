/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

#include "taube-test.h"

/* A Dovecot over TLS, with a counting wire before it. Each mailbox is a folder of alice's. */
typedef struct
{
  TaubeTestDovecot *dovecot;
  CountingProxy *wire;
} Server;

static gpointer
start (void)
{
  TaubeTestDovecot *dovecot = taube_test_dovecot_start (NULL);
  Server *server;

  if (dovecot == NULL)
    return NULL;
  server = g_new0 (Server, 1);
  server->dovecot = dovecot;
  server->wire = counting_proxy_start (taube_test_dovecot_get_port (dovecot, "imaps"));
  return server;
}

static void
stop (gpointer data)
{
  Server *server = data;

  counting_proxy_stop (server->wire);
  taube_test_dovecot_stop (server->dovecot);
  g_free (server);
}

static ContractBox *
make_box (gpointer data, const char *name)
{
  Server *server = data;
  ContractBox *box = g_new0 (ContractBox, 1);
  g_autofree char *path = NULL;

  box->uri = g_strdup_printf ("imaps://alice@localhost:%u/", counting_proxy_get_port (server->wire));
  box->path = g_new0 (char *, 3);
  box->path[0] = g_strdup ("Gr\xc3\xbc\xc3\x9f" "e & Co");
  box->path[1] = g_strdup (name);
  path = g_strjoinv ("/", box->path);
  g_free (taube_test_dovecot_doveadm (
    server->dovecot, (const char *const[]) { "mailbox", "create", "-u", "alice", path, NULL }));
  return box;
}

static void
deliver (gpointer data, const ContractBox *box, const char *message)
{
  Server *server = data;
  g_autofree char *path = g_strjoinv ("/", box->path);

  taube_test_dovecot_deliver (server->dovecot, "alice", path, message, -1);
}

static void
empty (gpointer data, const ContractBox *box)
{
  Server *server = data;
  g_autofree char *path = g_strjoinv ("/", box->path);

  g_free (taube_test_dovecot_doveadm (
    server->dovecot, (const char *const[]) { "expunge", "-u", "alice", "mailbox", path, "ALL", NULL }));
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

  taube_settings_set (settings, "ca-file", taube_test_dovecot_get (server->dovecot, "ca-file"), &error);
  g_assert_no_error (error);
}

static CountingProxy *
get_wire (gpointer data)
{
  return ((Server *) data)->wire;
}

const ContractWorld contract_imap = {
  .name = "imap",
  .protocol = { TAUBE_SUPPORT_YES, TAUBE_SUPPORT_YES, TAUBE_SUPPORT_YES, TAUBE_SUPPORT_NO, TAUBE_SUPPORT_NO,
                TAUBE_SUPPORT_YES },
  .start = start,
  .stop = stop,
  .make_box = make_box,
  .deliver = deliver,
  .empty = empty,
  .get_credentials = get_credentials,
  .set_up = set_up,
  .get_wire = get_wire,
};
