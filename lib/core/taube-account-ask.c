/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-account-private.h"

#include "core/taube-ask-private.h"

/* What a backend asks the application by way of its account. */

static void
invoke (gpointer target, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  taube_account_invoke (target, func, data, notify);
}

static void
begin (gpointer target)
{
  taube_pool_begin_question (taube_account_get_pool (target));
}

static void
end (gpointer target)
{
  taube_pool_end_question (taube_account_get_pool (target));
}

static TaubeAsk
asking_for (TaubeAccount *self)
{
  return (TaubeAsk){ .invoke = invoke,
                     .begin = begin,
                     .end = end,
                     .target = self,
                     .credentials = taube_account_get_credentials (self),
                     .uri = taube_account_get_uri (self) };
}

TaubeSecret *
taube_account_ask_password (TaubeAccount *self, guint attempt, const char *refusal, GCancellable *cancellable,
                            GError **error)
{
  TaubeAsk ask = asking_for (self);

  return taube_ask_password (&ask, attempt, refusal, cancellable, error);
}

TaubeSecret *
taube_account_ask_token (TaubeAccount *self, TaubeSecret *refused, GCancellable *cancellable, GError **error)
{
  TaubeAsk ask = asking_for (self);

  return taube_ask_token (&ask, refused, cancellable, error);
}

TaubeSecret *
taube_account_ask_token_for (TaubeAccount *self, const char *host, TaubeSecret *refused, const char *claims,
                             GCancellable *cancellable, GError **error)
{
  TaubeAsk ask = asking_for (self);

  ask.host = host;
  ask.claims = claims;
  return taube_ask_token (&ask, refused, cancellable, error);
}

gboolean
taube_account_ask_trust (TaubeAccount *self, TaubeCertificate *certificate, GCancellable *cancellable)
{
  TaubeAsk ask = asking_for (self);
  TaubeQuestionClosure *closure = taube_account_dup_certificate_closure (self);

  return closure != NULL && taube_ask_trust (&ask, closure, certificate, cancellable);
}

gboolean
taube_account_ask_host (TaubeAccount *self, const char *host, GCancellable *cancellable)
{
  TaubeAsk ask = asking_for (self);

  return taube_ask_host (&ask, host, cancellable);
}

gboolean
taube_account_has_password (TaubeAccount *self)
{
  TaubeCredentials *credentials = taube_account_get_credentials (self);

  return credentials != NULL
         && (taube_credentials_get_password (credentials) != NULL
             || taube_credentials_get_closure (credentials) != NULL);
}

gboolean
taube_account_has_token (TaubeAccount *self)
{
  TaubeCredentials *credentials = taube_account_get_credentials (self);

  return credentials != NULL && taube_credentials_get_token_source (credentials) != NULL;
}
