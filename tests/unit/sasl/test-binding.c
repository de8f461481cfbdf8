/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-sasl.h>
#include <taube/taube.h>

#include <string.h>

#include "taube-test-scram.h"

/* Channel binding, and the guard against somebody who takes it away. */

typedef struct
{
  const char *user; /* one for each case: what is learned of it is remembered */
  const char *offered;
  const char *client_type; /* NULL: the connection cannot be bound to */
  const char *client_data;
  const char *server_type;
  const char *server_data;
  const char *chosen;
  const char *header; /* gs2-header that the client sends */
  const char *fault;  /* what the server says; NULL: success */
  gboolean may_unbind;
} Case;

#define BOTH "SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS PLAIN"

static const Case cases[] = {
  { "a", BOTH, "tls-exporter", "secret", "tls-exporter", "secret", "SCRAM-SHA-256-PLUS", "p=tls-exporter,,", NULL, 0 },
  { "b", BOTH, "tls-unique", "\x01,=", "tls-unique", "\x01,=", "SCRAM-SHA-256-PLUS", "p=tls-unique,,", NULL, 0 },
  { "c", "SCRAM-SHA-1-PLUS SCRAM-SHA-256", "tls-unique", "x", "tls-unique", "x", "SCRAM-SHA-1-PLUS", "p=tls-unique,,",
    NULL, 0 },
  /* no binding: "n" when there is nothing to bind to, or the server has offered and we do not want */
  { "d", BOTH, NULL, NULL, "tls-exporter", "secret", "SCRAM-SHA-256", "n,,", NULL, 0 },
  /* "y": we could, and the server did not offer it */
  { "e", "SCRAM-SHA-256 PLAIN", "tls-exporter", "secret", NULL, NULL, "SCRAM-SHA-256", "y,,", NULL, 0 },
  { "f", "SCRAM-SHA-1", "tls-unique", "secret", NULL, NULL, "SCRAM-SHA-1", "y,,", NULL, 0 },
  /* somebody took it out of the list: the server sees that by the "y" */
  { "g", "SCRAM-SHA-256 PLAIN", "tls-exporter", "secret", "tls-exporter", "secret", "SCRAM-SHA-256", "y,,",
    "e=server-does-support-channel-binding", 0 },
  /* somebody in between has a connection of his own on either side */
  { "h", BOTH, "tls-exporter", "one", "tls-exporter", "other", "SCRAM-SHA-256-PLUS", "p=tls-exporter,,",
    "e=channel-bindings-dont-match", 0 },
  /* the server knows another kind only */
  { "i", BOTH, "tls-exporter", "one", "tls-server-end-point", "other", "SCRAM-SHA-256-PLUS", "p=tls-exporter,,",
    "e=unsupported-channel-binding-type", TRUE },
};

static TaubeSasl *
start (const char *user, const char *offer, const char *type, const char *data, const char *forced, GError **error)
{
  g_auto (GStrv) offered = g_strsplit (offer, " ", -1);
  g_autoptr (TaubeSecret) secret = taube_secret_new ("pencil");
  g_autoptr (GBytes) binding = data != NULL ? g_bytes_new (data, strlen (data)) : NULL;
  TaubeSaslRequest request = { .user = user, .password = secret, .service = "imap", .host = "mail.example.org",
                               .port = 993, .secure = TRUE, .channel_binding_type = type, .channel_binding = binding,
                               .mechanism = forced };

  return taube_sasl_new ((const char *const *) offered, &request, error);
}

static char *
step (TaubeSasl *sasl, const char *message, GError **error)
{
  g_autofree char *challenge = message != NULL ? g_base64_encode ((const guchar *) message, strlen (message)) : NULL;
  g_autoptr (TaubeSecret) response = taube_sasl_step (sasl, challenge, challenge ? strlen (challenge) : 0, error);
  g_autofree guchar *bytes = NULL;
  gsize length = 0;

  if (response != NULL && taube_secret_get_length (response) > 0)
    bytes = g_base64_decode (taube_secret_peek (response), &length);
  return response != NULL ? g_strndup (bytes != NULL ? (const char *) bytes : "", length) : NULL;
}

/* The whole exchange; what the server said in the end. (transfer full) */
static char *
run (TaubeSasl *sasl, TaubeTestScram *server, const char *header)
{
  g_autofree char *first = step (sasl, NULL, NULL);
  g_autofree char *answer = NULL;
  g_autofree char *second = NULL;
  g_autofree char *last = NULL;
  g_autofree char *nothing = NULL;

  g_assert_true (g_str_has_prefix (first, header));
  answer = taube_test_scram_first (server, first);
  second = step (sasl, answer, NULL);
  if (g_str_has_prefix (answer, "e="))
    return g_steal_pointer (&answer);
  last = taube_test_scram_final (server, second);
  nothing = step (sasl, last, NULL);
  g_assert_cmpstr (nothing, ==, "");
  return g_steal_pointer (&last);
}

static void
test_case (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSasl) sasl = start (test->user, test->offered, test->client_type, test->client_data, NULL, &error);
  g_autoptr (GBytes) binding
    = test->server_data != NULL ? g_bytes_new (test->server_data, strlen (test->server_data)) : NULL;
  TaubeTestScram server = { .password = "pencil", .salt = "W22ZaJ0SNY7soEsUEjb6gQ==", .iterations = 4096,
                            .binding_type = test->server_type, .binding = binding,
                            .offered_plus = test->server_type != NULL };
  g_autofree char *last = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (taube_sasl_get_mechanism (sasl), ==, test->chosen);
  server.sha256 = strstr (test->chosen, "256") != NULL;
  server.plus = g_str_has_suffix (test->chosen, "-PLUS");
  last = run (sasl, &server, test->header);
  if (test->fault != NULL)
    {
      g_assert_cmpstr (last, ==, test->fault);
      g_assert_nonnull (strstr (taube_sasl_get_server_error (sasl), test->fault + 2));
      g_assert_false (taube_sasl_verify_success (sasl, NULL, 0, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
    }
  else
    {
      g_assert_true (g_str_has_prefix (last, "v="));
      g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, &error));
      g_assert_no_error (error);
    }
  g_assert_cmpint (taube_sasl_may_unbind (sasl), ==, test->may_unbind);
  taube_test_scram_clear (&server);
}

/* A server that says no at once, as some do, may not know our kind of binding. */
static void
test_refused_at_once (void)
{
  g_autoptr (TaubeSasl) sasl = start ("at-once", BOTH, "tls-exporter", "x", NULL, NULL);
  g_autoptr (TaubeSasl) forced = start ("at-once", BOTH, "tls-exporter", "x", "SCRAM-SHA-256-PLUS", NULL);
  g_autoptr (TaubeSasl) unbound = start ("at-once", BOTH, NULL, NULL, NULL, NULL);
  g_autofree char *first = step (sasl, NULL, NULL);
  g_autofree char *forced_first = step (forced, NULL, NULL);
  g_autofree char *unbound_first = step (unbound, NULL, NULL);

  g_assert_true (taube_sasl_may_unbind (sasl));
  g_assert_false (taube_sasl_may_unbind (forced));
  g_assert_false (taube_sasl_may_unbind (unbound));
  g_assert_true (g_str_has_prefix (unbound_first, "n,,"));
}

static void
sign_in (const char *user, const char *offered, const char *type)
{
  g_autoptr (GBytes) binding = g_bytes_new ("x", 1);
  TaubeTestScram server = { .password = "pencil", .salt = "W22ZaJ0SNY7soEsUEjb6gQ==", .iterations = 4096,
                            .binding_type = type, .binding = binding, .offered_plus = type != NULL };
  g_autoptr (TaubeSasl) sasl = start (user, offered, type, type != NULL ? "x" : NULL, NULL, NULL);
  g_autofree char *last = NULL;

  server.plus = g_str_has_suffix (taube_sasl_get_mechanism (sasl), "-PLUS");
  server.sha256 = strstr (taube_sasl_get_mechanism (sasl), "256") != NULL;
  last = run (sasl, &server, "");
  g_assert_true (g_str_has_prefix (last, "v="));
  g_assert_true (taube_sasl_verify_success (sasl, NULL, 0, NULL));
  taube_test_scram_clear (&server);
}

static void
assert_refused (const char *user, const char *offered, const char *type)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSasl) sasl = start (user, offered, type, type != NULL ? "x" : NULL, NULL, &error);

  g_assert_null (sasl);
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS);
  g_assert_nonnull (strstr (error->message, "safer"));
}

static void
assert_chosen (const char *user, const char *offered, const char *type, const char *forced, const char *chosen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSasl) sasl = start (user, offered, type, type != NULL ? "x" : NULL, forced, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (taube_sasl_get_mechanism (sasl), ==, chosen);
}

/* S34: what was safer once must not become less safe. */
static void
test_downgrade (void)
{
  /* an offer alone binds nobody: the password may be of a kind that SCRAM cannot use */
  assert_chosen ("carol", "PLAIN SCRAM-SHA-256", NULL, NULL, "SCRAM-SHA-256");
  assert_chosen ("carol", "PLAIN", NULL, NULL, "PLAIN");

  sign_in ("carol", "PLAIN SCRAM-SHA-256", NULL);
  assert_refused ("carol", "PLAIN LOGIN", NULL);
  assert_chosen ("carol", "SCRAM-SHA-1 PLAIN", NULL, NULL, "SCRAM-SHA-1"); /* a proof, too */
  assert_chosen ("carol", "PLAIN LOGIN", NULL, "PLAIN", "PLAIN");          /* the user insists */
  assert_chosen ("dave", "PLAIN LOGIN", NULL, NULL, "PLAIN");              /* somebody else */

  sign_in ("carol", "SCRAM-SHA-256-PLUS SCRAM-SHA-256", "tls-exporter");
  assert_refused ("carol", "SCRAM-SHA-256 PLAIN", "tls-exporter");
  assert_refused ("carol", "SCRAM-SHA-256-PLUS SCRAM-SHA-256", NULL);
  assert_chosen ("carol", "SCRAM-SHA-1-PLUS PLAIN", "tls-unique", NULL, "SCRAM-SHA-1-PLUS");
  assert_chosen ("carol", "SCRAM-SHA-256", "tls-exporter", "SCRAM-SHA-256", "SCRAM-SHA-256");
}

/* Who was bound once does not go on unbound because he is told that it cannot be done. */
static void
test_no_unbinding_after_binding (void)
{
  g_autoptr (TaubeSasl) sasl = NULL;
  g_autofree char *first = NULL;

  sign_in ("eve", BOTH, "tls-exporter");
  sasl = start ("eve", BOTH, "tls-exporter", "x", NULL, NULL);
  first = step (sasl, NULL, NULL);
  g_assert_nonnull (first);
  g_assert_false (taube_sasl_may_unbind (sasl));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sasl/binding/%s", cases[i].user);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/sasl/binding/refused-at-once", test_refused_at_once);
  g_test_add_func ("/sasl/binding/downgrade", test_downgrade);
  g_test_add_func ("/sasl/binding/no-unbinding-after-binding", test_no_unbinding_after_binding);
  return g_test_run ();
}
