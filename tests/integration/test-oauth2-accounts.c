/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Accounts over each protocol that sign in by a TaubeOAuth2, whose provider gives what their servers take. */
#include "oauth2-world.h"

#include <string.h>

#include "exchange-world.h"
#include "taube-test-dovecot.h"
#include "taube-test-mail.h"

static void
on_prompt (TaubeOAuth2 *source, const char *uri, const char *user_code, gpointer user_data)
{
  oauth2_world_browse (uri);
}

/* The provider's next tokens are these: a JSON array. */
static void
issue (Oauth2World *provider, const char *tokens)
{
  g_autofree char *state = oauth2_world_tell (provider, "issue", tokens);
}

static TaubeAccount *
open_account (TaubeOAuth2 *source, const char *uri)
{
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_token_source (TAUBE_TOKEN_SOURCE (source));
  g_autoptr (GError) error = NULL;
  TaubeAccount *account = taube_account_create (uri, credentials, &error);

  g_assert_no_error (error);
  return account;
}

static void
sign_in (TaubeOAuth2 *source)
{
  g_autoptr (GError) error = NULL;

  g_signal_connect (source, "prompt", G_CALLBACK (on_prompt), NULL);
  taube_oauth2_sign_in (source, TAUBE_OAUTH2_FLOW_BROWSER, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_lists (TaubeAccount *account, guint expected)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeItemList) list = taube_folder_list (inbox, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (taube_item_list_get_size (list), ==, expected);
}

/* A token that the mail server refuses is replaced, over either protocol, by one request to the provider. */
static void
test_dovecot (gconstpointer scheme)
{
  static const char *const options[] = { "--messages=2", NULL };
  g_autoptr (TaubeTestMail) mail = taube_test_mail_start (TAUBE_TEST_DOVECOT, options);
  g_autoptr (Oauth2World) provider = oauth2_world_start ("");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (provider);
  g_autofree char *tokens = NULL, *uri = NULL;
  g_autoptr (TaubeAccount) account = NULL;

  if (mail == NULL)
    {
      g_test_skip ("Dovecot is not installed");
      return;
    }
  tokens = g_strdup_printf ("[\"a-token-that-was-taken-back\", \"%s\"]", taube_test_mail_get (mail, "token"));
  uri = g_strdup_printf ("%s://alice@localhost:%u/?ca-file=%s", (const char *) scheme,
                         taube_test_mail_get_port (mail, scheme), taube_test_mail_get (mail, "ca-file"));
  issue (provider, tokens);
  sign_in (source);
  account = open_account (source, uri);
  assert_lists (account, 2);
  g_assert_cmpuint (oauth2_world_count (provider, "\"gave\": \"refresh\""), ==, 1);
}

static char *
make_uri (ExchangeWorld *world, const char *host)
{
  g_autofree char *url = g_uri_escape_string (exchange_world_get (world, "url"), NULL, FALSE);

  return g_strdup_printf ("exchange://alice%%40example.org@%s/?tls=none&url=%s", host, url);
}

/* A token ends between two pages; it is for the host of the endpoint, and not for that of the URI. */
static void
test_exchange (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1500 --small --auth=bearer");
  g_autoptr (Oauth2World) provider = oauth2_world_start ("");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (provider);
  g_autofree char *uri = make_uri (world, "mail.example.org"), *answer = NULL;
  g_autoptr (TaubeAccount) account = open_account (source, uri);

  issue (provider, "[\"first\", \"second\"]");
  answer = exchange_world_ask (world, "POST", "tokens", "{\"first\": \"alice\", \"second\": \"alice\"}");
  sign_in (source);
  exchange_world_order (world, "{\"fault\": \"unauthorized\", \"operation\": \"FindItem\", \"skip\": 1}");
  assert_lists (account, 1500);
  g_assert_cmpuint (oauth2_world_count (provider, "\"gave\": \"refresh\""), ==, 1);
}

static void
test_exchange_claims (void)
{
  static const char claims[] = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1604106651\"}}}";
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1 --auth=bearer");
  g_autoptr (Oauth2World) provider = oauth2_world_start ("");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (provider);
  g_autofree char *uri = make_uri (world, "127.0.0.1"), *escaped = g_strescape (claims, NULL);
  g_autofree char *json = g_strdup_printf ("\"%s\"", escaped);
  char *answers[4] = { NULL };
  g_autoptr (TaubeAccount) account = open_account (source, uri);
  g_autoptr (GError) error = NULL;

  issue (provider, "[\"first\", \"second\", \"third\"]");
  answers[0] = exchange_world_ask (world, "POST", "tokens", "{\"first\": \"alice\"}");
  sign_in (source);
  assert_lists (account, 1);
  /* from now on no token will do, and the user has to be asked for that */
  answers[1] = exchange_world_ask (world, "POST", "tokens", "{}");
  answers[2] = exchange_world_ask (world, "POST", "claims", json);
  answers[3] = oauth2_world_tell (provider, "claims", "\"more\"");
  {
    g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");
    g_autoptr (TaubeItemList) list = taube_folder_list (inbox, NULL, NULL, &error);

    g_assert_null (list);
    g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
    g_assert_nonnull (strstr (error->message, "new consent"));
  }
  g_assert_cmpuint (oauth2_world_count (provider, "1604106651"), ==, 1);
  g_assert_true (taube_oauth2_needs_consent (source));
  for (guint i = 0; i < 4; i++)
    g_free (answers[i]);
}

/* A host that the tokens are not for: it is not even asked. */
static void
test_stranger (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--auth=bearer");
  g_autoptr (Oauth2World) provider = oauth2_world_start ("");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (provider);
  g_autofree char *uri = make_uri (world, "127.0.0.1");
  g_autoptr (TaubeAccount) account = open_account (source, uri);
  g_autoptr (GError) error = NULL;

  sign_in (source);
  g_assert_true (taube_oauth2_set_option (source, "hosts", "mail.example.org", NULL));
  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_assert_nonnull (strstr (error->message, "not shown to 127.0.0.1"));
  g_assert_cmpuint (exchange_world_count (world, NULL), ==, 0);
}

/* CASES.md S32: a source is asked for a token of the host that gets it, whatever the URI calls the account. */

#define RECORDING_TYPE_SOURCE (recording_source_get_type ())
G_DECLARE_FINAL_TYPE (RecordingSource, recording_source, RECORDING, SOURCE, GObject)

struct _RecordingSource
{
  GObject parent_instance;
  const char *token;
  GString *hosts;
};

static void
record_async (TaubeTokenSource *source, const char *host, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer user_data)
{
  RecordingSource *self = RECORDING_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);

  g_string_append_printf (self->hosts, "%s ", host);
  g_task_return_pointer (task, g_strdup (self->token), g_free);
}

static char *
record_finish (TaubeTokenSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
recording_source_interface_init (TaubeTokenSourceInterface *iface)
{
  iface->get_token_async = record_async;
  iface->get_token_finish = record_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (RecordingSource, recording_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TAUBE_TYPE_TOKEN_SOURCE, recording_source_interface_init))

static void
recording_source_finalize (GObject *object)
{
  g_string_free (RECORDING_SOURCE (object)->hosts, TRUE);
  G_OBJECT_CLASS (recording_source_parent_class)->finalize (object);
}

static void
recording_source_class_init (RecordingSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = recording_source_finalize;
}

static void
recording_source_init (RecordingSource *self)
{
  self->hosts = g_string_new (NULL);
}

static TaubeAccount *
open_recording (RecordingSource *source, const char *token, const char *uri)
{
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_token_source (TAUBE_TOKEN_SOURCE (source));
  g_autoptr (GError) error = NULL;
  TaubeAccount *account = taube_account_create (uri, credentials, &error);

  g_assert_no_error (error);
  source->token = token;
  return account;
}

static void
test_host_of_endpoint (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--messages=1 --auth=bearer");
  g_autoptr (RecordingSource) source = g_object_new (RECORDING_TYPE_SOURCE, NULL);
  g_autofree char *uri = make_uri (world, "mail.example.org"), *answer = NULL;
  g_autoptr (TaubeAccount) account = open_recording (source, "one", uri);

  answer = exchange_world_ask (world, "POST", "tokens", "{\"one\": \"alice\"}");
  assert_lists (account, 1);
  exchange_world_order (world, "{\"fault\": \"unauthorized\"}");
  assert_lists (account, 1);
  g_assert_cmpstr (source->hosts->str, ==, "127.0.0.1 127.0.0.1 ");
}

/* A server that sends us to another one does not get that one a token, nor is anybody asked for it. */
static void
test_host_of_redirect (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--auth=bearer"), thief = exchange_world_start ("");
  g_autoptr (RecordingSource) source = g_object_new (RECORDING_TYPE_SOURCE, NULL);
  g_autofree char *uri = make_uri (world, "mail.example.org"), *answer = NULL;
  g_autofree char *fault
    = g_strdup_printf ("{\"fault\": \"redirect\", \"status\": 307, \"location\": \"%s\", \"count\": 0}",
                       exchange_world_get (thief, "url"));
  g_autoptr (TaubeAccount) account = open_recording (source, "one", uri);
  g_autoptr (GError) error = NULL;

  answer = exchange_world_ask (world, "POST", "tokens", "{\"one\": \"alice\"}");
  exchange_world_order (world, fault);
  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_cmpstr (source->hosts->str, ==, "127.0.0.1 ");
  g_assert_cmpuint (exchange_world_count (thief, NULL), ==, 0);
}

static void
test_host_of_uri (gconstpointer scheme)
{
  static const char *const options[] = { "--messages=2", NULL };
  g_autoptr (TaubeTestMail) mail = taube_test_mail_start (TAUBE_TEST_DOVECOT, options);
  g_autoptr (RecordingSource) source = g_object_new (RECORDING_TYPE_SOURCE, NULL);
  g_autofree char *uri = NULL;
  g_autoptr (TaubeAccount) account = NULL;

  if (mail == NULL)
    {
      g_test_skip ("Dovecot is not installed");
      return;
    }
  uri = g_strdup_printf ("%s://alice@localhost:%u/?ca-file=%s", (const char *) scheme,
                         taube_test_mail_get_port (mail, scheme), taube_test_mail_get (mail, "ca-file"));
  account = open_recording (source, taube_test_mail_get (mail, "token"), uri);
  assert_lists (account, 2);
  g_assert_cmpstr (source->hosts->str, ==, "localhost ");
}

/* A provider that is away says nothing about the login. */
static void
test_provider_away (void)
{
  g_autoptr (ExchangeWorld) world = exchange_world_start ("--auth=bearer");
  g_autoptr (Oauth2World) provider = oauth2_world_start ("--expires-in=1");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (provider);
  g_autofree char *uri = make_uri (world, "127.0.0.1"), *state = NULL;
  g_autoptr (TaubeAccount) account = open_account (source, uri);
  g_autoptr (GError) error = NULL;

  sign_in (source);
  state = oauth2_world_tell (provider, "fault", "{\"fault\": \"status\", \"status\": 502, \"count\": 9}");
  g_assert_false (taube_account_connect (account, NULL, &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION);
  g_assert_false (taube_oauth2_needs_consent (source));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/oauth2/accounts/imaps", "imaps", test_dovecot);
  g_test_add_data_func ("/oauth2/accounts/pop3s", "pop3s", test_dovecot);
  g_test_add_func ("/oauth2/accounts/exchange", test_exchange);
  g_test_add_func ("/oauth2/accounts/exchange-claims", test_exchange_claims);
  g_test_add_func ("/oauth2/accounts/stranger", test_stranger);
  g_test_add_func ("/oauth2/accounts/host-of-endpoint", test_host_of_endpoint);
  g_test_add_func ("/oauth2/accounts/host-of-redirect", test_host_of_redirect);
  g_test_add_data_func ("/oauth2/accounts/host-of-uri/imaps", "imaps", test_host_of_uri);
  g_test_add_data_func ("/oauth2/accounts/host-of-uri/pop3s", "pop3s", test_host_of_uri);
  g_test_add_func ("/oauth2/accounts/provider-away", test_provider_away);
  return g_test_run ();
}
