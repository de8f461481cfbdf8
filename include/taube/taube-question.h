/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_QUESTION (taube_question_get_type ())
TAUBE_API GType taube_question_get_type (void);

/**
 * TaubeQuestionFunc:
 * @question: what is asked; answer it now, or keep a reference and answer it later
 * @user_data: what was given with the function
 *
 * Asks the application something, in the context in which the account was made.
 */
typedef void (*TaubeQuestionFunc) (TaubeQuestion *question, gpointer user_data);

TAUBE_API TaubeQuestionKind taube_question_get_kind (TaubeQuestion *self);
TAUBE_API TaubeUri *taube_question_get_uri (TaubeQuestion *self);
TAUBE_API const char *taube_question_get_user (TaubeQuestion *self);
TAUBE_API guint taube_question_get_attempt (TaubeQuestion *self);
TAUBE_API const char *taube_question_get_refusal (TaubeQuestion *self);
TAUBE_API TaubeCertificate *taube_question_get_certificate (TaubeQuestion *self);
TAUBE_API const char *taube_question_get_host (TaubeQuestion *self);
TAUBE_API void taube_question_answer_password (TaubeQuestion *self, const char *password);
TAUBE_API void taube_question_answer_trust (TaubeQuestion *self);
TAUBE_API void taube_question_refuse (TaubeQuestion *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeQuestion, g_object_unref)

G_END_DECLS
