/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which certificates are believed: whose word, for which name and when; pins; what is asked of somebody. */
#include "tls-fixture.h"

#include <string.h>

/* ---- bad certificates ---- */

/* Dials a server with CERT; the error must hold all of WORDS. */
static TaubeCertificate *
refuse (const NetCert *cert, const char *host, const char *pin, TaubeCertificateProblems problems, const char *word)
{
  TlsScript script = { .cert = cert };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) copy = NULL;
  TaubeCertificate *certificate;

  tls_fill_endpoint (&endpoint, server);
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
  g_autoptr (NetCert) cert = net_cert_new ("m", "DNS:mail.example.org,DNS:*.example.net", tls_authority, FALSE, 0, 10);
  g_autoptr (TaubeCertificate) certificate
    = refuse (cert, "localhost", NULL, TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST,
              "made for another host (mail.example.org, *.example.net)");
}

static void
test_wrong_address (void)
{
  g_autoptr (TaubeCertificate) certificate
    = refuse (tls_good, "127.0.0.1", NULL, TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST, "made for another host");
}

static void
test_expired (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("localhost", "DNS:localhost", tls_authority, FALSE, -10, -1);
  g_autoptr (TaubeCertificate) certificate
    = refuse (cert, "localhost", NULL, TAUBE_CERTIFICATE_PROBLEMS_EXPIRED, ": expired;");
}

static void
test_not_yet_valid (void)
{
  g_autoptr (NetCert) cert = net_cert_new ("localhost", "DNS:localhost", tls_authority, FALSE, 2, 10);
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
  g_autoptr (NetCert) cert = net_cert_new ("m", "DNS:mail.example.org", tls_authority, FALSE, 0, 10);
  TlsScript script = { .cert = cert, .starttls = TRUE };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  g_autoptr (TaubeConnection) connection = NULL;
  TaubeBuffer *input;

  tls_fill_endpoint (&endpoint, server);
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
      TlsScript script = { .cert = cert };
      g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
      TaubeEndpoint endpoint;
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeConnection) connection = NULL;

      tls_fill_endpoint (&endpoint, server);
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
    = refuse (tls_good, "localhost", pin, TAUBE_CERTIFICATE_PROBLEMS_PIN_MISMATCH, "its key is not the pinned one");
}

static void
test_pin_wrong_is_not_asked_about (void)
{
  g_autofree char *pin = g_strnfill (64, 'a');
  g_autoptr (GPtrArray) asked = g_ptr_array_new ();
  TlsScript script = { .cert = tls_good };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;

  tls_fill_endpoint (&endpoint, server);
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
  TlsScript script = { .cert = cert };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;

  tls_fill_endpoint (&endpoint, server);
  endpoint.certificate_func = trust;
  endpoint.certificate_data = asked;
  g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  g_clear_error (&error);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  g_assert_no_error (error);
  tls_check_greeting (connection);
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
  g_autofree char *missing = g_build_filename (tls_folder, "missing.pem", NULL);
  g_autofree char *garbage = g_build_filename (tls_folder, "garbage.pem", NULL);
  char *files[] = { missing, garbage };

  g_assert_true (g_file_set_contents (garbage, "no certificate", -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      TlsScript script = { .cert = tls_good };
      g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
      TaubeEndpoint endpoint;
      g_autoptr (GError) error = NULL;

      tls_fill_endpoint (&endpoint, server);
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
  g_autofree char *file = g_build_filename (tls_folder, "changing.pem", NULL);
  TlsScript script = { .cert = cert };
  g_autoptr (NetServer) server = net_server_new (tls_serve, &script);
  TaubeEndpoint endpoint;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = NULL;

  tls_fill_endpoint (&endpoint, server);
  endpoint.ca_file = file;
  net_cert_save (tls_authority, file);
  g_assert_null (taube_connection_dial (&endpoint, TRUE, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  g_clear_error (&error);
  net_cert_save (cert, file);
  connection = taube_connection_dial (&endpoint, TRUE, NULL, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  tls_set_up ();
  g_test_add_func ("/net/tls-trust/self-signed", test_self_signed);
  g_test_add_func ("/net/tls-trust/unknown-authority", test_unknown_authority);
  g_test_add_func ("/net/tls-trust/wrong-host", test_wrong_host);
  g_test_add_func ("/net/tls-trust/wrong-address", test_wrong_address);
  g_test_add_func ("/net/tls-trust/expired", test_expired);
  g_test_add_func ("/net/tls-trust/not-yet-valid", test_not_yet_valid);
  g_test_add_func ("/net/tls-trust/everything-wrong-is-told", test_everything_wrong_is_told);
  g_test_add_func ("/net/tls-trust/wrong-host-in-starttls", test_wrong_host_in_starttls);
  g_test_add_func ("/net/tls-trust/pin-right", test_pin_right);
  g_test_add_func ("/net/tls-trust/pin-wrong", test_pin_wrong);
  g_test_add_func ("/net/tls-trust/pin-wrong-is-not-asked-about", test_pin_wrong_is_not_asked_about);
  g_test_add_func ("/net/tls-trust/pin-form", test_pin_form);
  g_test_add_func ("/net/tls-trust/trusted-this-once", test_trusted_this_once);
  g_test_add_func ("/net/tls-trust/ca-file-wrong", test_ca_file_wrong);
  g_test_add_func ("/net/tls-trust/ca-file-is-read-again", test_ca_file_is_read_again);
  result = g_test_run ();
  tls_tear_down ();
  return result;
}
