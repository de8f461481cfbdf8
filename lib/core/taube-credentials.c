/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-credentials-private.h"

/**
 * TaubeCredentials:
 *
 * How to sign in. Nothing in it can be read back, and no log shows it; a password is wiped when the last reference
 * goes. Safe between threads.
 */
struct _TaubeCredentials
{
  GObject parent_instance;
  TaubeSecret *password;
  TaubeTokenSource *source;
  TaubeQuestionClosure *closure;
};

typedef struct
{
  GObjectClass parent_class;
} TaubeCredentialsClass;

G_DEFINE_FINAL_TYPE (TaubeCredentials, taube_credentials, G_TYPE_OBJECT)

static void
taube_credentials_finalize (GObject *object)
{
  TaubeCredentials *self = (TaubeCredentials *) object;

  g_clear_pointer (&self->password, taube_secret_unref);
  g_clear_object (&self->source);
  g_clear_pointer (&self->closure, taube_question_closure_unref);
  G_OBJECT_CLASS (taube_credentials_parent_class)->finalize (object);
}

static void
taube_credentials_class_init (TaubeCredentialsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = taube_credentials_finalize;
}

static void
taube_credentials_init (TaubeCredentials *self)
{
}

/**
 * taube_credentials_new_password:
 * @password: a password
 *
 * Signs in with a password, which is copied. When the server refuses it, the operation fails.
 *
 * Returns: (transfer full): new credentials
 */
TaubeCredentials *
taube_credentials_new_password (const char *password)
{
  TaubeCredentials *self = g_object_new (TAUBE_TYPE_CREDENTIALS, NULL);

  g_return_val_if_fail (password != NULL, self);

  self->password = taube_secret_new (password);
  return self;
}

/**
 * taube_credentials_new_token_source:
 * @source: where the tokens come from
 *
 * Signs in with OAuth 2 access tokens. When the server refuses one, the source is asked once for another.
 *
 * Returns: (transfer full): new credentials
 */
TaubeCredentials *
taube_credentials_new_token_source (TaubeTokenSource *source)
{
  TaubeCredentials *self = g_object_new (TAUBE_TYPE_CREDENTIALS, NULL);

  g_return_val_if_fail (TAUBE_IS_TOKEN_SOURCE (source), self);

  self->source = g_object_ref (source);
  return self;
}

/**
 * taube_credentials_new_callback:
 * @func: (scope notified) (closure user_data) (destroy notify): is asked for the password, in the context in which the
 *   account was made
 * @user_data: given to @func
 * @notify: frees @user_data
 *
 * Signs in with a password that is asked for when it is needed, and again when the server refuses it.
 *
 * Returns: (transfer full): new credentials
 */
TaubeCredentials *
taube_credentials_new_callback (TaubeQuestionFunc func, gpointer user_data, GDestroyNotify notify)
{
  TaubeCredentials *self = g_object_new (TAUBE_TYPE_CREDENTIALS, NULL);

  g_return_val_if_fail (func != NULL, self);

  self->closure = taube_question_closure_new (func, user_data, notify);
  return self;
}

TaubeSecret *
taube_credentials_get_password (TaubeCredentials *self)
{
  return self->password;
}

TaubeTokenSource *
taube_credentials_get_token_source (TaubeCredentials *self)
{
  return self->source;
}

TaubeQuestionClosure *
taube_credentials_get_closure (TaubeCredentials *self)
{
  return self->closure;
}
