/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nolint: a case for each way in which TLS can go wrong, over one fixture */
#include <taube-backend/taube-certificate-impl.h>
#include <taube-backend/taube-connection.h>

#include <taube/taube-error.h>

#include "net-server.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

/* What a server does. */
typedef struct
{
  const NetCert *cert;
  int max_version;
  const char *alpn;
  gboolean starttls;    /* plain greeting and one line first */
  const char *injected; /* sent in the same packet as the consent */
  const char *garbage;  /* sent in the place of the TLS handshake */
  char sni[64];
} Script;

static char *folder;
static NetCert *authority;
static NetCert *good;
static char *ca_file;

static void
serve (int fd, NetServer *server, gpointer data)
{
  Script *script = data;
  char line[100];
  SSL *ssl;
  int n;

  if (script->starttls)
    {
      g_autofree char *consent = g_strconcat ("a OK go ahead\r\n", script->injected, NULL);

      net_write (fd, "* OK ready\r\n");
      if (!net_read_line (fd, line, sizeof line))
        return;
      net_write (fd, consent);
    }
  if (script->garbage != NULL)
    {
      net_write (fd, script->garbage);
      net_drain (fd);
      return;
    }
  ssl = net_accept_tls (fd, script->cert, script->max_version, script->alpn);
  if (ssl == NULL)
    return;
  if (SSL_get_servername (ssl, TLSEXT_NAMETYPE_host_name) != NULL)
    g_strlcpy (script->sni, SSL_get_servername (ssl, TLSEXT_NAMETYPE_host_name), sizeof script->sni);
  SSL_write (ssl, "* OK secure\r\n", 13);
  while ((n = SSL_read (ssl, line, sizeof line)) > 0)
    SSL_write (ssl, line, n);
  net_end_tls (ssl);
}

static void
fill_endpoint (TaubeEndpoint *endpoint, NetServer *server)
{
  *endpoint = (TaubeEndpoint){ .host = (char *) "localhost", .port = net_server_get_port (server),
                               .implicit_tls = TRUE, .ca_file = ca_file, .alpn = (char *) "imap",
                               .connect_timeout = 60000, .silence_timeout = 60000 };
}

static void
check_greeting (TaubeConnection *connection)
{
  TaubeBuffer *input = taube_connection_get_input (connection);

  while (taube_buffer_length (input) < 13)
    g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), >, 0);
  g_assert_cmpmem (taube_buffer_peek (input), taube_buffer_length (input), "* OK secure\r\n", 13);
  taube_buffer_consume (input, 13);
}

/* ---- good servers ---- */

static void
test_verified (gconstpointer data)
{
  int version = GPOINTER_TO_INT (data);
  Script script = { .cert = good, .max_version = version, .alpn = "imap" };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;
  g_autoptr (GBytes) exporter = NULL;
  g_autoptr (GBytes) end_point = NULL;
  g_autoptr (GBytes) unique = NULL;
  guint8 digest[32];
  unsigned int length;

  fill_endpoint (&endpoint, server);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  g_assert_no_error (error);
  check_greeting (connection);
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
  X509_digest (good->x509, EVP_sha256 (), digest, &length);
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
  SSL *ssl = net_accept_tls (fd, good, 0, NULL);

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

  fill_endpoint (&endpoint, server);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, NULL);
  binding = taube_connection_get_channel_binding (connection, "tls-exporter");
  g_assert_cmpmem (g_bytes_get_data (binding, NULL), g_bytes_get_size (binding), exported, 32);
}

static void
test_address_as_host (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "IP:127.0.0.1", authority, FALSE, 0, 10);
  Script script = { .cert = cert };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;

  fill_endpoint (&endpoint, server);
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
  g_autoptr (NetCert) cert = net_cert_new ("x", "IP:::ffff:127.0.0.1", authority, FALSE, 0, 10);
  Script script = { .cert = cert };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;

  fill_endpoint (&endpoint, server);
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
  Script script = { .cert = good, .starttls = TRUE };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;
  TaubeBuffer *input;

  fill_endpoint (&endpoint, server);
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
  check_greeting (connection);
}

/* ---- bad certificates ---- */

/* Dials a server with CERT; the error must hold all of WORDS. */
static TaubeCertificate *
refuse (const NetCert *cert, const char *host, const char *pin, TaubeCertificateProblems problems, const char *word)
{
  Script script = { .cert = cert };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) copy = NULL;
  TaubeCertificate *certificate;

  fill_endpoint (&endpoint, server);
  endpoint.host = (char *) host;
  endpoint.pin = (char *) pin;
  g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  copy = g_error_copy (error);
  certificate = taube_error_get_certificate (copy);
  g_assert_cmpint (taube_certificate_get_problems (certificate), ==, problems);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_nonnull (strstr (error->message, host));
  g_assert_nonnull (strstr (error->message, taube_certificate_get_subject (certificate)));
  g_assert_nonnull (strstr (error->message, taube_certificate_get_fingerprint (certificate)));
  g_assert_nonnull (strstr (error->message, taube_certificate_get_key_pin (certificate)));
  g_assert_null (strchr (error->message, '\n'));
  return g_object_ref (certificate);
}

static void
test_self_signed (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("localhost", "DNS:localhost", NULL, FALSE, 0, 10);
  g_autoptr (TaubeCertificate) certificate
    = refuse (cert, "localhost", NULL, TAUBE_CERTIFICATE_PROBLEMS_UNTRUSTED, ": self-signed; subject CN=localhost; ");
  g_autofree char *pin = net_cert_get_pin (cert);

  g_assert_true (g_str_has_suffix (taube_certificate_get_key_pin (certificate), pin));
}

static void
test_unknown_authority (void)
{
  g_autoptr (NetCert) other = net_cert_new ("Other CA", NULL, NULL, TRUE, 0, 10);
  g_autoptr (NetCert) cert = net_cert_new ("localhost", "DNS:localhost", other, FALSE, 0, 10);
  g_autoptr (TaubeCertificate) certificate
    = refuse (cert, "localhost", NULL, TAUBE_CERTIFICATE_PROBLEMS_UNTRUSTED, "not signed by a trusted authority");

  g_assert_cmpstr (taube_certificate_get_issuer (certificate), ==, "CN=Other CA");
}

static void
test_wrong_host (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("m", "DNS:mail.example.org,DNS:*.example.net", authority, FALSE, 0, 10);
  g_autoptr (TaubeCertificate) certificate
    = refuse (cert, "localhost", NULL, TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST,
              "made for another host (mail.example.org, *.example.net)");
}

static void
test_wrong_address (void)
{
  g_autoptr (TaubeCertificate) certificate
    = refuse (good, "127.0.0.1", NULL, TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST, "made for another host");
}

static void
test_expired (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("localhost", "DNS:localhost", authority, FALSE, -10, -1);
  g_autoptr (TaubeCertificate) certificate
    = refuse (cert, "localhost", NULL, TAUBE_CERTIFICATE_PROBLEMS_EXPIRED, ": expired;");
}

static void
test_not_yet_valid (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("localhost", "DNS:localhost", authority, FALSE, 2, 10);
  g_autoptr (TaubeCertificate) certificate
    = refuse (cert, "localhost", NULL, TAUBE_CERTIFICATE_PROBLEMS_NOT_YET_VALID, ": not valid yet;");
}

static void
test_everything_wrong_is_told (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "DNS:x.example", NULL, FALSE, -10, -1);
  g_autoptr (TaubeCertificate) certificate
    = refuse (cert, "localhost", NULL,
              TAUBE_CERTIFICATE_PROBLEMS_UNTRUSTED | TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST
                | TAUBE_CERTIFICATE_PROBLEMS_EXPIRED,
              "self-signed, made for another host (x.example), expired");
}

static void
test_wrong_host_in_starttls (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("m", "DNS:mail.example.org", authority, FALSE, 0, 10);
  Script script = { .cert = cert, .starttls = TRUE };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  g_autoptr (TaubeConnection) connection = NULL;
  TaubeBuffer *input;

  fill_endpoint (&endpoint, server);
  endpoint.implicit_tls = FALSE;
  connection = taube_connection_dial (&endpoint, TRUE, NULL, NULL);
  input = taube_connection_get_input (connection);
  taube_buffer_consume (input, taube_buffer_length (input));
  g_assert_true (taube_connection_write (connection, "a STARTTLS\r\n", 12, NULL, 0, NULL, NULL));
  g_assert_cmpint (taube_connection_fill (connection, NULL, NULL), ==, 15);
  taube_buffer_consume (input, 15);
  g_assert_false (taube_connection_start_tls (connection, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  g_assert_cmpint (taube_certificate_get_problems (taube_connection_get_certificate (connection)), ==,
                   TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST);
  /* No way to go on by not looking. */
  g_assert_false (taube_connection_write (connection, "a LOGIN\r\n", 9, NULL, 0, NULL, &again));
  g_assert_error (again, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
}

/* ---- pins, questions, files ---- */

static void
test_pin_right (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "DNS:x.example", NULL, FALSE, -10, -1);
  g_autofree char *pin = net_cert_get_pin (cert);
  g_autofree char *upper = g_ascii_strup (pin, -1);
  g_autofree char *prefixed = g_strconcat ("sha256:", pin, NULL);
  g_autoptr (GString) colons = g_string_new (upper);
  const char *forms[] = { pin, upper, prefixed, NULL };

  for (int at = 62; at > 0; at -= 2)
    g_string_insert_c (colons, at, ':');
  forms[3] = colons->str;
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      Script script = { .cert = cert };
      g_autoptr (NetServer) server = net_server_new (serve, &script);
      TaubeEndpoint endpoint;
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeConnection) connection = NULL;

      fill_endpoint (&endpoint, server);
      endpoint.pin = (char *) forms[i];
      connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
      g_assert_no_error (error);
    }
}

static gboolean
trust (TaubeCertificate *certificate, GCancellable *cancellable, gpointer user_data)
{
  GPtrArray *asked = user_data;

  g_ptr_array_add (asked, g_object_ref (certificate));
  g_ptr_array_add (asked, g_thread_self ());
  return asked->len > 2;
}

/* A certificate that is fine in all other ways, and somebody who would trust everything. */
static void
test_pin_wrong (void)
{
  g_autofree char *pin = g_strnfill (64, 'a');
  g_autoptr (TaubeCertificate) certificate
    = refuse (good, "localhost", pin, TAUBE_CERTIFICATE_PROBLEMS_PIN_MISMATCH, "its key is not the pinned one");
}

static void
test_pin_wrong_is_not_asked_about (void)
{
  g_autofree char *pin = g_strnfill (64, 'a');
  g_autoptr (GPtrArray) asked = g_ptr_array_new ();
  Script script = { .cert = good };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;

  fill_endpoint (&endpoint, server);
  endpoint.pin = pin;
  endpoint.certificate_func = trust;
  endpoint.certificate_data = asked;
  g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  g_assert_cmpuint (asked->len, ==, 0);
}

static void
test_pin_form (void)
{
  static const char *const wrong[] = { "", "abc", "sha256:", "sha1:aaaa", "zz", NULL };
  g_autofree char *long_pin = g_strnfill (65, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      TaubeEndpoint endpoint = { .host = (char *) "localhost", .port = 1 };
      g_autoptr (GError) error = NULL;

      endpoint.pin = (char *) (wrong[i] != NULL ? wrong[i] : long_pin);
      g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, "pin"));
    }
}

static void
test_trusted_this_once (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "DNS:x.example", NULL, FALSE, 0, 10);
  g_autoptr (GPtrArray) asked = g_ptr_array_new ();
  Script script = { .cert = cert };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;

  fill_endpoint (&endpoint, server);
  endpoint.certificate_func = trust;
  endpoint.certificate_data = asked;
  g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  g_clear_error (&error);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  g_assert_no_error (error);
  check_greeting (connection);
  g_assert_cmpuint (asked->len, ==, 4);
  /* Asked on the thread that waits. */
  g_assert_true (asked->pdata[1] == g_thread_self () && asked->pdata[3] == g_thread_self ());
  g_assert_cmpint (taube_certificate_get_problems (asked->pdata[0]), ==,
                   TAUBE_CERTIFICATE_PROBLEMS_UNTRUSTED | TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST);
  g_object_unref (asked->pdata[0]);
  g_object_unref (asked->pdata[2]);
}

static void
test_ca_file_wrong (void)
{
  g_autofree char *missing = g_build_filename (folder, "missing.pem", NULL);
  g_autofree char *garbage = g_build_filename (folder, "garbage.pem", NULL);
  char *files[] = { missing, garbage };

  g_assert_true (g_file_set_contents (garbage, "no certificate", -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      Script script = { .cert = good };
      g_autoptr (NetServer) server = net_server_new (serve, &script);
      TaubeEndpoint endpoint;
      g_autoptr (GError) error = NULL;

      fill_endpoint (&endpoint, server);
      endpoint.ca_file = files[i];
      g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, files[i]));
    }
}

static void
test_ca_file_is_read_again (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("localhost", "DNS:localhost", NULL, FALSE, 0, 10);
  g_autofree char *file = g_build_filename (folder, "changing.pem", NULL);
  Script script = { .cert = cert };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;

  fill_endpoint (&endpoint, server);
  endpoint.ca_file = file;
  net_cert_save (authority, file);
  g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  g_clear_error (&error);
  net_cert_save (cert, file);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  g_assert_no_error (error);
}

/* ---- servers that do not keep to the rules ---- */

static void
test_old_version_refused (void)
{
  Script script = { .cert = good, .max_version = TLS1_1_VERSION };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;

  fill_endpoint (&endpoint, server);
  g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS);
  g_assert_nonnull (strstr (error->message, "does not speak TLS 1.2 or later"));
}

static void
test_no_tls (void)
{
  Script script = { .garbage = "* OK IMAP4rev1 ready\r\n" };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;

  fill_endpoint (&endpoint, server);
  g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS);
  g_assert_nonnull (strstr (error->message, "what it sent is not TLS"));
}

/* S1: what follows the consent in the same packet, or instead of TLS, is never taken for the server's word. */
static void
test_starttls_injection (gconstpointer data)
{
  gboolean later = GPOINTER_TO_INT (data);
  Script script = { .cert = good, .starttls = TRUE };
  g_autoptr (NetServer) server = NULL;
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;
  TaubeBuffer *input;

  if (later)
    script.garbage = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nb OK done\r\n";
  else
    script.injected = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n";
  server = net_server_new (serve, &script);
  fill_endpoint (&endpoint, server);
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
  Script script = { .cert = good };
  g_autoptr (NetServer) real = net_server_new (serve, &script);
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

      fill_endpoint (&endpoint, server);
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
  SSL *ssl = net_accept_tls (fd, good, 0, NULL);

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

  fill_endpoint (&endpoint, server);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, NULL);
  check_greeting (connection);
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
  SSL *ssl = net_accept_tls (fd, good, TLS1_2_VERSION, NULL);
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

  fill_endpoint (&endpoint, server);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  g_assert_no_error (error);
  check_greeting (connection);
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
  Script script;
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
  serve (fd, server, &proxy->script);
}

static void
test_idn (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("x", "DNS:mail.xn--bcher-kva.invalid", authority, FALSE, 0, 10);
  IdnProxy proxy = { .script = { .cert = cert } };
  g_autoptr (NetServer) server = net_server_new (be_proxy_and_server, &proxy);
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u", net_server_get_port (server));
  static const char *const hosts[] = { "mail.bücher.invalid", "mail.bücher.invalid.", "MAIL.Bücher.invalid" };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      TaubeEndpoint endpoint;
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeConnection) connection = NULL;

      fill_endpoint (&endpoint, server);
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
  Script script = { .cert = good };
  g_autoptr (NetServer) server = net_server_new (serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;
  g_autofree guint8 *bytes = g_malloc (BULK);
  TaubeBuffer *input;

  fill_endpoint (&endpoint, server);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, NULL);
  check_greeting (connection);
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
    = net_cert_new ("Größe\nx", "DNS:a.example,IP:127.0.0.1,IP:::1,email:x@y", authority, FALSE, 0, 10);
  g_autofree char *file = g_build_filename (folder, "one.pem", NULL);
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

static void
set_up (void)
{
  folder = g_dir_make_tmp ("taube-tls-XXXXXX", NULL);
  authority = net_cert_new ("Test CA", NULL, NULL, TRUE, 0, 10);
  good = net_cert_new ("localhost", "DNS:localhost", authority, FALSE, 0, 10);
  ca_file = g_build_filename (folder, "ca.pem", NULL);
  net_cert_save (authority, ca_file);
}

static void
tear_down (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, name, NULL);

      g_unlink (file);
    }
  g_rmdir (folder);
  net_cert_free (good);
  net_cert_free (authority);
  g_free (ca_file);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  set_up ();
  g_test_add_data_func ("/net/tls/verified-1.2", GINT_TO_POINTER (TLS1_2_VERSION), test_verified);
  g_test_add_data_func ("/net/tls/verified-1.3", GINT_TO_POINTER (TLS1_3_VERSION), test_verified);
  g_test_add_func ("/net/tls/exporter-is-the-servers", test_exporter_is_the_servers);
  g_test_add_func ("/net/tls/address-as-host", test_address_as_host);
  g_test_add_func ("/net/tls/address-with-zone", test_address_with_zone);
  g_test_add_func ("/net/tls/starttls", test_starttls);
  g_test_add_func ("/net/tls/self-signed", test_self_signed);
  g_test_add_func ("/net/tls/unknown-authority", test_unknown_authority);
  g_test_add_func ("/net/tls/wrong-host", test_wrong_host);
  g_test_add_func ("/net/tls/wrong-address", test_wrong_address);
  g_test_add_func ("/net/tls/expired", test_expired);
  g_test_add_func ("/net/tls/not-yet-valid", test_not_yet_valid);
  g_test_add_func ("/net/tls/everything-wrong-is-told", test_everything_wrong_is_told);
  g_test_add_func ("/net/tls/wrong-host-in-starttls", test_wrong_host_in_starttls);
  g_test_add_func ("/net/tls/pin-right", test_pin_right);
  g_test_add_func ("/net/tls/pin-wrong", test_pin_wrong);
  g_test_add_func ("/net/tls/pin-wrong-is-not-asked-about", test_pin_wrong_is_not_asked_about);
  g_test_add_func ("/net/tls/pin-form", test_pin_form);
  g_test_add_func ("/net/tls/trusted-this-once", test_trusted_this_once);
  g_test_add_func ("/net/tls/ca-file-wrong", test_ca_file_wrong);
  g_test_add_func ("/net/tls/ca-file-is-read-again", test_ca_file_is_read_again);
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
  tear_down ();
  return result;
}
