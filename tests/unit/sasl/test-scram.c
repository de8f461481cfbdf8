/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sasl.h>
#include <taube/taube.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

/* The server's half of RFC 5802, written from the RFC, over OpenSSL. */
typedef struct
{
  const EVP_MD *hash;
  const char *password; /* prepared */
  const char *salt;     /* base64 */
  guint iterations;
} Server;

static gsize
hmac (const Server *server, const guint8 *key, gsize key_length, const char *text, guint8 *out)
{
  unsigned int length = 0;

  HMAC (server->hash, key, (int) key_length, (const guint8 *) text, strlen (text), out, &length);
  return length;
}

/* The two base64 texts that must stand after "p=" and "v=". */
static void
compute_proofs (const Server *server, const char *auth_message, char **proof_out, char **signature_out)
{
  guint8 salted[64], client_key[64], stored_key[64], signature[64], server_key[64];
  gsize size = (gsize) EVP_MD_size (server->hash), salt_length;
  g_autofree guint8 *salt = g_base64_decode (server->salt, &salt_length);

  g_assert_true (PKCS5_PBKDF2_HMAC (server->password, -1, salt, (int) salt_length, (int) server->iterations,
                                    server->hash, (int) size, salted));
  hmac (server, salted, size, "Client Key", client_key);
  g_assert_true (EVP_Digest (client_key, size, stored_key, NULL, server->hash, NULL));
  hmac (server, stored_key, size, auth_message, signature);
  for (gsize i = 0; i < size; i++)
    client_key[i] ^= signature[i];
  *proof_out = g_base64_encode (client_key, size);

  hmac (server, salted, size, "Server Key", server_key);
  hmac (server, server_key, size, auth_message, signature);
  *signature_out = g_base64_encode (signature, size);
}

/* The exchanges printed in RFC 5802 section 5 and RFC 7677 section 3: the test's own server computes them right. */
static void
test_known_answers (void)
{
  Server sha1 = { EVP_sha1 (), "pencil", "QSXCR+Q6sek8bf92", 4096 };
  Server sha256 = { EVP_sha256 (), "pencil", "W22ZaJ0SNY7soEsUEjb6gQ==", 4096 };
  g_autofree char *proof1 = NULL, *signature1 = NULL, *proof256 = NULL, *signature256 = NULL;

  compute_proofs (&sha1, "n=user,r=fyko+d2lbbFgONRv9qkxdawL,"
                  "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,"
                  "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j", &proof1, &signature1);
  g_assert_cmpstr (proof1, ==, "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
  g_assert_cmpstr (signature1, ==, "rmF9pqV8S7suAoZWja4dJRkFsKQ=");

  compute_proofs (&sha256, "n=user,r=rOprNGfwEbeRWgbNEkqO,"
                  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
                  "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", &proof256, &signature256);
  g_assert_cmpstr (proof256, ==, "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  g_assert_cmpstr (signature256, ==, "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

static TaubeSasl *
start (const char *mechanism, const char *user, const char *authzid, const char *password)
{
  const char *offered[] = { mechanism, NULL };
  g_autoptr (TaubeSecret) secret = taube_secret_new (password);
  TaubeSaslRequest request = { .user = user, .authzid = authzid, .password = secret, .service = "imap", .host = "h" };
  g_autoptr (GError) error = NULL;
  TaubeSasl *sasl = taube_sasl_new (offered, &request, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (taube_sasl_get_mechanism (sasl), ==, mechanism);
  return sasl;
}

/* One step in plain text; NULL and *ERROR when the client refuses. */
static char *
say (TaubeSasl *sasl, const char *message, GError **error)
{
  g_autofree char *challenge = message != NULL ? g_base64_encode ((const guchar *) message, strlen (message)) : NULL;
  g_autoptr (TaubeSecret) response = taube_sasl_step (sasl, challenge, challenge ? strlen (challenge) : 0, error);
  g_autofree guchar *bytes = NULL;
  gsize length = 0;

  if (response == NULL)
    return NULL;
  if (taube_secret_get_length (response) > 0)
    bytes = g_base64_decode (taube_secret_peek (response), &length);
  return g_strndup (bytes != NULL ? (const char *) bytes : "", length);
}

static char *
get_nonce (const char *client_first)
{
  return g_strdup (strstr (client_first, ",r=") + 3);
}

/* Runs the exchange up to the point where the server's last message is due, and checks the client's proof.
 * (transfer full): the right signature. */
static char *
run_to_signature (TaubeSasl *sasl, const Server *server, const char *expected_header, const char *expected_user)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *client_first = say (sasl, NULL, &error);
  g_autofree char *nonce = get_nonce (client_first);
  g_autofree char *bare = g_strdup_printf ("n=%s,r=%s", expected_user, nonce);
  g_autofree char *whole = g_strconcat (expected_header, bare, NULL);
  g_autofree char *binding = g_base64_encode ((const guchar *) expected_header, strlen (expected_header));
  g_autofree char *server_first = g_strdup_printf ("r=%s%%server+nonce,s=%s,i=%u", nonce, server->salt,
                                                   server->iterations);
  g_autofree char *without_proof = g_strdup_printf ("c=%s,r=%s%%server+nonce", binding, nonce);
  g_autofree char *auth_message = g_strjoin (",", bare, server_first, without_proof, NULL);
  g_autofree char *client_final = NULL, *proof = NULL, *expected = NULL;
  char *signature = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (client_first, ==, whole);
  g_assert_cmpuint (strlen (nonce), >=, 18);
  client_final = say (sasl, server_first, &error);
  g_assert_no_error (error);
  compute_proofs (server, auth_message, &proof, &signature);
  expected = g_strdup_printf ("%s,p=%s", without_proof, proof);
  g_assert_cmpstr (client_final, ==, expected);
  return signature;
}

static const Server usual = { .password = "pencil", .salt = "W22ZaJ0SNY7soEsUEjb6gQ==", .iterations = 4096 };

static Server
make_server (const char *mechanism)
{
  Server server = usual;

  server.hash = g_str_has_suffix (mechanism, "256") ? EVP_sha256 () : EVP_sha1 ();
  return server;
}

static void
test_exchange (gconstpointer mechanism)
{
  Server server = make_server (mechanism);
  g_autoptr (TaubeSasl) sasl = start (mechanism, "user", NULL, "pencil");
  g_autofree char *signature = run_to_signature (sasl, &server, "n,,", "user");
  g_autofree char *final = g_strconcat ("v=", signature, NULL);
  g_autofree char *answer = say (sasl, final, NULL);

  g_assert_cmpstr (answer, ==, "");
  g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, NULL));
  g_assert_null (taube_sasl_get_server_error (sasl));
}

/* The last message may come along with the success (RFC 4422). */
static void
test_signature_with_success (gconstpointer mechanism)
{
  Server server = make_server (mechanism);
  g_autoptr (TaubeSasl) sasl = start (mechanism, "user", NULL, "pencil");
  g_autofree char *signature = run_to_signature (sasl, &server, "n,,", "user");
  g_autofree char *final = g_strconcat ("v=", signature, NULL);
  g_autofree char *data = g_base64_encode ((const guchar *) final, strlen (final));

  g_assert_true (taube_sasl_verify_success (sasl, data, strlen (data), NULL));
}

static void
test_names (void)
{
  Server server = make_server ("SCRAM-SHA-256");
  g_autoptr (TaubeSasl) sasl = start ("SCRAM-SHA-256", "a=b,c", "b\303\266b,", "pencil");
  g_autofree char *signature = run_to_signature (sasl, &server, "n,a=b\303\266b=2C,", "a=3Db=2Cc");

  g_assert_nonnull (signature);
}

/* SASLprep (RFC 4013): a soft hyphen goes, a Roman nine becomes letters, composed and decomposed are the same. */
static void
test_password_preparation (void)
{
  static const struct { const char *typed, *prepared; } passwords[] = {
    { "stra\303\237e \360\237\220\246", "stra\303\237e \360\237\220\246" },
    { "I\302\255X", "IX" },
    { "\342\205\250", "IX" },
    { "u\314\210ber", "\303\274ber" },
    { "a\302\240b", "a b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (passwords); i++)
    {
      Server server = make_server ("SCRAM-SHA-256");
      g_autoptr (TaubeSasl) sasl = start ("SCRAM-SHA-256", "user", NULL, passwords[i].typed);
      g_autofree char *signature = NULL;

      server.password = passwords[i].prepared;
      signature = run_to_signature (sasl, &server, "n,,", "user");
      g_assert_nonnull (signature);
    }
}

/* S33: without the right signature there is no success, whatever the server says. */
static void
test_wrong_signature (gconstpointer mechanism)
{
  Server server = make_server (mechanism);
  static const char *const finals[] = { "v=", "v=AAAA", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "V=x", "x", "", ",",
                                        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "v=%s,v=%s", "v=%s,",
                                        "v=!%s", "m=x,v=%s", "v=%s\n" };

  for (guint i = 0; i < G_N_ELEMENTS (finals); i++)
    {
      g_autoptr (TaubeSasl) sasl = start (mechanism, "user", NULL, "pencil");
      g_autofree char *signature = run_to_signature (sasl, &server, "n,,", "user");
      g_auto (GStrv) parts = g_strsplit (finals[i], "%s", -1);
      g_autofree char *final = g_strjoinv (signature, parts);
      g_autoptr (GError) error = NULL;

      g_assert_null (say (sasl, final, &error));
      g_assert_nonnull (error);
      g_assert_true (error->code == TAUBE_ERROR_AUTH || error->code == TAUBE_ERROR_PROTOCOL);
      g_clear_error (&error);
      g_assert_false (taube_sasl_verify_success (sasl, NULL, 0, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
    }
}

static void
test_early_success (gconstpointer mechanism)
{
  for (guint steps = 0; steps < 3; steps++)
    {
      Server server = make_server (mechanism);
      g_autoptr (TaubeSasl) sasl = start (mechanism, "user", NULL, "pencil");
      g_autofree char *signature = NULL;
      g_autofree char *first = steps == 1 ? say (sasl, NULL, NULL) : NULL;
      g_autoptr (GError) error = NULL;

      if (steps == 2)
        signature = run_to_signature (sasl, &server, "n,,", "user");
      g_assert_false (taube_sasl_verify_success (sasl, NULL, 0, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
      g_assert_nonnull (strstr (error->message, "proof"));
      g_clear_error (&error);
      /* and a signature of nothing does not help */
      g_assert_false (taube_sasl_verify_success (sasl, "", 0, &error));
      g_assert_nonnull (error);
    }
}

static void
test_server_error (void)
{
  for (guint early = 0; early < 2; early++)
    {
      Server server = make_server ("SCRAM-SHA-1");
      g_autoptr (TaubeSasl) sasl = start ("SCRAM-SHA-1", "user", NULL, "pencil");
      g_autofree char *before = early ? say (sasl, NULL, NULL) : run_to_signature (sasl, &server, "n,,", "user");
      g_autoptr (GError) error = NULL;
      g_autofree char *answer = say (sasl, "e=invalid-proof", &error);

      g_assert_nonnull (before);
      g_assert_no_error (error);
      g_assert_cmpstr (answer, ==, "");
      g_assert_cmpstr (taube_sasl_get_server_error (sasl), ==, "the server said \"invalid-proof\"");
      g_assert_false (taube_sasl_verify_success (sasl, NULL, 0, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
      g_assert_nonnull (strstr (error->message, "invalid-proof"));
    }
}

/* A server that repeats the password does not get it into our messages. */
static void
test_server_error_with_password (void)
{
  g_autoptr (TaubeSasl) sasl = start ("SCRAM-SHA-1", "user", NULL, "pencil");
  g_autofree char *first = say (sasl, NULL, NULL);
  g_autofree char *answer = say (sasl, "e=pencil-is-wrong", NULL);

  g_assert_nonnull (first);
  g_assert_cmpstr (answer, ==, "");
  g_assert_null (strstr (taube_sasl_get_server_error (sasl), "pencil"));
}

typedef struct
{
  const char *iterations;
  int code; /* -1: accepted */
} Iterations;

/* S14 */
static const Iterations iterations[] = {
  { "4096", -1 },
  { "1000000", -1 },
  { "1", TAUBE_ERROR_LIMIT },
  { "4095", TAUBE_ERROR_LIMIT },
  { "1000001", TAUBE_ERROR_LIMIT },
  { "2147483648", TAUBE_ERROR_LIMIT },
  { "4294971392", TAUBE_ERROR_LIMIT }, /* 4096 more than 2^32 */
  { "99999999999", TAUBE_ERROR_LIMIT },
  { "18446744073709555712", TAUBE_ERROR_LIMIT }, /* 4096 more than 2^64 */
  { "99999999999999999999999999999999999999999999", TAUBE_ERROR_LIMIT },
  { "0", TAUBE_ERROR_PROTOCOL },
  { "", TAUBE_ERROR_PROTOCOL },
  { "04096", TAUBE_ERROR_PROTOCOL },
  { "-4096", TAUBE_ERROR_PROTOCOL },
  { "+4096", TAUBE_ERROR_PROTOCOL },
  { " 4096", TAUBE_ERROR_PROTOCOL },
  { "4096x", TAUBE_ERROR_PROTOCOL },
  { "0x1000", TAUBE_ERROR_PROTOCOL },
};

static void
test_iterations (gconstpointer data)
{
  const Iterations *test = data;
  g_autoptr (TaubeSasl) sasl = start ("SCRAM-SHA-256", "user", NULL, "pencil");
  g_autofree char *client_first = say (sasl, NULL, NULL);
  g_autofree char *nonce = get_nonce (client_first);
  g_autofree char *server_first = g_strdup_printf ("r=%sX,s=QSXCR+Q6sek8bf92,i=%s", nonce, test->iterations);
  g_autoptr (GError) error = NULL;
  g_autofree char *client_final = say (sasl, server_first, &error);

  if (test->code < 0)
    {
      g_assert_no_error (error);
      g_assert_nonnull (client_final);
      return;
    }
  g_assert_null (client_final);
  g_assert_error (error, TAUBE_ERROR, test->code);
  if (test->code == TAUBE_ERROR_LIMIT)
    g_assert_nonnull (strstr (error->message, "iteration"));
}

/* "%s" is the client's nonce. */
static const char *const bad_firsts[] = {
  "",
  ",",
  "r",
  "r=",
  "r=%s",
  "r=%s,s=QSXC,i=4096",             /* not longer than ours */
  "r=X%s,s=QSXC,i=4096",            /* ours is not in front */
  "r=rOprNGfwEbeRWgbNEkqO,s=QSXC,i=4096",
  "r=%sX",
  "r=%sX,",
  "r=%sX,s=QSXC",
  "r=%sX,s=QSXC,",
  "r=%sX,i=4096",
  "r=%sX,i=4096,s=QSXC",
  "s=QSXC,r=%sX,i=4096",
  "r=%sX,s=,i=4096",
  "r=%sX,s=QSX,i=4096",
  "r=%sX,s=Q$XC,i=4096",
  "r=%sX,s=QSXC=,i=4096",
  "m=x,r=%sX,s=QSXC,i=4096",
  "r=%sX,s=QSXC,i=4096,m=x",
  "r=%sX,s=QSXC,i=4096,i=4097",
  "r=%sX,r=%sY,s=QSXC,i=4096",
  "r=%sX,s=QSXC,s=QSXC,i=4096",
  "r=%sX,s=QSXC,i=4096,",
  "r=%sX,s=QSXC,i=4096,,x=1",
  "r=%sX,s=QSXC,i=4096,x",
  "r=%sX,s=QSXC,i=4096,=1",
  "r=%sX,s=QSXC,i=4096,x=\377",
  "r=%sX\303\244,s=QSXC,i=4096",
  "r=%sX Y,s=QSXC,i=4096",
  "r=%sX\r\n,s=QSXC,i=4096",
  "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", /* the last message in place of the first */
  "R=%sX,s=QSXC,i=4096",
};

static void
test_bad_first (gconstpointer data)
{
  g_autoptr (TaubeSasl) sasl = start ("SCRAM-SHA-256", "user", NULL, "pencil");
  g_autofree char *client_first = say (sasl, NULL, NULL);
  g_autofree char *nonce = get_nonce (client_first);
  g_auto (GStrv) parts = g_strsplit (data, "%s", -1);
  g_autofree char *server_first = g_strjoinv (nonce, parts);
  g_autoptr (GError) error = NULL;

  g_assert_null (say (sasl, server_first, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strpbrk (error->message, "\r\n"));
}

/* An extension that need not be understood is none of our business. */
static void
test_extension (void)
{
  g_autoptr (TaubeSasl) sasl = start ("SCRAM-SHA-256", "user", NULL, "pencil");
  g_autofree char *client_first = say (sasl, NULL, NULL);
  g_autofree char *nonce = get_nonce (client_first);
  g_autofree char *server_first = g_strdup_printf ("r=%sX,s=QSXC,i=4096,x=y,A=b=c", nonce);
  g_autofree char *client_final = say (sasl, server_first, NULL);

  g_assert_nonnull (client_final);
}

static void
test_long_salt (void)
{
  g_autofree char *salt = g_strnfill (2000, 'Q');
  g_autoptr (TaubeSasl) sasl = start ("SCRAM-SHA-256", "user", NULL, "pencil");
  g_autofree char *client_first = say (sasl, NULL, NULL);
  g_autofree char *nonce = get_nonce (client_first);
  g_autofree char *server_first = g_strdup_printf ("r=%sX,s=%s,i=4096", nonce, salt);
  g_autoptr (GError) error = NULL;

  g_assert_null (say (sasl, server_first, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
}

/* After its last word the server has nothing more to ask. */
static void
test_asks_on (void)
{
  Server server = make_server ("SCRAM-SHA-1");
  g_autoptr (TaubeSasl) sasl = start ("SCRAM-SHA-1", "user", NULL, "pencil");
  g_autofree char *signature = run_to_signature (sasl, &server, "n,,", "user");
  g_autofree char *final = g_strconcat ("v=", signature, NULL);
  g_autofree char *answer = say (sasl, final, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (answer, ==, "");
  g_assert_null (say (sasl, final, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  g_clear_error (&error);
  g_assert_false (taube_sasl_verify_success (sasl, NULL, 0, &error));
}

/* Our limits count, not the mechanism's: two steps are one too few. */
static void
test_too_many_steps (void)
{
  TaubeLimits limits = *taube_limits_get_default ();
  const char *offered[] = { "LOGIN", NULL };
  g_autoptr (TaubeSecret) secret = taube_secret_new ("pencil");
  TaubeSaslRequest request = { .user = "u", .password = secret, .host = "h", .secure = TRUE, .limits = &limits };
  g_autoptr (TaubeSasl) sasl = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  limits.challenges = 1;
  sasl = taube_sasl_new (offered, &request, NULL);
  answer = say (sasl, "Username:", NULL);
  g_assert_nonnull (answer);
  g_assert_null (say (sasl, "Password:", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_LIMIT);
}

static void
test_forbidden_password (void)
{
  /* U+E000 is for private use, which RFC 4013 forbids */
  g_autoptr (TaubeSasl) sasl = start ("SCRAM-SHA-256", "user", NULL, "a\356\200\200");
  g_autofree char *client_first = say (sasl, NULL, NULL);
  g_autofree char *nonce = get_nonce (client_first);
  g_autofree char *server_first = g_strdup_printf ("r=%sX,s=QSXC,i=4096", nonce);
  g_autoptr (GError) error = NULL;

  g_assert_null (say (sasl, server_first, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
}

static void
add_tables (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (iterations); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sasl/scram/iterations/%02u", i);

      g_test_add_data_func (path, &iterations[i], test_iterations);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_firsts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sasl/scram/bad-first/%02u", i);

      g_test_add_data_func (path, bad_firsts[i], test_bad_first);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sasl/scram/known-answers", test_known_answers);
  g_test_add_data_func ("/sasl/scram/exchange/sha1", "SCRAM-SHA-1", test_exchange);
  g_test_add_data_func ("/sasl/scram/exchange/sha256", "SCRAM-SHA-256", test_exchange);
  g_test_add_data_func ("/sasl/scram/signature-with-success/sha256", "SCRAM-SHA-256", test_signature_with_success);
  g_test_add_data_func ("/sasl/scram/wrong-signature/sha1", "SCRAM-SHA-1", test_wrong_signature);
  g_test_add_data_func ("/sasl/scram/wrong-signature/sha256", "SCRAM-SHA-256", test_wrong_signature);
  g_test_add_data_func ("/sasl/scram/early-success/sha1", "SCRAM-SHA-1", test_early_success);
  g_test_add_data_func ("/sasl/scram/early-success/sha256", "SCRAM-SHA-256", test_early_success);
  g_test_add_func ("/sasl/scram/names", test_names);
  g_test_add_func ("/sasl/scram/password-preparation", test_password_preparation);
  g_test_add_func ("/sasl/scram/server-error", test_server_error);
  g_test_add_func ("/sasl/scram/server-error-with-password", test_server_error_with_password);
  g_test_add_func ("/sasl/scram/extension", test_extension);
  g_test_add_func ("/sasl/scram/long-salt", test_long_salt);
  g_test_add_func ("/sasl/scram/asks-on", test_asks_on);
  g_test_add_func ("/sasl/too-many-steps", test_too_many_steps);
  g_test_add_func ("/sasl/scram/forbidden-password", test_forbidden_password);
  add_tables ();
  return g_test_run ();
}
