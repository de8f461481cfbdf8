/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2-world.h"

#include <string.h>

struct _Oauth2World
{
  TaubeTestChild *child;
  GHashTable *facts;
};

Oauth2World *
oauth2_world_start (const char *options)
{
  g_autofree char *program = taube_test_source_file ("tests/servers/oauth2/serve");
  g_autofree char *line = g_strdup_printf ("%s --until-eof %s", program, options);
  g_auto (GStrv) argv = g_strsplit (g_strstrip (line), " ", -1);
  Oauth2World *self = g_new0 (Oauth2World, 1);

  self->facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->child = taube_test_child_start ((const char *const *) argv, NULL);
  for (;;)
    {
      g_autofree char *fact = taube_test_child_read_line (self->child);
      g_auto (GStrv) pair = NULL;

      if (fact == NULL)
        g_error ("the private OAuth 2 provider did not start");
      if (fact[0] == '\0')
        return self;
      pair = g_strsplit (fact, "=", 2);
      g_hash_table_replace (self->facts, g_strdup (pair[0]), g_strdup (pair[1]));
    }
}

void
oauth2_world_stop (Oauth2World *self)
{
  g_autoptr (TaubeTestResult) result = taube_test_child_wait (self->child);

  if (result->exit_code != 0 || strstr (result->err, "Traceback") != NULL)
    g_error ("the private OAuth 2 provider ended with %d:\n%s", result->exit_code, result->err);
  taube_test_child_free (self->child);
  g_hash_table_unref (self->facts);
  g_free (self);
}

const char *
oauth2_world_get (Oauth2World *self, const char *fact)
{
  const char *value = g_hash_table_lookup (self->facts, fact);

  if (value == NULL)
    g_error ("the private OAuth 2 provider does not tell \"%s\"", fact);
  return value;
}

/* It is our own, and nothing secret goes there. */
static gboolean
accept_any (GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer user_data)
{
  return TRUE;
}

static GIOStream *
dial (GUri *url)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection
    = g_socket_client_connect_to_host (client, g_uri_get_host (url), (guint16) g_uri_get_port (url), NULL, &error);
  GIOStream *tls;

  g_assert_no_error (error);
  if (strcmp (g_uri_get_scheme (url), "https") != 0)
    return G_IO_STREAM (connection);
  tls = g_tls_client_connection_new (G_IO_STREAM (connection), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_any), NULL);
  g_object_unref (connection);
  return tls;
}

static char *
ask (const char *method, const char *uri, const char *body)
{
  g_autoptr (GUri) url = g_uri_parse (uri, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GIOStream) stream = dial (url);
  g_autofree char *request
    = g_strdup_printf ("%s %s%s%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                       method, *g_uri_get_path (url) != '\0' ? g_uri_get_path (url) : "/",
                       g_uri_get_query (url) != NULL ? "?" : "",
                       g_uri_get_query (url) != NULL ? g_uri_get_query (url) : "", strlen (body), body);
  g_autoptr (GOutputStream) answer = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), request, strlen (request), NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_splice (answer, g_io_stream_get_input_stream (stream), G_OUTPUT_STREAM_SPLICE_NONE, NULL, NULL);
  g_output_stream_write_all (answer, "", 1, NULL, NULL, NULL);
  return g_strdup (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (answer)));
}

char *
oauth2_world_fetch (const char *uri)
{
  return ask ("GET", uri, "");
}

char *
oauth2_world_tell (Oauth2World *self, const char *what, const char *json)
{
  g_autofree char *uri = g_strconcat (oauth2_world_get (self, "url"), "/admin/", what, NULL);
  g_autofree char *answer = ask ("POST", uri, json);
  const char *body = strstr (answer, "\r\n\r\n");

  g_assert_nonnull (body);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200"));
  return g_strdup (body + 4);
}

guint
oauth2_world_count (Oauth2World *self, const char *words)
{
  g_autofree char *state = oauth2_world_tell (self, "state", "null");
  guint n = 0;

  for (const char *at = state; (at = strstr (at, words)) != NULL; at++)
    n++;
  return n;
}

char *
oauth2_world_find (Oauth2World *self, const char *name)
{
  g_autofree char *state = oauth2_world_tell (self, "state", "null");
  g_autofree char *key = g_strdup_printf ("\"%s\": \"", name);
  const char *found = NULL;

  for (const char *at = state; (at = strstr (at, key)) != NULL; at++)
    found = at + strlen (key);
  return found != NULL ? g_strndup (found, strcspn (found, "\"")) : NULL;
}

static void
set (TaubeOAuth2 *source, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  taube_oauth2_set_option (source, name, value, &error);
  g_assert_no_error (error);
}

TaubeOAuth2 *
oauth2_world_open (Oauth2World *self)
{
  static const char *const endpoints[] = { "authorization-endpoint", "token-endpoint", "device-endpoint" };
  static const char *const paths[] = { "/authorize", "/token", "/device" };
  g_autoptr (GError) error = NULL;
  TaubeOAuth2 *source = taube_oauth2_new ("other", oauth2_world_get (self, "client-id"), &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (endpoints); i++)
    {
      g_autofree char *url = g_strconcat (oauth2_world_get (self, "url"), paths[i], NULL);

      set (source, endpoints[i], url);
    }
  set (source, "scope", oauth2_world_get (self, "scope"));
  set (source, "issuer", oauth2_world_get (self, "url"));
  set (source, "hosts", "127.0.0.1,localhost");
  if (g_hash_table_contains (self->facts, "ca-file"))
    set (source, "ca-file", oauth2_world_get (self, "ca-file"));
  else
    set (source, "loopback-http", "yes");
  return source;
}

static gpointer
browse_thread (gpointer data)
{
  g_autofree char *uri = data;

  while (uri != NULL)
    {
      g_autofree char *answer = oauth2_world_fetch (uri);
      const char *location = strstr (answer, "\r\nLocation: ");

      g_free (uri);
      uri = location != NULL ? g_strndup (location + 12, strcspn (location + 12, "\r")) : NULL;
    }
  return NULL;
}

void
oauth2_world_browse (const char *uri)
{
  g_thread_unref (g_thread_new ("browser", browse_thread, g_strdup (uri)));
}
