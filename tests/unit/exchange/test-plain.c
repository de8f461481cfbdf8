/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The parts above the wire protocol that do no I/O. */
#include <gio/gio.h>
#include <string.h>

#include "exchange-header.h"
#include "exchange-seen.h"
#include "exchange-status.h"
#include "exchange-token.h"

static const struct
{
  const char *header;
  ExchangeSchemes schemes;
} challenges[] = {
  { NULL, 0 },
  { "", 0 },
  { "Basic realm=\"mail.example.org\"", EXCHANGE_SCHEME_BASIC },
  { "Negotiate, NTLM, Basic realm=\"a, b\", charset=\"UTF-8\"",
    EXCHANGE_SCHEME_NEGOTIATE | EXCHANGE_SCHEME_NTLM | EXCHANGE_SCHEME_BASIC },
  { "negotiate,ntlm", EXCHANGE_SCHEME_NEGOTIATE | EXCHANGE_SCHEME_NTLM },
  { "NTLM TlRMTVNTUAACAAAA", EXCHANGE_SCHEME_NTLM },
  { "Bearer client_id=\"0\", trusted_issuers=\"0@*\", authorization_uri=\"https://login.example.org/NTLM, Basic\"",
    EXCHANGE_SCHEME_BEARER },
  { "Digest realm=\"x\\\", Basic \", Basic=1, NTLMX", 0 },
};

static void
test_challenges (void)
{
  g_autofree char *names = exchange_status_name_schemes (EXCHANGE_SCHEME_BASIC | EXCHANGE_SCHEME_NTLM);

  for (guint i = 0; i < G_N_ELEMENTS (challenges); i++)
    {
      g_test_message ("%s", challenges[i].header != NULL ? challenges[i].header : "none");
      g_assert_cmphex (exchange_status_read_schemes (challenges[i].header), ==, challenges[i].schemes);
    }
  g_assert_cmpstr (names, ==, "Basic, NTLM");
}

/* CASES.md 62: seconds and dates. */
static void
test_retry_after (void)
{
  const gint64 now = 1795741323; /* Fri, 27 Nov 2026 01:02:03 GMT */

  g_assert_cmpuint (exchange_status_read_retry_after ("120", now), ==, 120);
  g_assert_cmpuint (exchange_status_read_retry_after (" 5 ", now), ==, 5);
  g_assert_cmpuint (exchange_status_read_retry_after ("99999999999999", now), ==, 24 * 3600);
  g_assert_cmpuint (exchange_status_read_retry_after ("Fri, 27 Nov 2026 01:03:03 GMT", now), ==, 60);
  g_assert_cmpuint (exchange_status_read_retry_after ("Fri, 27 Nov 2026 01:00:03 GMT", now), ==, 0);
  g_assert_cmpuint (exchange_status_read_retry_after ("Sat, 28 Nov 2099 01:00:03 GMT", now), ==, 24 * 3600);
  g_assert_cmpuint (exchange_status_read_retry_after ("-1", now), ==, 0);
  g_assert_cmpuint (exchange_status_read_retry_after ("soon", now), ==, 0);
  g_assert_cmpuint (exchange_status_read_retry_after (NULL, now), ==, 0);
}

static void
test_types (void)
{
  g_assert_true (exchange_status_is_soap ("text/xml; charset=utf-8"));
  g_assert_true (exchange_status_is_soap ("Text/XML"));
  g_assert_true (exchange_status_is_soap ("application/soap+xml"));
  g_assert_false (exchange_status_is_soap ("text/xmlish"));
  g_assert_false (exchange_status_is_soap (NULL));
  g_assert_true (exchange_status_is_page ("text/html; charset=utf-8"));
  g_assert_false (exchange_status_is_page ("text/xml"));
}

static void
check_status (ExchangeStatus status, TaubeError code, const char *words)
{
  g_autoptr (GError) error = exchange_status_to_error (&status, "mail.example.org");

  g_assert_error (error, TAUBE_ERROR, (int)code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
  g_assert_nonnull (strstr (error->message, "mail.example.org"));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
test_errors (void)
{
  g_autofree char *long_words = g_strnfill (100000, 'x');

  check_status ((ExchangeStatus){ .status = 403, .words = "<html><b>Blocked</b>\r\n by policy.</html>" },
                TAUBE_ERROR_PERMISSION, "\"Blocked by policy.");
  check_status ((ExchangeStatus){ .status = 404, .reason = "Not Found", .words = "" }, TAUBE_ERROR_NOT_FOUND,
                "\"Not Found\"");
  check_status ((ExchangeStatus){ .status = 302, .location = "https://login.example.org/auth?token=secret" },
                TAUBE_ERROR_AUTH, "https://login.example.org/auth");
  check_status ((ExchangeStatus){ .status = 440 }, TAUBE_ERROR_AUTH, "440");
  check_status ((ExchangeStatus){ .status = 502 }, TAUBE_ERROR_CONNECTION, "502");
  check_status ((ExchangeStatus){ .status = 599, .words = long_words }, TAUBE_ERROR_PROTOCOL, "xxx");
  check_status ((ExchangeStatus){ .status = 503, .words = "busy \xff" }, TAUBE_ERROR_THROTTLED, "busy");
}

/* CASES.md S31: what stands in the query of a redirect is not repeated. */
static void
test_no_query (void)
{
  const ExchangeStatus status = { .status = 302, .location = "https://login.example.org/auth?token=secret" };
  g_autoptr (GError) error = exchange_status_to_error (&status, "mail.example.org");

  g_assert_null (strstr (error->message, "secret"));
}

static void
test_token (void)
{
  g_autoptr (GBytes) token = exchange_token_write ("AAMkFolder=", "H4sIState=");
  gsize length;
  const char *data = g_bytes_get_data (token, &length);
  char *state = NULL;

  g_assert_true (exchange_token_read (token, "AAMkFolder=", &state));
  g_assert_cmpstr (state, ==, "H4sIState=");
  g_clear_pointer (&state, g_free);
  g_assert_false (exchange_token_read (token, "AAMkOther==", &state));
  g_assert_false (exchange_token_read (token, "AAMkFolder", &state));
  g_assert_false (exchange_token_read (token, "AAMkFolder=H4", &state));
  for (gsize cut = 0; cut <= strlen ("E1") + 1 + strlen ("AAMkFolder=") + 1; cut++)
    {
      g_autoptr (GBytes) part = g_bytes_new (data, cut);

      g_assert_false (exchange_token_read (part, "AAMkFolder=", &state));
    }
  g_assert_null (state);
}

static const struct
{
  const char *message, *header;
} headers[] = {
  { "A: b\r\nC: d\r\n\r\nText\r\n\r\nmore", "A: b\r\nC: d\r\n\r\n" },
  { "A: b\n\nText", "A: b\n\n" },
  { "\r\nText", "\r\n" },
  { "A: b\r\n", "A: b\r\n" },
  { "A: b", "A: b" },
  { "", "" },
};

static void
test_header (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    for (gsize split = 0; split <= strlen (headers[i].message); split++)
      {
        const guint8 *bytes = (const guint8 *)headers[i].message;
        gsize length = strlen (headers[i].message);
        ExchangeHeader header = { 0 };
        gsize n = exchange_header_cut (&header, bytes, split);

        n += exchange_header_cut (&header, bytes + split, length - split);
        g_assert_cmpmem (headers[i].message, n, headers[i].header, strlen (headers[i].header));
      }
}

/* Long ids that differ at one place each: every one is new once. */
static void
test_seen (void)
{
  g_autoptr (ExchangeSeen) seen = exchange_seen_new ();

  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < 20000; i++)
      {
        g_autofree char *id = g_strdup_printf ("AAMkADRmMDExYzhjLTM5ZWItNDM0ZC1iNjVhLWE5MzFkZTA5%08xQAAAAA=", i);

        g_assert_true (exchange_seen_add (seen, id) == (round == 0));
      }
  g_assert_cmpuint (exchange_seen_get_size (seen), ==, 20000);
  g_assert_false (exchange_seen_contains (seen, "a"));
  g_assert_true (exchange_seen_add (seen, ""));
  g_assert_true (exchange_seen_add (seen, "a"));
  g_assert_true (exchange_seen_contains (seen, "a"));
  g_assert_false (exchange_seen_add (seen, ""));
}

/* A million are all told apart. */
static void
test_seen_many (void)
{
  g_autoptr (ExchangeSeen) seen = exchange_seen_new ();
  char id[32];

  g_assert_false (exchange_seen_contains (seen, "0"));
  for (guint i = 0; i < 1000000; i++)
    {
      g_snprintf (id, sizeof id, "%u", i);
      g_assert_true (exchange_seen_add (seen, id));
    }
  g_assert_cmpuint (exchange_seen_get_size (seen), ==, 1000000);
  for (guint i = 0; i < 1000000; i += 997)
    {
      g_snprintf (id, sizeof id, "%u", i);
      g_assert_false (exchange_seen_add (seen, id));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/plain/challenges", test_challenges);
  g_test_add_func ("/exchange/plain/retry-after", test_retry_after);
  g_test_add_func ("/exchange/plain/types", test_types);
  g_test_add_func ("/exchange/plain/errors", test_errors);
  g_test_add_func ("/exchange/plain/no-query", test_no_query);
  g_test_add_func ("/exchange/plain/token", test_token);
  g_test_add_func ("/exchange/plain/header", test_header);
  g_test_add_func ("/exchange/seen", test_seen);
  g_test_add_func ("/exchange/seen-many", test_seen_many);
  return g_test_run ();
}
