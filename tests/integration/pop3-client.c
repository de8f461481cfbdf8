/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pop3-client.h"

GCancellable *pop3_client_cancellable;
const char *pop3_client_timeout = "10";

static void
set (TaubeSettings *settings, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  if (value != NULL)
    taube_settings_set (settings, name, value, &error);
  g_assert_no_error (error);
}

static TaubeAccount *
make (const char *uri, const char *ca_file, TaubeCredentials *credentials)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeSettings) settings = taube_settings_new ();
  TaubeAccount *account;

  set (settings, "timeout", pop3_client_timeout);
  set (settings, "connect-timeout", pop3_client_timeout);
  set (settings, "ca-file", ca_file);
  account = taube_account_create_with_settings (uri, settings, credentials, &error);
  g_assert_no_error (error);
  return account;
}

TaubeAccount *
pop3_client_new_with (const char *scheme, const char *user, guint16 port, const char *query, const char *ca_file,
                      TaubeCredentials *credentials)
{
  g_autofree char *uri = g_strdup_printf ("%s://%s@localhost:%u/%s", scheme, user, port, query);

  return make (uri, ca_file, credentials);
}

TaubeAccount *
pop3_client_new (const char *scheme, guint16 port, const char *query, const char *ca_file)
{
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (TAUBE_TEST_PASSWORD);

  return pop3_client_new_with (scheme, "alice", port, query, ca_file, credentials);
}

TaubeAccount *
pop3_client_open (TaubeTestMail *mail, const char *user, const char *scheme, const char *query)
{
  g_autoptr (TaubeCredentials) credentials = taube_credentials_new_password (TAUBE_TEST_PASSWORD);

  return pop3_client_new_with (scheme, user, taube_test_mail_get_port (mail, scheme), query,
                               taube_test_mail_get (mail, "ca-file"), credentials);
}

gboolean
pop3_client_connect (TaubeAccount *account, GError **error)
{
  return taube_account_connect (account, pop3_client_cancellable, error);
}

gboolean
pop3_client_folders (TaubeAccount *account, GError **error)
{
  g_autoptr (GPtrArray) folders
    = taube_account_list_folders (account, TAUBE_CONTENT_MAIL, pop3_client_cancellable, error);

  return folders != NULL;
}

gboolean
pop3_client_refresh (TaubeAccount *account, GError **error)
{
  g_autoptr (TaubeFolder) inbox = taube_account_get_folder_by_name (account, "INBOX");

  return taube_folder_refresh (inbox, pop3_client_cancellable, error);
}

#define POP3_TYPE_TOKENS (pop3_tokens_get_type ())
G_DECLARE_FINAL_TYPE (Pop3Tokens, pop3_tokens, POP3, TOKENS, GObject)

struct _Pop3Tokens
{
  GObject parent_instance;
  const char *const *tokens; /* not owned */
};

static void
pop3_tokens_get_async (TaubeTokenSource *source, const char *host, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);

  g_task_return_pointer (task, g_strdup (*POP3_TOKENS (source)->tokens), g_free);
}

static char *
pop3_tokens_get_finish (TaubeTokenSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
pop3_tokens_invalidate (TaubeTokenSource *source, const char *token)
{
  g_assert_cmpstr (token, ==, *POP3_TOKENS (source)->tokens);
  POP3_TOKENS (source)->tokens++;
}

static void
pop3_tokens_iface_init (TaubeTokenSourceInterface *iface)
{
  iface->get_token_async = pop3_tokens_get_async;
  iface->get_token_finish = pop3_tokens_get_finish;
  iface->invalidate = pop3_tokens_invalidate;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Pop3Tokens, pop3_tokens, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TAUBE_TYPE_TOKEN_SOURCE, pop3_tokens_iface_init))

static void
pop3_tokens_class_init (Pop3TokensClass *klass)
{
}

static void
pop3_tokens_init (Pop3Tokens *self)
{
}

TaubeCredentials *
pop3_client_tokens (const char *const *tokens)
{
  g_autoptr (Pop3Tokens) source = g_object_new (POP3_TYPE_TOKENS, NULL);

  source->tokens = tokens;
  return taube_credentials_new_token_source (TAUBE_TOKEN_SOURCE (source));
}
