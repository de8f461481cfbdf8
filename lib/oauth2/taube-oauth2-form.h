/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <taube-backend/taube-secret.h>

G_BEGIN_DECLS

/* What is sent: application/x-www-form-urlencoded, and the random words of RFC 7636. No I/O. */

typedef struct
{
  const char *name;
  const char *value; /* NULL: it is left out */
} TaubeOAuth2Field;

/* Made in one piece of memory, so that no copy of a secret is left behind. */
TaubeSecret *taube_oauth2_form_new (const TaubeOAuth2Field *fields, guint n_fields);
/* 256 random bits in 43 characters that may stand in a URL. */
TaubeSecret *taube_oauth2_form_random (void);
/* The code_challenge of a code_verifier, method S256. (transfer full) */
char *taube_oauth2_form_challenge (const TaubeSecret *verifier);

G_END_DECLS
