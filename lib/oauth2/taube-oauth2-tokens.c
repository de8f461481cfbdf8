/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-object.h"

#include <string.h>

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

/* A token is not used any more so long before its end, or for the last tenth of a short life. */
#define MARGIN_SECONDS 300
/* What does not say how long it lives. */
#define LIFE_SECONDS 600

/* Refresh tokens. */

static void
save (TaubeOAuth2 *self, const TaubeSecret *refresh)
{
  if (self->save != NULL)
    self->save (self, refresh != NULL ? taube_secret_peek (refresh) : NULL, self->save_data);
}

static gboolean
is_current (TaubeOAuth2 *self, const TaubeSecret *refresh)
{
  gboolean current;

  g_mutex_lock (&self->lock);
  current = self->refresh != NULL && taube_secret_equal (self->refresh, refresh);
  g_mutex_unlock (&self->lock);
  return current;
}

void
taube_oauth2_accept (TaubeOAuth2 *self, const TaubeSecret *replaced, TaubeOAuth2Answer *answer)
{
  gint64 life = answer->expires_in > 0 ? answer->expires_in : LIFE_SECONDS;
  gint64 good = life - MIN (MARGIN_SECONDS, life / 10 + 1);

  /* The application has gone on with another user in the meantime. */
  if (replaced != NULL && !is_current (self, replaced))
    return;
  /* It must outlive us before anything depends on it. */
  if (answer->refresh != NULL)
    save (self, answer->refresh);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->access, taube_secret_unref);
  self->access = g_steal_pointer (&answer->access);
  self->good_until = g_get_monotonic_time () + good * G_USEC_PER_SEC;
  self->good_until_date = g_get_real_time () + good * G_USEC_PER_SEC;
  if (answer->refresh != NULL)
    {
      g_clear_pointer (&self->refresh, taube_secret_unref);
      self->refresh = g_steal_pointer (&answer->refresh);
    }
  g_clear_pointer (&self->claims, g_free);
  g_mutex_unlock (&self->lock);
}

/* The provider does not take REFRESH, which may have been replaced in the meantime. */
static void
forget (TaubeOAuth2 *self, const TaubeSecret *refresh, TaubeOAuth2Answer *answer)
{
  gboolean ours;

  g_mutex_lock (&self->lock);
  ours = self->refresh != NULL && taube_secret_equal (self->refresh, refresh);
  if (ours)
    {
      g_clear_pointer (&self->refresh, taube_secret_unref);
      g_clear_pointer (&self->access, taube_secret_unref);
    }
  if (answer->claims != NULL)
    {
      g_free (self->claims);
      self->claims = g_steal_pointer (&answer->claims);
    }
  g_mutex_unlock (&self->lock);
  if (ours && g_strcmp0 (answer->error, "invalid_grant") == 0)
    save (self, NULL);
}

/* Access tokens. */

static void
wipe_free (gpointer data)
{
  taube_memory_wipe (data, strlen (data));
  g_free (data);
}

static gboolean
refresh (TaubeOAuth2 *self, GError **error)
{
  g_autofree char *client_id = taube_oauth2_get_option (self, "client-id");
  g_autofree char *scope = taube_oauth2_get_option (self, "scope");
  g_autofree char *claims = taube_oauth2_dup_claims (self);
  g_autoptr (TaubeSecret) client_secret = taube_oauth2_dup_client_secret (self);
  g_autoptr (TaubeSecret) old = NULL;
  TaubeOAuth2Answer answer;
  gboolean ok;

  g_mutex_lock (&self->lock);
  old = self->refresh != NULL ? taube_secret_ref (self->refresh) : NULL;
  g_mutex_unlock (&self->lock);
  if (old == NULL)
    {
      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("the user has not agreed yet, or not again"));
      return FALSE;
    }
  {
    const TaubeOAuth2Field fields[] = {
      { "grant_type", "refresh_token" },
      { "refresh_token", taube_secret_peek (old) },
      { "client_id", client_id },
      { "client_secret", client_secret != NULL ? taube_secret_peek (client_secret) : NULL },
      { "scope", scope },
      { "claims", claims },
    };

    ok = taube_oauth2_post_for_token (self, fields, G_N_ELEMENTS (fields), &answer, NULL, error);
  }
  if (ok)
    taube_oauth2_accept (self, old, &answer);
  else if (taube_oauth2_answer_needs_consent (&answer))
    forget (self, old, &answer);
  taube_oauth2_answer_clear (&answer);
  return ok;
}

/* With the lock. */
static gboolean
is_good (TaubeOAuth2 *self)
{
  return self->access != NULL && g_get_monotonic_time () < self->good_until
         && g_get_real_time () < self->good_until_date;
}

/* The source holds the task, and the task the source. */
static void
stop_watching (GTask *task)
{
  GSource *source = g_task_get_task_data (task);

  if (source != NULL)
    g_source_destroy (source);
}

/* All who wait get the same answer. With a token in hand, each its own copy, even when it ends at once. */
static void
answer_all (TaubeOAuth2 *self, const GError *problem)
{
  g_autoptr (TaubeSecret) access = NULL;
  g_autoptr (GPtrArray) waiting = NULL;

  g_mutex_lock (&self->lock);
  waiting = g_steal_pointer (&self->waiting);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->refreshing = FALSE;
  access = problem == NULL && self->access != NULL ? taube_secret_ref (self->access) : NULL;
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = waiting->pdata[i];

      stop_watching (task);
      if (problem != NULL)
        g_task_return_error (task, g_error_copy (problem));
      else if (access != NULL)
        g_task_return_pointer (task, g_strdup (taube_secret_peek (access)), wipe_free);
      else
        g_task_return_new_error (task, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("the user has not agreed yet, or not again"));
    }
}

/* On a thread of its own: workers may all be waiting for this very token. Nobody cancels it, for the provider may have
 * replaced the refresh token already. */
static gpointer
refresh_thread (gpointer data)
{
  g_autoptr (TaubeOAuth2) self = data;
  g_autoptr (GError) problem = NULL;

  refresh (self, &problem);
  answer_all (self, problem);
  return NULL;
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  TaubeOAuth2 *self = g_task_get_source_object (task);
  gboolean waits;

  g_mutex_lock (&self->lock);
  waits = g_ptr_array_find (self->waiting, task, NULL);
  if (waits)
    {
      g_object_ref (task);
      g_ptr_array_remove (self->waiting, task);
    }
  g_mutex_unlock (&self->lock);
  if (waits)
    {
      g_task_return_error_if_cancelled (task);
      g_object_unref (task);
    }
  return G_SOURCE_REMOVE;
}

/* The one who waits may go; the others stay. */
static void
watch_cancellable (GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  GSource *source = cancellable != NULL ? g_cancellable_source_new (cancellable) : NULL;

  if (source == NULL)
    return;
  g_task_attach_source (task, source, G_SOURCE_FUNC (on_cancelled));
  g_task_set_task_data (task, source, (GDestroyNotify) g_source_unref);
}

static gboolean
check_host (TaubeOAuth2 *self, const char *host, GError **error)
{
  g_autofree char *hosts = taube_oauth2_get_option (self, "hosts");

  if (taube_oauth2_provider_has_host (hosts, host))
    return TRUE;
  g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH,
               _ ("tokens of provider \"%s\" are not shown to %s, only to: %s (option \"hosts\")"),
               self->provider->name, host, hosts != NULL ? hosts : "-");
  return FALSE;
}

/**
 * taube_oauth2_get_token_async:
 * @host: for which server
 * @cancellable: (nullable): ends the waiting
 * @callback: (scope async) (closure user_data): called in the caller's context
 * @user_data: given to @callback
 *
 * Finds an access token. See [method@OAuth2.get_token].
 */
void
taube_oauth2_get_token_async (TaubeOAuth2 *self, const char *host, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *problem = NULL;
  char *token = NULL;
  gboolean begin = FALSE;

  g_return_if_fail (IS_OAUTH2 (self));
  g_return_if_fail (host != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, taube_oauth2_get_token_async);
  if (!check_host (self, host, &problem))
    {
      g_task_return_error (task, problem);
      return;
    }
  watch_cancellable (task);
  g_mutex_lock (&self->lock);
  if (is_good (self))
    token = g_strdup (taube_secret_peek (self->access));
  else
    {
      begin = !self->refreshing;
      self->refreshing = TRUE;
      g_ptr_array_add (self->waiting, g_object_ref (task));
    }
  g_mutex_unlock (&self->lock);
  if (token != NULL)
    {
      stop_watching (task);
      g_task_return_pointer (task, token, wipe_free);
    }
  if (begin)
    g_thread_unref (g_thread_new ("taube-oauth2", refresh_thread, g_object_ref (self)));
}

/**
 * taube_oauth2_get_token_finish:
 * @result: what the callback got
 * @error: return location
 *
 * Gives what [method@OAuth2.get_token_async] found.
 *
 * Returns: (transfer full): an access token; %NULL with @error
 */
char *
taube_oauth2_get_token_finish (TaubeOAuth2 *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (IS_OAUTH2 (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/**
 * taube_oauth2_get_token:
 * @host: for which server
 * @cancellable: (nullable): ends the waiting
 * @error: return location
 *
 * Gives an access token that is good now, and fetches another where the last one is near its end. Blocking; see
 * [method@OAuth2.get_token_async]. Accounts do this by themselves; it is for what else the token is good for.
 *
 * Returns: (transfer full): an access token, for @host alone; %NULL with @error: %TAUBE_ERROR_AUTH when the user has to
 *   agree, or tokens are not for that host; %TAUBE_ERROR_CONNECTION, %TAUBE_ERROR_TLS, %TAUBE_ERROR_PROTOCOL,
 *   %TAUBE_ERROR_THROTTLED, %TAUBE_ERROR_NOT_SUPPORTED
 */
char *
taube_oauth2_get_token (TaubeOAuth2 *self, const char *host, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (IS_OAUTH2 (self), NULL);
  g_return_val_if_fail (host != NULL, NULL);

  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  taube_oauth2_get_token_async (self, host, cancellable, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  return taube_oauth2_get_token_finish (self, result, error);
}

/**
 * taube_oauth2_get_access_token:
 * @seconds_out: (out) (optional): for how long it is going to be used yet; 0: it is at its end, or there is none
 *
 * Gives the access token that there is, without asking anybody: to keep it where the refresh token is kept, for
 * [method@OAuth2.set_access_token] in the next run. A server gets what [method@OAuth2.get_token] gives.
 *
 * Returns: (transfer full) (nullable): an access token, or %NULL
 */
char *
taube_oauth2_get_access_token (TaubeOAuth2 *self, guint *seconds_out)
{
  gint64 left = 0;
  char *token;

  g_return_val_if_fail (IS_OAUTH2 (self), NULL);

  g_mutex_lock (&self->lock);
  token = self->access != NULL ? g_strdup (taube_secret_peek (self->access)) : NULL;
  if (token != NULL)
    left = MIN (self->good_until - g_get_monotonic_time (), self->good_until_date - g_get_real_time ());
  g_mutex_unlock (&self->lock);
  if (seconds_out != NULL)
    *seconds_out = (guint) (MAX (left, 0) / G_USEC_PER_SEC);
  return token;
}

/**
 * taube_oauth2_set_access_token:
 * @access_token: (nullable): what was kept; %NULL forgets it
 * @seconds: for how long it is to be used yet, as [method@OAuth2.get_access_token] said, less what has passed since
 *
 * Goes on with an access token of an earlier run, so that not every run asks for another. To be called after
 * [method@OAuth2.set_refresh_token], which forgets it. It is copied, and wiped when it is not needed any more.
 */
void
taube_oauth2_set_access_token (TaubeOAuth2 *self, const char *access_token, guint seconds)
{
  g_return_if_fail (IS_OAUTH2 (self));

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->access, taube_secret_unref);
  if (access_token != NULL && access_token[0] != '\0')
    self->access = taube_secret_new (access_token);
  self->good_until = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  self->good_until_date = g_get_real_time () + (gint64) seconds * G_USEC_PER_SEC;
  g_mutex_unlock (&self->lock);
}

/* The interface. */

static void
source_get_async (TaubeTokenSource *source, const char *host, GCancellable *cancellable, GAsyncReadyCallback callback,
                  gpointer user_data)
{
  taube_oauth2_get_token_async ((TaubeOAuth2 *) source, host, cancellable, callback, user_data);
}

static char *
source_get_finish (TaubeTokenSource *source, GAsyncResult *result, GError **error)
{
  return taube_oauth2_get_token_finish ((TaubeOAuth2 *) source, result, error);
}

/* With the lock: only the token that there is now, for another job may have fetched a new one. */
static gboolean
drop_access (TaubeOAuth2 *self, const char *token)
{
  gboolean is_it = self->access != NULL && g_str_equal (taube_secret_peek (self->access), token);

  if (is_it)
    g_clear_pointer (&self->access, taube_secret_unref);
  return is_it;
}

static void
source_invalidate (TaubeTokenSource *source, const char *token)
{
  TaubeOAuth2 *self = (TaubeOAuth2 *) source;

  g_mutex_lock (&self->lock);
  drop_access (self, token);
  g_mutex_unlock (&self->lock);
}

static void
source_challenge (TaubeTokenSource *source, const char *token, const char *claims)
{
  TaubeOAuth2 *self = (TaubeOAuth2 *) source;

  g_mutex_lock (&self->lock);
  if (drop_access (self, token))
    {
      g_free (self->claims);
      self->claims = g_strdup (claims);
    }
  g_mutex_unlock (&self->lock);
}

void
taube_oauth2_init_source (TaubeTokenSourceInterface *iface)
{
  iface->get_token_async = source_get_async;
  iface->get_token_finish = source_get_finish;
  iface->invalidate = source_invalidate;
  iface->challenge = source_challenge;
}
