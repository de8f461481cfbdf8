/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-form.h"

#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>

#define RANDOM_BYTES 32

static char *
append_encoded (char *at, const char *text)
{
  static const char digits[] = "0123456789ABCDEF";

  for (; *text != '\0'; text++)
    if (g_ascii_isalnum (*text) || strchr ("-._~", *text) != NULL)
      *at++ = *text;
    else
      {
        *at++ = '%';
        *at++ = digits[(guchar) *text >> 4];
        *at++ = digits[*text & 15];
      }
  return at;
}

/* form = [name "=" value *("&" name "=" value)], each percent-encoded                    (RFC 6749, appendix B) */
TaubeSecret *
taube_oauth2_form_new (const TaubeOAuth2Field *fields, guint n_fields)
{
  gsize most = 1;
  char *text, *at;

  for (guint i = 0; i < n_fields; i++)
    if (fields[i].value != NULL)
      most += 2 + 3 * (strlen (fields[i].name) + strlen (fields[i].value));
  text = at = g_malloc0 (most);
  for (guint i = 0; i < n_fields; i++)
    {
      if (fields[i].value == NULL)
        continue;
      if (at != text)
        *at++ = '&';
      at = append_encoded (at, fields[i].name);
      *at++ = '=';
      at = append_encoded (at, fields[i].value);
    }
  return taube_secret_new_take (text);
}

/* base64url without "="                                                                  (RFC 7636, appendix A) */
static char *
encode (const guchar *data, gsize length)
{
  char *text = g_base64_encode (data, length);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

TaubeSecret *
taube_oauth2_form_random (void)
{
  guchar data[RANDOM_BYTES];
  TaubeSecret *secret;

  /* Without random bytes nobody may go on. */
  if (RAND_bytes (data, sizeof data) != 1)
    g_error ("there are no random bytes");
  secret = taube_secret_new_take (encode (data, sizeof data));
  taube_memory_wipe (data, sizeof data);
  return secret;
}

char *
taube_oauth2_form_challenge (const TaubeSecret *verifier)
{
  guchar digest[SHA256_DIGEST_LENGTH];

  SHA256 ((const guchar *) taube_secret_peek (verifier), taube_secret_get_length (verifier), digest);
  return encode (digest, sizeof digest);
}
