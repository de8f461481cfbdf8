/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sasl.h>
#include <taube/taube.h>

#include <string.h>

/* The token and user of the examples in RFC 7628. */
#define TOKEN "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="

static TaubeSasl *
start (const char *mechanism, const char *user, const char *token, GError **error)
{
  const char *offered[] = { mechanism, NULL };
  g_autoptr (TaubeSecret) secret = taube_secret_new (token);
  TaubeSaslRequest request = { .user = user, .token = secret, .service = "imap", .host = "server.example.com",
                               .port = 143, .secure = TRUE };

  return taube_sasl_new (offered, &request, error);
}

static void
assert_first (TaubeSasl *sasl, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSecret) response = taube_sasl_step (sasl, NULL, 0, &error);
  g_autofree guchar *bytes = NULL;
  gsize length;

  g_assert_no_error (error);
  bytes = g_base64_decode (taube_secret_peek (response), &length);
  g_assert_cmpmem (bytes, length, expected, strlen (expected));
}

static void
refuse (TaubeSasl *sasl, const char *json, const char *answer)
{
  g_autofree char *challenge = g_base64_encode ((const guchar *) json, strlen (json));
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSecret) response = taube_sasl_step (sasl, challenge, strlen (challenge), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (taube_secret_peek (response), ==, answer);
  g_assert_nonnull (taube_sasl_get_server_error (sasl));
  g_assert_true (g_utf8_validate (taube_sasl_get_server_error (sasl), -1, NULL));
  g_assert_null (strstr (taube_sasl_get_server_error (sasl), TOKEN));
  g_assert_cmpuint (strlen (taube_sasl_get_server_error (sasl)), <, 5000);

  g_assert_false (taube_sasl_verify_success (sasl, NULL, 0, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_clear_error (&error);
  g_assert_null (taube_sasl_step (sasl, challenge, strlen (challenge), &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
}

/* RFC 7628, section 4.1 */
static void
test_oauthbearer (void)
{
  g_autoptr (TaubeSasl) sasl = start ("OAUTHBEARER", "user@example.com", TOKEN, NULL);

  assert_first (sasl, "n,a=user@example.com,\001host=server.example.com\001port=143\001auth=Bearer " TOKEN "\001\001");
  g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, NULL));
  g_assert_null (taube_sasl_get_server_error (sasl));
}

static void
test_oauthbearer_name (void)
{
  g_autoptr (TaubeSasl) sasl = start ("OAUTHBEARER", "a=b,c", "t", NULL);

  assert_first (sasl, "n,a=a=3Db=2Cc,\001host=server.example.com\001port=143\001auth=Bearer t\001\001");
}

/* RFC 7628, section 4.3 */
static void
test_oauthbearer_refused (void)
{
  g_autoptr (TaubeSasl) sasl = start ("OAUTHBEARER", "user@example.com", TOKEN, NULL);

  assert_first (sasl, "n,a=user@example.com,\001host=server.example.com\001port=143\001auth=Bearer " TOKEN "\001\001");
  refuse (sasl, "{\"status\":\"invalid_token\",\"scope\":\"example_scope\",\"openid-configuration\":\"https://x\"}",
          "AQ==");
  g_assert_cmpstr (taube_sasl_get_server_error (sasl), ==,
                   "the server refused the access token (status invalid_token, scope example_scope)");
}

static void
test_xoauth2 (void)
{
  g_autoptr (TaubeSasl) sasl = start ("XOAUTH2", "someuser@example.com", TOKEN, NULL);

  assert_first (sasl, "user=someuser@example.com\001auth=Bearer " TOKEN "\001\001");
  g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, NULL));
}

static void
test_xoauth2_refused (void)
{
  g_autoptr (TaubeSasl) sasl = start ("XOAUTH2", "someuser@example.com", TOKEN, NULL);

  assert_first (sasl, "user=someuser@example.com\001auth=Bearer " TOKEN "\001\001");
  refuse (sasl, "{\"status\":\"401\",\"schemes\":\"bearer mac\",\"scope\":\"https://mail.google.com/\"}\n", "");
  g_assert_cmpstr (taube_sasl_get_server_error (sasl), ==,
                   "the server refused the access token (status 401, schemes bearer mac, scope "
                   "https://mail.google.com/)");
}

/* Anything may stand in the explanation; a refusal it stays, and the token is not repeated. */
static void
test_refusal_garbage (void)
{
  g_autofree char *deep = g_strnfill (40000, '[');
  g_autofree char *long_status = g_strnfill (7000, 'x');
  g_autofree char *long_json = g_strdup_printf ("{\"status\":\"%s\"}", long_status);
  const char *const garbage[] = {
    "", "x", "{", "[]", "null", "17", "\"status\"", "{\"status\":null}", "{\"status\":{\"status\":\"x\"}}",
    "{\"status\":[1,2]}", "{\"status\":401}", "{\"status\":true}", "{\"status\":\"a\\u0000\\u001b[2J\\n\"}",
    "{\"status\":\"\377\"}", "\377\376", "{\"status\":\"" TOKEN "\"}", "{\"scope\":\"x " TOKEN " y\"}",
    "{\"status\":\"\\ud800\"}", "{\"status\":\"\\udc00x\"}", deep, long_json, "{\"status\":1e999}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_autoptr (TaubeSasl) sasl = start ("XOAUTH2", "u", TOKEN, NULL);

      assert_first (sasl, "user=u\001auth=Bearer " TOKEN "\001\001");
      refuse (sasl, garbage[i], "");
      g_assert_null (strpbrk (taube_sasl_get_server_error (sasl), "\033\r\n"));
    }
}

static void
test_bad_tokens (void)
{
  static const char *const bad[] = { "", "a b", "a\001b", "a\r\nb", "a\n", "\303\244" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (start ("XOAUTH2", "u", bad[i], &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sasl/oauthbearer", test_oauthbearer);
  g_test_add_func ("/sasl/oauthbearer/name", test_oauthbearer_name);
  g_test_add_func ("/sasl/oauthbearer/refused", test_oauthbearer_refused);
  g_test_add_func ("/sasl/xoauth2", test_xoauth2);
  g_test_add_func ("/sasl/xoauth2/refused", test_xoauth2_refused);
  g_test_add_func ("/sasl/oauth/refusal-garbage", test_refusal_garbage);
  g_test_add_func ("/sasl/oauth/bad-tokens", test_bad_tokens);
  return g_test_run ();
}
