/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sasl.h>
#include <taube/taube.h>

#include <gsasl.h>
#include <string.h>

/* What the library does itself, against the server's half of GNU SASL. */

#define USER "alice"
#define PASSWORD "pigeon-Post-7"

typedef struct
{
  const char *mechanism;
  const char *client_type; /* NULL: no binding */
  const char *client_data;
  const char *server_data; /* the same binding as the server sees it */
  const char *password;    /* that the client has */
  gboolean success;
} Case;

static const Case cases[] = {
  { "SCRAM-SHA-1", NULL, NULL, NULL, PASSWORD, TRUE },
  { "SCRAM-SHA-256", NULL, NULL, NULL, PASSWORD, TRUE },
  { "SCRAM-SHA-256", NULL, NULL, NULL, "wrong", FALSE },
  { "SCRAM-SHA-256", "tls-exporter", "one connection", NULL, PASSWORD, TRUE }, /* "y": the server cannot bind */
  { "SCRAM-SHA-1-PLUS", "tls-exporter", "one connection", "one connection", PASSWORD, TRUE },
  { "SCRAM-SHA-256-PLUS", "tls-exporter", "one connection", "one connection", PASSWORD, TRUE },
  { "SCRAM-SHA-256-PLUS", "tls-unique", "\x01\xff,=\x7f", "\x01\xff,=\x7f", PASSWORD, TRUE },
  { "SCRAM-SHA-256-PLUS", "tls-exporter", "one connection", "another one", PASSWORD, FALSE },
  { "SCRAM-SHA-256-PLUS", "tls-unique", "one connection", "another one", PASSWORD, FALSE },
  { "SCRAM-SHA-256-PLUS", "tls-exporter", "one connection", "one connection", "wrong", FALSE },
  { "CRAM-MD5", NULL, NULL, NULL, PASSWORD, TRUE },
  { "CRAM-MD5", NULL, NULL, NULL, "wrong", FALSE },
  { "PLAIN", NULL, NULL, NULL, PASSWORD, TRUE },
  { "LOGIN", NULL, NULL, NULL, PASSWORD, TRUE },
  { "EXTERNAL", NULL, NULL, NULL, PASSWORD, TRUE },
};

static void
set_binding (Gsasl_session *session, const Case *test)
{
  g_autofree char *encoded
    = g_base64_encode ((const guchar *) test->server_data, strlen (test->server_data));
  gboolean unique = strcmp (test->client_type, "tls-unique") == 0;

  gsasl_property_set (session, unique ? GSASL_CB_TLS_UNIQUE : GSASL_CB_TLS_EXPORTER, encoded);
}

static int
answer (Gsasl *context, Gsasl_session *session, Gsasl_property property)
{
  const Case *test = gsasl_callback_hook_get (context);
  const char *name = gsasl_property_fast (session, GSASL_AUTHID);

  switch (property)
    {
    case GSASL_PASSWORD:
      gsasl_property_set (session, property, PASSWORD);
      return GSASL_OK;
    case GSASL_VALIDATE_EXTERNAL:
      name = gsasl_property_fast (session, GSASL_AUTHZID);
      return g_strcmp0 (name, USER) == 0 ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
    case GSASL_SCRAM_ITER:
      gsasl_property_set (session, property, "4096");
      return GSASL_OK;
    case GSASL_CB_TLS_EXPORTER:
    case GSASL_CB_TLS_UNIQUE:
      if (test->server_data == NULL)
        return GSASL_NO_CALLBACK;
      set_binding (session, test);
      return GSASL_OK;
    default:
      return GSASL_NO_CALLBACK;
    }
}

static TaubeSasl *
start (const Case *test)
{
  const char *offered[] = { test->mechanism, NULL };
  g_autoptr (TaubeSecret) secret = taube_secret_new (test->password);
  g_autoptr (GBytes) binding
    = test->client_data != NULL ? g_bytes_new (test->client_data, strlen (test->client_data)) : NULL;
  TaubeSaslRequest request = { .user = USER, .password = secret, .service = "imap", .host = "mail.example.org",
                               .secure = TRUE, .channel_binding_type = test->client_type, .channel_binding = binding,
                               .client_certificate = TRUE, .allow_cram_md5 = TRUE, .mechanism = test->mechanism };
  g_autoptr (GError) error = NULL;
  TaubeSasl *sasl = taube_sasl_new (offered, &request, &error);

  g_assert_no_error (error);
  return sasl;
}

/* TRUE: the server is content. Its last words are shown to the client. */
static gboolean
run (TaubeSasl *sasl, Gsasl_session *session, GError **error)
{
  g_autofree char *said = NULL;
  int result = GSASL_NEEDS_MORE;

  if (taube_sasl_has_initial_response (sasl))
    {
      g_autoptr (TaubeSecret) first = taube_sasl_step (sasl, NULL, 0, error);

      said = g_strdup (taube_secret_peek (first));
    }
  for (guint i = 0; i < 8 && result == GSASL_NEEDS_MORE; i++)
    {
      g_autoptr (TaubeSecret) response = NULL;
      char *challenge = NULL;

      result = gsasl_step64 (session, said, &challenge);
      if (result != GSASL_OK && result != GSASL_NEEDS_MORE)
        return FALSE;
      if (challenge != NULL && (result == GSASL_NEEDS_MORE || challenge[0] != '\0'))
        response = taube_sasl_step (sasl, challenge, strlen (challenge), error);
      gsasl_free (challenge);
      if (response == NULL)
        return result == GSASL_OK;
      g_free (said);
      said = g_strdup (taube_secret_peek (response));
    }
  return result == GSASL_OK;
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (TaubeSasl) sasl = start (test);
  g_autoptr (GError) error = NULL;
  Gsasl *context;
  Gsasl_session *session;
  gboolean ok;

  g_assert_cmpint (gsasl_init (&context), ==, GSASL_OK);
  gsasl_callback_hook_set (context, (void *) test);
  gsasl_callback_set (context, answer);
  g_assert_cmpint (gsasl_server_start (context, test->mechanism, &session), ==, GSASL_OK);
  if (test->server_data != NULL)
    set_binding (session, test);
  ok = run (sasl, session, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ok, ==, test->success);
  if (ok)
    g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, &error));
  g_assert_no_error (error);
  gsasl_finish (session);
  gsasl_done (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sasl/gnu-server/%02u-%s", i, cases[i].mechanism);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
