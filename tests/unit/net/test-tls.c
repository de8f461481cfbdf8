/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tls-fixture.h"

#include <string.h>
#include <sys/socket.h>

/* ---- good servers ---- */

static void
test_verified (gconstpointer data)
{
  int version = GPOINTER_TO_INT (data);
  TlsScript script = { .cert = tls_good, .max_version = version, .alpn = "imap" };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;
  g_autoptr (GBytes) exporter = NULL;
  g_autoptr (GBytes) end_point = NULL;
  g_autoptr (GBytes) unique = NULL;
  guint8 digest[32];
  unsigned int length;

  tls_fill_endpoint (&endpoint, server);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  g_assert_no_error (error);
  tls_check_greeting (connection);
  g_assert_true (taube_connection_is_secure (connection));
  g_assert_cmpstr (taube_connection_get_alpn (connection), ==, "imap");
  g_assert_cmpstr (taube_connection_get_tls_version (connection), ==,
                   version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
  g_assert_nonnull (taube_connection_get_tls_cipher (connection));
  g_assert_cmpstr (script.sni, ==, "localhost");
  g_assert_cmpint (taube_certificate_get_problems (taube_connection_get_certificate (connection)), ==, 0);
  g_assert_true (taube_connection_write (connection, "echo\r\n", 6, NULL, 0, NULL, &error));
  g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, 6);
  exporter = taube_connection_get_channel_binding (connection, "tls-exporter");
  if (version == TLS1_2_VERSION)
    g_assert_null (exporter);
  else
    g_assert_cmpuint (g_bytes_get_size (exporter), ==, 32);
  X509_digest (tls_good->x509, EVP_sha256 (), digest, &length);
  end_point = taube_connection_get_channel_binding (connection, "tls-server-end-point");
  g_assert_cmpmem (g_bytes_get_data (end_point, NULL), g_bytes_get_size (end_point), digest, 32);
  unique = taube_connection_get_channel_binding (connection, "tls-unique");
  if (version == TLS1_2_VERSION)
    g_assert_cmpuint (g_bytes_get_size (unique), ==, 12);
  else
    g_assert_null (unique);
  g_assert_null (taube_connection_get_channel_binding (connection, "tls-other"));
}

/* Both ends must see the same, or channel binding would bind to nothing. */
static void
export_and_greet (int fd, NetServer *server, gpointer data)
{
  SSL *ssl = net_accept_tls (fd, tls_good, 0, NULL);

  SSL_export_keying_material (ssl, data, 32, "EXPORTER-Channel-Binding", 24, (const guint8 *) "", 0, 1);
  SSL_write (ssl, "* OK\r\n", 6);
  net_end_tls (ssl);
}

static void
test_exporter_is_the_servers (void)
{
  guint8 exported[32];
  g_autoptr (NetServer) server = net_server_new (export_and_greet, exported);
  TaubeEndpoint endpoint;
  g_autoptr (TaubeConnection) connection = NULL;
  g_autoptr (GBytes) binding = NULL;

  tls_fill_endpoint (&endpoint, server);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, NULL);
  binding = taube_connection_get_channel_binding (connection, "tls-exporter");
  g_assert_cmpmem (g_bytes_get_data (binding, NULL), g_bytes_get_size (binding), exported, 32);
}

static void
test_address_as_host (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "IP:127.0.0.1", tls_authority, FALSE, 0, 10);
  TlsScript script = { .cert = cert };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;

  tls_fill_endpoint (&endpoint, server);
  endpoint.host = (char *) "127.0.0.1";
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  g_assert_no_error (error);
  /* SNI is for names alone (RFC 6066). */
  g_assert_cmpstr (script.sni, ==, "");
}

/* An IPv4 address in the form of an IPv6 one: the server listens on nothing else. */
static void
test_address_with_zone (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "IP:::ffff:127.0.0.1", tls_authority, FALSE, 0, 10);
  TlsScript script = { .cert = cert };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;

  tls_fill_endpoint (&endpoint, server);
  endpoint.host = (char *) "::ffff:7f00:1%1";
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  if (g_error_matches (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION))
    {
      g_test_skip ("no IPv6 here");
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpstr (script.sni, ==, "");
}

static void
test_starttls (void)
{
  TlsScript script = { .cert = tls_good, .starttls = TRUE };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;
  TaubeBuffer *input;

  tls_fill_endpoint (&endpoint, server);
  endpoint.implicit_tls = FALSE;
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (taube_connection_is_secure (connection));
  g_assert_null (taube_connection_get_certificate (connection));
  g_assert_null (taube_connection_get_tls_version (connection));
  input = taube_connection_get_input (connection);
  taube_buffer_consume (input, taube_buffer_length (input));
  g_assert_true (taube_connection_write (connection, "a STARTTLS\r\n", 12, NULL, 0, NULL, &error));
  g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, 15);
  taube_buffer_consume (input, 15);
  g_assert_true (taube_connection_start_tls (connection, NULL, &error));
  g_assert_no_error (error);
  tls_check_greeting (connection);
}

/* ---- servers that do not keep to the rules ---- */

static void
test_old_version_refused (void)
{
  TlsScript script = { .cert = tls_good, .max_version = TLS1_1_VERSION };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;

  tls_fill_endpoint (&endpoint, server);
  g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS);
  g_assert_nonnull (strstr (error->message, "does not speak TLS 1.2 or later"));
}

static void
test_no_tls (void)
{
  TlsScript script = { .garbage = "* OK IMAP4rev1 ready\r\n" };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;

  tls_fill_endpoint (&endpoint, server);
  g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS);
  g_assert_nonnull (strstr (error->message, "what it sent is not TLS"));
}

/* S1: what follows the consent in the same packet, or instead of TLS, is never taken for the server's word. */
static void
test_starttls_injection (gconstpointer data)
{
  gboolean later = GPOINTER_TO_INT (data);
  TlsScript script = { .cert = tls_good, .starttls = TRUE };
  g_autoptr (NetServer) server = NULL;
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;
  TaubeBuffer *input;

  if (later)
    script.garbage = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nb OK done\r\n";
  else
    script.injected = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n";
  server = net_server_new (tls_serve, &script);
  tls_fill_endpoint (&endpoint, server);
  endpoint.implicit_tls = FALSE;
  connection = taube_connection_dial (&endpoint, TRUE, NULL, NULL);
  input = taube_connection_get_input (connection);
  taube_buffer_consume (input, taube_buffer_length (input));
  g_assert_true (taube_connection_write (connection, "a STARTTLS\r\n", 12, NULL, 0, NULL, NULL));
  while (taube_buffer_length (input) < 15)
    g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), >, 0);
  taube_buffer_consume (input, 15);
  g_assert_false (taube_connection_start_tls (connection, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS);
  if (!later)
    g_assert_nonnull (strstr (error->message, "injection attack"));
  g_assert_cmpuint (taube_buffer_length (input), ==, 0);
  g_assert_true (taube_connection_is_broken (connection));
}

/* Lets LIMIT bytes of the server through, then closes. */
static void
relay (int fd, NetServer *server, gpointer data)
{
  gssize left = *(gssize *) data;
  TlsScript script = { .cert = tls_good };
  g_autoptr (NetServer) real = net_server_new (tls_serve, &script);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) up
    = g_socket_client_connect_to_host (client, "127.0.0.1", net_server_get_port (real), NULL, NULL);
  int up_fd = g_socket_get_fd (g_socket_connection_get_socket (up));
  GPollFD polls[] = { { .fd = fd, .events = G_IO_IN }, { .fd = up_fd, .events = G_IO_IN } };
  char bytes[1024];

  while (left > 0 && g_poll (polls, 2, -1) > 0)
    {
      gssize n;

      if (polls[0].revents != 0)
        {
          n = recv (fd, bytes, sizeof bytes, 0);
          if (n <= 0)
            break;
          send (up_fd, bytes, (gsize) n, MSG_NOSIGNAL);
        }
      if (polls[1].revents != 0)
        {
          n = recv (up_fd, bytes, MIN (sizeof bytes, (gsize) left), 0);
          if (n <= 0)
            break;
          send (fd, bytes, (gsize) n, MSG_NOSIGNAL);
          left -= n;
        }
    }
  shutdown (up_fd, SHUT_RDWR);
}

static void
test_closed_in_the_handshake (void)
{
  guint cut_off = 0;

  for (gssize limit = 0; limit <= 900; limit += limit < 10 ? 1 : 89)
    {
      g_autoptr (NetServer) server = net_server_new (relay, &limit);
      TaubeEndpoint endpoint;
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeConnection) connection = NULL;

      tls_fill_endpoint (&endpoint, server);
      connection = taube_connection_dial (&endpoint, FALSE, NULL, &error);
      if (connection != NULL)
        continue;
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
      cut_off++;
    }
  g_assert_cmpuint (cut_off, >=, 12);
}

/* Without close_notify anybody could have cut the stream. */
static void
close_without_goodbye (int fd, NetServer *server, gpointer data)
{
  SSL *ssl = net_accept_tls (fd, tls_good, 0, NULL);

  SSL_write (ssl, "* OK secure\r\n", 13);
  if (GPOINTER_TO_INT (data))
    SSL_free (ssl);
  else
    net_end_tls (ssl);
  shutdown (fd, SHUT_WR);
  net_drain (fd);
}

static void
test_end_of_tls (gconstpointer data)
{
  gboolean cut = GPOINTER_TO_INT (data);
  g_autoptr (NetServer) server = net_server_new (close_without_goodbye, GINT_TO_POINTER (cut));
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;

  tls_fill_endpoint (&endpoint, server);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, NULL);
  tls_check_greeting (connection);
  if (cut)
    {
      g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, -1);
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
      g_assert_nonnull (strstr (error->message, "cut off"));
    }
  else
    {
      for (guint i = 0; i < 3; i++)
        g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, 0);
      g_assert_no_error (error);
    }
}

/* Asks for another handshake on the same connection, as TLS 1.2 allows. */
static void
renegotiate (int fd, NetServer *server, gpointer data)
{
  SSL *ssl = net_accept_tls (fd, tls_good, TLS1_2_VERSION, NULL);
  char line[100];
  gboolean *refused = data;

  SSL_write (ssl, "* OK secure\r\n", 13);
  SSL_renegotiate (ssl);
  SSL_do_handshake (ssl);
  *refused = SSL_read (ssl, line, sizeof line) <= 0;
  SSL_free (ssl);
}

static void
test_no_renegotiation (void)
{
  gboolean refused = FALSE;
  g_autoptr (NetServer) server = net_server_new (renegotiate, &refused);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;

  tls_fill_endpoint (&endpoint, server);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  g_assert_no_error (error);
  tls_check_greeting (connection);
  /* OpenSSL's server takes the refusal as the end. */
  g_assert_cmpint (taube_connection_fill (connection, NULL, &error), ==, -1);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS);
  g_clear_pointer (&connection, taube_connection_free);
  g_clear_pointer (&server, net_server_free);
  g_assert_true (refused);
}

/* ---- names beyond ASCII ---- */

typedef struct
{
  TlsScript script;
  char asked[300];
} IdnProxy;

/* Stands in for the name service: whatever host is asked for is this one. */
static void
be_proxy_and_server (int fd, NetServer *server, gpointer data)
{
  IdnProxy *proxy = data;
  char line[300];

  g_assert_true (net_read_line (fd, proxy->asked, sizeof proxy->asked));
  while (net_read_line (fd, line, sizeof line) && strcmp (line, "\r\n") != 0)
    ;
  net_write (fd, "HTTP/1.1 200 Connection established\r\n\r\n");
  tls_serve (fd, server, &proxy->script);
}

static void
test_idn (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "DNS:mail.xn--bcher-kva.invalid", tls_authority, FALSE, 0, 10);
  IdnProxy proxy = { .script = { .cert = cert } };
  g_autoptr (NetServer) server = net_server_new (be_proxy_and_server, &proxy);
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u", net_server_get_port (server));
  static const char *const hosts[] = { "mail.bücher.invalid", "mail.bücher.invalid.", "MAIL.Bücher.invalid" };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      TaubeEndpoint endpoint;
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeConnection) connection = NULL;

      tls_fill_endpoint (&endpoint, server);
      endpoint.host = (char *) hosts[i];
      endpoint.port = 993;
      endpoint.proxy = uri;
      connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (strstr (proxy.asked, "xn--bcher-kva.invalid"));
      g_assert_cmpint (g_ascii_strcasecmp (proxy.script.sni, "mail.xn--bcher-kva.invalid"), ==, 0);
    }
}

/* ---- much data ---- */

#define BULK ((gsize) 4 << 20)

/* The server does not read while it cannot write. */
static void
test_both_pipes_full (void)
{
  TlsScript script = { .cert = tls_good };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;
  g_autofree guint8 *bytes = g_malloc (BULK);
  TaubeBuffer *input;

  tls_fill_endpoint (&endpoint, server);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, NULL);
  tls_check_greeting (connection);
  for (gsize i = 0; i < BULK; i++)
    bytes[i] = (guint8) (i * 31 >> 3);
  g_assert_true (taube_connection_write (connection, bytes, BULK, NULL, 0, NULL, &error));
  g_assert_no_error (error);
  input = taube_connection_get_input (connection);
  while (taube_buffer_length (input) < BULK)
    g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), >, 0);
  g_assert_true (memcmp (taube_buffer_peek (input), bytes, BULK) == 0);
}

/* ---- the certificate as an object ---- */

static void
test_certificate_object (void)
{
  g_autoptr (NetCert) cert
    = net_cert_new ("Größe\nx", "DNS:a.example,IP:127.0.0.1,IP:::1,email:x@y", tls_authority, FALSE, 0, 10);
  g_autofree char *file = g_build_filename (tls_folder, "one.pem", NULL);
  g_autofree char *pem = NULL;
  g_autofree char *pin = net_cert_get_pin (cert);
  g_autofree char *expected_pin = g_strconcat ("sha256:", pin, NULL);
  g_autoptr (TaubeCertificate) certificate = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *property = NULL;
  const char *const *names;

  net_cert_save (cert, file);
  g_assert_true (g_file_get_contents (file, &pem, NULL, NULL));
  certificate = taube_certificate_new_from_pem (pem, "b.example", TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (taube_certificate_get_pem (certificate), ==, pem);
  g_assert_cmpstr (taube_certificate_get_host (certificate), ==, "b.example");
  g_assert_cmpstr (taube_certificate_get_issuer (certificate), ==, "CN=Test CA");
  g_assert_cmpstr (taube_certificate_get_key_pin (certificate), ==, expected_pin);
  g_assert_cmpuint (strlen (taube_certificate_get_fingerprint (certificate)), ==, 95);
  g_assert_cmpint (g_date_time_compare (taube_certificate_get_not_before (certificate), now), <, 0);
  g_assert_cmpint (g_date_time_compare (taube_certificate_get_not_after (certificate), now), >, 0);
  names = taube_certificate_get_host_names (certificate);
  g_assert_cmpstr (names[0], ==, "a.example");
  g_assert_cmpstr (names[1], ==, "127.0.0.1");
  g_assert_cmpstr (names[2], ==, "::1");
  g_assert_null (names[3]);
  /* What a server put into its certificate cannot break the line. */
  text = taube_certificate_to_string (certificate);
  g_assert_null (strchr (text, '\n'));
  g_assert_nonnull (strstr (text, "Größe"));
  g_object_get (certificate, "key-pin", &property, NULL);
  g_assert_cmpstr (property, ==, expected_pin);
  g_assert_null (taube_certificate_new_from_pem ("rubbish", "b.example", 0, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tls_set_up ();
  g_test_add_data_func ("/net/tls/verified-1.2", GINT_TO_POINTER (TLS1_2_VERSION), test_verified);
  g_test_add_data_func ("/net/tls/verified-1.3", GINT_TO_POINTER (TLS1_3_VERSION), test_verified);
  g_test_add_func ("/net/tls/exporter-is-the-servers", test_exporter_is_the_servers);
  g_test_add_func ("/net/tls/address-as-host", test_address_as_host);
  g_test_add_func ("/net/tls/address-with-zone", test_address_with_zone);
  g_test_add_func ("/net/tls/starttls", test_starttls);
  g_test_add_func ("/net/tls/old-version-refused", test_old_version_refused);
  g_test_add_func ("/net/tls/no-tls", test_no_tls);
  g_test_add_data_func ("/net/tls/starttls-injection", GINT_TO_POINTER (FALSE), test_starttls_injection);
  g_test_add_data_func ("/net/tls/starttls-injection-in-the-place-of-tls", GINT_TO_POINTER (TRUE),
                        test_starttls_injection);
  g_test_add_func ("/net/tls/closed-in-the-handshake", test_closed_in_the_handshake);
  g_test_add_data_func ("/net/tls/unexpected-eof-is-an-error", GINT_TO_POINTER (TRUE), test_end_of_tls);
  g_test_add_data_func ("/net/tls/close-notify-is-the-end", GINT_TO_POINTER (FALSE), test_end_of_tls);
  g_test_add_func ("/net/tls/no-renegotiation", test_no_renegotiation);
  g_test_add_func ("/net/tls/idn", test_idn);
  g_test_add_func ("/net/tls/both-pipes-full", test_both_pipes_full);
  g_test_add_func ("/net/tls/certificate-object", test_certificate_object);
  result = g_test_run ();
  tls_tear_down ();
  return result;
}
