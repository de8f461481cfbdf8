/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exchange-world.h"

#include <string.h>

#include <taube/taube-message-list.h>

struct _ExchangeWorld
{
  TaubeTestChild *child;
  GHashTable *facts;
};

static void
read_facts (ExchangeWorld *self)
{
  for (;;)
    {
      g_autofree char *line = taube_test_child_read_line (self->child);
      g_auto (GStrv) pair = NULL;

      if (line == NULL)
        g_error ("the private EWS server did not start");
      if (line[0] == '\0')
        return;
      pair = g_strsplit (line, "=", 2);
      g_hash_table_replace (self->facts, g_strdup (pair[0]), g_strdup (pair[1]));
    }
}

ExchangeWorld *
exchange_world_start (const char *options)
{
  g_autofree char *program = taube_test_source_file ("tests/servers/exchange/serve");
  g_autofree char *line = g_strdup_printf ("%s --port=0 --until-eof %s", program, options);
  g_auto (GStrv) argv = g_strsplit (g_strstrip (line), " ", -1);
  ExchangeWorld *self = g_new0 (ExchangeWorld, 1);

  self->facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->child = taube_test_child_start ((const char *const *) argv, NULL);
  read_facts (self);
  return self;
}

/* A server that found a request or an answer of its own invalid ends with another status. */
void
exchange_world_stop (ExchangeWorld *self)
{
  g_autoptr (TaubeTestResult) result = taube_test_child_wait (self->child);

  if (result->exit_code != 0)
    g_error ("the private EWS server ended with %d:\n%s", result->exit_code, result->err);
  taube_test_child_free (self->child);
  g_hash_table_unref (self->facts);
  g_free (self);
}

const char *
exchange_world_get (ExchangeWorld *self, const char *fact)
{
  const char *value = g_hash_table_lookup (self->facts, fact);

  if (value == NULL)
    g_error ("the private EWS server does not tell \"%s\"", fact);
  return value;
}

/* It is our own, and nothing secret goes there. */
static gboolean
accept_any (GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer user_data)
{
  return TRUE;
}

static GIOStream *
dial (ExchangeWorld *self)
{
  g_autoptr (GUri) url = g_uri_parse (exchange_world_get (self, "url"), G_URI_FLAGS_NONE, NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection
    = g_socket_client_connect_to_host (client, g_uri_get_host (url), (guint16) g_uri_get_port (url), NULL, &error);

  g_assert_no_error (error);
  if (strcmp (g_uri_get_scheme (url), "https") == 0)
    {
      GIOStream *tls = g_tls_client_connection_new (G_IO_STREAM (connection), NULL, &error);

      g_assert_no_error (error);
      g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_any), NULL);
      g_object_unref (connection);
      return tls;
    }
  return G_IO_STREAM (connection);
}

/* One request on a connection of its own; the body of the answer, which must be a good one. (transfer full) */
static char *
send_request (ExchangeWorld *self, const char *method, const char *path, const char *header, const char *body)
{
  g_autoptr (GIOStream) stream = dial (self);
  gsize length = body != NULL ? strlen (body) : 0;
  g_autofree char *head = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s"
                                           "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n", method, path, header,
                                           length);
  g_autoptr (GOutputStream) answer = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;
  const char *text, *found;

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), head, strlen (head), NULL, NULL, &error);
  g_assert_no_error (error);
  if (length > 0)
    g_output_stream_write_all (g_io_stream_get_output_stream (stream), body, length, NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_splice (answer, g_io_stream_get_input_stream (stream), G_OUTPUT_STREAM_SPLICE_NONE, NULL, NULL);
  g_output_stream_write_all (answer, "", 1, NULL, NULL, NULL);
  text = g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (answer));
  found = strstr (text, "\r\n\r\n");
  if (found == NULL || !g_str_has_prefix (text, "HTTP/1.1 200"))
    g_error ("%s: %s", path, text);
  return g_strdup (found + 4);
}

char *
exchange_world_ask (ExchangeWorld *self, const char *method, const char *what, const char *body)
{
  g_autofree char *path = g_strconcat ("/admin/", what, NULL);

  return send_request (self, method, path, "", body);
}

char *
exchange_world_post (ExchangeWorld *self, const char *operation)
{
  g_autofree char *pair = g_strconcat ("alice@example.org:", exchange_world_get (self, "password"), NULL);
  g_autofree char *basic = g_base64_encode ((const guchar *) pair, strlen (pair));
  g_autofree char *header = g_strdup_printf ("Authorization: Basic %s\r\nContent-Type: text/xml\r\n", basic);
  g_autofree char *envelope = g_strconcat (
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\""
    " xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\""
    " xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\"><s:Body>",
    operation, "</s:Body></s:Envelope>", NULL);

  return send_request (self, "POST", "/EWS/Exchange.asmx", header, envelope);
}

void
exchange_world_order (ExchangeWorld *self, const char *fault)
{
  g_free (exchange_world_ask (self, "POST", "faults", fault));
}

void
exchange_world_deliver (ExchangeWorld *self, const char *mime)
{
  g_free (exchange_world_ask (self, "POST", "deliver", mime));
}

guint
exchange_world_count (ExchangeWorld *self, const char *operation)
{
  g_autofree char *requests = exchange_world_ask (self, "GET", "requests", NULL);
  g_autofree char *wanted = operation != NULL ? g_strdup_printf ("\"operation\": \"%s\"", operation)
                                              : g_strdup ("\"operation\": ");
  guint count = 0;

  for (const char *at = requests; (at = strstr (at, wanted)) != NULL; at++)
    count++;
  return count;
}

TaubeAccount *
exchange_world_open (ExchangeWorld *self, TaubeCredentials *credentials, const char *settings)
{
  const char *url = exchange_world_get (self, "url");
  g_autoptr (GUri) parts = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  g_autofree char *uri
    = g_strdup_printf ("exchange://alice%%40example.org@%s/?url=%s%s%s%s", g_uri_get_host (parts), url,
                       g_str_has_prefix (url, "http:") ? "&tls=none" : "", settings != NULL ? "&" : "",
                       settings != NULL ? settings : "");
  g_autoptr (TaubeCredentials) usual = taube_credentials_new_password (exchange_world_get (self, "password"));
  g_autoptr (GError) error = NULL;
  TaubeAccount *account = taube_account_create (uri, credentials != NULL ? credentials : usual, &error);

  g_assert_no_error (error);
  return account;
}

TaubeAccount *
exchange_world_open_trusting (ExchangeWorld *self)
{
  g_autofree char *settings = g_strconcat ("ca-file=", exchange_world_get (self, "ca-file"), NULL);

  return exchange_world_open (self, NULL, settings);
}

TaubeAccount *
exchange_world_connect (ExchangeWorld *self)
{
  TaubeAccount *account = exchange_world_open (self, NULL, NULL);
  g_autoptr (GError) error = NULL;

  taube_account_connect (account, NULL, &error);
  g_assert_no_error (error);
  return account;
}

TaubeMessageList *
exchange_world_list (TaubeAccount *account, const char *folder, GError **error)
{
  g_autoptr (TaubeFolder) object = taube_account_get_folder_by_name (account, folder);
  g_autoptr (TaubeListRequest) request = taube_list_request_new ();

  taube_list_request_set_newest_first (request, FALSE);
  return (TaubeMessageList *) taube_folder_list (object, request, NULL, error);
}

char *
exchange_world_fetch (TaubeAccount *account, const char *id, const char *section, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();

  if (!taube_folder_fetch (inbox, id, section, 0, -1, sink, NULL, NULL, error))
    return NULL;
  g_output_stream_write_all (sink, "", 1, NULL, NULL, NULL);
  g_output_stream_close (sink, NULL, NULL);
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (sink));
}
