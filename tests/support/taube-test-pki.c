/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-pki.h"

#include "taube-test-dir.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define DAY (24 * 60 * 60)

typedef struct
{
  const char *name;
  const char *subject;
  const char *hosts; /* subjectAltName */
  long from;         /* days from now */
  long until;
  gboolean self_signed;
} CertificateKind;

static const CertificateKind kinds[] = {
  { "good", "localhost", "DNS:localhost,IP:127.0.0.1,IP:::1", -1, 30, FALSE },
  { "wrong-host", "mail.example.net", "DNS:mail.example.net", -1, 30, FALSE },
  { "expired", "localhost", "DNS:localhost,IP:127.0.0.1", -30, -1, FALSE },
  { "not-yet", "localhost", "DNS:localhost,IP:127.0.0.1", 1, 30, FALSE },
  { "self-signed", "localhost", "DNS:localhost,IP:127.0.0.1", -1, 30, TRUE },
};

struct _TaubeTestPki
{
  TaubeTestDir *dir;
  char *ca_file;
  EVP_PKEY *ca_key;
  X509 *ca;
  EVP_PKEY *keys[G_N_ELEMENTS (kinds)];
  X509 *certificates[G_N_ELEMENTS (kinds)];
  SSL_CTX *contexts[G_N_ELEMENTS (kinds)];
};

static void
add_extension (X509 *certificate, X509 *issuer, int nid, const char *value)
{
  X509V3_CTX context;
  X509_EXTENSION *extension;

  X509V3_set_ctx (&context, issuer, certificate, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  g_assert_nonnull (extension);
  X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
}

static X509 *
make_certificate (const CertificateKind *kind, long serial, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
  X509 *certificate = X509_new ();
  X509_NAME *name = X509_get_subject_name (certificate);

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), serial);
  X509_gmtime_adj (X509_getm_notBefore (certificate), kind->from * DAY);
  X509_gmtime_adj (X509_getm_notAfter (certificate), kind->until * DAY);
  X509_NAME_add_entry_by_txt (name, "O", MBSTRING_UTF8, (const guint8 *) "Taube test", -1, -1, 0);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const guint8 *) kind->subject, -1, -1, 0);
  X509_set_issuer_name (certificate, issuer != NULL ? X509_get_subject_name (issuer) : name);
  X509_set_pubkey (certificate, key);
  if (kind->hosts != NULL)
    add_extension (certificate, issuer != NULL ? issuer : certificate, NID_subject_alt_name, kind->hosts);
  else
    add_extension (certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  g_assert_cmpint (X509_sign (certificate, issuer_key, EVP_sha256 ()), >, 0);
  return certificate;
}

static void
write_ca_file (TaubeTestPki *self)
{
  FILE *file = fopen (self->ca_file, "w");

  g_assert_nonnull (file);
  g_assert_cmpint (PEM_write_X509 (file, self->ca), ==, 1);
  fclose (file);
}

TaubeTestPki *
taube_test_pki_new (void)
{
  static const CertificateKind authority = { "ca", "Taube test authority", NULL, -40, 40, TRUE };
  TaubeTestPki *self = g_new0 (TaubeTestPki, 1);

  /* The process may end while threads of the library still use OpenSSL. */
  OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
  self->dir = taube_test_dir_new ();
  self->ca_file = g_build_filename (self->dir->path, "ca.pem", NULL);
  self->ca_key = EVP_EC_gen ("P-256");
  self->ca = make_certificate (&authority, 1, self->ca_key, NULL, self->ca_key);
  write_ca_file (self);
  return self;
}

void
taube_test_pki_free (TaubeTestPki *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      SSL_CTX_free (self->contexts[i]);
      X509_free (self->certificates[i]);
      EVP_PKEY_free (self->keys[i]);
    }
  X509_free (self->ca);
  EVP_PKEY_free (self->ca_key);
  g_free (self->ca_file);
  taube_test_dir_free (self->dir);
  g_free (self);
}

const char *
taube_test_pki_get_ca_file (TaubeTestPki *self)
{
  return self->ca_file;
}

/* Certificates are made when they are first asked for: most tests need one. */
static guint
ensure_kind (TaubeTestPki *self, const char *name)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (kinds) && g_strcmp0 (kinds[i].name, name) != 0)
    i++;
  if (i == G_N_ELEMENTS (kinds))
    g_error ("no certificate is called \"%s\"", name);
  if (self->contexts[i] == NULL)
    {
      gboolean own = kinds[i].self_signed;

      self->keys[i] = EVP_EC_gen ("P-256");
      self->certificates[i] = make_certificate (&kinds[i], 2 + (long) i, self->keys[i], own ? NULL : self->ca,
                                                own ? self->keys[i] : self->ca_key);
      self->contexts[i] = SSL_CTX_new (TLS_server_method ());
      SSL_CTX_use_certificate (self->contexts[i], self->certificates[i]);
      SSL_CTX_use_PrivateKey (self->contexts[i], self->keys[i]);
    }
  return i;
}

/* (transfer none) */
void
taube_test_pki_save_client (TaubeTestPki *self, const char *name, const char *file, const char *password)
{
  const CertificateKind kind = { name, name, "email:copy", -1, 30, FALSE };
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = make_certificate (&kind, 100, key, self->ca, self->ca_key);
  FILE *out = fopen (file, "w");

  g_assert_nonnull (out);
  g_assert_cmpint (PEM_write_X509 (out, certificate), ==, 1);
  g_assert_cmpint (PEM_write_PKCS8PrivateKey (out, key, password != NULL ? EVP_aes_128_cbc () : NULL, NULL, 0, NULL,
                                              (void *) password), ==, 1);
  fclose (out);
  X509_free (certificate);
  EVP_PKEY_free (key);
}

SSL_CTX *
taube_test_pki_get_context (TaubeTestPki *self, const char *name)
{
  return self->contexts[ensure_kind (self, name)];
}

/* (transfer none) */
X509 *
taube_test_pki_get_certificate (TaubeTestPki *self, const char *name)
{
  return self->certificates[ensure_kind (self, name)];
}

char *
taube_test_pki_get_fingerprint (TaubeTestPki *self, const char *name)
{
  guint8 *der = NULL;
  int length = i2d_X509 (taube_test_pki_get_certificate (self, name), &der);
  char *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der, (gsize) length);

  OPENSSL_free (der);
  return digest;
}

char *
taube_test_pki_get_key_digest (TaubeTestPki *self, const char *name)
{
  guint8 *der = NULL;
  int length = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (taube_test_pki_get_certificate (self, name)), &der);
  char *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der, (gsize) length);

  OPENSSL_free (der);
  return digest;
}
