/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "token-source.h"

#include "token-file.h"

#include <string.h>

#define FILE_TYPE_TOKEN_SOURCE (file_token_source_get_type ())
G_DECLARE_FINAL_TYPE (FileTokenSource, file_token_source, FILE, TOKEN_SOURCE, GObject)

struct _FileTokenSource
{
  GObject parent_instance;
  char *path;

  GMutex lock;
  char *refused; /* an access token that a server did not take */
  char *claims;  /* what it wants the next one to be asked for with */

  GMutex using;      /* held by the thread that has the file */
  Tokens *unwritten; /* what could not be written, in the place of the file that has STALE; or NULL */
  char *stale;
};

static GMutex running_lock;
static GCond running_cond;
static guint running;

static void
count_running (int change)
{
  g_mutex_lock (&running_lock);
  running += (guint)change;
  g_cond_broadcast (&running_cond);
  g_mutex_unlock (&running_lock);
}

void
token_source_finish_all (void)
{
  g_mutex_lock (&running_lock);
  while (running > 0)
    g_cond_wait (&running_cond, &running_lock);
  g_mutex_unlock (&running_lock);
}

/* One request, on a thread of its own. */
typedef struct
{
  FileTokenSource *self;
  char *host;
  char *refused;
  char *claims;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_object_unref (request->self);
  g_free (request->host);
  secret_free (request->refused);
  g_free (request->claims);
  g_free (request);
}

static void
keep_refresh_token (TaubeOAuth2 *source, const char *refresh_token, gpointer user_data)
{
  Tokens *tokens = user_data;

  tokens_set_secret (&tokens->refresh_token, refresh_token);
}

/* What the file holds, or what it would if it could have been written, which is then tried again. */
static Tokens *
read_tokens (FileTokenSource *self, TokenFile *file, GError **error)
{
  Tokens *tokens;

  if (!token_file_read (file, &tokens, error))
    return NULL;
  if (tokens == NULL)
    {
      g_autofree char *shown = g_filename_display_name (self->path);

      g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("nobody has signed in with the token file \"%s\" yet"),
                   shown);
      return NULL;
    }
  if (self->unwritten != NULL && g_strcmp0 (tokens->refresh_token, self->stale) == 0)
    {
      tokens_free (tokens);
      tokens = g_steal_pointer (&self->unwritten);
      if (!token_file_write (file, tokens, error))
        {
          self->unwritten = tokens;
          return NULL;
        }
    }
  g_clear_pointer (&self->unwritten, tokens_free);
  return tokens;
}

static void
take_access_token (Tokens *tokens, TaubeOAuth2 *source)
{
  guint seconds = 0;
  char *token = taube_oauth2_get_access_token (source, &seconds);

  tokens_set_secret (&tokens->access_token, seconds > 0 ? token : NULL);
  tokens->good_until = g_get_real_time () / G_USEC_PER_SEC + seconds;
  secret_free (token);
}

/* What the user can do about it. */
static void
add_hint (FileTokenSource *self, GError *error)
{
  g_autofree char *shown = g_filename_display_name (self->path), *message = error->message;

  /* Translators: an error, the name of a file */
  error->message = g_strdup_printf (_ ("%s: sign in again with \"taube login --token-file=%s\""), message, shown);
}

/* *TOKENS is taken when it could not be written. */
static gboolean
keep_tokens (FileTokenSource *self, TokenFile *file, Tokens **tokens, const char *stale, GError **error)
{
  if (token_file_write (file, *tokens, error))
    return TRUE;
  secret_free (self->stale);
  self->stale = g_strdup (stale);
  g_clear_pointer (&self->unwritten, tokens_free);
  self->unwritten = g_steal_pointer (tokens);
  return FALSE;
}

/* A token that was replaced is gone for good: nothing is asked for before there is room for what comes. */
static char *
renew_token (Request *request, TokenFile *file, Tokens **tokens, TaubeOAuth2 *source, GError **error)
{
  GError *problem = NULL;
  char *token = NULL, *stale;

  if (!token_file_reserve (file, error))
    return NULL;
  stale = g_strdup ((*tokens)->refresh_token);
  if (request->refused != NULL && request->claims != NULL)
    taube_token_source_challenge (TAUBE_TOKEN_SOURCE (source), request->refused, request->claims);
  else if (request->refused != NULL)
    taube_token_source_invalidate (TAUBE_TOKEN_SOURCE (source), request->refused);
  taube_oauth2_set_save_func (source, keep_refresh_token, *tokens, NULL);
  token = taube_oauth2_get_token (source, request->host, NULL, &problem);
  if (token != NULL || g_strcmp0 (stale, (*tokens)->refresh_token) != 0)
    {
      take_access_token (*tokens, source);
      if (!keep_tokens (request->self, file, tokens, stale, token != NULL ? error : NULL))
        g_clear_pointer (&token, secret_free);
    }
  if (problem != NULL && taube_oauth2_needs_consent (source))
    add_hint (request->self, problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  secret_free (stale);
  return token;
}

static char *
find_token (Request *request, GCancellable *cancellable, GError **error)
{
  g_autoptr (TokenFile) file = token_file_lock (request->self->path, FALSE, cancellable, error);
  g_autoptr (Tokens) tokens = file != NULL ? read_tokens (request->self, file, error) : NULL;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (TaubeOAuth2) source = tokens != NULL ? tokens_open (tokens, now, error) : NULL;

  if (source == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (tokens_are_fresh (tokens, request->refused, now))
    return taube_oauth2_get_token (source, request->host, NULL, error);
  return renew_token (request, file, &tokens, source, error);
}

static gpointer
find_thread (gpointer data)
{
  GTask *task = data;
  Request *request = g_task_get_task_data (task);
  GError *error = NULL;
  char *token;

  g_mutex_lock (&request->self->using);
  token = find_token (request, g_task_get_cancellable (task), &error);
  g_mutex_unlock (&request->self->using);
  if (token != NULL)
    g_task_return_pointer (task, token, (GDestroyNotify)secret_free);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
  count_running (-1);
  return NULL;
}

/* The interface. */

static void
get_token_async (TaubeTokenSource *source, const char *host, GCancellable *cancellable, GAsyncReadyCallback callback,
                 gpointer user_data)
{
  FileTokenSource *self = FILE_TOKEN_SOURCE (source);
  GTask *task = g_task_new (source, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  request->self = g_object_ref (self);
  request->host = g_strdup (host);
  g_mutex_lock (&self->lock);
  request->refused = g_strdup (self->refused);
  request->claims = g_strdup (self->claims);
  g_mutex_unlock (&self->lock);
  g_task_set_task_data (task, request, request_free);
  count_running (1);
  g_thread_unref (g_thread_new ("token-file", find_thread, task));
}

static char *
get_token_finish (TaubeTokenSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
challenge (TaubeTokenSource *source, const char *token, const char *claims)
{
  FileTokenSource *self = FILE_TOKEN_SOURCE (source);

  g_mutex_lock (&self->lock);
  tokens_set_secret (&self->refused, token);
  g_free (self->claims);
  self->claims = g_strdup (claims);
  g_mutex_unlock (&self->lock);
}

static void
invalidate (TaubeTokenSource *source, const char *token)
{
  challenge (source, token, NULL);
}

static void
token_source_interface_init (TaubeTokenSourceInterface *iface)
{
  iface->get_token_async = get_token_async;
  iface->get_token_finish = get_token_finish;
  iface->invalidate = invalidate;
  iface->challenge = challenge;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FileTokenSource, file_token_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TAUBE_TYPE_TOKEN_SOURCE, token_source_interface_init))

static void
file_token_source_finalize (GObject *object)
{
  FileTokenSource *self = FILE_TOKEN_SOURCE (object);

  g_clear_pointer (&self->unwritten, tokens_free);
  secret_free (self->refused);
  secret_free (self->stale);
  g_free (self->claims);
  g_free (self->path);
  g_mutex_clear (&self->using);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (file_token_source_parent_class)->finalize (object);
}

static void
file_token_source_class_init (FileTokenSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = file_token_source_finalize;
}

static void
file_token_source_init (FileTokenSource *self)
{
  g_mutex_init (&self->using);
  g_mutex_init (&self->lock);
}

TaubeTokenSource *
token_source_new (const char *path, GError **error)
{
  FileTokenSource *self;

  /* Nobody is connected to for what is impossible. */
  if (!token_file_check (path, error))
    return NULL;
  self = g_object_new (FILE_TYPE_TOKEN_SOURCE, NULL);
  self->path = g_strdup (path);
  return TAUBE_TOKEN_SOURCE (self);
}
