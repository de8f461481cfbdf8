/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-https-helper.h>

#include <string.h>

#include <libsoup/soup.h>

#include <taube/taube-error.h>
#include <taube-backend/taube-gettext.h>

#define _(text) taube_gettext (text)

#define CHUNK_BYTES 4096

/* One request, in a context of its own: nothing outlives it. */
typedef struct
{
  const TaubeHttpsRequest *request;
  GMainContext *context;
  GCancellable *cancellable; /* ours: the caller's, or time is up */
  gboolean late;
  SoupMessage *message;
  GInputStream *stream;
  guint8 *body; /* one byte longer than it may be */
  gsize length;
  gboolean done;
  GError *error;
} Post;

static void
end (Post *post, GError *error)
{
  post->error = error;
  post->done = TRUE;
}

static void read_more (Post *post);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Post *post = user_data;
  GError *error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n > 0)
    post->length += (gsize) n;
  if (n <= 0)
    end (post, error);
  else if (post->length > post->request->body_maximum)
    end (post, g_error_new (TAUBE_ERROR, TAUBE_ERROR_LIMIT, _ ("its answer is longer than it may be")));
  else
    read_more (post);
}

static void
read_more (Post *post)
{
  gsize room = post->request->body_maximum + 1 - post->length;

  g_input_stream_read_async (post->stream, post->body + post->length, MIN (room, CHUNK_BYTES), G_PRIORITY_DEFAULT,
                             post->cancellable, on_read, post);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Post *post = user_data;
  GError *error = NULL;

  post->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (post->stream == NULL)
    end (post, error);
  else
    read_more (post);
}

static gboolean
on_late (gpointer user_data)
{
  Post *post = user_data;

  post->late = TRUE;
  g_cancellable_cancel (post->cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (((Post *) user_data)->cancellable);
  return G_SOURCE_REMOVE;
}

static void
attach (Post *post, GSource *source, GSourceFunc func)
{
  g_source_set_callback (source, func, post, NULL);
  g_source_attach (source, post->context);
}

static SoupSession *
open_session (const TaubeHttpsRequest *request, GError **error)
{
  g_autoptr (SoupSession) session = soup_session_new_with_options ("timeout", request->seconds, "user-agent", "Taube",
                                                                   NULL);
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) local = NULL;

  if (request->ca_file != NULL)
    {
      database = g_tls_file_database_new (request->ca_file, &local);
      if (database == NULL)
        {
          g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_STORAGE, _ ("ca-file \"%s\": %s"), request->ca_file,
                       local->message);
          return NULL;
        }
      soup_session_set_tls_database (session, database);
    }
  return g_steal_pointer (&session);
}

static void
make_message (Post *post)
{
  g_autoptr (GUri) uri = g_uri_parse (post->request->url, SOUP_HTTP_URI_FLAGS, NULL);
  const char *form = taube_secret_peek (post->request->form);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (form, strlen (form), (GDestroyNotify) taube_secret_unref,
                                                         taube_secret_ref (post->request->form));

  post->message = soup_message_new_from_uri ("POST", uri);
  soup_message_headers_replace (soup_message_get_request_headers (post->message), "Accept", "application/json");
  soup_message_set_request_body_from_bytes (post->message, "application/x-www-form-urlencoded", bytes);
  soup_message_set_flags (post->message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  soup_message_disable_feature (post->message, SOUP_TYPE_AUTH_MANAGER);
  soup_message_disable_feature (post->message, SOUP_TYPE_CONTENT_DECODER);
}

/* Answers by the thread's own context until it is over. */
static void
converse (Post *post, SoupSession *session, GCancellable *cancellable)
{
  g_autoptr (GSource) late = g_timeout_source_new_seconds (post->request->seconds);
  g_autoptr (GSource) cancelled = cancellable != NULL ? g_cancellable_source_new (cancellable) : NULL;

  attach (post, late, on_late);
  if (cancelled != NULL)
    attach (post, cancelled, G_SOURCE_FUNC (on_cancelled));
  make_message (post);
  soup_session_send_async (session, post->message, G_PRIORITY_DEFAULT, post->cancellable, on_answer, post);
  while (!post->done)
    g_main_context_iteration (post->context, TRUE);
  g_source_destroy (late);
  if (cancelled != NULL)
    g_source_destroy (cancelled);
}

static void
translate_error (Post *post, GCancellable *cancellable, GError **error)
{
  GError *found = post->error;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return;
  if (post->late || g_error_matches (found, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("it says nothing for too long"));
  else if (found->domain == TAUBE_ERROR)
    g_propagate_error (error, g_error_copy (found));
  else if (found->domain == G_TLS_ERROR)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_TLS, _ ("no TLS: %s"), found->message);
  else if (found->domain == SOUP_SESSION_ERROR)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("it speaks no HTTP: %s"), found->message);
  else
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_CONNECTION, _ ("no connection: %s"), found->message);
}

static gboolean
take_answer (Post *post, TaubeHttpsAnswer *answer, GCancellable *cancellable, GError **error)
{
  const char *retry_after;

  if (post->error == NULL && memchr (post->body, 0, post->length) != NULL)
    post->error = g_error_new (TAUBE_ERROR, TAUBE_ERROR_PROTOCOL, _ ("its answer is no text"));
  if (post->error != NULL)
    {
      translate_error (post, cancellable, error);
      return FALSE;
    }
  post->body[post->length] = '\0';
  retry_after = soup_message_headers_get_one (soup_message_get_response_headers (post->message), "Retry-After");
  answer->status = soup_message_get_status (post->message);
  answer->retry_after = g_strdup (retry_after);
  answer->body = taube_secret_new ((const char *) post->body);
  return TRUE;
}

static gboolean
post_form (const TaubeHttpsRequest *request, TaubeHttpsAnswer *answer, GCancellable *cancellable, GError **error)
{
  Post post = { .request = request };
  SoupSession *session;
  gboolean ok = FALSE;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  post.context = g_main_context_new ();
  g_main_context_push_thread_default (post.context);
  post.cancellable = g_cancellable_new ();
  post.body = g_malloc0 (request->body_maximum + 2);
  session = open_session (request, error);
  if (session != NULL)
    {
      converse (&post, session, cancellable);
      ok = take_answer (&post, answer, cancellable, error);
      g_clear_object (&post.stream);
      g_clear_object (&post.message);
      soup_session_abort (session);
      g_object_unref (session);
    }
  /* What is being closed ends here, too. */
  while (g_main_context_iteration (post.context, FALSE))
    ;
  taube_memory_wipe (post.body, request->body_maximum + 2);
  g_free (post.body);
  g_clear_error (&post.error);
  g_object_unref (post.cancellable);
  g_main_context_pop_thread_default (post.context);
  g_main_context_unref (post.context);
  return ok;
}

extern const TaubeHttpsHelper taube_https_helper;
__attribute__ ((visibility ("default"))) const TaubeHttpsHelper taube_https_helper = {
  .abi = TAUBE_HTTPS_HELPER_ABI,
  .size = sizeof (TaubeHttpsHelper),
  .post = post_form,
};
