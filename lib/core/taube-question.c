/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/taube-question-private.h"

/**
 * TaubeQuestion:
 *
 * Something that the application has to decide while an operation waits.
 *
 * It is asked in the context in which the account was made. A blocking call from the thread that owns that context asks
 * on the spot: the function then runs inside the call. Asynchronous work that it begins in its thread-default context
 * goes on in the account's context, and while a blocking call waits there. Answer from any thread, now or later; only
 * the first answer counts. A question that is dropped without an answer is refused.
 */
struct _TaubeQuestion
{
  GObject parent_instance;
  TaubeAnswer *answer;
  TaubeUri *uri;
  guint attempt;
  char *refusal;
  GObject *certificate;
  char *host;
};

typedef struct
{
  GObjectClass parent_class;
} TaubeQuestionClass;

G_DEFINE_FINAL_TYPE (TaubeQuestion, taube_question, G_TYPE_OBJECT)

#define IS_QUESTION(self) (G_TYPE_CHECK_INSTANCE_TYPE ((self), TAUBE_TYPE_QUESTION))

static void
taube_question_finalize (GObject *object)
{
  TaubeQuestion *self = (TaubeQuestion *) object;

  taube_answer_give (self->answer, NULL, FALSE, NULL);
  taube_answer_unref (self->answer);
  taube_uri_unref (self->uri);
  g_free (self->refusal);
  g_free (self->host);
  g_clear_object (&self->certificate);
  G_OBJECT_CLASS (taube_question_parent_class)->finalize (object);
}

static void
taube_question_class_init (TaubeQuestionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = taube_question_finalize;
}

static void
taube_question_init (TaubeQuestion *self)
{
}

TaubeQuestion *
taube_question_new (TaubeAnswer *answer, TaubeUri *uri, guint attempt, const char *refusal,
                    TaubeCertificate *certificate)
{
  TaubeQuestion *self = g_object_new (TAUBE_TYPE_QUESTION, NULL);

  self->answer = taube_answer_ref (answer);
  self->uri = taube_uri_ref (uri);
  self->attempt = attempt;
  self->refusal = refusal != NULL ? g_utf8_make_valid (refusal, -1) : NULL;
  self->certificate = certificate != NULL ? g_object_ref (G_OBJECT (certificate)) : NULL;
  return self;
}

TaubeQuestion *
taube_question_new_for_host (TaubeAnswer *answer, TaubeUri *uri, const char *host)
{
  TaubeQuestion *self = taube_question_new (answer, uri, 0, NULL, NULL);

  self->host = g_utf8_make_valid (host, -1);
  return self;
}

/**
 * taube_question_get_kind:
 * @self: a question
 *
 * What is asked.
 *
 * Returns: whether it is for a password or for trust in a certificate or a host
 */
TaubeQuestionKind
taube_question_get_kind (TaubeQuestion *self)
{
  g_return_val_if_fail (IS_QUESTION (self), TAUBE_QUESTION_KIND_PASSWORD);

  if (self->host != NULL)
    return TAUBE_QUESTION_KIND_HOST;
  return self->certificate != NULL ? TAUBE_QUESTION_KIND_CERTIFICATE : TAUBE_QUESTION_KIND_PASSWORD;
}

/**
 * taube_question_get_uri:
 * @self: a question
 *
 * For which account it is asked.
 *
 * Returns: (transfer none): the account's URI
 */
TaubeUri *
taube_question_get_uri (TaubeQuestion *self)
{
  g_return_val_if_fail (IS_QUESTION (self), NULL);

  return self->uri;
}

/**
 * taube_question_get_user:
 * @self: a question
 *
 * Whose password is wanted.
 *
 * Returns: (transfer none) (nullable): the user name of the account's URI; %NULL when it has none
 */
const char *
taube_question_get_user (TaubeQuestion *self)
{
  g_return_val_if_fail (IS_QUESTION (self), NULL);

  return taube_uri_get_user (self->uri);
}

/**
 * taube_question_get_attempt:
 * @self: a question
 *
 * How many passwords the server has refused before.
 *
 * Returns: 0 at the first time
 */
guint
taube_question_get_attempt (TaubeQuestion *self)
{
  g_return_val_if_fail (IS_QUESTION (self), 0);

  return self->attempt;
}

/**
 * taube_question_get_refusal:
 * @self: a question
 *
 * What the server said to the password before.
 *
 * Returns: (transfer none) (nullable): the server's words; %NULL at the first time
 */
const char *
taube_question_get_refusal (TaubeQuestion *self)
{
  g_return_val_if_fail (IS_QUESTION (self), NULL);

  return self->refusal;
}

/**
 * taube_question_get_certificate:
 * @self: a question
 *
 * The certificate that could not be verified, with what is wrong.
 *
 * Returns: (transfer none) (nullable): a certificate; %NULL when something else is asked
 */
TaubeCertificate *
taube_question_get_certificate (TaubeQuestion *self)
{
  g_return_val_if_fail (IS_QUESTION (self), NULL);

  return (TaubeCertificate *) self->certificate;
}

/**
 * taube_question_get_host:
 * @self: a question
 *
 * The server that would get what the user signs in with. It was found by something that anybody on the way could have
 * changed, such as a redirect without TLS, so show its name and let the user say whether it is the right one.
 *
 * Returns: (transfer none) (nullable): the name of a host; %NULL when something else is asked
 */
const char *
taube_question_get_host (TaubeQuestion *self)
{
  g_return_val_if_fail (IS_QUESTION (self), NULL);

  return self->host;
}

/**
 * taube_question_answer_password:
 * @self: a question for a password
 * @password: the password
 *
 * Answers. The library keeps its copy only as long as it signs in, and wipes it.
 */
void
taube_question_answer_password (TaubeQuestion *self, const char *password)
{
  g_return_if_fail (IS_QUESTION (self));
  g_return_if_fail (taube_question_get_kind (self) == TAUBE_QUESTION_KIND_PASSWORD);
  g_return_if_fail (password != NULL);

  taube_answer_give (self->answer, taube_secret_new (password), FALSE, NULL);
}

/**
 * taube_question_answer_trust:
 * @self: a question whether to trust a certificate or a host
 *
 * Answers that it is trusted, this once: a host as long as the account lives.
 */
void
taube_question_answer_trust (TaubeQuestion *self)
{
  g_return_if_fail (IS_QUESTION (self));
  g_return_if_fail (taube_question_get_kind (self) != TAUBE_QUESTION_KIND_PASSWORD);

  taube_answer_give (self->answer, NULL, TRUE, NULL);
}

/**
 * taube_question_refuse:
 * @self: a question
 *
 * Answers that there is no password, or no trust: the operation fails.
 */
void
taube_question_refuse (TaubeQuestion *self)
{
  g_return_if_fail (IS_QUESTION (self));

  taube_answer_give (self->answer, NULL, FALSE, NULL);
}

TaubeQuestionClosure *
taube_question_closure_new (TaubeQuestionFunc func, gpointer user_data, GDestroyNotify notify)
{
  TaubeQuestionClosure *self = g_new0 (TaubeQuestionClosure, 1);

  g_atomic_ref_count_init (&self->refs);
  self->func = func;
  self->user_data = user_data;
  self->notify = notify;
  return self;
}

TaubeQuestionClosure *
taube_question_closure_ref (TaubeQuestionClosure *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
taube_question_closure_unref (TaubeQuestionClosure *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->notify != NULL)
    self->notify (self->user_data);
  g_free (self);
}
