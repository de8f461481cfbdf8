/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net-server.h"

#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- certificates ---- */

static void
add_extension (X509 *x509, int nid, const char *value)
{
  X509_EXTENSION *extension = X509V3_EXT_conf_nid (NULL, NULL, nid, value);

  g_assert_nonnull (extension);
  g_assert_true (X509_add_ext (x509, extension, -1));
  X509_EXTENSION_free (extension);
}

NetCert *
net_cert_new (const char *common_name, const char *names, const NetCert *issuer, gboolean authority, int from, int to)
{
  static gint serial = 1;
  NetCert *self = g_new0 (NetCert, 1);
  X509 *x509 = X509_new ();
  X509_NAME *name = X509_get_subject_name (x509);

  self->key = EVP_EC_gen ("P-256");
  self->x509 = x509;
  X509_set_version (x509, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (x509), g_atomic_int_add (&serial, 1));
  X509_time_adj_ex (X509_getm_notBefore (x509), from, -3600, NULL);
  X509_time_adj_ex (X509_getm_notAfter (x509), to, 0, NULL);
  X509_set_pubkey (x509, self->key);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const guint8 *) common_name, -1, -1, 0);
  X509_set_issuer_name (x509, issuer != NULL ? X509_get_subject_name (issuer->x509) : name);
  add_extension (x509, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (names != NULL)
    add_extension (x509, NID_subject_alt_name, names);
  g_assert_true (X509_sign (x509, issuer != NULL ? issuer->key : self->key, EVP_sha256 ()));
  return self;
}

void
net_cert_free (NetCert *self)
{
  X509_free (self->x509);
  EVP_PKEY_free (self->key);
  g_free (self);
}

void
net_cert_save (const NetCert *self, const char *file)
{
  BIO *bio = BIO_new_file (file, "w");

  g_assert_nonnull (bio);
  g_assert_true (PEM_write_bio_X509 (bio, self->x509));
  BIO_free (bio);
}

/* Computed another way than the library does it: over the encoded key, not what the certificate holds. */
char *
net_cert_get_pin (const NetCert *self)
{
  unsigned char *der = NULL;
  int length = i2d_PUBKEY (self->key, &der);
  char *hex = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der, (gsize) length);

  OPENSSL_free (der);
  return hex;
}

/* ---- server ---- */

struct _NetServer
{
  int fd;
  guint16 port;
  NetServerFunc func;
  gpointer data;
  GThread *thread;
  GMutex lock;
  GPtrArray *threads; /* under lock */
  guint count;        /* under lock */
  GCond changed;
};

typedef struct
{
  NetServer *server;
  int fd;
} Client;

static gpointer
serve (gpointer data)
{
  g_autofree Client *client = data;

  client->server->func (client->fd, client->server, client->server->data);
  close (client->fd);
  return NULL;
}

static gpointer
listen_on (gpointer data)
{
  NetServer *self = data;
  int fd;

  while ((fd = accept4 (self->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
    {
      Client *client = g_new (Client, 1);

      client->server = self;
      client->fd = fd;
      g_mutex_lock (&self->lock);
      self->count++;
      if (self->func == NULL)
        g_ptr_array_add (self->threads, GINT_TO_POINTER (fd));
      else
        g_ptr_array_add (self->threads, g_thread_new ("net-server", serve, client));
      g_cond_broadcast (&self->changed);
      g_mutex_unlock (&self->lock);
      if (self->func == NULL)
        g_free (client);
    }
  return NULL;
}

NetServer *
net_server_new (NetServerFunc func, gpointer data)
{
  NetServer *self = g_new0 (NetServer, 1);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  self->func = func;
  self->data = data;
  self->threads = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (self->fd, >=, 0);
  g_assert_cmpint (bind (self->fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (getsockname (self->fd, (struct sockaddr *) &address, &length), ==, 0);
  g_assert_cmpint (listen (self->fd, 1024), ==, 0);
  self->port = ntohs (address.sin_port);
  self->thread = g_thread_new ("net-listener", listen_on, self);
  return self;
}

void
net_server_free (NetServer *self)
{
  shutdown (self->fd, SHUT_RDWR);
  g_thread_join (self->thread);
  close (self->fd);
  for (guint i = 0; i < self->threads->len; i++)
    if (self->func == NULL)
      close (GPOINTER_TO_INT (g_ptr_array_index (self->threads, i)));
    else
      g_thread_join (g_ptr_array_index (self->threads, i));
  g_ptr_array_unref (self->threads);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint16
net_server_get_port (NetServer *self)
{
  return self->port;
}

guint
net_server_get_count (NetServer *self)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = self->count;
  g_mutex_unlock (&self->lock);
  return count;
}

void
net_server_wait_for (NetServer *self, guint count)
{
  g_mutex_lock (&self->lock);
  while (self->count < count)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static int
get_fd (NetServer *self, guint i)
{
  int fd;

  g_mutex_lock (&self->lock);
  fd = GPOINTER_TO_INT (g_ptr_array_index (self->threads, i));
  g_mutex_unlock (&self->lock);
  return fd;
}

void
net_server_say (NetServer *self, guint i, const char *text)
{
  net_write (get_fd (self, i), text);
}

void
net_server_hang_up (NetServer *self, guint i)
{
  shutdown (get_fd (self, i), SHUT_RDWR);
}

gboolean
net_raise_descriptors (guint wanted)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = MAX (limit.rlim_cur, MIN (limit.rlim_max, wanted));
  return setrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= wanted;
}

guint
net_count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

/* ---- talking ---- */

static int
choose_alpn (SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *in,
             unsigned int in_length, void *data)
{
  const char *wanted = data;

  for (unsigned int i = 0; i < in_length; i += in[i] + 1u)
    if (in[i] == strlen (wanted) && memcmp (in + i + 1, wanted, in[i]) == 0)
      {
        *out = in + i + 1;
        *out_length = in[i];
        return SSL_TLSEXT_ERR_OK;
      }
  return SSL_TLSEXT_ERR_NOACK;
}

SSL *
net_accept_tls (int fd, const NetCert *cert, int max_version, const char *alpn)
{
  SSL_CTX *context;

  OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
  context = SSL_CTX_new (TLS_server_method ());
  SSL *ssl;

  g_assert_true (SSL_CTX_use_certificate (context, cert->x509));
  g_assert_true (SSL_CTX_use_PrivateKey (context, cert->key));
  if (max_version != 0)
    {
      SSL_CTX_set_min_proto_version (context, MIN (max_version, TLS1_2_VERSION));
      SSL_CTX_set_max_proto_version (context, max_version);
      /* TLS 1.1 signs with SHA-1, which the usual level of security forbids. */
      SSL_CTX_set_security_level (context, 0);
    }
  if (alpn != NULL)
    SSL_CTX_set_alpn_select_cb (context, choose_alpn, (void *) alpn);
  ssl = SSL_new (context);
  SSL_CTX_free (context);
  SSL_set_fd (ssl, fd);
  if (SSL_accept (ssl) == 1)
    return ssl;
  SSL_free (ssl);
  ERR_clear_error ();
  return NULL;
}

void
net_end_tls (SSL *ssl)
{
  if (ssl == NULL)
    return;
  SSL_shutdown (ssl);
  SSL_free (ssl);
}

gboolean
net_read_line (int fd, char *line, gsize size)
{
  gsize length = 0;

  while (length + 1 < size && recv (fd, line + length, 1, 0) == 1)
    if (line[length++] == '\n')
      break;
  line[length] = '\0';
  return length > 0 && line[length - 1] == '\n';
}

void
net_write (int fd, const char *text)
{
  gsize length = strlen (text), done = 0;

  while (done < length)
    {
      gssize n = send (fd, text + done, length - done, MSG_NOSIGNAL);

      if (n <= 0)
        return;
      done += (gsize) n;
    }
}

void
net_drain (int fd)
{
  char bytes[4096];

  while (recv (fd, bytes, sizeof bytes, 0) > 0)
    ;
}
