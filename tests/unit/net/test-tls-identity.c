/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-certificate-impl.h>
#include <taube-backend/taube-connection.h>

#include <taube/taube-error.h>

#include "net-server.h"

#include <glib/gstdio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

/* Certificates of ours, and TLS sessions that go on in another connection. */

static char *folder;
static NetCert *authority;
static NetCert *good;
static NetCert *ours;
static char *ca_file;
static char *other_ca_file;
static char *cert_file;
static char *key_file;
static char *locked_file; /* the key, with the password "taube" */

/* What a server does and sees. */
typedef struct
{
  SSL_CTX *context;
  int version;
  gboolean wants_certificate;
  GMutex lock;
  guint handshakes;
  guint resumed;
  char name[64]; /* in the client's certificate */
} Server;

static int
accept_any (int ok, X509_STORE_CTX *store)
{
  return 1;
}

static void
serve (int fd, NetServer *server, gpointer data)
{
  Server *self = data;
  SSL *ssl = SSL_new (self->context);
  X509 *x509;
  char byte;

  SSL_set_fd (ssl, fd);
  if (self->version != 0)
    SSL_set_max_proto_version (ssl, self->version);
  if (self->wants_certificate)
    SSL_set_verify (ssl, SSL_VERIFY_PEER, accept_any);
  if (SSL_accept (ssl) == 1)
    {
      x509 = SSL_get0_peer_certificate (ssl);
      g_mutex_lock (&self->lock);
      self->handshakes++;
      self->resumed += (guint) SSL_session_reused (ssl);
      if (x509 != NULL)
        X509_NAME_get_text_by_NID (X509_get_subject_name (x509), NID_commonName, self->name, sizeof self->name);
      g_mutex_unlock (&self->lock);
      SSL_write (ssl, "* OK\r\n", 6);
      SSL_read (ssl, &byte, 1);
    }
  ERR_clear_error ();
  SSL_shutdown (ssl);
  SSL_free (ssl);
}

static SSL_CTX *
make_context (const NetCert *cert)
{
  SSL_CTX *context = SSL_CTX_new (TLS_server_method ());

  SSL_CTX_use_certificate (context, cert->x509);
  SSL_CTX_use_PrivateKey (context, cert->key);
  SSL_CTX_set_session_id_context (context, (const guint8 *) "test", 4);
  return context;
}

static void
server_init (Server *self, const NetCert *cert, int version)
{
  *self = (Server){ .version = version };
  g_mutex_init (&self->lock);
  self->context = make_context (cert);
}

static void
server_clear (Server *self)
{
  SSL_CTX_free (self->context);
  g_mutex_clear (&self->lock);
}

static void
fill_endpoint (TaubeEndpoint *endpoint, NetServer *server, TaubeTlsSessions *sessions)
{
  *endpoint = (TaubeEndpoint){ .host = (char *) "localhost", .port = net_server_get_port (server),
                               .implicit_tls = TRUE, .ca_file = ca_file, .connect_timeout = 60000,
                               .silence_timeout = 60000, .tls_sessions = sessions };
}

/* Connects, reads the greeting (and with it the tickets), and goes. Whether TLS was resumed. */
static gboolean
visit (const TaubeEndpoint *endpoint)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeConnection) connection = taube_connection_dial (endpoint, TRUE, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (taube_buffer_length (taube_connection_get_input (connection)), ==, 6);
  g_assert_nonnull (taube_connection_get_certificate (connection));
  return taube_connection_is_resumed (connection);
}

static GError *
fail_to_visit (const TaubeEndpoint *endpoint)
{
  GError *error = NULL;

  g_assert_null (taube_connection_dial (endpoint, TRUE, NULL, &error));
  return error;
}

/* ---- sessions ---- */

static void
test_resumed (gconstpointer data)
{
  Server server;
  g_autoptr (NetServer) net = NULL;
  g_autoptr (TaubeTlsSessions) sessions = taube_tls_sessions_new ();
  TaubeEndpoint endpoint;

  server_init (&server, good, GPOINTER_TO_INT (data));
  net = net_server_new (serve, &server);
  fill_endpoint (&endpoint, net, sessions);
  g_assert_false (visit (&endpoint));
  for (guint i = 0; i < 3; i++)
    g_assert_true (visit (&endpoint));
  g_clear_pointer (&net, net_server_free);
  g_assert_cmpuint (server.handshakes, ==, 4);
  g_assert_cmpuint (server.resumed, ==, 3);
  server_clear (&server);
}

/* Without a place to keep them, as before. */
static void
test_not_kept (void)
{
  Server server;
  g_autoptr (NetServer) net = NULL;
  TaubeEndpoint endpoint;

  server_init (&server, good, 0);
  net = net_server_new (serve, &server);
  fill_endpoint (&endpoint, net, NULL);
  for (guint i = 0; i < 2; i++)
    g_assert_false (visit (&endpoint));
  g_clear_pointer (&net, net_server_free);
  server_clear (&server);
}

/* Whatever else decides about trust or identity has a session of its own. */
static void
test_other_settings (gconstpointer data)
{
  Server server;
  g_autoptr (NetServer) net = NULL;
  g_autoptr (TaubeTlsSessions) sessions = taube_tls_sessions_new ();
  g_autofree char *pin = net_cert_get_pin (good);
  TaubeEndpoint first, second;

  server_init (&server, good, GPOINTER_TO_INT (data));
  net = net_server_new (serve, &server);
  fill_endpoint (&first, net, sessions);
  for (guint i = 0; i < 4; i++)
    {
      second = first;
      if (i == 0)
        second.host = (char *) "127.0.0.1";
      else if (i == 1)
        second.pin = pin;
      else if (i == 2)
        second.client_cert = cert_file, second.client_key = key_file;
      else
        second.alpn = (char *) "imap";
      visit (&first);
      g_assert_true (visit (&first));
      g_assert_false (visit (&second));
      g_assert_true (visit (&second));
    }
  g_clear_pointer (&net, net_server_free);
  server_clear (&server);
}

/* Who trusts others now asks for the certificate again, and refuses it. */
static void
test_other_trust (gconstpointer data)
{
  Server server;
  g_autoptr (NetServer) net = NULL;
  g_autoptr (TaubeTlsSessions) sessions = taube_tls_sessions_new ();
  g_autoptr (GError) error = NULL;
  TaubeEndpoint endpoint;

  server_init (&server, good, GPOINTER_TO_INT (data));
  net = net_server_new (serve, &server);
  fill_endpoint (&endpoint, net, sessions);
  visit (&endpoint);
  endpoint.ca_file = other_ca_file;
  error = fail_to_visit (&endpoint);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  endpoint.ca_file = NULL;
  g_clear_error (&error);
  error = fail_to_visit (&endpoint);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  g_clear_pointer (&net, net_server_free);
  g_assert_cmpuint (server.resumed, ==, 0);
  server_clear (&server);
}

/* A pin that is changed to another key refuses although a session is there; the same pin resumes although the
 * certificate is signed by nobody. */
static void
test_pinned (gconstpointer data)
{
  Server server;
  g_autoptr (NetCert) self_signed = net_cert_new ("localhost", "DNS:localhost", NULL, FALSE, -1, 10);
  g_autofree char *pin = net_cert_get_pin (self_signed);
  g_autofree char *other = net_cert_get_pin (good);
  g_autoptr (NetServer) net = NULL;
  g_autoptr (TaubeTlsSessions) sessions = taube_tls_sessions_new ();
  g_autoptr (GError) error = NULL;
  TaubeEndpoint endpoint;

  server_init (&server, self_signed, GPOINTER_TO_INT (data));
  net = net_server_new (serve, &server);
  fill_endpoint (&endpoint, net, sessions);
  endpoint.pin = pin;
  g_assert_false (visit (&endpoint));
  g_assert_true (visit (&endpoint));
  endpoint.pin = other;
  error = fail_to_visit (&endpoint);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  endpoint.pin = NULL;
  g_clear_error (&error);
  error = fail_to_visit (&endpoint);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CERTIFICATE);
  g_clear_pointer (&net, net_server_free);
  server_clear (&server);
}

static gboolean
say_yes (TaubeCertificate *certificate, GCancellable *cancellable, gpointer user_data)
{
  ++*(guint *) user_data;
  return TRUE;
}

/* A yes holds for one connection: it is asked again, with all that is wrong. */
static void
test_trusted_once (gconstpointer data)
{
  Server server;
  g_autoptr (NetCert) self_signed = net_cert_new ("localhost", "DNS:localhost", NULL, FALSE, -1, 10);
  g_autoptr (NetServer) net = NULL;
  g_autoptr (TaubeTlsSessions) sessions = taube_tls_sessions_new ();
  guint asked = 0;
  TaubeEndpoint endpoint;

  server_init (&server, self_signed, GPOINTER_TO_INT (data));
  net = net_server_new (serve, &server);
  fill_endpoint (&endpoint, net, sessions);
  endpoint.certificate_func = say_yes;
  endpoint.certificate_data = &asked;
  for (guint i = 0; i < 3; i++)
    g_assert_false (visit (&endpoint));
  g_assert_cmpuint (asked, ==, 3);
  g_clear_pointer (&net, net_server_free);
  server_clear (&server);
}

/* A server that has forgotten is greeted as a new one. */
static void
test_forgotten (gconstpointer data)
{
  Server server;
  g_autoptr (NetServer) net = NULL;
  g_autoptr (TaubeTlsSessions) sessions = taube_tls_sessions_new ();
  SSL_CTX *old;
  TaubeEndpoint endpoint;

  server_init (&server, good, GPOINTER_TO_INT (data));
  net = net_server_new (serve, &server);
  fill_endpoint (&endpoint, net, sessions);
  visit (&endpoint);
  old = server.context;
  server.context = make_context (good);
  g_assert_false (visit (&endpoint));
  g_assert_true (visit (&endpoint));
  g_clear_pointer (&net, net_server_free);
  SSL_CTX_free (old);
  server_clear (&server);
}

static void
store_result (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncQueue *queue = data;

  g_async_queue_push (queue, g_object_ref (result));
}

/* The server looks at certificates of clients and has no name for its sessions: OpenSSL breaks over those it gave. */
static void
test_breaks_over_sessions (gconstpointer data)
{
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();

  for (guint way = 0; way < 2; way++)
    {
      Server server;
      g_autoptr (NetServer) net = NULL;
      g_autoptr (TaubeTlsSessions) sessions = taube_tls_sessions_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (TaubeConnection) connection = NULL;
      g_autoptr (GError) error = NULL;
      TaubeEndpoint endpoint;

      server_init (&server, good, GPOINTER_TO_INT (data));
      server.wants_certificate = TRUE;
      SSL_CTX_set_session_id_context (server.context, NULL, 0);
      net = net_server_new (serve, &server);
      fill_endpoint (&endpoint, net, sessions);
      g_assert_false (visit (&endpoint));
      if (way == 0)
        g_assert_false (visit (&endpoint));
      else
        {
          taube_connection_dial_async (&endpoint, TRUE, NULL, store_result, queue);
          result = g_async_queue_pop (queue);
          connection = taube_connection_dial_finish (result, &error);
          g_assert_no_error (error);
          g_assert_false (taube_connection_is_resumed (connection));
          g_clear_pointer (&connection, taube_connection_free);
        }
      g_assert_cmpuint (net_server_get_count (net), ==, 3);
      g_assert_false (visit (&endpoint)); /* it is not tried again */
      g_assert_cmpuint (net_server_get_count (net), ==, 4);
      g_clear_pointer (&net, net_server_free);
      server_clear (&server);
    }
}

/* ---- a certificate of ours ---- */

typedef struct
{
  const char *passwords[4];
  guint asked;
} Passwords;

static TaubeSecret *
give_password (guint attempt, GCancellable *cancellable, gpointer user_data, GError **error)
{
  Passwords *self = user_data;

  g_assert_cmpuint (attempt, ==, self->asked++);
  if (self->passwords[attempt] != NULL)
    return taube_secret_new (self->passwords[attempt]);
  g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, "nobody knows it");
  return NULL;
}

static void
test_shown (gconstpointer data)
{
  Server server;
  g_autoptr (NetServer) net = NULL;
  g_autoptr (TaubeTlsSessions) sessions = taube_tls_sessions_new ();
  Passwords passwords = { { "wrong", "taube" } };
  TaubeEndpoint endpoint;

  server_init (&server, good, GPOINTER_TO_INT (data));
  server.wants_certificate = TRUE;
  net = net_server_new (serve, &server);
  fill_endpoint (&endpoint, net, sessions);
  endpoint.client_cert = cert_file;
  endpoint.client_key = locked_file;
  endpoint.key_password_func = give_password;
  endpoint.key_password_data = &passwords;
  visit (&endpoint);
  g_assert_cmpuint (passwords.asked, ==, 2);
  endpoint.client_key = key_file;
  visit (&endpoint);
  server.name[0] = '\0';
  g_assert_true (visit (&endpoint)); /* the server remembers who we were */
  g_clear_pointer (&net, net_server_free);
  g_assert_cmpstr (server.name, ==, "alice");
  server_clear (&server);
}

typedef struct
{
  const char *const *cert;
  const char *const *key;
  const char *password;
  int code;
  const char *words;
} Fault;

static const char *const missing = "/nonexistent/cert.pem";

static const Fault faults[] = {
  { &missing, NULL, NULL, TAUBE_ERROR_INVALID, "/nonexistent/cert.pem" },
  { (const char *const *) &cert_file, &missing, NULL, TAUBE_ERROR_INVALID, "/nonexistent/cert.pem" },
  { (const char *const *) &cert_file, NULL, NULL, TAUBE_ERROR_INVALID, "cert.pem" }, /* no key in it */
  { (const char *const *) &key_file, NULL, NULL, TAUBE_ERROR_INVALID, "key.pem" },
  { (const char *const *) &ca_file, (const char *const *) &key_file, NULL, TAUBE_ERROR_INVALID, "not that of" },
  { (const char *const *) &cert_file, (const char *const *) &locked_file, NULL, TAUBE_ERROR_AUTH, "nobody knows it" },
  { (const char *const *) &cert_file, (const char *const *) &locked_file, "wrong", TAUBE_ERROR_AUTH,
    "the password is wrong" },
};

static void
test_fault (gconstpointer data)
{
  const Fault *fault = data;
  Server server;
  g_autoptr (NetServer) net = NULL;
  g_autoptr (GError) error = NULL;
  Passwords passwords = { { fault->password, fault->password, fault->password } };
  TaubeEndpoint endpoint;

  server_init (&server, good, 0);
  net = net_server_new (serve, &server);
  fill_endpoint (&endpoint, net, NULL);
  endpoint.client_cert = (char *) *fault->cert;
  endpoint.client_key = fault->key != NULL ? (char *) *fault->key : NULL;
  endpoint.key_password_func = give_password;
  endpoint.key_password_data = &passwords;
  error = fail_to_visit (&endpoint);
  g_assert_error (error, TAUBE_ERROR, fault->code);
  if (strstr (error->message, fault->words) == NULL)
    g_error ("\"%s\" is not in: %s", fault->words, error->message);
  g_assert_null (strchr (error->message, '\n'));
  g_clear_pointer (&net, net_server_free);
  g_assert_cmpuint (server.handshakes, ==, 0);
  server_clear (&server);
}

static void
test_key_alone (void)
{
  TaubeEndpoint endpoint = { .host = (char *) "localhost", .port = 1, .client_key = key_file };
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_endpoint_check (&endpoint, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
}

static void
save_key (const NetCert *cert, const char *file, const char *password)
{
  BIO *bio = BIO_new_file (file, "w");

  g_assert_cmpint (PEM_write_bio_PKCS8PrivateKey (bio, cert->key, password != NULL ? EVP_aes_128_cbc () : NULL, NULL,
                                                  0, NULL, (void *) password), ==, 1);
  BIO_free (bio);
}

static void
make_files (void)
{
  g_autoptr (NetCert) other = net_cert_new ("other", NULL, NULL, TRUE, -1, 10);

  folder = g_dir_make_tmp ("taube-net-XXXXXX", NULL);
  ca_file = g_build_filename (folder, "ca.pem", NULL);
  other_ca_file = g_build_filename (folder, "other-ca.pem", NULL);
  cert_file = g_build_filename (folder, "cert.pem", NULL);
  key_file = g_build_filename (folder, "key.pem", NULL);
  locked_file = g_build_filename (folder, "locked.pem", NULL);
  authority = net_cert_new ("authority", NULL, NULL, TRUE, -1, 10);
  good = net_cert_new ("localhost", "DNS:localhost,IP:127.0.0.1", authority, FALSE, -1, 10);
  ours = net_cert_new ("alice", NULL, authority, FALSE, -1, 10);
  net_cert_save (authority, ca_file);
  net_cert_save (other, other_ca_file);
  net_cert_save (ours, cert_file);
  save_key (ours, key_file, NULL);
  save_key (ours, locked_file, "taube");
}

static void
remove_files (void)
{
  char **files[] = { &ca_file, &other_ca_file, &cert_file, &key_file, &locked_file };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_unlink (*files[i]);
      g_free (*files[i]);
    }
  g_rmdir (folder);
  g_free (folder);
  net_cert_free (authority);
  net_cert_free (good);
  net_cert_free (ours);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } both[] = {
    { "resumed", test_resumed },       { "other-settings", test_other_settings },
    { "other-trust", test_other_trust }, { "pinned", test_pinned },
    { "trusted-once", test_trusted_once }, { "forgotten", test_forgotten },
    { "shown", test_shown },           { "breaks-over-sessions", test_breaks_over_sessions },
  };
  int status;

  g_test_init (&argc, &argv, NULL);
  OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
  make_files ();
  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      g_autofree char *new_path = g_strconcat ("/net/tls/", both[i].name, "/1.3", NULL);
      g_autofree char *old_path = g_strconcat ("/net/tls/", both[i].name, "/1.2", NULL);

      g_test_add_data_func (new_path, NULL, both[i].func);
      g_test_add_data_func (old_path, GINT_TO_POINTER (TLS1_2_VERSION), both[i].func);
    }
  g_test_add_func ("/net/tls/not-kept", test_not_kept);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path = g_strdup_printf ("/net/tls/identity-fault/%u", i);

      g_test_add_data_func (path, &faults[i], test_fault);
    }
  g_test_add_func ("/net/tls/key-alone", test_key_alone);
  status = g_test_run ();
  remove_files ();
  return status;
}
