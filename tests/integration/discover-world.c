/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "discover-world.h"

#include <string.h>

#include <json-glib/json-glib.h>

#define NAMES                                                                                                          \
  "example.org,autodiscover.example.org,mail.example.org,www.example.org,mail.example.net,autodiscover.example.net"

/* A DNS of our own: nothing in these tests asks the real one. */

static struct
{
  char *name;
  char *host;
  guint16 port;
} service;

typedef struct
{
  GResolver parent_instance;
} TestResolver;
typedef struct
{
  GResolverClass parent_class;
} TestResolverClass;
static GType test_resolver_get_type (void);
G_DEFINE_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER)

static GList *
lookup_by_name (GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
  g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no \"%s\" in this test", name);
  return NULL;
}

static GList *
lookup_service (GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
  if (g_strcmp0 (name, service.name) == 0)
    return g_list_prepend (NULL, g_srv_target_new (service.host, service.port, 1, 1));
  g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no \"%s\" in this test", name);
  return NULL;
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  GResolverClass *resolver = G_RESOLVER_CLASS (klass);

  resolver->lookup_by_name = lookup_by_name;
  resolver->lookup_service = lookup_service;
}

static void
test_resolver_init (TestResolver *self)
{
}

void
discover_world_set_service (const char *domain, const char *host, guint16 port)
{
  g_clear_pointer (&service.name, g_free);
  g_clear_pointer (&service.host, g_free);
  if (host == NULL)
    return;
  service.name = g_strconcat ("_autodiscover._tcp.", domain, NULL);
  service.host = g_strdup (host);
  service.port = port;
}

ExchangeWorld *
discover_world_start (const char *names, const char *options)
{
  g_autofree char *all
      = g_strdup_printf ("--tls --proxy --messages=3 --names=%s %s", names != NULL ? names : NAMES, options);
  static gboolean resolving = FALSE;

  if (!resolving)
    {
      g_autoptr (GResolver) resolver = g_object_new (test_resolver_get_type (), NULL);

      g_resolver_set_default (resolver);
      resolving = TRUE;
    }
  discover_world_set_service (NULL, NULL, 0);
  return exchange_world_start (all);
}

void
discover_world_set_sites (ExchangeWorld *world, const char *sites)
{
  g_autofree char *json = g_strdelimit (g_strdup (sites), "'", '"');

  g_free (exchange_world_ask (world, "POST", "sites", json));
}

TaubeAccount *
discover_world_open (ExchangeWorld *world, const char *user_and_host, TaubeCredentials *credentials,
                     const char *settings)
{
  g_autofree char *uri = g_strdup_printf ("exchange://%s/?ca-file=%s&proxy=%s%s%s", user_and_host,
                                          exchange_world_get (world, "ca-file"), exchange_world_get (world, "proxy"),
                                          settings != NULL ? "&" : "", settings != NULL ? settings : "");
  g_autoptr (TaubeCredentials) usual = taube_credentials_new_password (exchange_world_get (world, "password"));
  g_autoptr (GError) error = NULL;
  TaubeAccount *account = taube_account_create (uri, credentials != NULL ? credentials : usual, &error);

  g_assert_no_error (error);
  return account;
}

gboolean
discover_world_connects (ExchangeWorld *world, const char *settings, GError **error)
{
  g_autoptr (TaubeAccount) account = discover_world_open (world, "alice@example.org", NULL, settings);

  return taube_account_connect (account, NULL, error);
}

static JsonArray *
ask_array (ExchangeWorld *world, const char *what, JsonParser *parser)
{
  g_autofree char *text = exchange_world_ask (world, "GET", what, NULL);
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, text, -1, &error);
  g_assert_no_error (error);
  return json_node_get_array (json_parser_get_root (parser));
}

char *
discover_world_get_connects (ExchangeWorld *world)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *connects = ask_array (world, "connects", parser);
  g_autoptr (GString) text = g_string_new (NULL);
  const char *last = "";

  for (guint i = 0; i < json_array_get_length (connects); i++)
    {
      const char *target = json_array_get_string_element (connects, i);

      /* Several connections to one host are no matter here. */
      if (strcmp (target, last) != 0)
        g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", target);
      last = target;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
discover_world_has_connected (ExchangeWorld *world, const char *host)
{
  g_autofree char *connects = discover_world_get_connects (world);
  g_autofree char *padded = g_strdup_printf (" %s", connects), *wanted = g_strdup_printf (" %s:", host);

  return strstr (padded, wanted) != NULL;
}

guint
discover_world_count (ExchangeWorld *world, const char *host, const char *path, const char *scheme)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *requests = ask_array (world, "requests", parser);
  guint count = 0;

  for (guint i = 0; i < json_array_get_length (requests); i++)
    {
      JsonObject *request = json_array_get_object_element (requests, i);
      g_auto (GStrv) parts = g_strsplit (json_object_get_string_member_with_default (request, "host", ""), ":", 2);

      if (g_strcmp0 (parts[0], host) == 0 && strstr (json_object_get_string_member (request, "path"), path) != NULL
          && g_strcmp0 (json_object_get_string_member_with_default (request, "scheme", NULL), scheme) == 0)
        count++;
    }
  return count;
}
