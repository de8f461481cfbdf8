/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sasl.h>
#include <taube/taube.h>

#include <string.h>

#define PASSWORD "geheim-4711"
#define TOKEN "ya29.token-0815"

typedef enum
{
  WITH_PASSWORD = 1 << 0,
  WITH_TOKEN = 1 << 1,
  SECURE = 1 << 2,
  ALLOW_PLAINTEXT = 1 << 3,
  LOGIN_COMMAND = 1 << 4,
  OTHER_USER = 1 << 5,
  BINDING = 1 << 6,
  CERTIFICATE = 1 << 7,
  TICKET = 1 << 8,
  CRAM = 1 << 9,
} Facts;

typedef struct
{
  const char *offered; /* separated by spaces */
  Facts facts;
  const char *forced;
  const char *chosen; /* "": the login command; NULL: an error */
  int code;
  const char *said; /* a part of the error's message */
} Choice;

#define P WITH_PASSWORD
#define T WITH_TOKEN
#define S SECURE
#define ALL "LOGIN PLAIN SCRAM-SHA-1 SCRAM-SHA-256 XOAUTH2 OAUTHBEARER"

static const Choice choices[] = {
  /* strength, whatever the server's order and case */
  { ALL, P | S, NULL, "SCRAM-SHA-256" },
  { ALL, T | S, NULL, "OAUTHBEARER" },
  { ALL, P | T | S, NULL, "OAUTHBEARER" },
  { "XOAUTH2 SCRAM-SHA-256", P | T | S, NULL, "XOAUTH2" },
  { "PLAIN LOGIN SCRAM-SHA-1", P | S, NULL, "SCRAM-SHA-1" },
  { "scram-sha-256 plain", P | S, NULL, "SCRAM-SHA-256" },
  { "LOGIN PLAIN", P | S, NULL, "PLAIN" },
  { "LOGIN", P | S, NULL, "LOGIN" },
  { "LOGIN", P | S | LOGIN_COMMAND, NULL, "LOGIN" },
  { "", P | S | LOGIN_COMMAND, NULL, "" },
  { "GSSAPI", P | S | LOGIN_COMMAND, NULL, "" },
  /* a -PLUS name alone is not its plain brother */
  { "SCRAM-SHA-256-PLUS", P | S, NULL, NULL, TAUBE_ERROR_AUTH,
    "SCRAM-SHA-256-PLUS (needs a connection that can be bound to)" },
  { "SCRAM-SHA-256-PLUS SCRAM-SHA-256", P | S, NULL, "SCRAM-SHA-256" },
  { "SCRAM-SHA-256-PLUS SCRAM-SHA-256", P | S | BINDING, NULL, "SCRAM-SHA-256-PLUS" },
  { "SCRAM-SHA-1-PLUS SCRAM-SHA-256", P | S | BINDING, NULL, "SCRAM-SHA-1-PLUS" },
  { "SCRAM-SHA-1-PLUS OAUTHBEARER", T | S | BINDING, NULL, "OAUTHBEARER" },
  /* a certificate or a ticket of ours */
  { "EXTERNAL PLAIN", P | S, NULL, "PLAIN" },
  { "EXTERNAL PLAIN", P | S | CERTIFICATE, NULL, "EXTERNAL" },
  { "EXTERNAL", S | CERTIFICATE, NULL, "EXTERNAL" },
  { "EXTERNAL", S, NULL, NULL, TAUBE_ERROR_AUTH, "EXTERNAL (needs a certificate of yours)" },
  { "EXTERNAL", S, "EXTERNAL", NULL, TAUBE_ERROR_AUTH, "with EXTERNAL (needs a certificate of yours)" },
  { "GSSAPI PLAIN", P | S, NULL, "PLAIN" },
  { "GSSAPI PLAIN", S | TICKET, NULL, "GSSAPI" },
  /* what was broken long ago */
  { "CRAM-MD5", P | S, NULL, NULL, TAUBE_ERROR_AUTH, "CRAM-MD5 (only when the settings allow it)" },
  { "CRAM-MD5", P | S, "CRAM-MD5", NULL, TAUBE_ERROR_AUTH, "with CRAM-MD5 (only when the settings" },
  { "CRAM-MD5", P | CRAM, NULL, "CRAM-MD5" },
  { "PLAIN CRAM-MD5", P | S | CRAM, NULL, "CRAM-MD5" },
  { "CRAM-MD5 SCRAM-SHA-1", P | S | CRAM, NULL, "SCRAM-SHA-1" },
  { "CRAM-MD5 PLAIN", P | S | OTHER_USER | CRAM, NULL, "PLAIN" },
  /* no secret in the clear */
  { ALL, P, NULL, "SCRAM-SHA-256" },
  { "PLAIN LOGIN", P, NULL, NULL, TAUBE_ERROR_AUTH, "PLAIN (only over TLS), LOGIN (only over TLS)" },
  { "PLAIN LOGIN", P | ALLOW_PLAINTEXT, NULL, "PLAIN" },
  { "", P | LOGIN_COMMAND, NULL, NULL, TAUBE_ERROR_AUTH, "the plain login command (only over TLS)" },
  { "", P | LOGIN_COMMAND | ALLOW_PLAINTEXT, NULL, "" },
  { "OAUTHBEARER XOAUTH2", T, NULL, NULL, TAUBE_ERROR_AUTH, "OAUTHBEARER (only over TLS)" },
  { "OAUTHBEARER XOAUTH2", T | ALLOW_PLAINTEXT, NULL, "OAUTHBEARER" },
  { ALL, P | T, NULL, "SCRAM-SHA-256" },
  /* secrets that do not fit */
  { "OAUTHBEARER XOAUTH2", P | S, NULL, NULL, TAUBE_ERROR_AUTH, "XOAUTH2 (needs an access token)" },
  { "SCRAM-SHA-1 PLAIN", T | S, NULL, NULL, TAUBE_ERROR_AUTH, "SCRAM-SHA-1 (needs a password)" },
  { ALL, S, NULL, NULL, TAUBE_ERROR_AUTH, "needs a password" },
  /* nothing that fits */
  { "NTLM DIGEST-MD5", P | S, NULL, NULL, TAUBE_ERROR_NOT_SUPPORTED, "NTLM (not built in), DIGEST-MD5 (not built in)" },
  { "", P | S, NULL, NULL, TAUBE_ERROR_NOT_SUPPORTED, "no way to sign in" },
  { NULL, P | S, NULL, NULL, TAUBE_ERROR_NOT_SUPPORTED, "no way to sign in" },
  { "EVIL\033[2J\r\n X", P | S, NULL, NULL, TAUBE_ERROR_NOT_SUPPORTED, "the server offers X (not built in)" },
  /* on behalf of somebody else */
  { "LOGIN PLAIN", P | S | OTHER_USER, NULL, "PLAIN" },
  { "LOGIN", P | S | OTHER_USER | LOGIN_COMMAND, NULL, NULL, TAUBE_ERROR_AUTH, "cannot name another user" },
  /* ;AUTH= */
  { ALL, P | S, "*", "SCRAM-SHA-256" },
  { ALL, P | S, "", "SCRAM-SHA-256" },
  { ALL, P | S, "PLAIN", "PLAIN" },
  { ALL, P | S, "login", "LOGIN" },
  { ALL, P | S | LOGIN_COMMAND, "+LOGIN", "" },
  { ALL, P | S, "+LOGIN", NULL, TAUBE_ERROR_NOT_SUPPORTED, "does not offer it" },
  { ALL, P, "PLAIN", NULL, TAUBE_ERROR_AUTH, "with PLAIN (only over TLS)" },
  { ALL, P | S, "XOAUTH2", NULL, TAUBE_ERROR_AUTH, "with XOAUTH2 (needs an access token)" },
  { ALL, P | S, "NTLM", NULL, TAUBE_ERROR_NOT_SUPPORTED, "no such mechanism is built in" },
  { "PLAIN", P | S, "SCRAM-SHA-256", NULL, TAUBE_ERROR_NOT_SUPPORTED, "the server does not offer it" },
};

static TaubeSasl *
start (const Choice *choice, GError **error)
{
  g_auto (GStrv) offered = choice->offered != NULL ? g_strsplit (choice->offered, " ", -1) : NULL;
  g_autoptr (TaubeSecret) password = (choice->facts & WITH_PASSWORD) != 0 ? taube_secret_new (PASSWORD) : NULL;
  g_autoptr (TaubeSecret) token = (choice->facts & WITH_TOKEN) != 0 ? taube_secret_new (TOKEN) : NULL;
  g_autoptr (GBytes) binding = (choice->facts & BINDING) != 0 ? g_bytes_new ("binding", 7) : NULL;
  TaubeSaslRequest request = {
    .user = "alice",
    .authzid = (choice->facts & OTHER_USER) != 0 ? "bob" : NULL,
    .password = password,
    .token = token,
    .service = "imap",
    .host = "mail.example.org",
    .port = 993,
    .secure = (choice->facts & SECURE) != 0,
    .allow_plaintext = (choice->facts & ALLOW_PLAINTEXT) != 0,
    .login_command = (choice->facts & LOGIN_COMMAND) != 0,
    .channel_binding_type = binding != NULL ? "tls-exporter" : NULL,
    .channel_binding = binding,
    .client_certificate = (choice->facts & CERTIFICATE) != 0,
    .ticket = (choice->facts & TICKET) != 0,
    .allow_cram_md5 = (choice->facts & CRAM) != 0,
    .mechanism = choice->forced,
  };

  return taube_sasl_new ((const char *const *) offered, &request, error);
}

static void
test_choice (gconstpointer data)
{
  const Choice *choice = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSasl) sasl = start (choice, &error);

  if (choice->chosen == NULL)
    {
      g_assert_null (sasl);
      g_assert_error (error, TAUBE_ERROR, choice->code);
      if (strstr (error->message, choice->said) == NULL)
        g_error ("\"%s\" is not in \"%s\"", choice->said, error->message);
      g_assert_null (strstr (error->message, PASSWORD));
      g_assert_null (strstr (error->message, TOKEN));
      for (const char *c = error->message; *c != '\0'; c++)
        g_assert_false (g_ascii_iscntrl (*c));
      return;
    }
  g_assert_no_error (error);
  g_assert_nonnull (sasl);
  if (choice->chosen[0] == '\0')
    {
      g_assert_null (taube_sasl_get_mechanism (sasl));
      g_assert_false (taube_sasl_has_initial_response (sasl));
      g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, &error));
      return;
    }
  g_assert_cmpstr (taube_sasl_get_mechanism (sasl), ==, choice->chosen);
  g_assert_cmpint (taube_sasl_has_initial_response (sasl), ==,
                   strcmp (choice->chosen, "LOGIN") != 0 && strcmp (choice->chosen, "CRAM-MD5") != 0);
}

/* A server that offers a hundred thousand names gets a short answer. */
static void
test_many_names (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TaubeSecret) password = taube_secret_new (PASSWORD);
  TaubeSaslRequest request = { .user = "a", .host = "h", .password = password, .secure = TRUE };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 100000; i++)
    g_ptr_array_add (names, g_strdup_printf ("X-%u", i));
  g_ptr_array_add (names, NULL);
  g_assert_null (taube_sasl_new ((const char *const *) names->pdata, &request, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED);
  g_assert_cmpuint (strlen (error->message), <, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sasl/choice/%02u", i);

      g_test_add_data_func (path, &choices[i], test_choice);
    }
  g_test_add_func ("/sasl/choice/many-names", test_many_names);
  return g_test_run ();
}
