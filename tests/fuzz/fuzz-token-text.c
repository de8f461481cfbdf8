/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes as a token file of the command: what was read is written so that it is read again. */
#include <stdint.h>
#include <string.h>

#include "token-text.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (Tokens) tokens = tokens_parse ((const char *) data, size);
  g_autoptr (Tokens) again = NULL;
  g_autofree char *text = NULL, *second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TaubeOAuth2) source = NULL;

  if (tokens == NULL)
    return 0;
  text = tokens_to_text (tokens);
  again = tokens_parse (text, strlen (text));
  g_assert_nonnull (again);
  second = tokens_to_text (again);
  g_assert_cmpstr (text, ==, second);
  g_assert_false (tokens_are_fresh (tokens, tokens->access_token, 0));
  source = tokens_open (tokens, 0, &error);
  g_assert_true ((source == NULL) == (error != NULL));
  if (source != NULL)
    g_assert_true (taube_oauth2_needs_consent (source) == (tokens->refresh_token == NULL));
  return 0;
}
