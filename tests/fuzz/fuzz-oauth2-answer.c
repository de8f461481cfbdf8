/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text as what a provider answers: tokens, a code for the user, an error. */
#include <stdint.h>
#include <string.h>

#include <taube/taube-error.h>

#include "oauth2/taube-oauth2-answer.h"
#include "oauth2/taube-oauth2-poll.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_text (const char *text)
{
  if (text == NULL)
    return;
  g_assert_cmpuint (strlen (text), >, 0);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    g_assert_true (g_unichar_isgraph (g_utf8_get_char (c)) || *c == ' ');
}

/* What is sent between control characters must have none. */
static void
check_secret (const TaubeSecret *secret)
{
  for (const char *c = secret != NULL ? taube_secret_peek (secret) : ""; *c != '\0'; c++)
    g_assert_true (g_ascii_isgraph (*c));
}

static void
check_answer (const TaubeOAuth2Answer *answer)
{
  TaubeOAuth2Poll poll;

  check_secret (answer->access);
  check_secret (answer->refresh);
  check_secret (answer->device_code);
  check_text (answer->user_code);
  check_text (answer->verification_uri);
  check_text (answer->error);
  check_text (answer->description);
  taube_oauth2_poll_init (&poll, answer->expires_in, answer->interval);
  g_assert_true (poll.interval > 0 && poll.interval <= 300 && taube_oauth2_poll_goes_on (&poll, 0));
  if (answer->error != NULL)
    {
      g_autoptr (GError) meaning = taube_oauth2_answer_to_error (answer, "login.example");

      g_assert_nonnull (meaning);
      check_text (meaning->message);
      g_assert_true (!taube_oauth2_answer_needs_consent (answer)
                     || g_error_matches (meaning, TAUBE_ERROR, TAUBE_ERROR_AUTH));
      taube_oauth2_poll_hear (&poll, answer->error);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  TaubeOAuth2Answer answer;
  gboolean read = taube_oauth2_answer_parse (text, &answer, &error);

  g_assert_true (read == (error == NULL));
  if (read)
    check_answer (&answer);
  else
    g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
  taube_oauth2_answer_clear (&answer);
  return 0;
}
