/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-question.h>
#include <taube/taube-uri.h>
#include <taube-backend/taube-secret.h>

G_BEGIN_DECLS

/* An application's question function with its data. Reference-counted, safe between threads. */
typedef struct
{
  gatomicrefcount refs;
  TaubeQuestionFunc func;
  gpointer user_data;
  GDestroyNotify notify;
} TaubeQuestionClosure;

TaubeQuestionClosure *taube_question_closure_new (TaubeQuestionFunc func, gpointer user_data, GDestroyNotify notify);
TaubeQuestionClosure *taube_question_closure_ref (TaubeQuestionClosure *self);
void taube_question_closure_unref (TaubeQuestionClosure *self);

/* Where one thread waits for what another one, or itself while it waits, will say. Reference-counted. */
typedef struct _TaubeAnswer TaubeAnswer;

TaubeAnswer *taube_answer_new (void);
TaubeAnswer *taube_answer_ref (TaubeAnswer *self);
void taube_answer_unref (TaubeAnswer *self);
/* The first word counts, all others are dropped. SECRET and ERROR are taken and may be NULL; none of the three is
 * no. */
void taube_answer_give (TaubeAnswer *self, TaubeSecret *secret, gboolean trusted, GError *error);
/* The context that is iterated while taube_answer_wait() waits: what is begun with it as the thread's default ends. */
GMainContext *taube_answer_get_context (TaubeAnswer *self);
/* TRUE when somebody said something, FALSE when it was cancelled. On the thread whose default the context is. */
gboolean taube_answer_wait (TaubeAnswer *self, GCancellable *cancellable);
/* What was said, after waiting. (transfer full) */
TaubeSecret *taube_answer_take (TaubeAnswer *self, gboolean *trusted_out, GError **error);

/* A question that gives its answer to ANSWER, at the latest when it is dropped. CERTIFICATE makes it one of trust. */
TaubeQuestion *taube_question_new (TaubeAnswer *answer, TaubeUri *uri, guint attempt, const char *refusal,
                                   TaubeCertificate *certificate);
/* Whether HOST may get what the user signs in with. */
TaubeQuestion *taube_question_new_for_host (TaubeAnswer *answer, TaubeUri *uri, const char *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeAnswer, taube_answer_unref)

G_END_DECLS
