/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oauth2/taube-oauth2-answer.h"
#include "oauth2/taube-oauth2-form.h"
#include "oauth2/taube-oauth2-poll.h"
#include "oauth2/taube-oauth2-provider.h"
#include "oauth2/taube-oauth2-redirect.h"
#include "oauth2/taube-oauth2-request.h"

#include <string.h>

#include <taube/taube.h>

/* RFC 7636, appendix B. */
static void
test_challenge (void)
{
  g_autoptr (TaubeSecret) verifier = taube_secret_new ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  g_autofree char *challenge = taube_oauth2_form_challenge (verifier);
  g_autoptr (TaubeSecret) one = taube_oauth2_form_random (), other = taube_oauth2_form_random ();

  g_assert_cmpstr (challenge, ==, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  g_assert_cmpuint (taube_secret_get_length (one), ==, 43);
  g_assert_false (taube_secret_equal (one, other));
}

static void
test_form (void)
{
  const TaubeOAuth2Field fields[] = {
    { "a", "" }, { "left-out", NULL }, { "b c", "1&2=3+4 %\xc3\xa4\n" }, { "d", "-._~Az09" },
  };
  g_autoptr (TaubeSecret) form = taube_oauth2_form_new (fields, G_N_ELEMENTS (fields));
  g_autoptr (TaubeSecret) none = taube_oauth2_form_new (fields + 1, 1);

  g_assert_cmpstr (taube_secret_peek (form), ==, "a=&b%20c=1%262%3D3%2B4%20%25%C3%A4%0A&d=-._~Az09");
  g_assert_cmpstr (taube_secret_peek (none), ==, "");
}

static void
test_redirect (void)
{
  static const char *const wrong[] = {
    "", "GET / HTTP/1.1", "POST /?code=a&state=b HTTP/1.1", "GET /?code=a&state=b", "GET /?code=a HTTP/1.1",
    "GET /?state=b HTTP/1.1", "GET /?code=a&error=c&state=b HTTP/1.1", "GET /?code=a&state=b&state=b HTTP/1.1",
    "GET /?iss=a&iss=a&code=a&state=b HTTP/1.1", "GET /x?code=a&state=b HTTP/1.1", "GET /?code=%ff&state=b HTTP/1.1",
    "GET /?code=a%00&state=b HTTP/1.1",
  };
  TaubeOAuth2Redirect found;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    if (taube_oauth2_redirect_parse (wrong[i], &found))
      g_error ("\"%s\" is taken", wrong[i]);
  g_assert_true (taube_oauth2_redirect_parse ("GET /?code=4%2F0A+b&x&state=s%7e&iss=https%3A%2F%2Fa HTTP/1.1", &found));
  g_assert_cmpstr (taube_secret_peek (found.code), ==, "4/0A b");
  g_assert_cmpstr (taube_secret_peek (found.state), ==, "s~");
  g_assert_cmpstr (found.issuer, ==, "https://a");
  taube_oauth2_redirect_clear (&found);
  /* Microsoft's descriptions have several lines. */
  g_assert_true (taube_oauth2_redirect_parse ("GET /?error=e%&error_description=a%0D%0Ab&state=s HTTP/1.1", &found));
  g_assert_cmpstr (found.error, ==, "e%");
  g_assert_cmpstr (found.description, ==, "a\r\nb");
  taube_oauth2_redirect_clear (&found);
}

/* Feeds TEXT up to and from each of the two places; what comes of it. */
static TaubeParse
feed_split (const char *text, gsize first, gsize second, gsize maximum, char **line_out)
{
  const gsize ends[] = { first, second, strlen (text) };
  TaubeOAuth2Request request;
  TaubeParse parse = TAUBE_PARSE_MORE;
  const char *line = NULL;

  taube_oauth2_request_init (&request, maximum);
  for (gsize i = 0, at = 0; i < G_N_ELEMENTS (ends) && parse == TAUBE_PARSE_MORE; at = ends[i], i++)
    parse = taube_oauth2_request_feed (&request, text + at, ends[i] - at, &line);
  *line_out = parse == TAUBE_PARSE_VALUE ? g_strdup (line) : NULL;
  taube_oauth2_request_clear (&request);
  return parse;
}

static void
test_request_splits (void)
{
  static const char whole[] = "GET /?code=a&state=b HTTP/1.1\r\nHost: 127.0.0.1:1\r\nX: \r\r\n\r\n";

  for (gsize first = 0; first < sizeof whole; first++)
    for (gsize second = first; second < sizeof whole; second++)
      {
        g_autofree char *line = NULL;
        TaubeParse parse = feed_split (whole, first, second, sizeof whole, &line);

        g_assert_cmpint (parse, ==, TAUBE_PARSE_VALUE);
        g_assert_cmpstr (line, ==, "GET /?code=a&state=b HTTP/1.1");
      }
  for (gsize end = 0; end < sizeof whole - 1; end++)
    {
      g_autofree char *part = g_strndup (whole, end), *line = NULL;

      g_assert_cmpint (feed_split (part, end / 2, end, sizeof whole, &line), ==, TAUBE_PARSE_MORE);
    }
}

static void
test_request_limits (void)
{
  static const char whole[] = "GET / HTTP/1.1\r\n\r\n";
  const gsize length = sizeof whole - 1;
  g_autofree char *line = NULL, *none = NULL, *empty = NULL;
  TaubeOAuth2Request request;
  const char *found = NULL;

  g_assert_cmpint (feed_split (whole, 3, 9, length, &line), ==, TAUBE_PARSE_VALUE);
  g_assert_cmpint (feed_split (whole, 3, 9, length - 1, &none), ==, TAUBE_PARSE_ERROR);
  g_assert_cmpint (feed_split ("\r\n\r\n", 1, 2, length, &empty), ==, TAUBE_PARSE_VALUE);
  g_assert_cmpstr (empty, ==, "");
  taube_oauth2_request_init (&request, length);
  g_assert_cmpint (taube_oauth2_request_feed (&request, "GET\0/", 5, &found), ==, TAUBE_PARSE_ERROR);
  taube_oauth2_request_clear (&request);
}

/* RFC 8628, 3.2 and 3.5. */
static void
test_poll (void)
{
  TaubeOAuth2Poll poll;

  taube_oauth2_poll_init (&poll, 0, 0);
  g_assert_cmpuint (poll.interval, ==, 5);
  g_assert_true (taube_oauth2_poll_goes_on (&poll, 0));
  g_assert_false (taube_oauth2_poll_goes_on (&poll, (gint64) 15 * 60 * G_USEC_PER_SEC));
  taube_oauth2_poll_init (&poll, G_MAXUINT, G_MAXUINT);
  g_assert_cmpuint (poll.interval, ==, 300);
  g_assert_false (taube_oauth2_poll_goes_on (&poll, (gint64) 60 * 60 * G_USEC_PER_SEC));

  taube_oauth2_poll_init (&poll, 60, 7);
  g_assert_true (taube_oauth2_poll_goes_on (&poll, (gint64) 60 * G_USEC_PER_SEC - 1));
  g_assert_true (taube_oauth2_poll_hear (&poll, "authorization_pending"));
  g_assert_cmpuint (poll.interval, ==, 7);
  g_assert_true (taube_oauth2_poll_hear (&poll, "slow_down"));
  g_assert_cmpuint (poll.interval, ==, 12);
  g_assert_true (taube_oauth2_poll_hear (&poll, "authorization_pending"));
  g_assert_cmpuint (poll.interval, ==, 12);
  g_assert_true (taube_oauth2_poll_hear (&poll, "slow_down"));
  g_assert_cmpuint (poll.interval, ==, 17);
  g_assert_true (taube_oauth2_poll_hear (&poll, NULL));
  g_assert_cmpuint (poll.interval, ==, 34);
  for (guint i = 0; i < 100; i++)
    g_assert_true (taube_oauth2_poll_hear (&poll, i % 2 > 0 ? NULL : "slow_down"));
  g_assert_cmpuint (poll.interval, ==, 300);
  g_assert_false (taube_oauth2_poll_hear (&poll, "expired_token"));
  g_assert_false (taube_oauth2_poll_hear (&poll, "access_denied"));
}

static void
test_answer (void)
{
  TaubeOAuth2Answer answer;
  g_autoptr (GError) error = NULL;

  taube_oauth2_answer_parse ("{\"token_type\":\"bearer\",\"access_token\":\"ya29.a\",\"expires_in\":\"3599\","
                             "\"refresh_token\":\"1//r\",\"x\":{\"y\":[1,{}]}}", &answer, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (taube_secret_peek (answer.access), ==, "ya29.a");
  g_assert_cmpstr (taube_secret_peek (answer.refresh), ==, "1//r");
  g_assert_cmpuint (answer.expires_in, ==, 3599);
  taube_oauth2_answer_clear (&answer);
  taube_oauth2_answer_parse ("{\"device_code\":\"d\",\"user_code\":\"A-B\",\"verification_url\":\"https://a/d\","
                             "\"expires_in\":900,\"interval\":5,\"access_token\":7}", &answer, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer.verification_uri, ==, "https://a/d");
  g_assert_cmpuint (answer.interval, ==, 5);
  g_assert_null (answer.access);
  taube_oauth2_answer_clear (&answer);
}

static void
test_wrong_answers (void)
{
  g_autofree char *brackets = g_strnfill (60000, '[');
  g_autofree char *deep = g_strconcat ("{\"a\":", brackets, NULL);
  const char *wrong[] = { "", "[]", "7", "null", "{", "{\"access_token\": secret-word}", "\xff{}", deep };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      TaubeOAuth2Answer answer;

      g_assert_false (taube_oauth2_answer_parse (wrong[i], &answer, &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_PROTOCOL);
      g_assert_null (strstr (error->message, "secret-word"));
    }
}

static void
test_answer_errors (void)
{
  static const struct
  {
    const char *word;
    TaubeError code;
    gboolean consent;
  } cases[] = {
    { "invalid_grant", TAUBE_ERROR_AUTH, TRUE },          { "interaction_required", TAUBE_ERROR_AUTH, TRUE },
    { "invalid_client", TAUBE_ERROR_AUTH, FALSE },        { "invalid_request", TAUBE_ERROR_PROTOCOL, FALSE },
    { "server_error", TAUBE_ERROR_CONNECTION, FALSE },    { "temporarily_unavailable", TAUBE_ERROR_THROTTLED, FALSE },
    { "something_new", TAUBE_ERROR_AUTH, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"error\":\"%s\",\"error_description\":\"one\\r\\ntwo \\u0000x\"}",
                                               cases[i].word);
      g_autoptr (GError) error = NULL, meaning = NULL;
      TaubeOAuth2Answer answer;

      taube_oauth2_answer_parse (text, &answer, &error);
      g_assert_no_error (error);
      meaning = taube_oauth2_answer_to_error (&answer, "login.example");
      g_assert_error (meaning, TAUBE_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (meaning->message, "one two"));
      g_assert_true (taube_oauth2_answer_needs_consent (&answer) == cases[i].consent);
      taube_oauth2_answer_clear (&answer);
    }
}

static void
test_hosts (void)
{
  g_assert_true (taube_oauth2_provider_has_host ("a.example, *.b.example", "A.example"));
  g_assert_true (taube_oauth2_provider_has_host ("a.example, *.b.example", "x.y.b.example"));
  g_assert_false (taube_oauth2_provider_has_host ("a.example, *.b.example", "b.example"));
  g_assert_false (taube_oauth2_provider_has_host ("a.example, *.b.example", "xb.example"));
  g_assert_false (taube_oauth2_provider_has_host ("a.example", "a.example.evil"));
  g_assert_false (taube_oauth2_provider_has_host ("*.", "a"));
  g_assert_false (taube_oauth2_provider_has_host (NULL, "a.example"));
}

static void
test_urls (void)
{
  static const char *const wrong[] = {
    "", "ftp://a", "http://a/", "https://", "https://u@a/", "https://a/#f", "https://a b/", "http://127.0.0.1.evil/",
    "javascript:1", "https://a/\xc3\xa4",
  };

  g_assert_true (taube_oauth2_provider_check_url ("https://login.example/token?x=1", FALSE, NULL));
  g_assert_true (taube_oauth2_provider_check_url ("http://127.0.0.1:8080/token", TRUE, NULL));
  g_assert_false (taube_oauth2_provider_check_url ("http://127.0.0.1:8080/token", FALSE, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      if (taube_oauth2_provider_check_url (wrong[i], TRUE, &error))
        g_error ("\"%s\" is taken", wrong[i]);
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
    }
}

static void
test_options (void)
{
  static const char *const wrong[][2] = {
    { "no-such", "x" }, { "tenant", "a/b" }, { "redirect-host", "example.org" }, { "scope", "" },
    { "scope", "a\r\nb" }, { "loopback-http", "maybe" }, { "prompt", "none" },
  };
  g_auto (GStrv) names = taube_oauth2_get_providers ();
  g_autoptr (TaubeOAuth2) microsoft = taube_oauth2_new ("microsoft", "id", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *scope = NULL;

  g_assert_true (g_strv_contains ((const char *const *) names, "microsoft"));
  g_assert_null (taube_oauth2_new ("nobody", "id", &error));
  g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_clear_error (&error);
      g_assert_false (taube_oauth2_set_option (microsoft, wrong[i][0], wrong[i][1], &error));
      g_assert_error (error, TAUBE_ERROR, TAUBE_ERROR_INVALID);
    }
  scope = taube_oauth2_get_option (microsoft, "scope");
  g_assert_nonnull (strstr (scope, "offline_access"));
  /* every endpoint of every provider may be asked */
  for (guint i = 0; taube_oauth2_provider_get (i) != NULL; i++)
    {
      const TaubeOAuth2Provider *provider = taube_oauth2_provider_get (i);
      const char *urls[] = { provider->authorization_endpoint, provider->token_endpoint, provider->device_endpoint };

      for (guint j = 0; j < G_N_ELEMENTS (urls); j++)
        g_assert_true (urls[j] == NULL || g_str_has_prefix (urls[j], "https://"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oauth2/core/challenge", test_challenge);
  g_test_add_func ("/oauth2/core/form", test_form);
  g_test_add_func ("/oauth2/core/redirect", test_redirect);
  g_test_add_func ("/oauth2/core/request-splits", test_request_splits);
  g_test_add_func ("/oauth2/core/request-limits", test_request_limits);
  g_test_add_func ("/oauth2/core/poll", test_poll);
  g_test_add_func ("/oauth2/core/answer", test_answer);
  g_test_add_func ("/oauth2/core/wrong-answers", test_wrong_answers);
  g_test_add_func ("/oauth2/core/answer-errors", test_answer_errors);
  g_test_add_func ("/oauth2/core/hosts", test_hosts);
  g_test_add_func ("/oauth2/core/urls", test_urls);
  g_test_add_func ("/oauth2/core/options", test_options);
  return g_test_run ();
}
