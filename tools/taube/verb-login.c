/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli.h"
#include "output-json.h"
#include "output.h"
#include "token-file.h"

#include <string.h>

static char *option_provider;
static char *option_client_id;
static char *option_client_secret_file;
static gboolean option_device;
static char **option_set;

static const GOptionEntry login_options[] = {
  { "provider", 0, 0, G_OPTION_ARG_STRING, &option_provider, N_ ("Who gives the tokens: microsoft, google or other"),
    N_ ("NAME") },
  { "client-id", 0, 0, G_OPTION_ARG_STRING, &option_client_id, N_ ("As what this program is registered there"),
    N_ ("ID") },
  { "client-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &option_client_secret_file,
    N_ ("Take the secret of that registration from the first line of FILE"), N_ ("FILE") },
  { "device", 0, 0, G_OPTION_ARG_NONE, &option_device, N_ ("Show a code that is typed into a browser anywhere"), NULL },
  { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_set,
    N_ ("Set what the provider's own data leave open, or replace them"), N_ ("NAME=VALUE") },
  { NULL },
};

/* What to sign in with: the file's settings, and over them the options. */

static gboolean
read_client_secret (Tokens *tokens, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *text = NULL;

  if (option_client_secret_file == NULL)
    return TRUE;
  if (!g_file_get_contents (option_client_secret_file, &text, NULL, &local))
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("cannot read the client's secret: %s"), local->message);
      return FALSE;
    }
  tokens_set_secret (&tokens->client_secret, text);
  tokens->client_secret[strcspn (text, "\r\n")] = '\0';
  secret_free (text);
  return TRUE;
}

static gboolean
apply_set (Tokens *tokens, GError **error)
{
  for (guint i = 0; option_set != NULL && option_set[i] != NULL; i++)
    {
      const char *equals = strchr (option_set[i], '=');
      g_autofree char *name = equals != NULL ? g_strndup (option_set[i], (gsize)(equals - option_set[i])) : NULL;

      /* Others on this machine can read it there. */
      if (g_strcmp0 (name, "client-secret") == 0)
        g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                     _ ("a secret does not belong on the command line: use --client-secret-file"));
      else if (name == NULL || *name == '\0')
        g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("--set takes NAME=VALUE"));
      else
        {
          g_hash_table_replace (tokens->options, g_steal_pointer (&name), g_strdup (equals + 1));
          continue;
        }
      return FALSE;
    }
  return TRUE;
}

static void
set_option (Tokens *tokens, const char *name, const char *value)
{
  if (value != NULL)
    g_hash_table_replace (tokens->options, g_strdup (name), g_strdup (value));
}

static gboolean
check_settings (const Tokens *tokens, GError **error)
{
  if (!g_hash_table_contains (tokens->options, "client-id"))
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                 _ ("--client-id is missing: as what this program is registered at the provider"));
  else if (g_str_equal (tokens->provider, "other") && !g_hash_table_contains (tokens->options, "hosts"))
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                 _ ("--set=hosts=... is missing: the mail servers that the tokens are for"));
  else
    return TRUE;
  return FALSE;
}

/* FOUND: what the file holds so far, or NULL. It is another consent if the provider is another one. */
static Tokens *
make_settings (Cli *cli, Tokens *found, GError **error)
{
  const char *provider = option_provider != NULL ? option_provider : found != NULL ? found->provider : NULL;
  g_autofree char *ca_file = cli->ca_file != NULL ? g_canonicalize_filename (cli->ca_file, NULL) : NULL;
  g_autoptr (Tokens) tokens = NULL;

  if (provider == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID, _ ("--provider is missing: microsoft, google or other"));
      return NULL;
    }
  tokens = tokens_new (provider);
  if (found != NULL && g_str_equal (provider, found->provider))
    {
      GHashTableIter iter;
      gpointer name, value;

      g_hash_table_iter_init (&iter, found->options);
      while (g_hash_table_iter_next (&iter, &name, &value))
        set_option (tokens, name, value);
      tokens_set_secret (&tokens->client_secret, found->client_secret);
    }
  set_option (tokens, "client-id", option_client_id);
  set_option (tokens, "ca-file", ca_file);
  if (!apply_set (tokens, error) || !check_settings (tokens, error) || !read_client_secret (tokens, error))
    return NULL;
  return g_steal_pointer (&tokens);
}

/* Before the user is asked for anything, it is seen that what comes of it can be kept. */
static Tokens *
prepare (Cli *cli, GError **error)
{
  g_autoptr (TokenFile) file = token_file_lock (cli->token_file, TRUE, cli->cancellable, error);
  Tokens *found = NULL, *tokens = NULL;

  if (file != NULL && token_file_read (file, &found, error) && token_file_reserve (file, error))
    tokens = make_settings (cli, found, error);
  g_clear_pointer (&found, tokens_free);
  return tokens;
}

/* The user. */

typedef struct
{
  Cli *cli;
  GError *error; /* what kept him from being asked */
} Asking;

static void
print_event (const char *kind, const char *name, const char *value, const char *code)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  output_json_set (builder, "kind", kind);
  output_json_set (builder, name, value);
  if (code != NULL)
    output_json_set (builder, "code", code);
  json_builder_end_object (builder);
  output_json_print (builder, FALSE);
}

static void
on_prompt (TaubeOAuth2 *source, const char *uri, const char *user_code, gpointer user_data)
{
  Asking *asking = user_data;

  if (asking->cli->format == FORMAT_JSON)
    print_event (user_code != NULL ? "code" : "browser", "uri", uri, user_code);
  else if (user_code != NULL)
    output_printf (
        _ ("Open this address in a browser, on any machine:\n\n  %s\n\nand type this code there:\n\n  %s\n\n"), uri,
        user_code);
  else
    output_printf (_ ("Open this address in a browser on this machine:\n\n  %s\n\n"), uri);
  if (!output_flush (&asking->error))
    g_cancellable_cancel (asking->cli->cancellable);
}

static void
keep_refresh_token (TaubeOAuth2 *source, const char *refresh_token, gpointer user_data)
{
  Tokens *tokens = user_data;

  tokens_set_secret (&tokens->refresh_token, refresh_token);
}

static gboolean
ask_user (Cli *cli, Tokens *tokens, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (TaubeOAuth2) source = tokens_open (tokens, now, error);
  Asking asking = { cli, NULL };
  guint seconds = 0;

  if (source == NULL)
    return FALSE;
  g_signal_connect (source, "prompt", G_CALLBACK (on_prompt), &asking);
  taube_oauth2_set_save_func (source, keep_refresh_token, tokens, NULL);
  if (!taube_oauth2_sign_in (source, option_device ? TAUBE_OAUTH2_FLOW_DEVICE : TAUBE_OAUTH2_FLOW_BROWSER,
                             cli->cancellable, error))
    {
      if (asking.error != NULL)
        {
          g_clear_error (error);
          g_propagate_error (error, asking.error);
        }
      return FALSE;
    }
  tokens->access_token = taube_oauth2_get_access_token (source, &seconds);
  tokens->good_until = g_get_real_time () / G_USEC_PER_SEC + seconds;
  return TRUE;
}

/* All. */

/* Another run may have signed in meanwhile: the last one counts. */
static gboolean
keep (Cli *cli, const Tokens *tokens, GError **error)
{
  g_autoptr (TokenFile) file = token_file_lock (cli->token_file, TRUE, NULL, error);

  return file != NULL && token_file_write (file, tokens, error);
}

static gboolean
log_in (Cli *cli, GError **error)
{
  g_autoptr (Tokens) tokens = prepare (cli, error);
  g_autofree char *shown = g_filename_display_name (cli->token_file);

  if (tokens == NULL || !ask_user (cli, tokens, error) || !keep (cli, tokens, error))
    return FALSE;
  if (tokens->refresh_token == NULL)
    cli_complain (_ ("taube: warning: the provider gave no refresh token: you will have to sign in again soon"));
  if (cli->format == FORMAT_JSON)
    print_event ("done", "file", shown, NULL);
  else
    output_printf (_ ("You are signed in; the tokens are in \"%s\".\n"), shown);
  return output_flush (error);
}

static ExitCode
run_login (Cli *cli, int n_words, char **words)
{
  g_autoptr (GError) error = NULL;

  if (n_words > 0)
    return cli_usage_error (cli, _ ("it takes options only"));
  if (cli->token_file == NULL)
    return cli_usage_error (cli, _ ("--token-file=FILE is missing: where the tokens are kept"));
  return log_in (cli, &error) ? EXIT_DONE : cli_fail (cli, error);
}

const Verb verb_login = {
  .name = "login",
  .arguments = "",
  .summary = N_ ("Sign in by OAuth 2 and keep the tokens in a file for the other verbs"),
  .options = login_options,
  .run = run_login,
};
