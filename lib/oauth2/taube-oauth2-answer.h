/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-secret.h>

G_BEGIN_DECLS

/* What a provider answers to a form: an object of JSON. No I/O. */
typedef struct
{
  TaubeSecret *access;  /* an access token that may be sent */
  TaubeSecret *refresh;
  guint expires_in;     /* seconds; 0: it does not say */

  TaubeSecret *device_code;
  char *user_code;
  char *verification_uri;
  guint interval;       /* seconds; 0: it does not say */

  char *error;          /* a word of RFC 6749, 5.2, or RFC 8628, 3.5 */
  char *description;    /* for people: one line */
  char *claims;         /* what the next request must ask for */
} TaubeOAuth2Answer;

/* TAUBE_ERROR_PROTOCOL, whose message has nothing of TEXT; OUT is empty then. */
gboolean taube_oauth2_answer_parse (const char *text, TaubeOAuth2Answer *out, GError **error);
void taube_oauth2_answer_clear (TaubeOAuth2Answer *self);

/* Whether the user has to agree again before there can be a token. */
gboolean taube_oauth2_answer_needs_consent (const TaubeOAuth2Answer *self);
/* What an answer that has an error means. (transfer full) */
GError *taube_oauth2_answer_to_error (const TaubeOAuth2Answer *self, const char *host);
/* Text from outside as one line that is not long, or NULL. (transfer full) */
char *taube_oauth2_clean_text (const char *text);

G_END_DECLS
