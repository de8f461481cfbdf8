/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-secret.h>

G_BEGIN_DECLS

/* What a browser that comes back asks for: GET /?code=…&state=… No I/O. */
typedef struct
{
  TaubeSecret *code;
  TaubeSecret *state;
  char *issuer;
  char *error;
  char *description;
} TaubeOAuth2Redirect;

/* LINE is a request line without its end. FALSE: it is no such request, and OUT is empty. */
gboolean taube_oauth2_redirect_parse (const char *line, TaubeOAuth2Redirect *out);
void taube_oauth2_redirect_clear (TaubeOAuth2Redirect *self);

G_END_DECLS
