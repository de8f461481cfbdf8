/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "contract.h"

#include "exchange-world.h"

#include <string.h>

/* The private EWS server, with a counting wire before it. A mailbox is a folder of alice's, made and emptied without
 * the library. */
typedef struct
{
  ExchangeWorld *world;
  CountingProxy *wire;
} Server;

static gpointer
start (void)
{
  Server *server = g_new0 (Server, 1);
  g_autoptr (GUri) url = NULL;

  server->world = exchange_world_start ("");
  url = g_uri_parse (exchange_world_get (server->world, "url"), G_URI_FLAGS_NONE, NULL);
  server->wire = counting_proxy_start ((guint16) g_uri_get_port (url));
  return server;
}

static void
stop (gpointer data)
{
  Server *server = data;

  counting_proxy_stop (server->wire);
  exchange_world_stop (server->world);
  g_free (server);
}

static ContractBox *
make_box (gpointer data, const char *name)
{
  Server *server = data;
  ContractBox *box = g_new0 (ContractBox, 1);
  g_autofree char *plain = g_strdelimit (g_strdup (name), "/", ' ');
  g_autofree char *request = NULL;

  box->uri = g_strdup_printf ("exchange://alice%%40example.org@127.0.0.1/?tls=none"
                              "&url=http://127.0.0.1:%u/EWS/Exchange.asmx",
                              counting_proxy_get_port (server->wire));
  box->name = g_strconcat ("Gr\xc3\xbc\xc3\x9f" "e ", plain, NULL);
  box->path = g_strsplit (box->name, "\x1f", -1);
  request = g_strdup_printf ("<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id=\"msgfolderroot\"/>"
                             "</m:ParentFolderId><m:Folders><t:Folder><t:FolderClass>IPF.Note</t:FolderClass>"
                             "<t:DisplayName>%s</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>",
                             box->name);
  g_free (exchange_world_post (server->world, request));
  return box;
}

static char *
ask (Server *server, const ContractBox *box, const char *method, const char *what, const char *body)
{
  g_autofree char *escaped = g_uri_escape_string (box->name, NULL, FALSE);
  g_autofree char *whole = g_strdup_printf ("%s?folder=%s", what, escaped);

  return exchange_world_ask (server->world, method, whole, body);
}

static void
deliver (gpointer data, const ContractBox *box, const char *message)
{
  g_free (ask (data, box, "POST", "deliver", message));
}

/* The ids are what the server's own list of the folder has. */
static void
empty (gpointer data, const ContractBox *box)
{
  static const char mark[] = "\"id\": ";
  g_autofree char *items = ask (data, box, "GET", "folder", NULL);
  g_autoptr (GString) ids = g_string_new ("[");

  for (const char *at = items; (at = strstr (at, mark)) != NULL;)
    {
      at += strlen (mark);
      g_string_append_printf (ids, "%s%.*s", ids->len > 1 ? ", " : "", (int) strcspn (at, ",}"), at);
    }
  g_string_append_c (ids, ']');
  g_free (ask (data, box, "POST", "remove", ids->str));
}

static TaubeCredentials *
get_credentials (gpointer data)
{
  return taube_credentials_new_password (exchange_world_get (((Server *) data)->world, "password"));
}

static CountingProxy *
get_wire (gpointer data)
{
  return ((Server *) data)->wire;
}

const ContractWorld contract_exchange = {
  .name = "exchange",
  .protocol = { TAUBE_SUPPORT_YES, TAUBE_SUPPORT_YES, TAUBE_SUPPORT_YES, TAUBE_SUPPORT_YES, TAUBE_SUPPORT_YES,
                TAUBE_SUPPORT_YES },
  .start = start,
  .stop = stop,
  .make_box = make_box,
  .deliver = deliver,
  .empty = empty,
  .get_credentials = get_credentials,
  .get_wire = get_wire,
};
