/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes from somebody who connects to the loopback address, whole and byte by byte. */
#include <stdint.h>
#include <string.h>

#include "oauth2/taube-oauth2-redirect.h"
#include "oauth2/taube-oauth2-request.h"

#define MAXIMUM 1024

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static TaubeParse
feed_slowly (TaubeOAuth2Request *request, const char *data, gsize size, const char **line)
{
  TaubeParse parse = TAUBE_PARSE_MORE;

  for (gsize i = 0; i < size && parse == TAUBE_PARSE_MORE; i++)
    parse = taube_oauth2_request_feed (request, data + i, 1, line);
  return parse;
}

static void
check_redirect (const char *line)
{
  TaubeOAuth2Redirect found;

  if (!taube_oauth2_redirect_parse (line, &found))
    {
      g_assert_true (found.code == NULL && found.state == NULL && found.issuer == NULL && found.error == NULL
                     && found.description == NULL);
      return;
    }
  g_assert_nonnull (found.state);
  g_assert_true ((found.code != NULL) != (found.error != NULL));
  g_assert_true (g_utf8_validate (taube_secret_peek (found.state), -1, NULL));
  g_assert_true (found.code == NULL || g_utf8_validate (taube_secret_peek (found.code), -1, NULL));
  g_assert_true (found.error == NULL || g_utf8_validate (found.error, -1, NULL));
  g_assert_true (found.description == NULL || g_utf8_validate (found.description, -1, NULL));
  g_assert_true (found.issuer == NULL || g_utf8_validate (found.issuer, -1, NULL));
  taube_oauth2_redirect_clear (&found);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  TaubeOAuth2Request slow, fast;
  const char *slow_line = NULL, *fast_line = NULL;
  TaubeParse slow_parse, fast_parse;

  taube_oauth2_request_init (&slow, MAXIMUM);
  taube_oauth2_request_init (&fast, MAXIMUM);
  slow_parse = feed_slowly (&slow, (const char *) data, size, &slow_line);
  fast_parse = taube_oauth2_request_feed (&fast, (const char *) data, size, &fast_line);
  /* Who is fed slowly does not see what comes behind a request. */
  if (fast_parse != TAUBE_PARSE_ERROR)
    g_assert_cmpint (slow_parse, ==, fast_parse);
  if (fast_parse == TAUBE_PARSE_VALUE)
    g_assert_cmpstr (slow_line, ==, fast_line);
  if (slow_parse == TAUBE_PARSE_VALUE)
    check_redirect (slow_line);
  taube_oauth2_request_clear (&slow);
  taube_oauth2_request_clear (&fast);
  return 0;
}
