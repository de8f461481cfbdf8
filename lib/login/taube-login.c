/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-login.h>

#include <taube-backend/taube-trace.h>
#include <taube/taube-error.h>

/* How often a password is asked for again. */
#define MAX_ATTEMPTS 3

typedef struct
{
  const TaubeLogin *login;
  gboolean refused; /* this connection has brought a refusal */
} Run;

/* Whether there is a connection; it is forgiven what the one before has brought. */
static gboolean
be_connected (Run *self, GCancellable *cancellable, GError **error)
{
  gboolean dialled = FALSE;

  if (!self->login->be_connected (self->login->user_data, &dialled, cancellable, error))
    return FALSE;
  if (dialled)
    self->refused = FALSE;
  return TRUE;
}

/* One attempt. Servers hang up over a refusal, some a moment later: that a line breaks which has brought one says
 * nothing of this secret, and it is tried once more on a new line. */
static gboolean
attempt (Run *self, const TaubeSecret *secret, gboolean is_token, GCancellable *cancellable, GError **error)
{
  const TaubeLogin *login = self->login;
  GError *local = NULL;
  gboolean ok;

  if (!be_connected (self, cancellable, error))
    return FALSE;
  ok = login->attempt (login->user_data, secret, is_token, cancellable, &local);
  if (!ok && self->refused && g_error_matches (local, TAUBE_ERROR, TAUBE_ERROR_CONNECTION))
    {
      TAUBE_TRACE (login->name, "the server hangs up after a refusal: %s", local->message);
      g_clear_error (&local);
      ok = be_connected (self, cancellable, &local)
           && login->attempt (login->user_data, secret, is_token, cancellable, &local);
    }
  if (ok)
    return TRUE;
  self->refused |= g_error_matches (local, TAUBE_ERROR, TAUBE_ERROR_AUTH);
  g_propagate_error (error, local);
  return FALSE;
}

/* FALSE without an error: that cannot be, or the server does not want it and a password may do. */
static gboolean
sign_in_without_secret (Run *self, GCancellable *cancellable, GError **error)
{
  const TaubeLogin *login = self->login;
  g_autoptr (GError) refusal = NULL;
  gboolean forced = FALSE;

  if (!login->needs_no_secret (login->user_data, &forced))
    return FALSE;
  if (attempt (self, NULL, FALSE, cancellable, &refusal))
    return TRUE;
  if (forced || !g_error_matches (refusal, TAUBE_ERROR, TAUBE_ERROR_AUTH)
      || !(taube_account_has_password (login->account) || taube_account_has_token (login->account)))
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return FALSE;
    }
  TAUBE_TRACE (login->name, "going on with a password: %s", refusal->message);
  return FALSE;
}

/* Attempt number N, after REFUSAL (nullable) of REFUSED (nullable). */
static TaubeSecret *
ask_secret (TaubeAccount *account, gboolean is_token, guint n, TaubeSecret *refused, const GError *refusal,
            GCancellable *cancellable, GError **error)
{
  if (is_token)
    return taube_account_ask_token (account, refused, cancellable, error);
  return taube_account_ask_password (account, n, refusal != NULL ? refusal->message : NULL, cancellable, error);
}

/* There is no other secret: the refusal of the one before says more, but not when somebody cancelled. */
static gboolean
give_up (GError *no_secret, GError **refusal, GError **error)
{
  if (*refusal == NULL || g_error_matches (no_secret, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, no_secret);
      return FALSE;
    }
  g_error_free (no_secret);
  g_propagate_error (error, g_steal_pointer (refusal));
  return FALSE;
}

static gboolean
sign_in_with_secret (Run *self, GCancellable *cancellable, GError **error)
{
  TaubeAccount *account = self->login->account;
  gboolean is_token = taube_account_has_token (account);
  guint attempts = is_token ? 2 : MAX_ATTEMPTS;
  g_autoptr (TaubeSecret) secret = NULL;
  g_autoptr (GError) refusal = NULL;

  for (guint n = 0; n < attempts; n++)
    {
      GError *no_secret = NULL;
      TaubeSecret *next = ask_secret (account, is_token, n, secret, refusal, cancellable, &no_secret);

      if (next == NULL)
        return give_up (no_secret, &refusal, error);
      g_clear_pointer (&secret, taube_secret_unref);
      secret = next;
      g_clear_error (&refusal);
      if (attempt (self, secret, is_token, cancellable, &refusal))
        return TRUE;
      if (!g_error_matches (refusal, TAUBE_ERROR, TAUBE_ERROR_AUTH))
        break;
    }
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

gboolean
taube_login_run (const TaubeLogin *self, GCancellable *cancellable, GError **error)
{
  Run run = { self, FALSE };
  GError *local = NULL;

  if (sign_in_without_secret (&run, cancellable, &local))
    return TRUE;
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  return sign_in_with_secret (&run, cancellable, error);
}
