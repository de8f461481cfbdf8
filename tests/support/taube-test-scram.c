/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taube-test-scram.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static const EVP_MD *
get_hash (TaubeTestScram *self)
{
  return self->sha256 ? EVP_sha256 () : EVP_sha1 ();
}

static void
hmac (TaubeTestScram *self, const guint8 *key, const char *text, guint8 *out)
{
  HMAC (get_hash (self), key, EVP_MD_get_size (get_hash (self)), (const guint8 *) text, strlen (text), out, NULL);
}

/* gs2-cbind-flag: what the client says of channel binding, against what we know. NULL: all is well. */
static const char *
judge_flag (TaubeTestScram *self, const char *flag)
{
  if (self->plus != g_str_has_prefix (flag, "p="))
    return "e=channel-bindings-dont-match";
  if (strcmp (flag, "y") == 0 && self->offered_plus)
    return "e=server-does-support-channel-binding";
  if (self->plus && g_strcmp0 (flag + 2, self->binding_type) != 0)
    return "e=unsupported-channel-binding-type";
  return NULL;
}

char *
taube_test_scram_first (TaubeTestScram *self, const char *client_first)
{
  g_auto (GStrv) fields = g_strsplit (client_first, ",", 3);
  const char *fault;

  if (g_strv_length (fields) != 3 || !g_str_has_prefix (fields[2], "n="))
    return g_strdup ("e=invalid-encoding");
  fault = judge_flag (self, fields[0]);
  if (fault != NULL)
    return g_strdup (fault);
  self->header = g_strdup_printf ("%s,%s,", fields[0], fields[1]);
  self->authzid = g_strdup (fields[1]);
  self->user = g_strndup (fields[2] + 2, strcspn (fields[2] + 2, ","));
  self->nonce = g_strconcat (strstr (fields[2], ",r=") + 3, "+server/nonce", NULL);
  self->auth_message = g_strdup_printf ("%s,r=%s,s=%s,i=%u", fields[2], self->nonce, self->salt, self->iterations);
  return g_strdup (self->auth_message + strlen (fields[2]) + 1);
}

static gboolean
is_right_binding (TaubeTestScram *self, const char *text)
{
  g_autoptr (GByteArray) expected = g_byte_array_new ();
  gsize length;
  g_autofree guint8 *got = g_base64_decode (text, &length);

  g_byte_array_append (expected, (const guint8 *) self->header, (guint) strlen (self->header));
  if (self->plus)
    g_byte_array_append (expected, g_bytes_get_data (self->binding, NULL), (guint) g_bytes_get_size (self->binding));
  return length == expected->len && memcmp (got, expected->data, length) == 0;
}

static char *
sign (TaubeTestScram *self, const guint8 *salted)
{
  guint8 key[EVP_MAX_MD_SIZE], signature[EVP_MAX_MD_SIZE];
  g_autofree char *text = NULL;

  hmac (self, salted, "Server Key", key);
  hmac (self, key, self->auth_message, signature);
  text = g_base64_encode (signature, (gsize) EVP_MD_get_size (get_hash (self)));
  return g_strconcat ("v=", text, NULL);
}

char *
taube_test_scram_final (TaubeTestScram *self, const char *client_final)
{
  gsize size = (gsize) EVP_MD_get_size (get_hash (self)), salt_length, proof_length;
  guint8 salted[EVP_MAX_MD_SIZE], client_key[EVP_MAX_MD_SIZE], stored[EVP_MAX_MD_SIZE], signature[EVP_MAX_MD_SIZE];
  g_auto (GStrv) fields = g_strsplit (client_final, ",", -1);
  g_autofree guint8 *salt = g_base64_decode (self->salt, &salt_length);
  g_autofree guint8 *proof = NULL;
  g_autofree char *whole = NULL;

  if (g_strv_length (fields) != 3 || !g_str_has_prefix (fields[0], "c=") || !g_str_has_prefix (fields[1], "r=")
      || !g_str_has_prefix (fields[2], "p="))
    return g_strdup ("e=invalid-encoding");
  if (!is_right_binding (self, fields[0] + 2))
    return g_strdup ("e=channel-bindings-dont-match");
  if (strcmp (fields[1] + 2, self->nonce) != 0)
    return g_strdup ("e=other-error");
  whole = g_strdup_printf ("%s,%s,%s", self->auth_message, fields[0], fields[1]);
  g_free (g_steal_pointer (&self->auth_message));
  self->auth_message = g_steal_pointer (&whole);

  PKCS5_PBKDF2_HMAC (self->password, -1, salt, (int) salt_length, (int) self->iterations, get_hash (self), (int) size,
                     salted);
  hmac (self, salted, "Client Key", client_key);
  EVP_Digest (client_key, size, stored, NULL, get_hash (self), NULL);
  hmac (self, stored, self->auth_message, signature);
  proof = g_base64_decode (fields[2] + 2, &proof_length);
  for (gsize i = 0; i < size && proof_length == size; i++)
    proof[i] ^= signature[i];
  if (proof_length != size || memcmp (proof, client_key, size) != 0)
    return g_strdup ("e=invalid-proof");
  return sign (self, salted);
}

void
taube_test_scram_clear (TaubeTestScram *self)
{
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->authzid, g_free);
  g_clear_pointer (&self->header, g_free);
  g_clear_pointer (&self->auth_message, g_free);
  g_clear_pointer (&self->nonce, g_free);
}
