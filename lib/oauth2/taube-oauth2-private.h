/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube/taube-oauth2.h>

#include "oauth2/taube-oauth2-answer.h"
#include "oauth2/taube-oauth2-form.h"

G_BEGIN_DECLS

/* What the flows use of a TaubeOAuth2; safe between threads. */

TaubeSecret *taube_oauth2_dup_client_secret (TaubeOAuth2 *self);
gboolean taube_oauth2_demands_issuer (TaubeOAuth2 *self);
char *taube_oauth2_dup_claims (TaubeOAuth2 *self);
/* One of the endpoints, which may be asked. TAUBE_ERROR_NOT_SUPPORTED, _INVALID. (transfer full) */
char *taube_oauth2_dup_endpoint (TaubeOAuth2 *self, const char *option, GError **error);
/* What a flow gave, or a refresh with the refresh token REPLACED, if that is still the one. The secrets go over to
 * SELF. */
void taube_oauth2_accept (TaubeOAuth2 *self, const TaubeSecret *replaced, TaubeOAuth2Answer *answer);
/* FALSE: one is under way. */
gboolean taube_oauth2_begin_flow (TaubeOAuth2 *self);
void taube_oauth2_end_flow (TaubeOAuth2 *self);
void taube_oauth2_prompt (TaubeOAuth2 *self, const char *uri, const char *user_code);

/* Blocking: posts FIELDS to URL. TRUE: OUT is an answer, perhaps one with an error. The helper is loaded for it. */
gboolean taube_oauth2_post (TaubeOAuth2 *self, const char *url, const TaubeOAuth2Field *fields, guint n_fields,
                            TaubeOAuth2Answer *out, GCancellable *cancellable, GError **error);
/* The same, and the answer must have an access token. */
gboolean taube_oauth2_post_for_token (TaubeOAuth2 *self, const TaubeOAuth2Field *fields, guint n_fields,
                                      TaubeOAuth2Answer *out, GCancellable *cancellable, GError **error);

G_END_DECLS
