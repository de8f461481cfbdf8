/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sasl.h>
#include <taube/taube.h>

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define SECRET "TOP-SECRET-4711"

/* "%" in what the server says stands for the client's nonce. */
static char *
make_challenge (const char *line, const char *nonce)
{
  g_auto (GStrv) parts = g_strsplit (line, "%", -1);
  g_autofree char *message = g_strjoinv (nonce, parts);

  return g_base64_encode ((const guchar *) message, strlen (message));
}

static char *
find_nonce (const TaubeSecret *response)
{
  gsize length = 0;
  g_autofree guchar *bytes = NULL;
  g_autofree char *text = NULL;
  const char *nonce;

  if (taube_secret_get_length (response) > 0)
    bytes = g_base64_decode (taube_secret_peek (response), &length);
  text = g_strndup (bytes != NULL ? (const char *) bytes : "", length);
  nonce = strstr (text, ",r=");
  return g_strdup (nonce != NULL ? nonce + 3 : "");
}

/* Input: a byte for the mechanism, then the server's messages, a line each; one that begins with "!" goes out as it is,
 * the others are encoded. Nobody here knows the password, so no SCRAM may end well. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const mechanisms[] = { "SCRAM-SHA-256", "SCRAM-SHA-1", "XOAUTH2", "OAUTHBEARER", "LOGIN",
                                            "PLAIN", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "CRAM-MD5", "EXTERNAL" };
  TaubeLimits limits = *taube_limits_get_default ();
  g_autofree char *text = size > 0 ? g_strndup ((const char *) data + 1, size - 1) : NULL;
  const char *offered[] = { size > 0 ? mechanisms[data[0] % G_N_ELEMENTS (mechanisms)] : NULL, NULL };
  g_autoptr (TaubeSecret) secret = taube_secret_new (SECRET);
  TaubeSaslRequest request = { .user = "u", .password = secret, .token = secret, .host = "h", .port = 143,
                               .secure = TRUE, .channel_binding_type = "tls-exporter", .client_certificate = TRUE,
                               .allow_cram_md5 = TRUE, .limits = &limits };
  g_autoptr (GBytes) binding = g_bytes_new_static ("bound", 5);
  g_autoptr (TaubeSasl) sasl = NULL;
  g_autofree char *nonce = g_strdup ("");
  g_auto (GStrv) lines = NULL;

  if (size == 0)
    return 0;
  limits.scram_iterations_max = 5000; /* the processor's time is for the fuzzer */
  request.channel_binding = binding;
  request.mechanism = offered[0]; /* whatever was signed in with before */
  sasl = taube_sasl_new (offered, &request, NULL);
  g_assert_nonnull (sasl);
  lines = g_strsplit (text, "\n", 24);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *challenge = lines[i][0] == '!' ? g_strdup (lines[i] + 1) : make_challenge (lines[i], nonce);
      g_autoptr (GError) error = NULL;
      g_autoptr (TaubeSecret) response = taube_sasl_step (sasl, challenge, strlen (challenge), &error);

      g_assert_true ((response == NULL) == (error != NULL));
      if (error != NULL)
        g_assert_true (strstr (error->message, SECRET) == NULL && g_utf8_validate (error->message, -1, NULL));
      if (response == NULL)
        break;
      if (i == 0)
        {
          g_free (nonce);
          nonce = find_nonce (response);
        }
    }
  if (taube_sasl_get_server_error (sasl) != NULL)
    g_assert_true (strstr (taube_sasl_get_server_error (sasl), SECRET) == NULL);
  if (g_str_has_prefix (offered[0], "SCRAM"))
    g_assert_false (taube_sasl_verify_success (sasl, NULL, 0, NULL));
  return 0;
}
