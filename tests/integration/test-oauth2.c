/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Signing in by OAuth 2 at a private provider, and keeping tokens fresh. */
#include "oauth2-world.h"

#include <string.h>

static void
assert_says (const GError *error, TaubeError code, const char *words)
{
  g_assert_error (error, TAUBE_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
  g_assert_null (strpbrk (error->message, "\r\n"));
}

static void
on_browser_prompt (TaubeOAuth2 *source, const char *uri, const char *user_code, gpointer user_data)
{
  g_assert_null (user_code);
  oauth2_world_browse (uri);
}

/* Keeps what it is given, as an application would. */
typedef struct
{
  GMutex lock;
  char *token;
  guint calls;
} Vault;

static void
keep (TaubeOAuth2 *source, const char *refresh_token, gpointer user_data)
{
  Vault *vault = user_data;

  g_mutex_lock (&vault->lock);
  g_free (vault->token);
  vault->token = g_strdup (refresh_token);
  vault->calls++;
  g_mutex_unlock (&vault->lock);
}

static void
sign_in_by_browser (TaubeOAuth2 *source)
{
  g_autoptr (GError) error = NULL;

  g_signal_connect (source, "prompt", G_CALLBACK (on_browser_prompt), NULL);
  taube_oauth2_sign_in (source, TAUBE_OAUTH2_FLOW_BROWSER, NULL, &error);
  g_assert_no_error (error);
}

static char *
get_token (TaubeOAuth2 *source)
{
  g_autoptr (GError) error = NULL;
  char *token = taube_oauth2_get_token (source, "127.0.0.1", NULL, &error);

  g_assert_no_error (error);
  return token;
}

static void
assert_no_token (TaubeOAuth2 *source, TaubeError code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (taube_oauth2_get_token (source, "127.0.0.1", NULL, &error));
  assert_says (error, code, words);
}

/* The whole way: consent in a browser, tokens, a second run that goes on with what was kept. */
static void
check_browser (const char *options)
{
  g_autoptr (Oauth2World) world = oauth2_world_start (options);
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world), later = oauth2_world_open (world);
  g_autofree char *first = NULL, *again = NULL, *fresh = NULL, *given = NULL;
  Vault vault = { 0 };

  if (strstr (options, "--confidential") != NULL)
    for (guint i = 0; i < 2; i++)
      g_assert_true (taube_oauth2_set_option (i > 0 ? later : source, "client-secret",
                                              oauth2_world_get (world, "client-secret"), NULL));
  taube_oauth2_set_save_func (source, keep, &vault, NULL);
  taube_oauth2_set_save_func (later, keep, &vault, NULL);
  g_assert_true (taube_oauth2_needs_consent (source));
  assert_no_token (source, TAUBE_ERROR_AUTH, "agreed");
  sign_in_by_browser (source);
  g_assert_false (taube_oauth2_needs_consent (source));
  first = get_token (source);
  given = oauth2_world_find (world, "access");
  g_assert_cmpstr (first, ==, given);
  again = get_token (source);
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpuint (oauth2_world_count (world, "\"path\": \"/token\""), ==, 1);

  taube_oauth2_set_refresh_token (later, vault.token);
  fresh = get_token (later);
  g_assert_cmpstr (fresh, !=, first);
  g_assert_cmpuint (oauth2_world_count (world, "\"gave\": \"refresh\""), ==, 1);
  g_assert_cmpuint (vault.calls, ==, 2);
  g_free (vault.token);
}

static void
test_browser (void)
{
  check_browser ("");
  check_browser ("--confidential");
}

static void
test_browser_over_tls (void)
{
  check_browser ("--tls");
}

/* With an authority that is not the provider's nothing is sent. */
static void
test_wrong_authority (void)
{
  g_autoptr (Oauth2World) world = oauth2_world_start ("--tls"), other = oauth2_world_start ("--tls");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  g_autofree char *plain = g_strconcat ("http", strchr (oauth2_world_get (world, "url"), ':'), "/token", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (taube_oauth2_set_option (source, "ca-file", oauth2_world_get (other, "ca-file"), NULL));
  taube_oauth2_set_refresh_token (source, "Refresh-9");
  assert_no_token (source, TAUBE_ERROR_TLS, "localhost");
  g_assert_cmpuint (oauth2_world_count (world, "\"path\""), ==, 0);
  g_assert_false (taube_oauth2_needs_consent (source));
  /* without the permission http is refused even on this machine */
  g_assert_true (taube_oauth2_set_option (source, "token-endpoint", plain, NULL));
  assert_no_token (source, TAUBE_ERROR_INVALID, "https only");
}

/* Many at once, on many threads: one request. */

typedef struct
{
  TaubeOAuth2 *source;
  char *token;
} Asker;

static gpointer
ask_thread (gpointer data)
{
  Asker *asker = data;

  asker->token = get_token (asker->source);
  return NULL;
}

static void
test_one_request_for_all (void)
{
  g_autoptr (Oauth2World) world = oauth2_world_start ("");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  g_autofree char *before = NULL;
  Asker askers[24];
  GThread *threads[24];
  guint requests;

  sign_in_by_browser (source);
  before = get_token (source);
  taube_token_source_invalidate (TAUBE_TOKEN_SOURCE (source), before);
  taube_token_source_invalidate (TAUBE_TOKEN_SOURCE (source), "another-token");
  for (guint i = 0; i < G_N_ELEMENTS (askers); i++)
    {
      askers[i] = (Asker){ source, NULL };
      threads[i] = g_thread_new ("asker", ask_thread, &askers[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (askers); i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpstr (askers[i].token, ==, askers[0].token);
      g_assert_cmpstr (askers[i].token, !=, before);
      /* that the old one was refused once more is no news */
      taube_token_source_invalidate (TAUBE_TOKEN_SOURCE (source), before);
    }
  requests = oauth2_world_count (world, "\"gave\": \"refresh\"");
  g_assert_cmpuint (requests, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (askers); i++)
    g_free (askers[i].token);
}

/* A token that is at its end is replaced before it is used, and each refresh token is used once. */
static void
test_rotation (void)
{
  g_autoptr (Oauth2World) world = oauth2_world_start ("--expires-in=1");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  g_autofree char *last = NULL;
  Vault vault = { 0 };

  taube_oauth2_set_save_func (source, keep, &vault, NULL);
  sign_in_by_browser (source);
  for (guint i = 1; i <= 5; i++)
    {
      g_autofree char *token = get_token (source), *kept = oauth2_world_find (world, "refresh");

      g_assert_cmpstr (token, !=, last);
      g_assert_cmpstr (vault.token, ==, kept);
      g_assert_cmpuint (vault.calls, ==, i + 1);
      g_free (last);
      last = g_steal_pointer (&token);
    }
  g_free (vault.token);
}

/* What was taken back needs a new consent, and that is all it needs. */
static void
test_consent_is_gone (void)
{
  g_autoptr (Oauth2World) world = oauth2_world_start ("--expires-in=1");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  g_autofree char *state = NULL, *token = NULL;
  Vault vault = { 0 };
  guint asked;

  taube_oauth2_set_save_func (source, keep, &vault, NULL);
  sign_in_by_browser (source);
  state = oauth2_world_tell (world, "revoke", "null");
  assert_no_token (source, TAUBE_ERROR_AUTH, "new consent");
  g_assert_true (taube_oauth2_needs_consent (source));
  g_assert_null (vault.token);
  asked = oauth2_world_count (world, "\"path\": \"/token\"");
  assert_no_token (source, TAUBE_ERROR_AUTH, "agreed");
  g_assert_cmpuint (oauth2_world_count (world, "\"path\": \"/token\""), ==, asked);
  g_signal_handlers_disconnect_by_func (source, on_browser_prompt, NULL);
  sign_in_by_browser (source);
  token = get_token (source);
  g_free (vault.token);
}

/* A claims challenge goes on to the provider, who may want the user for it. */
static void
test_claims (void)
{
  static const char claims[] = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1\"}}}";
  g_autoptr (Oauth2World) world = oauth2_world_start ("");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  g_autofree char *quoted = g_strescape (claims, NULL), *json = g_strdup_printf ("\"%s\"", quoted);
  g_autofree char *state = NULL, *token = NULL, *fresh = NULL, *last = NULL;

  sign_in_by_browser (source);
  token = get_token (source);
  taube_token_source_challenge (TAUBE_TOKEN_SOURCE (source), token, claims);
  fresh = get_token (source);
  g_assert_cmpstr (fresh, !=, token);
  g_assert_cmpuint (oauth2_world_count (world, "\"claims\": \"{"), ==, 1);

  state = oauth2_world_tell (world, "claims", json);
  taube_token_source_invalidate (TAUBE_TOKEN_SOURCE (source), fresh);
  assert_no_token (source, TAUBE_ERROR_AUTH, "new consent");
  g_assert_true (taube_oauth2_needs_consent (source));
  g_signal_handlers_disconnect_by_func (source, on_browser_prompt, NULL);
  sign_in_by_browser (source);
  g_assert_cmpuint (oauth2_world_count (world, "claims=%7B%22access_token"), ==, 1);
  last = get_token (source);
}

/* CASES.md S32: a token is for the servers that it is for. */
static void
test_hosts (void)
{
  static const char *const strangers[] = { "mail.example.org", "127.0.0.1.example.org", "localhost.", "" };
  g_autoptr (Oauth2World) world = oauth2_world_start ("");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  g_autofree char *token = NULL;

  sign_in_by_browser (source);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (taube_oauth2_get_token (source, strangers[i], NULL, &error));
      assert_says (error, TAUBE_ERROR_AUTH, "not shown");
    }
  token = taube_oauth2_get_token (source, "LOCALHOST", NULL, NULL);
  g_assert_nonnull (token);
}

/* CASES.md S32: whoever else comes to the port gets nothing and changes nothing. */

static char *
redirect_of (const char *uri)
{
  const char *begin = strstr (uri, "redirect_uri=") + strlen ("redirect_uri=");
  g_autofree char *encoded = g_strndup (begin, strcspn (begin, "&"));

  return g_uri_unescape_string (encoded, NULL);
}

static gpointer
intrude_thread (gpointer data)
{
  static const char *const attempts[] = {
    "/?code=stolen&state=guessed", "/?code=stolen", "/favicon.ico", "/?error=access_denied&state=", "/other?state=x",
    "/?code=a&code=b&state=x",
  };
  g_autofree char *uri = data, *redirect = redirect_of (uri);
  g_autoptr (GUri) url = g_uri_parse (redirect, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GPtrArray) silent = g_ptr_array_new_with_free_func (g_object_unref);

  /* some say nothing at all, more than there is room for */
  for (guint i = 0; i < 20; i++)
    g_ptr_array_add (silent, g_socket_client_connect_to_host (client, "127.0.0.1", (guint16) g_uri_get_port (url), NULL,
                                                              NULL));
  for (guint i = 0; i < G_N_ELEMENTS (attempts); i++)
    {
      g_autofree char *target = g_strconcat (redirect, attempts[i], NULL);
      g_autofree char *answer = oauth2_world_fetch (target);

      g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 40"));
    }
  oauth2_world_browse (uri);
  return NULL;
}

static void
on_intruded_prompt (TaubeOAuth2 *source, const char *uri, const char *user_code, gpointer user_data)
{
  *(GThread **) user_data = g_thread_new ("intruder", intrude_thread, g_strdup (uri));
}

static void
test_intruders (void)
{
  g_autoptr (Oauth2World) world = oauth2_world_start ("");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  GThread *thread = NULL;

  g_signal_connect (source, "prompt", G_CALLBACK (on_intruded_prompt), &thread);
  taube_oauth2_sign_in (source, TAUBE_OAUTH2_FLOW_BROWSER, NULL, &error);
  g_assert_no_error (error);
  g_thread_join (thread);
  token = get_token (source);
}

/* Answers in the browser that are not to be believed. */
static void
test_browser_refusals (void)
{
  static const struct
  {
    const char *fault, *words;
  } cases[] = {
    { "{\"at\": \"authorize\", \"fault\": \"denied\"}", "access_denied" },
    { "{\"at\": \"authorize\", \"fault\": \"answer\", \"answer\": {\"iss\": \"https://evil.example\"}}", "not from" },
    { "{\"at\": \"authorize\", \"fault\": \"answer\", \"answer\": {\"iss\": null}}", "not from" },
    { "{\"at\": \"authorize\", \"fault\": \"answer\", \"answer\": {\"code\": \"of-somebody-else\"}}", "invalid_grant" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Oauth2World) world = oauth2_world_start ("");
      g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
      g_autofree char *state = oauth2_world_tell (world, "fault", cases[i].fault);
      g_autoptr (GError) error = NULL;

      g_signal_connect (source, "prompt", G_CALLBACK (on_browser_prompt), NULL);
      g_assert_false (taube_oauth2_sign_in (source, TAUBE_OAUTH2_FLOW_BROWSER, NULL, &error));
      assert_says (error, TAUBE_ERROR_AUTH, cases[i].words);
      g_assert_true (taube_oauth2_needs_consent (source));
    }
}

/* What a provider may answer in the place of a token. */
static void
test_bad_answers (void)
{
  static const struct
  {
    const char *fault;
    TaubeError code;
    const char *words;
  } cases[] = {
    { "{\"fault\": \"status\", \"status\": 307, \"headers\": {\"Location\": \"%s\"}}",
      TAUBE_ERROR_PROTOCOL, "elsewhere" },
    { "{\"fault\": \"status\", \"status\": 302, \"headers\": {\"Location\": \"%s\"}}",
      TAUBE_ERROR_PROTOCOL, "elsewhere" },
    { "{\"fault\": \"status\", \"status\": 200, \"body\": \"<html>\", \"type\": \"text/html\"}", TAUBE_ERROR_PROTOCOL,
      "JSON" },
    { "{\"fault\": \"status\", \"status\": 503, \"headers\": {\"Retry-After\": \"77\"}}",
      TAUBE_ERROR_THROTTLED, "503" },
    { "{\"fault\": \"status\", \"status\": 500}", TAUBE_ERROR_CONNECTION, "500" },
    { "{\"fault\": \"status\", \"status\": 401, \"headers\": {\"WWW-Authenticate\": \"Basic realm=x\"}}",
      TAUBE_ERROR_PROTOCOL, "401" },
    { "{\"fault\": \"status\", \"status\": 200, \"body\": \"[]\"}", TAUBE_ERROR_PROTOCOL, "JSON" },
    { "{\"fault\": \"status\", \"status\": 200, \"body\": \"{}\"}", TAUBE_ERROR_PROTOCOL, "no token" },
    { "{\"fault\": \"huge\"}", TAUBE_ERROR_LIMIT, "longer" },
    { "{\"fault\": \"deep\"}", TAUBE_ERROR_LIMIT, "longer" },
    { "{\"fault\": \"answer\", \"answer\": {\"token_type\": \"mac\"}}", TAUBE_ERROR_PROTOCOL, "no token" },
    { "{\"fault\": \"answer\", \"answer\": {\"access_token\": \"a b\"}}", TAUBE_ERROR_PROTOCOL, "no token" },
    { "{\"fault\": \"close\", \"count\": 9}", TAUBE_ERROR_CONNECTION, "127.0.0.1" },
    { "{\"fault\": \"error\", \"answer\": {\"error\": \"invalid_client\"}}", TAUBE_ERROR_AUTH, "invalid_client" },
    { "{\"fault\": \"error\", \"answer\": {\"error\": \"temporarily_unavailable\"}}",
      TAUBE_ERROR_THROTTLED, "temporarily" },
  };
  g_autoptr (Oauth2World) thief = oauth2_world_start ("");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Oauth2World) world = oauth2_world_start ("--expires-in=1");
      g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
      g_autofree char *target = g_strconcat (oauth2_world_get (thief, "url"), "/token", NULL);
      g_auto (GStrv) halves = g_strsplit (cases[i].fault, "%s", 2);
      g_autofree char *fault = g_strjoinv (target, halves), *state = NULL;

      sign_in_by_browser (source);
      state = oauth2_world_tell (world, "fault", fault);
      assert_no_token (source, cases[i].code, cases[i].words);
      g_assert_false (taube_oauth2_needs_consent (source));
    }
  g_assert_cmpuint (oauth2_world_count (thief, "\"path\""), ==, 0);
}

static void
on_cancelling_prompt (TaubeOAuth2 *source, const char *uri, const char *user_code, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (taube_oauth2_sign_in (source, TAUBE_OAUTH2_FLOW_DEVICE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_cancellable_cancel (user_data);
}

static void
test_cancel (void)
{
  static const TaubeOAuth2Flow flows[] = { TAUBE_OAUTH2_FLOW_BROWSER, TAUBE_OAUTH2_FLOW_DEVICE };
  g_autoptr (Oauth2World) world = oauth2_world_start ("");

  for (guint i = 0; i < G_N_ELEMENTS (flows); i++)
    {
      g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;

      g_signal_connect (source, "prompt", G_CALLBACK (on_cancelling_prompt), cancellable);
      g_assert_false (taube_oauth2_sign_in (source, flows[i], cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      taube_oauth2_set_refresh_token (source, "Refresh-9");
      g_assert_null (taube_oauth2_get_token (source, "localhost", cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

/* The asynchronous form prompts and ends where it was called. */

typedef struct
{
  GThread *thread;
  GMainLoop *loop;
  GAsyncResult *result;
} Async;

static void
on_async_prompt (TaubeOAuth2 *source, const char *uri, const char *user_code, gpointer user_data)
{
  g_assert_true (((Async *) user_data)->thread == g_thread_self ());
  oauth2_world_browse (uri);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Async *async = user_data;

  g_assert_true (async->thread == g_thread_self ());
  async->result = g_object_ref (result);
  g_main_loop_quit (async->loop);
}

static void
test_async (void)
{
  g_autoptr (Oauth2World) world = oauth2_world_start ("");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  Async async = { g_thread_self (), loop, NULL };

  g_signal_connect (source, "prompt", G_CALLBACK (on_async_prompt), &async);
  taube_oauth2_sign_in_async (source, TAUBE_OAUTH2_FLOW_BROWSER, NULL, on_done, &async);
  g_main_loop_run (loop);
  taube_oauth2_sign_in_finish (source, async.result, &error);
  g_assert_no_error (error);
  g_clear_object (&async.result);
  taube_oauth2_get_token_async (source, "localhost", NULL, on_done, &async);
  g_main_loop_run (loop);
  token = taube_oauth2_get_token_finish (source, async.result, &error);
  g_assert_no_error (error);
  g_clear_object (&async.result);
}

/* CASES.md S31: nothing secret in a log or an error, even when the provider repeats it. */

static void
collect (const char *category, const char *text, gpointer user_data)
{
  static GMutex lock;

  g_mutex_lock (&lock);
  g_string_append (user_data, text);
  g_string_append_c (user_data, '\n');
  g_mutex_unlock (&lock);
}

static void
test_no_secret_in_trace (void)
{
  g_autoptr (Oauth2World) world = oauth2_world_start ("--expires-in=1 --confidential");
  g_autoptr (TaubeOAuth2) source = oauth2_world_open (world);
  const char *secret = oauth2_world_get (world, "client-secret");
  g_autoptr (GString) trace = g_string_new (NULL);
  g_autofree char *token = NULL, *refresh = NULL, *state = NULL, *option = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (taube_oauth2_set_option (source, "client-secret", secret, NULL));
  taube_log_set_handler (collect, trace, NULL);
  taube_log_set_categories ("all");
  sign_in_by_browser (source);
  token = get_token (source);
  refresh = oauth2_world_find (world, "refresh");
  state = oauth2_world_tell (world, "fault", "{\"fault\": \"echo\"}");
  g_assert_null (taube_oauth2_get_token (source, "localhost", NULL, &error));
  assert_says (error, TAUBE_ERROR_AUTH, "invalid_grant");
  taube_log_set_categories (NULL);
  taube_log_set_handler (NULL, NULL, NULL);
  g_assert_nonnull (strstr (trace->str, "POST"));
  g_assert_null (strstr (trace->str, token));
  g_assert_null (strstr (trace->str, refresh));
  g_assert_null (strstr (trace->str, secret));
  g_assert_null (strstr (error->message, refresh));
  g_assert_null (strstr (error->message, secret));
  option = taube_oauth2_get_option (source, "client-secret");
  g_assert_null (option);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oauth2/browser", test_browser);
  g_test_add_func ("/oauth2/browser-over-tls", test_browser_over_tls);
  g_test_add_func ("/oauth2/wrong-authority", test_wrong_authority);
  g_test_add_func ("/oauth2/one-request-for-all", test_one_request_for_all);
  g_test_add_func ("/oauth2/rotation", test_rotation);
  g_test_add_func ("/oauth2/consent-is-gone", test_consent_is_gone);
  g_test_add_func ("/oauth2/claims", test_claims);
  g_test_add_func ("/oauth2/hosts", test_hosts);
  g_test_add_func ("/oauth2/intruders", test_intruders);
  g_test_add_func ("/oauth2/browser-refusals", test_browser_refusals);
  g_test_add_func ("/oauth2/bad-answers", test_bad_answers);
  g_test_add_func ("/oauth2/cancel", test_cancel);
  g_test_add_func ("/oauth2/async", test_async);
  g_test_add_func ("/oauth2/no-secret-in-trace", test_no_secret_in_trace);
  return g_test_run ();
}
