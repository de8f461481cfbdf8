/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-stream.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"
#include "net/taube-certificate-private.h"
#include "net/taube-tls-context.h"
#include "net/taube-tls-sessions.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

typedef struct
{
  TaubeStream parent;
  TaubeStream *base;
  SSL *ssl;
  char *host;        /* in ASCII, as the certificate has it */
  char *pin;         /* normalized, or NULL */
  TaubeCertificateFunc certificate_func;
  gpointer certificate_data;
  TaubeCertificateProblems problems;
  TaubeCertificate *certificate; /* made at the first question */
  char *alpn;
  GError *wire_error; /* what the layer below said while OpenSSL was at work */
  TaubeTlsSessions *sessions; /* or NULL */
  char *session_key;          /* with whom and how */
  SSL_SESSION *early_session; /* came before the certificate was judged */
  gboolean offered;           /* one was offered to the server */
  gboolean failed_to_resume;  /* and the handshake failed */
  gboolean trusted;           /* the certificate was verified or pinned; sessions may be kept */
  gboolean wire_eof;
  gboolean established;
  gboolean dead; /* after a fatal error OpenSSL must not be asked to say goodbye */
} TlsStream;

/* ---- OpenSSL's way to the layer below ---- */

static int
wire_read (BIO *bio, char *data, int length)
{
  TlsStream *self = BIO_get_data (bio);
  gssize n;

  BIO_clear_retry_flags (bio);
  if (length <= 0 || self->wire_error != NULL)
    return -1;
  n = self->base->klass->read (self->base, (guint8 *) data, (gsize) length, &self->wire_error);
  if (n == TAUBE_STREAM_WANT_READ)
    BIO_set_retry_read (bio);
  else if (n == TAUBE_STREAM_EOF)
    self->wire_eof = TRUE;
  return n >= 0 ? (int) n : -1;
}

static int
wire_write (BIO *bio, const char *data, int length)
{
  TlsStream *self = BIO_get_data (bio);
  gssize n;

  BIO_clear_retry_flags (bio);
  if (length <= 0 || self->wire_error != NULL)
    return -1;
  n = self->base->klass->write (self->base, (const guint8 *) data, (gsize) length, &self->wire_error);
  if (n == TAUBE_STREAM_WANT_WRITE)
    BIO_set_retry_write (bio);
  return n >= 0 ? (int) n : -1;
}

static long
wire_control (BIO *bio, int command, long number, void *data)
{
  TlsStream *self = BIO_get_data (bio);

  switch (command)
    {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return self->wire_eof;
    default:
      return 0;
    }
}

static BIO *
new_wire (TlsStream *self)
{
  static gsize method = 0;
  BIO *bio;

  if (g_once_init_enter (&method))
    {
      BIO_METHOD *new_method = BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "taube");

      BIO_meth_set_read (new_method, wire_read);
      BIO_meth_set_write (new_method, wire_write);
      BIO_meth_set_ctrl (new_method, wire_control);
      g_once_init_leave (&method, (gsize) new_method);
    }
  bio = BIO_new ((BIO_METHOD *) method);
  BIO_set_data (bio, self);
  BIO_set_init (bio, 1);
  return bio;
}

/* ---- results ---- */

static void
set_tls_error (TlsStream *self, GError **error)
{
  unsigned long code = ERR_peek_error ();
  g_autofree char *why = taube_tls_take_errors ();
  int reason = ERR_GET_REASON (code);

  if (self->wire_eof)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION,
                 self->established ? _ ("the connection to %s was cut off")
                                   : _ ("the connection to %s was cut off while TLS was being set up"),
                 self->host);
  else if (self->established)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS, _ ("TLS with %s broke: %s"), self->host, why);
  else if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_UNEXPECTED_MESSAGE)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS, _ ("cannot set up TLS with %s: what it sent is not TLS (%s)"),
                 self->host, why);
  else if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS,
                 _ ("cannot set up TLS with %s: it does not speak TLS 1.2 or later (%s)"), self->host, why);
  else
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS, _ ("cannot set up TLS with %s: %s"), self->host, why);
}

/* What a call of OpenSSL that gave RESULT <= 0 means. */
static gssize
explain (TlsStream *self, int result, GError **error)
{
  switch (SSL_get_error (self->ssl, result))
    {
    case SSL_ERROR_WANT_READ:
      return TAUBE_STREAM_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
      return TAUBE_STREAM_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
      if (self->established)
        return TAUBE_STREAM_EOF;
      self->wire_eof = TRUE;
      break;
    default:
      break;
    }
  self->dead = TRUE;
  if (self->wire_error != NULL)
    g_propagate_error (error, g_error_copy (self->wire_error));
  else
    set_tls_error (self, error);
  ERR_clear_error ();
  return TAUBE_STREAM_ERROR;
}

static gssize
tls_stream_read (TaubeStream *stream, guint8 *data, gsize length, GError **error)
{
  TlsStream *self = (TlsStream *) stream;
  size_t n = 0;
  int result;

  ERR_clear_error ();
  g_clear_error (&self->wire_error);
  result = SSL_read_ex (self->ssl, data, length, &n);
  return result > 0 ? (gssize) n : explain (self, result, error);
}

static gssize
tls_stream_write (TaubeStream *stream, const guint8 *data, gsize length, GError **error)
{
  TlsStream *self = (TlsStream *) stream;
  size_t n = 0;
  int result;
  gssize meaning;

  ERR_clear_error ();
  g_clear_error (&self->wire_error);
  result = SSL_write_ex (self->ssl, data, length, &n);
  if (result > 0)
    return (gssize) n;
  meaning = explain (self, result, error);
  if (meaning == TAUBE_STREAM_EOF)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("cannot write to %s: it has closed TLS"), self->host);
      return TAUBE_STREAM_ERROR;
    }
  return meaning;
}

static gboolean
tls_stream_has_pending (TaubeStream *stream)
{
  return SSL_has_pending (((TlsStream *) stream)->ssl);
}

/* SSL_MODE_RELEASE_BUFFERS alone leaves the buffer of a read that found nothing: half of what a connection costs. */
static void
tls_stream_release (TaubeStream *stream)
{
  SSL_free_buffers (((TlsStream *) stream)->ssl);
}

static void
tls_stream_close (TaubeStream *stream)
{
  TlsStream *self = (TlsStream *) stream;

  if (self->established && !self->dead)
    SSL_shutdown (self->ssl);
  ERR_clear_error ();
  self->dead = TRUE;
  self->base->klass->close (self->base);
}

/* All but the layer below. */
static void
free_tls (TlsStream *self)
{
  SSL_free (self->ssl);
  SSL_SESSION_free (self->early_session);
  g_clear_pointer (&self->sessions, taube_tls_sessions_unref);
  g_clear_object (&self->certificate);
  g_clear_error (&self->wire_error);
  g_free (self->session_key);
  g_free (self->host);
  g_free (self->pin);
  g_free (self->alpn);
  g_free (self);
}

static void
tls_stream_free (TaubeStream *stream)
{
  TlsStream *self = (TlsStream *) stream;

  self->base->klass->free (self->base);
  free_tls (self);
}

static const TaubeStreamClass tls_stream_class = {
  .read = tls_stream_read,
  .write = tls_stream_write,
  .has_pending = tls_stream_has_pending,
  .release = tls_stream_release,
  .close = tls_stream_close,
  .free = tls_stream_free,
};

/* ---- verification ---- */

static TaubeCertificateProblems
problem_of (int code)
{
  switch (code)
    {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_INVALID_CA:
      return TAUBE_CERTIFICATE_PROBLEMS_UNTRUSTED;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return TAUBE_CERTIFICATE_PROBLEMS_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TAUBE_CERTIFICATE_PROBLEMS_NOT_YET_VALID;
    case X509_V_ERR_CERT_REVOKED:
      return TAUBE_CERTIFICATE_PROBLEMS_REVOKED;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return TAUBE_CERTIFICATE_PROBLEMS_WEAK;
    default:
      return TAUBE_CERTIFICATE_PROBLEMS_OTHER;
    }
}

/* Collects all that is wrong instead of ending at the first fault, so that the user is told everything at once;
 * taube_tls_stream_verify() judges before a byte of the protocol is sent. */
static int
on_verify (int ok, X509_STORE_CTX *store)
{
  SSL *ssl = X509_STORE_CTX_get_ex_data (store, SSL_get_ex_data_X509_STORE_CTX_idx ());
  TlsStream *self = SSL_get_app_data (ssl);

  if (!ok)
    self->problems |= problem_of (X509_STORE_CTX_get_error (store));
  return 1;
}

static gboolean
set_host (TlsStream *self, GError **error)
{
  X509_VERIFY_PARAM *param = SSL_get0_param (self->ssl);
  /* No certificate names the zone of an IPv6 address: it is this machine's own word. */
  g_autofree char *address = g_strndup (self->host, strcspn (self->host, "%"));
  gboolean ok;

  X509_VERIFY_PARAM_set_hostflags (param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (g_hostname_is_ip_address (self->host))
    ok = X509_VERIFY_PARAM_set1_ip_asc (param, address);
  else
    ok = SSL_set1_host (self->ssl, self->host) && SSL_set_tlsext_host_name (self->ssl, self->host);
  if (!ok)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("host “%s”: no name that a certificate can have"),
                 self->host);
  return ok;
}

/* ---- sessions ---- */

int
taube_tls_stream_on_new_session (SSL *ssl, SSL_SESSION *session)
{
  TlsStream *self = SSL_get_app_data (ssl);

  if (self->sessions == NULL)
    return 0;
  if (self->trusted)
    {
      taube_tls_sessions_put (self->sessions, SSL_get_SSL_CTX (ssl), self->session_key, session);
      return 1;
    }
  SSL_SESSION_free (self->early_session);
  self->early_session = session;
  return 1;
}

/* The certificate is good on its own account; what a user has said yes to once is asked about again. */
static gboolean
trust (TlsStream *self)
{
  self->trusted = TRUE;
  if (self->early_session != NULL)
    taube_tls_sessions_put (self->sessions, SSL_get_SSL_CTX (self->ssl), self->session_key,
                            g_steal_pointer (&self->early_session));
  return TRUE;
}

static void
resume (TlsStream *self, const TaubeEndpoint *endpoint)
{
  SSL_SESSION *session;

  if (endpoint->tls_sessions == NULL)
    return;
  self->sessions = taube_tls_sessions_ref (endpoint->tls_sessions);
  self->session_key = g_strdup_printf ("%s\n%u\n%s\n%s\n%s\n%s", self->host, endpoint->port,
                                       self->pin != NULL ? self->pin : "",
                                       endpoint->client_cert != NULL ? endpoint->client_cert : "",
                                       endpoint->client_key != NULL ? endpoint->client_key : "",
                                       endpoint->alpn != NULL ? endpoint->alpn : "");
  session = taube_tls_sessions_take (self->sessions, SSL_get_SSL_CTX (self->ssl), self->session_key);
  self->offered = session != NULL && SSL_set_session (self->ssl, session) == 1;
  SSL_SESSION_free (session);
}

/* In a resumed handshake OpenSSL does not look at the certificate again. */
static void
judge_resumed (TlsStream *self, X509 *x509)
{
  g_autofree char *address = g_strndup (self->host, strcspn (self->host, "%"));
  gboolean right_host = g_hostname_is_ip_address (self->host)
                          ? X509_check_ip_asc (x509, address, 0) == 1
                          : X509_check_host (x509, self->host, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1;

  if (!right_host)
    self->problems |= TAUBE_CERTIFICATE_PROBLEMS_WRONG_HOST;
  if (X509_cmp_current_time (X509_get0_notAfter (x509)) < 0)
    self->problems |= TAUBE_CERTIFICATE_PROBLEMS_EXPIRED;
  if (X509_cmp_current_time (X509_get0_notBefore (x509)) > 0)
    self->problems |= TAUBE_CERTIFICATE_PROBLEMS_NOT_YET_VALID;
}

gboolean
taube_tls_stream_is_resumed (TaubeStream *stream)
{
  return SSL_session_reused (((TlsStream *) stream)->ssl);
}

/* The server may have broken over the session that it was offered: without one it may be better. */
gboolean
taube_tls_stream_failed_to_resume (TaubeStream *stream)
{
  return ((TlsStream *) stream)->failed_to_resume;
}

/* The wire form: each name after a byte with its length. */
static void
set_alpn (TlsStream *self, const char *alpn)
{
  gsize length = strlen (alpn);
  g_autofree guint8 *names = g_malloc (length + 1);

  if (length == 0 || length > 255)
    return;
  names[0] = (guint8) length;
  memcpy (names + 1, alpn, length);
  SSL_set_alpn_protos (self->ssl, names, (unsigned int) length + 1);
}

/* TLS over BASE, which it owns from now on (not when it fails). May block on the disk for the authorities, and to ask
 * for the password of a key. */
TaubeStream *
taube_tls_stream_new (TaubeStream *base, const TaubeEndpoint *endpoint, GCancellable *cancellable, GError **error)
{
  SSL_CTX *context = taube_tls_context_get (endpoint->ca_file, error);
  TlsStream *self;
  BIO *wire;
  gsize length;

  if (context == NULL)
    return NULL;
  self = g_new0 (TlsStream, 1);
  self->parent.klass = &tls_stream_class;
  self->parent.fd = self->parent.write_fd = -1;
  self->base = base;
  self->host = g_hostname_to_ascii (endpoint->host);
  length = self->host != NULL ? strlen (self->host) : 0;
  if (length > 1 && self->host[length - 1] == '.')
    self->host[length - 1] = '\0';
  self->pin = endpoint->pin != NULL ? taube_pin_normalize (endpoint->pin, NULL) : NULL;
  self->certificate_func = endpoint->certificate_func;
  self->certificate_data = endpoint->certificate_data;
  self->ssl = SSL_new (context);
  SSL_CTX_free (context);
  SSL_set_app_data (self->ssl, self);
  SSL_set_verify (self->ssl, SSL_VERIFY_PEER, on_verify);
  wire = new_wire (self);
  SSL_set_bio (self->ssl, wire, wire);
  SSL_set_connect_state (self->ssl);
  if (endpoint->alpn != NULL)
    set_alpn (self, endpoint->alpn);
  if (!set_host (self, error) || !taube_tls_use_identity (self->ssl, endpoint, cancellable, error))
    {
      free_tls (self);
      return NULL;
    }
  resume (self, endpoint);
  return &self->parent;
}

/* One step: 1 when it is done (taube_tls_stream_verify() comes next), else what it waits for. */
gssize
taube_tls_stream_handshake (TaubeStream *stream, GError **error)
{
  TlsStream *self = (TlsStream *) stream;
  int result;

  ERR_clear_error ();
  result = SSL_do_handshake (self->ssl);
  if (result != 1)
    {
      gssize meaning = explain (self, result, error);

      self->failed_to_resume = meaning == TAUBE_STREAM_ERROR && self->offered;
      if (self->failed_to_resume)
        taube_tls_sessions_give_up (self->sessions);
      return meaning;
    }
  self->established = TRUE;
  return 1;
}

static void
judge_pin (TlsStream *self, X509 *x509)
{
  g_autofree char *pin = taube_x509_get_key_pin (x509);

  if (g_strcmp0 (pin + strlen ("sha256:"), self->pin) != 0)
    self->problems |= TAUBE_CERTIFICATE_PROBLEMS_PIN_MISMATCH;
}

/* Whether the server may be trusted; may ask, and so block. The pin decides alone where there is one. */
gboolean
taube_tls_stream_verify (TaubeStream *stream, GCancellable *cancellable, GError **error)
{
  TlsStream *self = (TlsStream *) stream;
  X509 *x509 = SSL_get0_peer_certificate (self->ssl);
  TaubeCertificate *certificate;

  if (x509 == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS, _ ("cannot set up TLS with %s: it showed no certificate"),
                   self->host);
      return FALSE;
    }
  if (self->problems == 0 && SSL_get_verify_result (self->ssl) != X509_V_OK)
    self->problems = TAUBE_CERTIFICATE_PROBLEMS_OTHER;
  if (SSL_session_reused (self->ssl))
    judge_resumed (self, x509);
  if (self->pin != NULL)
    judge_pin (self, x509);
  if (self->pin != NULL ? (self->problems & TAUBE_CERTIFICATE_PROBLEMS_PIN_MISMATCH) == 0 : self->problems == 0)
    return trust (self);

  certificate = taube_tls_stream_get_certificate (stream);
  if (self->pin == NULL && self->certificate_func != NULL
      && self->certificate_func (certificate, cancellable, self->certificate_data))
    return !g_cancellable_set_error_if_cancelled (cancellable, error);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  g_propagate_error (error, taube_error_new_certificate (certificate));
  return FALSE;
}

/* (transfer none); NULL before the server has shown one. */
TaubeCertificate *
taube_tls_stream_get_certificate (TaubeStream *stream)
{
  TlsStream *self = (TlsStream *) stream;
  X509 *x509 = SSL_get0_peer_certificate (self->ssl);

  if (self->certificate == NULL && x509 != NULL)
    self->certificate = taube_certificate_new_from_x509 (x509, self->host, self->problems);
  return self->certificate;
}

const char *
taube_tls_stream_get_version (TaubeStream *stream)
{
  return SSL_get_version (((TlsStream *) stream)->ssl);
}

const char *
taube_tls_stream_get_cipher (TaubeStream *stream)
{
  return SSL_get_cipher_name (((TlsStream *) stream)->ssl);
}

const char *
taube_tls_stream_get_alpn (TaubeStream *stream)
{
  TlsStream *self = (TlsStream *) stream;
  const unsigned char *name = NULL;
  unsigned int length = 0;

  SSL_get0_alpn_selected (self->ssl, &name, &length);
  if (self->alpn == NULL && length > 0)
    self->alpn = g_strndup ((const char *) name, length);
  return self->alpn;
}

/* RFC 9266. Not with TLS 1.2, where it would need the extended master secret to mean anything. */
static GBytes *
get_exporter (TlsStream *self)
{
  static const char label[] = "EXPORTER-Channel-Binding";
  guint8 secret[32];

  if (SSL_version (self->ssl) < TLS1_3_VERSION
      || SSL_export_keying_material (self->ssl, secret, sizeof secret, label, strlen (label), NULL, 0, 1) != 1)
    return NULL;
  return g_bytes_new (secret, sizeof secret);
}

/* RFC 5929 section 3: the first Finished message of the handshake, which in a resumed one is the server's. Without the
 * extended master secret somebody in between could make it the same on either side (RFC 7627). */
static GBytes *
get_unique (TlsStream *self)
{
  guint8 finished[EVP_MAX_MD_SIZE];
  gsize length;

  if (SSL_version (self->ssl) != TLS1_2_VERSION || SSL_get_extms_support (self->ssl) != 1)
    return NULL;
  if (SSL_session_reused (self->ssl))
    length = SSL_get_peer_finished (self->ssl, finished, sizeof finished);
  else
    length = SSL_get_finished (self->ssl, finished, sizeof finished);
  return length > 0 ? g_bytes_new (finished, MIN (length, sizeof finished)) : NULL;
}

/* RFC 5929 section 4: the hash of the certificate's own signature, but nothing weaker than SHA-256. */
static GBytes *
get_server_end_point (TlsStream *self)
{
  X509 *x509 = SSL_get0_peer_certificate (self->ssl);
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  const EVP_MD *md;
  int nid = NID_undef;

  if (x509 == NULL || !X509_get_signature_info (x509, &nid, NULL, NULL, NULL) || nid == NID_undef)
    return NULL;
  md = nid == NID_md5 || nid == NID_sha1 ? EVP_sha256 () : EVP_get_digestbynid (nid);
  if (md == NULL || !X509_digest (x509, md, digest, &length))
    return NULL;
  return g_bytes_new (digest, length);
}

GBytes *
taube_tls_stream_get_channel_binding (TaubeStream *stream, const char *type)
{
  TlsStream *self = (TlsStream *) stream;
  GBytes *binding = NULL;

  if (g_str_equal (type, "tls-exporter"))
    binding = get_exporter (self);
  else if (g_str_equal (type, "tls-unique"))
    binding = get_unique (self);
  else if (g_str_equal (type, "tls-server-end-point"))
    binding = get_server_end_point (self);
  ERR_clear_error ();
  return binding;
}
