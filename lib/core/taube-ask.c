/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-ask-private.h"

#include <taube/taube-error.h>

#include "base/taube-gettext.h"

#include <string.h>

/* The answer is NULL when there is none. ERROR says so in the words of the account. */
static void
set_refused (const TaubeAsk *ask, const char *what, const char *refusal, GError **error)
{
  const char *user = taube_uri_get_user (ask->uri), *host = taube_uri_get_display_host (ask->uri);
  g_autofree char *words = refusal != NULL ? g_utf8_make_valid (refusal, -1) : NULL;
  g_autofree char *whom = user != NULL ? g_strdup_printf (_ (" as \"%s\""), user) : g_strdup ("");

  if (words != NULL)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in%s at %s: server said \"%s\""), whom, host,
                 words);
  else
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_AUTH, _ ("cannot sign in%s at %s: no %s was given"), whom, host,
                 _ (what));
}

/* Waits where whatever the application begins on this thread can end. FALSE: it was cancelled. */
static gboolean
ask_and_wait (const TaubeAsk *ask, TaubeAnswer *answer, GSourceFunc func, gpointer data, GDestroyNotify notify,
              GCancellable *cancellable)
{
  GMainContext *context = taube_answer_get_context (answer);
  gboolean given;

  if (ask->begin != NULL)
    ask->begin (ask->target);
  g_main_context_push_thread_default (context);
  ask->invoke (ask->target, func, data, notify);
  given = taube_answer_wait (answer, cancellable);
  g_main_context_pop_thread_default (context);
  if (ask->end != NULL)
    ask->end (ask->target);
  return given;
}

typedef struct
{
  TaubeQuestion *question;
  TaubeQuestionClosure *closure;
} Asked;

static gboolean
put_question (gpointer data)
{
  Asked *asked = data;

  asked->closure->func (asked->question, asked->closure->user_data);
  return G_SOURCE_REMOVE;
}

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  g_object_unref (asked->question);
  taube_question_closure_unref (asked->closure);
  g_free (asked);
}

/* Both are taken, and dropped where the question is asked. */
static gboolean
ask_question (const TaubeAsk *ask, TaubeAnswer *answer, TaubeQuestion *question, TaubeQuestionClosure *closure,
              GCancellable *cancellable)
{
  Asked *asked = g_new (Asked, 1);

  asked->question = question;
  asked->closure = closure;
  return ask_and_wait (ask, answer, put_question, asked, asked_free, cancellable);
}

TaubeSecret *
taube_ask_password (const TaubeAsk *ask, guint attempt, const char *refusal, GCancellable *cancellable, GError **error)
{
  TaubeSecret *password = ask->credentials != NULL ? taube_credentials_get_password (ask->credentials) : NULL;
  TaubeQuestionClosure *closure = ask->credentials != NULL ? taube_credentials_get_closure (ask->credentials) : NULL;
  g_autoptr (TaubeAnswer) answer = NULL;
  TaubeSecret *secret;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (password != NULL && attempt == 0)
    return taube_secret_ref (password);
  if (closure == NULL)
    {
      set_refused (ask, N_ ("password"), refusal, error);
      return NULL;
    }
  answer = taube_answer_new ();
  if (!ask_question (ask, answer, taube_question_new (answer, ask->uri, attempt, refusal, NULL),
                     taube_question_closure_ref (closure), cancellable))
    {
      g_cancellable_set_error_if_cancelled (cancellable, error);
      return NULL;
    }
  secret = taube_answer_take (answer, NULL, NULL);
  if (secret == NULL)
    set_refused (ask, N_ ("password"), refusal, error);
  return secret;
}

gboolean
taube_ask_trust (const TaubeAsk *ask, TaubeQuestionClosure *closure, TaubeCertificate *certificate,
                 GCancellable *cancellable)
{
  g_autoptr (TaubeAnswer) answer = taube_answer_new ();
  gboolean trusted = FALSE;

  if (!ask_question (ask, answer, taube_question_new (answer, ask->uri, 0, NULL, certificate), closure, cancellable))
    return FALSE;
  taube_answer_take (answer, &trusted, NULL);
  return trusted;
}

gboolean
taube_ask_host (const TaubeAsk *ask, const char *host, GCancellable *cancellable)
{
  TaubeQuestionClosure *closure = ask->credentials != NULL ? taube_credentials_get_closure (ask->credentials) : NULL;
  g_autoptr (TaubeAnswer) answer = taube_answer_new ();
  gboolean trusted = FALSE;

  if (closure == NULL
      || !ask_question (ask, answer, taube_question_new_for_host (answer, ask->uri, host),
                        taube_question_closure_ref (closure), cancellable))
    return FALSE;
  taube_answer_take (answer, &trusted, NULL);
  return trusted;
}

typedef struct
{
  TaubeTokenSource *source;
  TaubeSecret *refused;
  char *claims;
  char *host;
  GCancellable *cancellable;
  TaubeAnswer *answer;
  gboolean begun;
} TokenAsked;

static void
on_token (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TaubeAnswer) answer = user_data;
  g_autoptr (GError) error = NULL;
  char *token = taube_token_source_get_token_finish (TAUBE_TOKEN_SOURCE (source), result, &error);

  taube_answer_give (answer, token != NULL ? taube_secret_new_take (token) : NULL, FALSE, g_steal_pointer (&error));
}

static gboolean
begin_token (gpointer data)
{
  TokenAsked *asked = data;

  asked->begun = TRUE;
  if (asked->refused != NULL && asked->claims != NULL)
    taube_token_source_challenge (asked->source, taube_secret_peek (asked->refused), asked->claims);
  else if (asked->refused != NULL)
    taube_token_source_invalidate (asked->source, taube_secret_peek (asked->refused));
  taube_token_source_get_token_async (asked->source, asked->host, asked->cancellable, on_token,
                                      taube_answer_ref (asked->answer));
  return G_SOURCE_REMOVE;
}

static void
token_asked_free (gpointer data)
{
  TokenAsked *asked = data;

  if (!asked->begun)
    taube_answer_give (asked->answer, NULL, FALSE, NULL);
  g_object_unref (asked->source);
  g_clear_pointer (&asked->refused, taube_secret_unref);
  g_free (asked->host);
  g_free (asked->claims);
  g_clear_object (&asked->cancellable);
  taube_answer_unref (asked->answer);
  g_free (asked);
}

/* A token is sent between control characters: one of its own would end it. */
static gboolean
is_token (const char *text)
{
  gboolean good = text[0] != '\0';

  for (; good && *text != '\0'; text++)
    good = g_ascii_isgraph (*text);
  return good;
}

TaubeSecret *
taube_ask_token (const TaubeAsk *ask, TaubeSecret *refused, GCancellable *cancellable, GError **error)
{
  TaubeTokenSource *source = ask->credentials != NULL ? taube_credentials_get_token_source (ask->credentials) : NULL;
  g_autoptr (TaubeAnswer) answer = taube_answer_new ();
  g_autoptr (TaubeSecret) token = NULL;
  g_autoptr (GError) why = NULL;
  TokenAsked *asked;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (source == NULL)
    {
      set_refused (ask, N_ ("access token"), NULL, error);
      return NULL;
    }
  asked = g_new0 (TokenAsked, 1);
  asked->source = g_object_ref (source);
  asked->refused = refused != NULL ? taube_secret_ref (refused) : NULL;
  asked->host = g_strdup (ask->host != NULL ? ask->host : taube_uri_get_host (ask->uri));
  asked->claims = g_strdup (ask->claims);
  asked->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  asked->answer = taube_answer_ref (answer);
  if (!ask_and_wait (ask, answer, begin_token, asked, token_asked_free, cancellable))
    {
      g_cancellable_set_error_if_cancelled (cancellable, error);
      return NULL;
    }
  token = taube_answer_take (answer, NULL, &why);
  if (why != NULL)
    {
      /* A provider that cannot be reached says nothing about the login. */
      g_propagate_prefixed_error (error,
                                  why->domain == TAUBE_ERROR
                                    ? g_steal_pointer (&why)
                                    : g_error_new_literal (TAUBE_ERROR, TAUBE_ERROR_AUTH, why->message),
                                  _ ("cannot sign in at %s: no access token: "), taube_uri_get_display_host (ask->uri));
      return NULL;
    }
  if (token != NULL && is_token (taube_secret_peek (token)))
    return g_steal_pointer (&token);
  if (token != NULL)
    g_set_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID,
                 _ ("cannot sign in at %s: the access token is empty or has spaces or control characters"),
                 taube_uri_get_display_host (ask->uri));
  else
    set_refused (ask, N_ ("access token"), NULL, error);
  return NULL;
}
