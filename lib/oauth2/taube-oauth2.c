/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-object.h"

#include <string.h>

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#define VALUE_MAXIMUM 4096

typedef struct
{
  GObjectClass parent_class;
} TaubeOAuth2Class;

/**
 * TaubeOAuth2:
 *
 * A [iface@TokenSource] that signs in by OAuth 2 and keeps the tokens fresh, for accounts over whatever protocol.
 *
 * The user agrees once, by [method@OAuth2.sign_in] in a browser or with a code; the signal
 * [signal@OAuth2::prompt] says where. What comes of it is a refresh token, which [method@OAuth2.set_save_func] lets the
 * application keep, and give back by [method@OAuth2.set_refresh_token] in the next run. Access tokens are fetched when
 * they are wanted: before the old one ends, and when a server refuses it; however many connections wait for one,
 * one request is sent. When the provider gives no more without a new consent, that is a `TAUBE_ERROR_AUTH`, and
 * [method@OAuth2.needs_consent] says so.
 *
 * The application brings its own client id, which it has from the provider. Tokens are shown to the hosts of the
 * provider's mail servers only (option `hosts`). Secrets go over https, are not sent on to where a redirect leads, and
 * are in no log.
 *
 * Over HTTPS it speaks by a module that is loaded for it: where that is not installed, the error is
 * `TAUBE_ERROR_NOT_SUPPORTED`. Safe between threads.
 */
G_DEFINE_FINAL_TYPE_WITH_CODE (TaubeOAuth2, taube_oauth2, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TAUBE_TYPE_TOKEN_SOURCE, taube_oauth2_init_source))

static guint prompt_signal;

/* Options. */

static const char *const option_names[] = { "authorization-endpoint", "ca-file",       "client-id",
                                            "client-secret",          "device-endpoint", "hosts",
                                            "issuer",                 "login-hint",    "loopback-http",
                                            "redirect-host",          "redirect-port", "scope",
                                            "tenant",                 "token-endpoint", NULL };

static const char *
get_initial (const TaubeOAuth2Provider *provider, const char *name)
{
  const struct
  {
    const char *name, *value;
  } initial[] = {
    { "authorization-endpoint", provider->authorization_endpoint },
    { "token-endpoint", provider->token_endpoint },
    { "device-endpoint", provider->device_endpoint },
    { "scope", provider->scope },
    { "hosts", provider->hosts },
    { "redirect-host", provider->redirect_host },
    { "tenant", provider->tenant },
    { "issuer", provider->issuer },
    { "prompt", provider->prompt },
    { "access-type", provider->access_type },
  };

  for (guint i = 0; i < G_N_ELEMENTS (initial); i++)
    if (g_str_equal (initial[i].name, name))
      return initial[i].value;
  return NULL;
}

static char *
fault_of (const char *name, const char *value)
{
  if (!g_strv_contains (option_names, name))
    return g_strdup (_ ("there is no such option"));
  if (value[0] == '\0' || strlen (value) > VALUE_MAXIMUM || !g_utf8_validate (value, -1, NULL)
      || strpbrk (value, "\r\n") != NULL)
    return g_strdup (_ ("that is no value"));
  if (g_str_equal (name, "redirect-host") && !g_str_equal (value, "127.0.0.1") && !g_str_equal (value, "localhost"))
    return g_strdup (_ ("it is \"127.0.0.1\" or \"localhost\""));
  if (g_str_equal (name, "redirect-port") && !g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT16, NULL, NULL))
    return g_strdup (_ ("that is no port"));
  if (g_str_equal (name, "loopback-http") && !g_str_equal (value, "yes") && !g_str_equal (value, "no"))
    return g_strdup (_ ("it is \"yes\" or \"no\""));
  if (g_str_equal (name, "tenant")
      && strspn (value, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._") != strlen (value))
    return g_strdup (_ ("that is no value"));
  return NULL;
}

/**
 * taube_oauth2_get_providers:
 *
 * The providers that [ctor@OAuth2.new] knows.
 *
 * Returns: (transfer full): their names; `other` is one of which all is said by options
 */
char **
taube_oauth2_get_providers (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; taube_oauth2_provider_get (i) != NULL; i++)
    g_strv_builder_add (builder, taube_oauth2_provider_get (i)->name);
  return g_strv_builder_end (builder);
}

/**
 * taube_oauth2_new:
 * @provider: one of [func@OAuth2.get_providers]: `microsoft`, `google` or `other`
 * @client_id: as what the application is registered there
 * @error: return location
 *
 * Makes a source of tokens. Nothing is sent.
 *
 * Returns: (transfer full): a source that needs consent; %NULL with `TAUBE_ERROR_INVALID` when nobody knows
 *   the provider
 */
TaubeOAuth2 *
taube_oauth2_new (const char *provider, const char *client_id, GError **error)
{
  const TaubeOAuth2Provider *found;
  g_autoptr (TaubeOAuth2) self = NULL;

  g_return_val_if_fail (provider != NULL && client_id != NULL, NULL);

  found = taube_oauth2_provider_find (provider);
  if (found == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("\"%s\" is no provider that is known"), provider);
      return NULL;
    }
  self = g_object_new (TAUBE_TYPE_OAUTH2, NULL);
  self->provider = found;
  if (!taube_oauth2_set_option (self, "client-id", client_id, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * taube_oauth2_set_option:
 * @name: an option
 * @value: its value
 * @error: return location
 *
 * Sets what the provider's own data leave open, or replaces them. The options are:
 *
 * - `client-id`, `client-secret`: as what the application is registered; the second is given back to nobody
 * - `tenant`: for `microsoft`, whose directory (initially `common`)
 * - `login-hint`: the user's address, for the page on which he agrees
 * - `scope`: what is asked for
 * - `hosts`: the servers that the tokens may be shown to, as `imap.example.org,*.example.net`
 * - `authorization-endpoint`, `token-endpoint`, `device-endpoint`: URLs; `{tenant}` stands for the tenant
 * - `issuer`: who must say that he answered (RFC 9207); when it was set, an answer that does not say it is refused
 * - `redirect-host`: how the provider wants to hear this machine called: `127.0.0.1` or `localhost`
 * - `redirect-port`: the port to which the browser comes back, where the registration names one; `0` is a free one
 * - `ca-file`: a PEM file with the authorities of the provider's certificate, in place of the system's
 * - `loopback-http`: `yes` permits endpoints without TLS on this very machine, for tests
 *
 * Returns: %TRUE, or %FALSE with `TAUBE_ERROR_INVALID`
 */
gboolean
taube_oauth2_set_option (TaubeOAuth2 *self, const char *name, const char *value, GError **error)
{
  g_autofree char *fault = NULL;

  g_return_val_if_fail (IS_OAUTH2 (self), FALSE);
  g_return_val_if_fail (name != NULL && value != NULL, FALSE);

  fault = fault_of (name, value);
  if (fault != NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("option \"%s\" of OAuth 2: %s"), name, fault);
      return FALSE;
    }
  g_mutex_lock (&self->lock);
  if (g_str_equal (name, "client-secret"))
    {
      g_clear_pointer (&self->client_secret, taube_secret_unref);
      self->client_secret = taube_secret_new (value);
    }
  else
    g_hash_table_replace (self->options, g_strdup (name), g_strdup (value));
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/**
 * taube_oauth2_get_option:
 * @name: an option
 *
 * What an option is: as it was set, or as the provider's data have it.
 *
 * Returns: (transfer full) (nullable): the value; %NULL when there is none, and for `client-secret`
 */
char *
taube_oauth2_get_option (TaubeOAuth2 *self, const char *name)
{
  const char *set;
  char *value;

  g_return_val_if_fail (IS_OAUTH2 (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  g_mutex_lock (&self->lock);
  set = g_hash_table_lookup (self->options, name);
  value = g_strdup (set != NULL ? set : get_initial (self->provider, name));
  g_mutex_unlock (&self->lock);
  return value;
}

char *
taube_oauth2_dup_endpoint (TaubeOAuth2 *self, const char *option, GError **error)
{
  g_autofree char *template = taube_oauth2_get_option (self, option);
  g_autofree char *tenant = taube_oauth2_get_option (self, "tenant");
  g_autofree char *loopback = taube_oauth2_get_option (self, "loopback-http");
  g_autoptr (GString) url = g_string_new (template);

  if (template == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_NOT_SUPPORTED, _ ("provider \"%s\" has no %s"),
                   self->provider->name, option);
      return NULL;
    }
  g_string_replace (url, "{tenant}", tenant != NULL ? tenant : "common", 0);
  if (!taube_oauth2_provider_check_url (url->str, g_strcmp0 (loopback, "yes") == 0, error))
    return NULL;
  return g_string_free (g_steal_pointer (&url), FALSE);
}

TaubeSecret *
taube_oauth2_dup_client_secret (TaubeOAuth2 *self)
{
  TaubeSecret *secret;

  g_mutex_lock (&self->lock);
  secret = self->client_secret != NULL ? taube_secret_ref (self->client_secret) : NULL;
  g_mutex_unlock (&self->lock);
  return secret;
}

/* One that the application has set must be there. */
gboolean
taube_oauth2_demands_issuer (TaubeOAuth2 *self)
{
  gboolean demands;

  g_mutex_lock (&self->lock);
  demands = g_hash_table_contains (self->options, "issuer");
  g_mutex_unlock (&self->lock);
  return demands;
}

char *
taube_oauth2_dup_claims (TaubeOAuth2 *self)
{
  char *claims;

  g_mutex_lock (&self->lock);
  claims = g_strdup (self->claims);
  g_mutex_unlock (&self->lock);
  return claims;
}

/* Refresh tokens. */

/**
 * taube_oauth2_set_refresh_token:
 * @refresh_token: (nullable): what was kept; %NULL forgets it
 *
 * Goes on with a consent of an earlier run. It is copied, and wiped when it is not needed any more; what was known
 * before is forgotten.
 */
void
taube_oauth2_set_refresh_token (TaubeOAuth2 *self, const char *refresh_token)
{
  g_return_if_fail (IS_OAUTH2 (self));

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->refresh, taube_secret_unref);
  g_clear_pointer (&self->access, taube_secret_unref);
  if (refresh_token != NULL && refresh_token[0] != '\0')
    self->refresh = taube_secret_new (refresh_token);
  g_mutex_unlock (&self->lock);
}

/**
 * taube_oauth2_set_save_func:
 * @func: (nullable) (scope notified) (closure user_data) (destroy notify): keeps refresh tokens
 * @user_data: given to @func
 * @notify: frees @user_data
 *
 * Sets who keeps the refresh tokens. Providers replace them as they like, and the one before is good for nothing then.
 * To be called once, before anything is asked for.
 */
void
taube_oauth2_set_save_func (TaubeOAuth2 *self, TaubeOAuth2SaveFunc func, gpointer user_data, GDestroyNotify notify)
{
  g_return_if_fail (IS_OAUTH2 (self));
  g_return_if_fail (self->save == NULL);

  self->save = func;
  self->save_data = user_data;
  self->save_notify = notify;
}

/**
 * taube_oauth2_needs_consent:
 *
 * Whether the user has to agree, first or again: there is no refresh token, or the provider did not take it.
 *
 * Returns: %TRUE when [method@OAuth2.sign_in] is what helps
 */
gboolean
taube_oauth2_needs_consent (TaubeOAuth2 *self)
{
  gboolean needs;

  g_return_val_if_fail (IS_OAUTH2 (self), TRUE);

  g_mutex_lock (&self->lock);
  needs = self->refresh == NULL;
  g_mutex_unlock (&self->lock);
  return needs;
}

/* Flows. */

gboolean
taube_oauth2_begin_flow (TaubeOAuth2 *self)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = !self->flowing;
  self->flowing = TRUE;
  g_mutex_unlock (&self->lock);
  return first;
}

void
taube_oauth2_end_flow (TaubeOAuth2 *self)
{
  g_mutex_lock (&self->lock);
  self->flowing = FALSE;
  g_mutex_unlock (&self->lock);
}

void
taube_oauth2_prompt (TaubeOAuth2 *self, const char *uri, const char *user_code)
{
  g_signal_emit (self, prompt_signal, 0, uri, user_code);
}

static void
taube_oauth2_finalize (GObject *object)
{
  TaubeOAuth2 *self = (TaubeOAuth2 *) object;

  if (self->save_notify != NULL)
    self->save_notify (self->save_data);
  g_clear_pointer (&self->client_secret, taube_secret_unref);
  g_clear_pointer (&self->refresh, taube_secret_unref);
  g_clear_pointer (&self->access, taube_secret_unref);
  g_ptr_array_unref (self->waiting);
  g_hash_table_unref (self->options);
  g_free (self->claims);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (taube_oauth2_parent_class)->finalize (object);
}

static void
taube_oauth2_init (TaubeOAuth2 *self)
{
  g_mutex_init (&self->lock);
  self->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->provider = taube_oauth2_provider_find ("other");
}

static void
taube_oauth2_class_init (TaubeOAuth2Class *klass)
{
  G_OBJECT_CLASS (klass)->finalize = taube_oauth2_finalize;

  /**
   * TaubeOAuth2::prompt:
   * @self: what signs in
   * @uri: what the user is to open in a browser
   * @user_code: (nullable): what he is to type there; %NULL with %TAUBE_OAUTH2_FLOW_BROWSER, where he comes back by
   *   himself
   *
   * Asks the application to show something to its user, during [method@OAuth2.sign_in] on the calling thread, or in the
   * context in which [method@OAuth2.sign_in_async] was called.
   */
  prompt_signal = g_signal_new ("prompt", TAUBE_TYPE_OAUTH2, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                G_TYPE_STRING, G_TYPE_STRING);
}
