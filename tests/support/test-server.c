/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test.h"

#include <string.h>

static GIOStream *
connect_to (TaubeTestServer *server)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GSocketConnection *connection;

  connection = g_socket_client_connect_to_host (client, "127.0.0.1", taube_test_server_get_port (server), NULL, &error);
  g_assert_no_error (error);
  return G_IO_STREAM (connection);
}

static void
say (GIOStream *stream, const char *text)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (stream), text, strlen (text), NULL, NULL, NULL);
}

static char *
hear (GIOStream *stream, gsize length)
{
  char *text = g_malloc0 (length + 1);

  g_input_stream_read_all (g_io_stream_get_input_stream (stream), text, length, NULL, NULL, NULL);
  return text;
}

static void
test_talk (void)
{
  TaubeTestServer *server = taube_test_server_new_for_text ("talk", "S: * OK\nC: {tag} NOOP\nS: {tag} OK\n");
  g_autoptr (GIOStream) one = connect_to (server);
  g_autoptr (GIOStream) two = connect_to (server);
  g_autofree char *received = NULL;

  for (guint i = 0; i < 2; i++)
    {
      GIOStream *stream = i == 0 ? one : two;
      g_autofree char *greeting = hear (stream, 6);
      g_autofree char *reply = NULL;

      g_assert_cmpstr (greeting, ==, "* OK\r\n");
      say (stream, i == 0 ? "a NOOP\r\n" : "b NOOP\r\n");
      reply = hear (stream, 6);
      g_assert_cmpstr (reply, ==, i == 0 ? "a OK\r\n" : "b OK\r\n");
    }
  g_assert_cmpuint (taube_test_server_get_connections (server), ==, 2);
  received = taube_test_server_get_received (server);
  g_assert_cmpstr (received, ==, "a NOOP\r\nb NOOP\r\n");
  taube_test_server_finish (server);
}

static void
test_failure (void)
{
  TaubeTestServer *server = taube_test_server_new_for_text ("talk", "C: {tag} NOOP\nS: {tag} OK\n");
  g_autoptr (GIOStream) stream = connect_to (server);
  g_autofree char *nothing = NULL;
  g_autofree char *failure = NULL;

  say (stream, "a LOGIN\r\n");
  nothing = hear (stream, 1);
  g_assert_cmpstr (nothing, ==, "");
  failure = taube_test_server_stop (server);
  g_assert_cmpstr (failure, ==, "talk:1: C: {tag} NOOP: the client sent \"a LOGIN\"");
}

static void
test_missing_connection (void)
{
  TaubeTestServer *server = taube_test_server_new_for_text ("talk", "S: * OK\naccept\nS: * OK\n");
  g_autoptr (GIOStream) stream = connect_to (server);
  g_autofree char *greeting = hear (stream, 6);
  g_autofree char *failure = taube_test_server_stop (server);

  g_assert_cmpstr (failure, ==, "talk: 1 of 2 connections were made");
}

/* A client's side of TLS over the socket; the certificate is checked against the authority for HOST. */
static gboolean
shake_hands (TaubeTestServer *server, GIOStream *stream, const char *host, SSL **ssl_out)
{
  g_autoptr (GError) error = NULL;
  SSL_CTX *context = SSL_CTX_new (TLS_client_method ());
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));
  SSL *ssl;

  SSL_CTX_load_verify_file (context, taube_test_pki_get_ca_file (taube_test_server_get_pki (server)));
  ssl = SSL_new (context);
  SSL_CTX_free (context);
  SSL_set_verify (ssl, SSL_VERIFY_PEER, NULL);
  SSL_set1_host (ssl, host);
  SSL_set_fd (ssl, g_socket_get_fd (socket));
  *ssl_out = ssl;
  for (;;)
    {
      int result = SSL_connect (ssl);

      if (result == 1)
        return TRUE;
      if (SSL_get_error (ssl, result) != SSL_ERROR_WANT_READ)
        return FALSE;
      g_socket_condition_wait (socket, G_IO_IN, NULL, &error);
      g_assert_no_error (error);
    }
}

static void
test_starttls (void)
{
  TaubeTestServer *server = taube_test_server_new_for_text ("tls", "S: * OK\nC: {t} STARTTLS\nS: {t} OK\ntls:\n"
                                                                   "C: {t} NOOP\nS: {t} OK\n");
  g_autoptr (GIOStream) stream = connect_to (server);
  g_autofree char *greeting = hear (stream, 6);
  g_autofree char *reply = NULL;
  char text[16] = "";
  SSL *ssl;

  say (stream, "a STARTTLS\r\n");
  reply = hear (stream, 6);
  g_assert_true (shake_hands (server, stream, "localhost", &ssl));
  g_assert_cmpint (SSL_write (ssl, "b NOOP\r\n", 8), ==, 8);
  while (SSL_read (ssl, text, sizeof text) < 0)
    g_socket_condition_wait (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), G_IO_IN, NULL, NULL);
  g_assert_cmpstr (text, ==, "b OK\r\n");
  SSL_free (ssl);
  taube_test_server_finish (server);
}

static void
test_certificates (void)
{
  static const char *const bad[] = { "wrong-host", "expired", "not-yet", "self-signed" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *script = g_strdup_printf ("tls: %s\nexpect-close:\n", bad[i]);
      TaubeTestServer *server = taube_test_server_new_for_text (bad[i], script);
      g_autoptr (GIOStream) stream = connect_to (server);
      SSL *ssl;

      g_assert_false (shake_hands (server, stream, "localhost", &ssl));
      SSL_free (ssl);
      taube_test_server_finish (server);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/support/server/talk", test_talk);
  g_test_add_func ("/support/server/failure", test_failure);
  g_test_add_func ("/support/server/missing-connection", test_missing_connection);
  g_test_add_func ("/support/server/starttls", test_starttls);
  g_test_add_func ("/support/server/certificates", test_certificates);
  return g_test_run ();
}
