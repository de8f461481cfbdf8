/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sasl/taube-sasl-base64.h"
#include "base/taube-gettext.h"
#include "sasl/taube-sasl-mechanism.h"
#include "sasl/taube-sasl-scram.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

#define NONCE_BYTES 18

/* The client's half of SCRAM (RFC 5802, 7677), with or without channel binding (RFC 5056, 5929, 9266). */
typedef struct
{
  const TaubeSaslMechanism *mechanism;
  const TaubeSaslIdentity *identity;
  const EVP_MD *hash;
  guint steps;
  char *nonce;
  char *header;     /* gs2-header */
  char *first_bare; /* client-first-message-bare */
  guint8 signature[EVP_MAX_MD_SIZE]; /* that the server must show */
} ScramExchange;

static gboolean
is_sha256 (const TaubeSaslMechanism *mechanism)
{
  return mechanism == &taube_sasl_scram_sha256 || mechanism == &taube_sasl_scram_sha256_plus;
}

static void
finish_scram (gpointer exchange)
{
  ScramExchange *self = exchange;

  taube_memory_wipe (self->signature, sizeof self->signature);
  g_free (self->nonce);
  g_free (self->header);
  g_free (self->first_bare);
  g_free (self);
}

/* saslname = 1*(value-safe-char / "=2C" / "=3D") */
static void
append_name (GString *out, const char *name)
{
  for (; *name != '\0'; name++)
    if (*name == ',')
      g_string_append (out, "=2C");
    else if (*name == '=')
      g_string_append (out, "=3D");
    else
      g_string_append_c (out, *name);
}

/* gs2-cbind-flag = ("p=" cb-name) / "n" / "y"
 * gs2-header     = gs2-cbind-flag "," [authzid] ","
 *
 * "y" says that we could bind the channel and saw no mechanism that does: a server that has one knows then that
 * somebody took it out of its list. */
static char *
make_header (ScramExchange *self)
{
  const TaubeSaslIdentity *identity = self->identity;
  g_autoptr (GString) header = g_string_new (NULL);

  if ((self->mechanism->traits & TAUBE_SASL_BINDS_CHANNEL) != 0)
    g_string_append_printf (header, "p=%s", identity->channel_binding_type);
  else
    g_string_append_c (header, identity->channel_binding != NULL && !identity->binding_offered ? 'y' : 'n');
  g_string_append_c (header, ',');
  if (identity->authzid != NULL)
    {
      g_string_append (header, "a=");
      append_name (header, identity->authzid);
    }
  g_string_append_c (header, ',');
  return g_string_free (g_steal_pointer (&header), FALSE);
}

static char *
make_first_bare (ScramExchange *self, GError **error)
{
  g_autofree char *user = taube_scram_prepare_name (self->identity->user, error);
  g_autoptr (GString) text = NULL;

  if (user == NULL)
    return NULL;
  text = g_string_new ("n=");
  append_name (text, user);
  g_string_append_printf (text, ",r=%s", self->nonce);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gpointer
start_scram (const TaubeSaslMechanism *mechanism, const TaubeSaslIdentity *identity, GError **error)
{
  ScramExchange *self = g_new0 (ScramExchange, 1);
  guint8 random[NONCE_BYTES];

  self->mechanism = mechanism;
  self->identity = identity;
  self->hash = is_sha256 (mechanism) ? EVP_sha256 () : EVP_sha1 ();
  if (RAND_bytes (random, sizeof random) != 1)
    {
      g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("OpenSSL has no random numbers"));
      finish_scram (self);
      return NULL;
    }
  self->nonce = g_base64_encode (random, sizeof random);
  self->header = make_header (self);
  self->first_bare = make_first_bare (self, error);
  if (self->first_bare == NULL)
    {
      finish_scram (self);
      return NULL;
    }
  return self;
}

/* cbind-input = gs2-header [cbind-data], in base64 */
static char *
make_binding (ScramExchange *self)
{
  g_autoptr (GByteArray) input = g_byte_array_new ();

  g_byte_array_append (input, (const guint8 *) self->header, (guint) strlen (self->header));
  if ((self->mechanism->traits & TAUBE_SASL_BINDS_CHANNEL) != 0)
    {
      gsize length;
      const guint8 *data = g_bytes_get_data (self->identity->channel_binding, &length);

      g_byte_array_append (input, data, (guint) length);
    }
  return g_base64_encode (input->data, input->len);
}

static void
hmac (ScramExchange *self, const guint8 *key, const char *text, guint8 *out)
{
  HMAC (self->hash, key, EVP_MD_get_size (self->hash), (const guint8 *) text, strlen (text), out, NULL);
}

/* ClientProof := ClientKey XOR HMAC (H (ClientKey), AuthMessage), into PROOF; and what the server has to answer. */
static void
compute (ScramExchange *self, const guint8 *salted, const char *auth_message, guint8 *proof)
{
  gsize size = (gsize) EVP_MD_get_size (self->hash);
  guint8 stored_key[EVP_MAX_MD_SIZE], client_signature[EVP_MAX_MD_SIZE], server_key[EVP_MAX_MD_SIZE];

  hmac (self, salted, "Client Key", proof);
  EVP_Digest (proof, size, stored_key, NULL, self->hash, NULL);
  hmac (self, stored_key, auth_message, client_signature);
  for (gsize i = 0; i < size; i++)
    proof[i] ^= client_signature[i];
  hmac (self, salted, "Server Key", server_key);
  hmac (self, server_key, auth_message, self->signature);
  taube_memory_wipe (stored_key, sizeof stored_key);
  taube_memory_wipe (client_signature, sizeof client_signature);
  taube_memory_wipe (server_key, sizeof server_key);
}

/* client-final-message = channel-binding "," nonce ["," extensions] "," proof */
static gboolean
answer_server_first (ScramExchange *self, const char *data, TaubeBuffer *response, GError **error)
{
  TaubeScramParameters parameters;
  guint8 salted[EVP_MAX_MD_SIZE], proof[EVP_MAX_MD_SIZE];
  g_autofree char *binding = NULL;
  g_autofree char *without_proof = NULL;
  g_autofree char *auth_message = NULL;
  g_autofree char *encoded = NULL;
  g_autofree char *message = NULL;

  if (!taube_scram_parse_server_first (data, self->nonce, self->identity->limits, &parameters, error)
      || !taube_scram_salt_password (self->identity->password, &parameters, self->hash, salted, error))
    return FALSE;
  binding = make_binding (self);
  without_proof = g_strdup_printf ("c=%s,%.*s", binding, (int) strcspn (data, ","), data);
  auth_message = g_strjoin (",", self->first_bare, data, without_proof, NULL);
  compute (self, salted, auth_message, proof);
  encoded = g_base64_encode (proof, (gsize) EVP_MD_get_size (self->hash));
  message = g_strconcat (without_proof, ",p=", encoded, NULL);
  taube_buffer_append (response, message, strlen (message));
  taube_memory_wipe (salted, sizeof salted);
  taube_memory_wipe (proof, sizeof proof);
  return TRUE;
}

/* verifier = "v=" base64: compared in a time that says nothing about where it differs. */
static gboolean
is_right_signature (ScramExchange *self, const char *data)
{
  gsize size = (gsize) EVP_MD_get_size (self->hash);
  TaubeBuffer shown = { 0 };
  gboolean right;

  right = taube_sasl_base64_decode (data + 2, strcspn (data + 2, ","), &shown) && taube_buffer_length (&shown) == size
          && CRYPTO_memcmp (taube_buffer_peek (&shown), self->signature, size) == 0;
  taube_buffer_clear (&shown);
  return right;
}

static gboolean
check_server_final (ScramExchange *self, const char *data, TaubeSaslState *state, char **refusal, GError **error)
{
  if (!taube_scram_parse_server_final (data, refusal, error))
    return FALSE;
  if (*refusal != NULL)
    {
      *state = TAUBE_SASL_STATE_REFUSED;
      return TRUE;
    }
  if (self->steps != 2 || !is_right_signature (self, data))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH,
                   _ ("the server's signature is wrong, so it does not know the password"));
      return FALSE;
    }
  *state = TAUBE_SASL_STATE_DONE;
  return TRUE;
}

static gboolean
step_scram (gpointer exchange, const char *data, gsize length, TaubeBuffer *response, TaubeSaslState *state,
            char **refusal, GError **error)
{
  ScramExchange *self = exchange;

  if (self->steps == 0)
    {
      taube_buffer_append (response, self->header, strlen (self->header));
      taube_buffer_append (response, self->first_bare, strlen (self->first_bare));
    }
  else if (strncmp (data, "e=", 2) == 0 || self->steps == 2)
    {
      return check_server_final (self, data, state, refusal, error);
    }
  else if (!answer_server_first (self, data, response, error))
    {
      return FALSE;
    }
  self->steps++;
  return TRUE;
}

#define SCRAM_TRAITS (TAUBE_SASL_NEEDS_PASSWORD | TAUBE_SASL_CLIENT_FIRST | TAUBE_SASL_PROVES_SERVER)

const TaubeSaslMechanism taube_sasl_scram_sha256_plus = {
  .name = "SCRAM-SHA-256-PLUS",
  .traits = SCRAM_TRAITS | TAUBE_SASL_BINDS_CHANNEL,
  .rank = TAUBE_SASL_RANK_BOUND,
  .start = start_scram,
  .step = step_scram,
  .finish = finish_scram,
};

const TaubeSaslMechanism taube_sasl_scram_sha1_plus = {
  .name = "SCRAM-SHA-1-PLUS",
  .traits = SCRAM_TRAITS | TAUBE_SASL_BINDS_CHANNEL,
  .rank = TAUBE_SASL_RANK_BOUND,
  .start = start_scram,
  .step = step_scram,
  .finish = finish_scram,
};

const TaubeSaslMechanism taube_sasl_scram_sha256 = {
  .name = "SCRAM-SHA-256",
  .traits = SCRAM_TRAITS,
  .rank = TAUBE_SASL_RANK_PROOF,
  .start = start_scram,
  .step = step_scram,
  .finish = finish_scram,
};

const TaubeSaslMechanism taube_sasl_scram_sha1 = {
  .name = "SCRAM-SHA-1",
  .traits = SCRAM_TRAITS,
  .rank = TAUBE_SASL_RANK_PROOF,
  .start = start_scram,
  .step = step_scram,
  .finish = finish_scram,
};
