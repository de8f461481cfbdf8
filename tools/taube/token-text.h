/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli.h"

G_BEGIN_DECLS

/* What a token file holds, and its text. No I/O. */
typedef struct
{
  char *provider;
  GHashTable *options; /* of TaubeOAuth2: name to value, without the secret */
  char *client_secret;
  char *refresh_token;
  char *access_token;
  gint64 good_until; /* of the access token: seconds since 1970 */
} Tokens;

Tokens *tokens_new (const char *provider);
/* NULL: it is no text of a token file. */
Tokens *tokens_parse (const char *text, gsize length);
char *tokens_to_text (const Tokens *self);
/* Replaces one of the secrets by a copy of VALUE, or by none. */
void tokens_set_secret (char **place, const char *value);
void tokens_free (Tokens *self);

/* What signs in with that, at the time NOW. */
TaubeOAuth2 *tokens_open (const Tokens *self, gint64 now, GError **error);
/* Whether a token can be had without asking the provider; REFUSED, unless NULL, is one that cannot be used. */
gboolean tokens_are_fresh (const Tokens *self, const char *refused, gint64 now);

/* Overwrites a string before it is freed; NULL is none. */
void secret_free (char *secret);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tokens, tokens_free)

G_END_DECLS
