/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "net/taube-tls-context.h"

#include <taube-backend/taube-client-key.h>
#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

/* How often the password of a key is asked for. */
#define ATTEMPTS_MAXIMUM 3

/* What OpenSSL's question for a password is answered with. */
typedef struct
{
  const TaubeEndpoint *endpoint;
  GCancellable *cancellable;
  guint attempt;
  TaubeSecret *secret; /* OpenSSL may ask for it more than once */
  GError *error;       /* nobody gave one */
} Asking;

static int
on_password (char *buffer, int size, int writing, void *data)
{
  Asking *asking = data;
  const TaubeEndpoint *endpoint = asking->endpoint;
  gsize length;

  if (endpoint->key_password_func == NULL && asking->error == NULL)
    g_set_error (&asking->error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("the key needs a password, and none was given"));
  if (asking->secret == NULL && asking->error == NULL)
    asking->secret = endpoint->key_password_func (asking->attempt, asking->cancellable, endpoint->key_password_data,
                                                  &asking->error);
  if (asking->secret == NULL)
    return -1;
  length = taube_secret_get_length (asking->secret);
  if (length > (gsize) size)
    return -1;
  memcpy (buffer, taube_secret_peek (asking->secret), length);
  return (int) length;
}

static gboolean
fail (const char *file, const char *why, TaubeError code, GError **error)
{
  g_set_error (error, TAUBE_ERROR, (int) code, _ ("cannot use the client certificate or key “%s”: %s"), file, why);
  return FALSE;
}

static gboolean
fail_by_openssl (const char *file, GError **error)
{
  g_autofree char *why = taube_tls_take_errors ();

  return fail (file, why, TAUBE_ERROR_INVALID, error);
}

/* NULL without an error: the password was wrong. */
static EVP_PKEY *
try_password (const char *file, Asking *asking, GError **error)
{
  BIO *bio = BIO_new_file (file, "r");
  EVP_PKEY *key;

  if (bio == NULL)
    {
      fail_by_openssl (file, error);
      return NULL;
    }
  key = PEM_read_bio_PrivateKey (bio, NULL, on_password, asking);
  BIO_free (bio);
  if (key != NULL)
    return key;
  if (asking->error != NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&asking->error),
                                  _ ("cannot use the client certificate or key “%s”: "), file);
      ERR_clear_error ();
    }
  else if (asking->secret == NULL)
    fail_by_openssl (file, error);
  ERR_clear_error ();
  return NULL;
}

static EVP_PKEY *
read_key (const TaubeEndpoint *endpoint, const char *file, GCancellable *cancellable, GError **error)
{
  for (guint attempt = 0; attempt < ATTEMPTS_MAXIMUM; attempt++)
    {
      Asking asking = { endpoint, cancellable, attempt, NULL, NULL };
      GError *local = NULL;
      EVP_PKEY *key = try_password (file, &asking, &local);

      g_clear_pointer (&asking.secret, taube_secret_unref);
      if (key != NULL)
        return key;
      if (local != NULL)
        {
          g_propagate_error (error, local);
          return NULL;
        }
    }
  fail (file, _ ("the password is wrong"), TAUBE_ERROR_AUTH, error);
  return NULL;
}

/* Lets SSL show the client's certificate, with those that signed it, when the server asks for one. Blocks on the disk,
 * and on the question for the key's password. */
gboolean
taube_tls_use_identity (SSL *ssl, const TaubeEndpoint *endpoint, GCancellable *cancellable, GError **error)
{
  const char *key_file = endpoint->client_key != NULL ? endpoint->client_key : endpoint->client_cert;
  EVP_PKEY *key;
  gboolean ok;

  if (endpoint->client_cert == NULL)
    return TRUE;
  ERR_clear_error ();
  if (SSL_use_certificate_chain_file (ssl, endpoint->client_cert) != 1)
    return fail_by_openssl (endpoint->client_cert, error);
  key = read_key (endpoint, key_file, cancellable, error);
  if (key == NULL)
    return FALSE;
  ok = SSL_use_PrivateKey (ssl, key) == 1 && SSL_check_private_key (ssl) == 1;
  EVP_PKEY_free (key);
  if (!ok)
    {
      ERR_clear_error ();
      return fail (key_file, _ ("the key is not that of the certificate"), TAUBE_ERROR_INVALID, error);
    }
  return TRUE;
}

/* What OpenSSL keeps of it is wiped by OpenSSL. */
TaubeSecret *
taube_client_key_read (const TaubeEndpoint *endpoint, GCancellable *cancellable, GError **error)
{
  const char *file = endpoint->client_key != NULL ? endpoint->client_key : endpoint->client_cert;
  EVP_PKEY *key;
  TaubeSecret *secret = NULL;
  BIO *bio;
  char *text;
  long length;

  ERR_clear_error ();
  key = read_key (endpoint, file, cancellable, error);
  if (key == NULL)
    return NULL;
  bio = BIO_new (BIO_s_secmem ());
  if (bio != NULL && PEM_write_bio_PKCS8PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL) == 1
      && (length = BIO_get_mem_data (bio, &text)) > 0)
    secret = taube_secret_new_take (g_strndup (text, (gsize) length));
  else
    fail_by_openssl (file, error);
  BIO_free (bio);
  EVP_PKEY_free (key);
  return secret;
}
