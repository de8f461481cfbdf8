/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

#include <gmodule.h>

/* The foreign module: its "server" is a table inside it, with a store for each host, and there is no wire. */
typedef struct
{
  GModule *module;
  void (*deliver) (const char *host, const char *text);
  void (*empty) (const char *host);
} Server;

static gpointer
start (void)
{
  const char *file = g_getenv ("TAUBE_TEST_CARRIER");
  Server *server = g_new0 (Server, 1);

  server->module = g_module_open (file, G_MODULE_BIND_LOCAL);
  if (server->module == NULL)
    g_error ("%s", g_module_error ());
  g_assert_true (g_module_symbol (server->module, "carrier_store_deliver", (gpointer *) &server->deliver));
  g_assert_true (g_module_symbol (server->module, "carrier_store_empty", (gpointer *) &server->empty));
  return server;
}

static void
stop (gpointer data)
{
  g_free (data);
}

static char *
get_host (const ContractBox *box)
{
  g_autoptr (TaubeUri) uri = taube_uri_parse (box->uri, NULL);

  return g_strdup (taube_uri_get_host (uri));
}

static void
empty (gpointer data, const ContractBox *box)
{
  g_autofree char *host = get_host (box);

  ((Server *) data)->empty (host);
}

static void
deliver (gpointer data, const ContractBox *box, const char *message)
{
  g_autofree char *host = get_host (box);

  ((Server *) data)->deliver (host, message);
}

static ContractBox *
make_box (gpointer data, const char *name)
{
  ContractBox *box = g_new0 (ContractBox, 1);

  box->uri = g_strdup_printf ("carrier://ada@%s.example/", name);
  box->path = g_new0 (char *, 2);
  box->path[0] = g_strdup ("Letters");
  empty (data, box);
  return box;
}

static void
set_up (gpointer data, TaubeSettings *settings)
{
  taube_settings_set (settings, "poll-interval", "1", NULL);
}

const ContractWorld contract_carrier = {
  .name = "carrier",
  .protocol = { TAUBE_SUPPORT_YES, TAUBE_SUPPORT_YES, TAUBE_SUPPORT_YES, TAUBE_SUPPORT_YES, TAUBE_SUPPORT_NO,
                TAUBE_SUPPORT_YES },
  .start = start,
  .stop = stop,
  .make_box = make_box,
  .deliver = deliver,
  .empty = empty,
  .set_up = set_up,
};
