/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sasl/taube-sasl-scram.h"

#include "base/taube-gettext.h"
#include "sasl/taube-sasl-base64.h"

#include <taube/taube-error.h>

#include <gsasl.h>
#include <string.h>

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("the server's SCRAM message %s"), what);
  return FALSE;
}

/* attribute = ALPHA "=" value, separated by ","   (RFC 5802)
 *
 * Each letter at most once, only graphic characters and UTF-8; "m" announces an extension that must be understood,
 * and there is none. */
static gboolean
check_attributes (const char *message, GError **error)
{
  guint seen[2] = { 0, 0 };

  if (!g_utf8_validate (message, -1, NULL))
    return refuse (error, _ ("is not UTF-8"));
  for (const char *c = message; *c != '\0'; c++)
    {
      gboolean starts = c == message || c[-1] == ',';
      guint bit, upper;

      if ((guchar) *c < 0x20 || *c == 0x7f)
        return refuse (error, _ ("holds control characters"));
      if (!starts)
        continue;
      if (!g_ascii_isalpha (*c) || c[1] != '=')
        return refuse (error, _ ("has a field without a name"));
      if (*c == 'm')
        return refuse (error, _ ("demands an extension"));
      upper = g_ascii_isupper (*c) ? 1 : 0;
      bit = 1u << (g_ascii_toupper (*c) - 'A');
      if ((seen[upper] & bit) != 0)
        return refuse (error, _ ("has a field twice"));
      seen[upper] |= bit;
    }
  if (message[0] == '\0' || message[strlen (message) - 1] == ',')
    return refuse (error, _ ("has an empty field"));
  return TRUE;
}

static gboolean
parse_salt (const char *text, gsize length, TaubeScramParameters *parameters)
{
  TaubeBuffer salt = { 0 };
  gboolean good = length > 0 && length <= TAUBE_SCRAM_SALT_BYTES && taube_sasl_base64_decode (text, length, &salt)
                  && taube_buffer_length (&salt) > 0;

  if (good)
    {
      parameters->salt_length = taube_buffer_length (&salt);
      memcpy (parameters->salt, taube_buffer_peek (&salt), parameters->salt_length);
    }
  taube_buffer_clear (&salt);
  return good;
}

/* iteration-count = "i=" posit-number; posit-number = %x31-39 *DIGIT
 *
 * Too few make a stolen answer easy to crack, too many keep our processor busy for the server's pleasure. */
static gboolean
parse_iterations (const char *text, gsize length, const TaubeLimits *limits, guint *iterations_out, GError **error)
{
  guint64 count = 0;

  if (length == 0 || text[0] == '0')
    return refuse (error, _ ("has no proper iteration count"));
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return refuse (error, _ ("has no proper iteration count"));
      count = MIN (count * 10 + (guint64) (text[i] - '0'), G_MAXUINT32);
    }
  if (count < limits->scram_iterations_min || count > limits->scram_iterations_max)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT,
                   _ ("the server's SCRAM iteration count %.*s is outside of %u to %u"), (int) MIN (length, 20), text,
                   limits->scram_iterations_min, limits->scram_iterations_max);
      return FALSE;
    }
  *iterations_out = (guint) count;
  return TRUE;
}

/* server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count ["," extensions]   (RFC 5802) */
gboolean
taube_scram_parse_server_first (const char *message, const char *client_nonce, const TaubeLimits *limits,
                                TaubeScramParameters *parameters, GError **error)
{
  gsize nonce_length = strlen (client_nonce);
  const char *nonce, *salt, *count;
  gsize length;

  if (!check_attributes (message, error))
    return FALSE;

  nonce = message;
  length = strcspn (nonce, ",");
  if (strncmp (nonce, "r=", 2) != 0)
    return refuse (error, _ ("does not begin with the nonce"));
  if (length - 2 <= nonce_length || strncmp (nonce + 2, client_nonce, nonce_length) != 0)
    return refuse (error, _ ("has a nonce that does not extend ours"));
  for (gsize i = 2; i < length; i++)
    if (!g_ascii_isgraph (nonce[i]))
      return refuse (error, _ ("has a nonce of wrong characters"));

  salt = nonce[length] == ',' ? nonce + length + 1 : "";
  length = strcspn (salt, ",");
  if (strncmp (salt, "s=", 2) != 0 || !parse_salt (salt + 2, length - 2, parameters))
    return refuse (error, _ ("has no proper salt"));

  count = salt[length] == ',' ? salt + length + 1 : "";
  if (strncmp (count, "i=", 2) != 0)
    return refuse (error, _ ("has no iteration count"));
  return parse_iterations (count + 2, strcspn (count, ",") - 2, limits, &parameters->iterations, error);
}

/* server-final-message = (server-error / verifier) ["," extensions]   (RFC 5802)
 *
 * *REFUSAL_OUT (transfer full) is set when it is an error; the verifier is the caller's to compare. */
gboolean
taube_scram_parse_server_final (const char *message, char **refusal_out, GError **error)
{
  if (!check_attributes (message, error))
    return FALSE;
  if (strncmp (message, "e=", 2) == 0)
    *refusal_out
        = g_strdup_printf (_ ("the server said \"%.*s\""), (int) MIN (strcspn (message + 2, ","), 100), message + 2);
  else if (strncmp (message, "v=", 2) != 0)
    return refuse (error, _ ("has no signature"));
  return TRUE;
}

/* SASLprep (RFC 4013) changes nothing in ASCII; what is left comes from libidn, whose copy is wiped here.
 *
 * A name or password is a "query", so characters younger than Unicode 3.2 pass (RFC 5802). GNU SASL 2.2 takes its flag
 * for that the wrong way round; hence both ways. */
static TaubeSecret *
prepare (const char *text, const char *what, GError **error)
{
  g_autoptr (TaubeSecret) secret = NULL;
  char *prepared = NULL;
  int reason = 0;

  if (g_str_is_ascii (text))
    return taube_secret_new (text);

  if (gsasl_saslprep (text, GSASL_ALLOW_UNASSIGNED, &prepared, &reason) != GSASL_OK
      && gsasl_saslprep (text, 0, &prepared, &reason) != GSASL_OK)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                   _ ("the %s holds characters that are not allowed in SCRAM (RFC 4013)"), _ (what));
      return NULL;
    }
  secret = taube_secret_new (prepared);
  taube_memory_wipe (prepared, strlen (prepared));
  gsasl_free (prepared);
  return g_steal_pointer (&secret);
}

char *
taube_scram_prepare_name (const char *name, GError **error)
{
  g_autoptr (TaubeSecret) prepared = prepare (name, N_ ("user name"), error);

  return prepared != NULL ? g_strdup (taube_secret_peek (prepared)) : NULL;
}

/* SaltedPassword := Hi (Normalize (password), salt, i)   (RFC 5802)
 *
 * SALTED has room for what HASH gives. */
gboolean
taube_scram_salt_password (const TaubeSecret *password, const TaubeScramParameters *parameters, const EVP_MD *hash,
                           guint8 *salted, GError **error)
{
  g_autoptr (TaubeSecret) prepared = prepare (taube_secret_peek (password), N_ ("password"), error);

  if (prepared == NULL)
    return FALSE;
  if (PKCS5_PBKDF2_HMAC (taube_secret_peek (prepared), (int) taube_secret_get_length (prepared), parameters->salt,
                         (int) parameters->salt_length, (int) parameters->iterations, hash, EVP_MD_get_size (hash),
                         salted)
      != 1)
    {
      g_set_error_literal (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("OpenSSL could not hash the password"));
      return FALSE;
    }
  return TRUE;
}
