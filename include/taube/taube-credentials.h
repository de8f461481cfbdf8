/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-enums.h>
#include <taube/taube-question.h>
#include <taube/taube-token-source.h>

G_BEGIN_DECLS

#define TAUBE_TYPE_CREDENTIALS (taube_credentials_get_type ())
TAUBE_API GType taube_credentials_get_type (void);

TAUBE_API TaubeCredentials *taube_credentials_new_password (const char *password);
TAUBE_API TaubeCredentials *taube_credentials_new_token_source (TaubeTokenSource *source);
TAUBE_API TaubeCredentials *taube_credentials_new_callback (TaubeQuestionFunc func, gpointer user_data,
                                                            GDestroyNotify notify);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaubeCredentials, g_object_unref)

G_END_DECLS
