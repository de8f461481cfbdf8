/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-private.h"

#include <string.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-testing.h>

#include "base/taube-gettext.h"
#include "oauth2/taube-oauth2-loopback.h"
#include "oauth2/taube-oauth2-poll.h"
#include "oauth2/taube-oauth2-provider.h"

/* So long a user may take in the browser. */
#define BROWSER_SECONDS (15 * 60)
#define DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

static TaubeTestRest test_rest; /* atomic */

void
taube_oauth2_set_test_rest (TaubeTestRest rest)
{
  g_atomic_pointer_set (&test_rest, rest);
}

/* One signing in. Each string is our own copy. */
typedef struct
{
  TaubeOAuth2 *self;
  GMainContext *context; /* where the application is asked; NULL: here */
  GCancellable *cancellable;
  char *client_id;
  char *scope;
  char *claims;
  TaubeSecret *client_secret;
} Flow;

static const char *
peek (const TaubeSecret *secret)
{
  return secret != NULL ? taube_secret_peek (secret) : NULL;
}

/* Prompts. */

typedef struct
{
  TaubeOAuth2 *self;
  char *uri;
  char *user_code;
} Prompt;

static gboolean
show_prompt (gpointer data)
{
  Prompt *prompt = data;

  taube_oauth2_prompt (prompt->self, prompt->uri, prompt->user_code);
  return G_SOURCE_REMOVE;
}

static void
prompt_free (gpointer data)
{
  Prompt *prompt = data;

  g_object_unref (prompt->self);
  g_free (prompt->uri);
  g_free (prompt->user_code);
  g_free (prompt);
}

static void
ask_user (Flow *flow, const char *uri, const char *user_code)
{
  g_autoptr (GSource) source = NULL;
  Prompt *prompt;

  if (flow->context == NULL)
    {
      taube_oauth2_prompt (flow->self, uri, user_code);
      return;
    }
  prompt = g_new0 (Prompt, 1);
  prompt->self = g_object_ref (flow->self);
  prompt->uri = g_strdup (uri);
  prompt->user_code = g_strdup (user_code);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, show_prompt, prompt, prompt_free);
  g_source_attach (source, flow->context);
}

/* In a browser. */

static char *
make_page (Flow *flow, const char *endpoint, const char *redirect, const TaubeSecret *state,
           const TaubeSecret *verifier)
{
  g_autofree char *challenge = taube_oauth2_form_challenge (verifier);
  g_autofree char *hint = taube_oauth2_get_option (flow->self, "login-hint");
  g_autofree char *prompt = taube_oauth2_get_option (flow->self, "prompt");
  g_autofree char *access_type = taube_oauth2_get_option (flow->self, "access-type");
  const TaubeOAuth2Field fields[] = {
    { "response_type", "code" },       { "client_id", flow->client_id },       { "redirect_uri", redirect },
    { "scope", flow->scope },          { "state", peek (state) },              { "code_challenge", challenge },
    { "code_challenge_method", "S256" }, { "login_hint", hint },               { "prompt", prompt },
    { "access_type", access_type },    { "claims", flow->claims },
  };
  g_autoptr (TaubeSecret) query = taube_oauth2_form_new (fields, G_N_ELEMENTS (fields));

  return g_strconcat (endpoint, strchr (endpoint, '?') != NULL ? "&" : "?", taube_secret_peek (query), NULL);
}

/* iss: an answer of another provider than was asked is one that somebody slipped in           (RFC 9207, 2.4) */
static gboolean
check_issuer (Flow *flow, const char *found, GError **error)
{
  g_autofree char *issuer = taube_oauth2_get_option (flow->self, "issuer");
  gboolean demanded = taube_oauth2_demands_issuer (flow->self);

  if (issuer == NULL || (found == NULL && !demanded) || g_strcmp0 (found, issuer) == 0)
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH,
               _ ("the answer in the browser is not from %s, which was asked"), issuer);
  return FALSE;
}

static gboolean
check_redirect (Flow *flow, const TaubeOAuth2Redirect *redirect, const char *host, GError **error)
{
  TaubeOAuth2Answer refusal = { 0 };

  if (!check_issuer (flow, redirect->issuer, error))
    return FALSE;
  if (redirect->error == NULL)
    return TRUE;
  refusal.error = taube_oauth2_clean_text (redirect->error);
  refusal.description = taube_oauth2_clean_text (redirect->description);
  if (refusal.error == NULL)
    refusal.error = g_strdup ("?");
  g_propagate_error (error, taube_oauth2_answer_to_error (&refusal, host));
  taube_oauth2_answer_clear (&refusal);
  return FALSE;
}

static gboolean
redeem_code (Flow *flow, const TaubeSecret *code, const char *redirect, const TaubeSecret *verifier, GError **error)
{
  const TaubeOAuth2Field fields[] = {
    { "grant_type", "authorization_code" },  { "code", peek (code) },
    { "redirect_uri", redirect },            { "code_verifier", peek (verifier) },
    { "client_id", flow->client_id },        { "client_secret", peek (flow->client_secret) },
  };
  TaubeOAuth2Answer answer;
  gboolean ok
    = taube_oauth2_post_for_token (flow->self, fields, G_N_ELEMENTS (fields), &answer, flow->cancellable, error);

  if (ok)
    taube_oauth2_accept (flow->self, NULL, &answer);
  taube_oauth2_answer_clear (&answer);
  return ok;
}

/* The option was checked when it was set. */
static guint16
read_port (const char *text)
{
  return text != NULL ? (guint16) g_ascii_strtoull (text, NULL, 10) : 0;
}

static gboolean
run_browser (Flow *flow, GError **error)
{
  g_autofree char *endpoint = taube_oauth2_dup_endpoint (flow->self, "authorization-endpoint", error);
  g_autofree char *token_endpoint
    = endpoint != NULL ? taube_oauth2_dup_endpoint (flow->self, "token-endpoint", error) : NULL;
  g_autofree char *name = taube_oauth2_get_option (flow->self, "redirect-host");
  g_autofree char *port = taube_oauth2_get_option (flow->self, "redirect-port");
  g_autoptr (GUri) uri = NULL;
  g_autoptr (TaubeOAuth2Loopback) loopback = NULL;
  g_autoptr (TaubeSecret) state = taube_oauth2_form_random ();
  g_autoptr (TaubeSecret) verifier = taube_oauth2_form_random ();
  g_autofree char *redirect = NULL, *page = NULL;
  TaubeOAuth2Redirect found = { NULL };
  gboolean ok;

  if (token_endpoint == NULL || (loopback = taube_oauth2_loopback_open (read_port (port), error)) == NULL)
    return FALSE;
  uri = g_uri_parse (endpoint, G_URI_FLAGS_ENCODED, NULL);
  redirect = g_strdup_printf ("http://%s:%u", name, taube_oauth2_loopback_get_port (loopback));
  page = make_page (flow, endpoint, redirect, state, verifier);
  ask_user (flow, page, NULL);
  if (!taube_oauth2_loopback_wait (loopback, state, BROWSER_SECONDS, &found, flow->cancellable, error))
    return FALSE;
  ok = check_redirect (flow, &found, g_uri_get_host (uri), error)
       && redeem_code (flow, found.code, redirect, verifier, error);
  taube_oauth2_redirect_clear (&found);
  return ok;
}

/* With a code. */

/* What goes by between two questions. */
typedef struct
{
  gint64 begin;
  gint64 pretended; /* microseconds that a test has let go by */
} Clock;

static gint64
get_elapsed (const Clock *clock)
{
  return clock->pretended > 0 ? clock->pretended : g_get_monotonic_time () - clock->begin;
}

static gboolean
rest (Clock *clock, guint seconds, GCancellable *cancellable, GError **error)
{
  TaubeTestRest pretend = g_atomic_pointer_get (&test_rest);
  GPollFD poll;

  if (pretend != NULL)
    {
      pretend (seconds);
      clock->pretended += (gint64) seconds * G_USEC_PER_SEC;
    }
  else if (!g_cancellable_make_pollfd (cancellable, &poll))
    g_usleep ((gulong) seconds * G_USEC_PER_SEC);
  else
    {
      g_poll (&poll, 1, (int) seconds * 1000);
      g_cancellable_release_fd (cancellable);
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
ask_device_code (Flow *flow, TaubeOAuth2Answer *out, GError **error)
{
  g_autofree char *endpoint = taube_oauth2_dup_endpoint (flow->self, "device-endpoint", error);
  g_autofree char *loopback = taube_oauth2_get_option (flow->self, "loopback-http");
  const TaubeOAuth2Field fields[] = {
    { "client_id", flow->client_id },
    { "scope", flow->scope },
    { "claims", flow->claims },
  };

  if (endpoint == NULL
      || !taube_oauth2_post (flow->self, endpoint, fields, G_N_ELEMENTS (fields), out, flow->cancellable, error))
    return FALSE;
  if (out->error != NULL)
    g_propagate_error (error, taube_oauth2_answer_to_error (out, endpoint));
  else if (out->device_code == NULL || out->user_code == NULL || out->verification_uri == NULL)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("%s gives no code for the user"), endpoint);
  else
    return taube_oauth2_provider_check_url (out->verification_uri, g_strcmp0 (loopback, "yes") == 0, error);
  return FALSE;
}

/* TRUE: there are tokens, or *AGAIN says to ask once more. */
static gboolean
poll_device (Flow *flow, const TaubeSecret *code, TaubeOAuth2Poll *poll, gboolean *again, GError **error)
{
  const TaubeOAuth2Field fields[] = {
    { "grant_type", DEVICE_GRANT },
    { "device_code", peek (code) },
    { "client_id", flow->client_id },
    { "client_secret", peek (flow->client_secret) },
  };
  TaubeOAuth2Answer answer;
  GError *local = NULL;
  gboolean ok
    = taube_oauth2_post_for_token (flow->self, fields, G_N_ELEMENTS (fields), &answer, flow->cancellable, &local);

  *again = FALSE;
  if (ok)
    taube_oauth2_accept (flow->self, NULL, &answer);
  else if (g_error_matches (local, TAUBE_ERROR, TAUBE_ERROR_CONNECTION)
           || g_error_matches (local, TAUBE_ERROR, TAUBE_ERROR_THROTTLED))
    *again = taube_oauth2_poll_hear (poll, NULL);
  else if (answer.error != NULL)
    *again = taube_oauth2_poll_hear (poll, answer.error);
  if (*again || ok)
    g_clear_error (&local);
  else
    g_propagate_error (error, local);
  taube_oauth2_answer_clear (&answer);
  return ok || *again;
}

static gboolean
wait_for_device (Flow *flow, const TaubeOAuth2Answer *device, GError **error)
{
  Clock clock = { g_get_monotonic_time (), 0 };
  TaubeOAuth2Poll poll;
  gboolean again;

  taube_oauth2_poll_init (&poll, device->expires_in, device->interval);
  while (taube_oauth2_poll_goes_on (&poll, get_elapsed (&clock)))
    {
      if (!rest (&clock, poll.interval, flow->cancellable, error)
          || !poll_device (flow, device->device_code, &poll, &again, error))
        return FALSE;
      if (!again)
        return TRUE;
    }
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("the code was not typed in in time"));
  return FALSE;
}

static gboolean
run_device (Flow *flow, GError **error)
{
  TaubeOAuth2Answer device = { NULL };
  gboolean ok = ask_device_code (flow, &device, error);

  if (ok)
    {
      ask_user (flow, device.verification_uri, device.user_code);
      ok = wait_for_device (flow, &device, error);
    }
  taube_oauth2_answer_clear (&device);
  return ok;
}

/* The three forms. */

static gboolean
run_flow (TaubeOAuth2 *self, TaubeOAuth2Flow kind, GMainContext *context, GCancellable *cancellable, GError **error)
{
  Flow flow = { .self = self, .context = context, .cancellable = cancellable };
  gboolean ok = FALSE;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (!taube_oauth2_begin_flow (self))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PENDING, _ ("the user is being asked already"));
      return FALSE;
    }
  flow.client_id = taube_oauth2_get_option (self, "client-id");
  flow.scope = taube_oauth2_get_option (self, "scope");
  flow.claims = taube_oauth2_dup_claims (self);
  flow.client_secret = taube_oauth2_dup_client_secret (self);
  ok = kind == TAUBE_OAUTH2_FLOW_DEVICE ? run_device (&flow, error) : run_browser (&flow, error);
  taube_oauth2_end_flow (self);
  g_free (flow.client_id);
  g_free (flow.scope);
  g_free (flow.claims);
  g_clear_pointer (&flow.client_secret, taube_secret_unref);
  return ok;
}

/**
 * taube_oauth2_sign_in:
 * @flow: how the user is asked
 * @cancellable: (nullable): gives up
 * @error: return location
 *
 * Lets the user agree that the application may use his mailbox, and waits until he has: some minutes at most. The
 * signal [signal@OAuth2::prompt] says what to show him; a handler must return soon, as when it starts a browser. The
 * refresh token that comes of it goes to [method@OAuth2.set_save_func]. Blocking; see [method@OAuth2.sign_in_async].
 *
 * In a browser, only an answer counts that knows what was asked for (`state`, PKCE, and the issuer where the provider
 * tells it); it comes to a port of 127.0.0.1 which is open for that long.
 *
 * Returns: %TRUE, or %FALSE with @error: %TAUBE_ERROR_AUTH when the user or the provider said no, or nobody came in
 *   time; %TAUBE_ERROR_NOT_SUPPORTED when the provider does not have this flow; %TAUBE_ERROR_INVALID,
 *   %TAUBE_ERROR_CONNECTION, %TAUBE_ERROR_TLS, %TAUBE_ERROR_PROTOCOL, %TAUBE_ERROR_THROTTLED, `G_IO_ERROR_CANCELLED`,
 *   `G_IO_ERROR_PENDING` while the user is being asked already
 */
gboolean
taube_oauth2_sign_in (TaubeOAuth2 *self, TaubeOAuth2Flow flow, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_OAUTH2), FALSE);

  return run_flow (self, flow, NULL, cancellable, error);
}

typedef struct
{
  TaubeOAuth2Flow flow;
  GMainContext *context;
} AsyncFlow;

static void
async_flow_free (gpointer data)
{
  AsyncFlow *async = data;

  g_main_context_unref (async->context);
  g_free (async);
}

/* People are slow: no worker waits for them. */
static gpointer
flow_thread (gpointer data)
{
  g_autoptr (GTask) task = data;
  const AsyncFlow *async = g_task_get_task_data (task);
  GError *error = NULL;

  if (run_flow (g_task_get_source_object (task), async->flow, async->context, g_task_get_cancellable (task), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  return NULL;
}

/**
 * taube_oauth2_sign_in_async:
 * @flow: how the user is asked
 * @cancellable: (nullable): gives up
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Lets the user agree. See [method@OAuth2.sign_in].
 */
void
taube_oauth2_sign_in_async (TaubeOAuth2 *self, TaubeOAuth2Flow flow, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task;
  AsyncFlow *async;

  g_return_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_OAUTH2));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, taube_oauth2_sign_in_async);
  async = g_new0 (AsyncFlow, 1);
  async->flow = flow;
  async->context = g_main_context_ref (g_task_get_context (task));
  g_task_set_task_data (task, async, async_flow_free);
  g_thread_unref (g_thread_new ("taube-oauth2", flow_thread, task));
}

/**
 * taube_oauth2_sign_in_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Whether the user has agreed. See [method@OAuth2.sign_in] for the errors.
 *
 * Returns: %TRUE, or %FALSE with @error
 */
gboolean
taube_oauth2_sign_in_finish (TaubeOAuth2 *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_TYPE_CHECK_INSTANCE_TYPE (self, TAUBE_TYPE_OAUTH2), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
