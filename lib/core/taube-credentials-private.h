/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-credentials.h>

#include "core/taube-question-private.h"

G_BEGIN_DECLS

/* Which of the three there is; the others are NULL. (transfer none) */
TaubeSecret *taube_credentials_get_password (TaubeCredentials *self);
TaubeTokenSource *taube_credentials_get_token_source (TaubeCredentials *self);
TaubeQuestionClosure *taube_credentials_get_closure (TaubeCredentials *self);

G_END_DECLS
